# ChimeIn. `make demo` shows it, `make test` checks it, `make help` lists the rest.
# Every step leaves a stamp and is skipped until what it was made from changes; a second run needs no network.
SHELL := /bin/sh
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules

VENV := .venv
BIN := $(VENV)/bin
STAMPS := $(VENV)/stamps
PORT ?= 8000
SPEED ?= 1

ASSET_SOURCES := $(shell find assets src/chimein/web/templates src/chimein/web/static/src -type f 2>/dev/null | sed 's/ /\\ /g') $(wildcard vite.config.*)
CATALOGUES := $(shell find src/chimein/locale -name '*.po' 2>/dev/null)

.PHONY: help setup setup-dev setup-test demo up test lint types test-unit test-e2e bench-short audit lock reference clean

help:  ## list the commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 22

setup: $(STAMPS)/install $(STAMPS)/assets $(STAMPS)/messages  ## everything needed to run: Python, front end, translations

demo: setup  ## a living day of a made-up shop at http://127.0.0.1:8000
	@exec $(BIN)/chimein up --demo --port $(PORT) --speed $(SPEED)

up: setup  ## ChimeIn without the demo
	@exec $(BIN)/chimein up --port $(PORT)

# ---------------------------------------------------------------- Python
$(VENV)/bin/python:
	@sh scripts/make_venv.sh $(VENV)

$(STAMPS)/python: requirements.lock | $(VENV)/bin/python
	@echo "== Python packages (requirements.lock)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@mkdir -p $(STAMPS) && touch $@

$(STAMPS)/install: pyproject.toml $(STAMPS)/python
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

$(STAMPS)/python-dev: requirements-dev.lock $(STAMPS)/install
	@echo "== Python packages for tests (requirements-dev.lock)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@

# ---------------------------------------------------------------- front end
$(STAMPS)/node: package-lock.json $(STAMPS)/python
	@echo "== front-end packages (package-lock.json)"
	@sh scripts/npm.sh ci --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

$(STAMPS)/assets: package.json $(ASSET_SOURCES) $(STAMPS)/node
	@echo "== assets"
	@sh scripts/npm.sh run --silent build
	@touch $@

$(STAMPS)/messages: $(CATALOGUES) $(STAMPS)/python
	@$(if $(CATALOGUES),$(BIN)/pybabel --quiet compile --domain django --directory src/chimein/locale,true)
	@touch $@

setup-dev: setup $(STAMPS)/python-dev  ## what the checks need besides, the browser left out

# ---------------------------------------------------------------- checks
$(STAMPS)/browser: | $(VENV)/bin/python
	@sh scripts/browser.sh
	@mkdir -p $(STAMPS) && touch $@

setup-test: setup-dev $(STAMPS)/browser  ## everything `make test` needs, Debian's Chromium included

test: setup-test  ## all checks and tests
	@$(BIN)/python scripts/check.py all

lint: setup-dev  ## style, order of imports, packages, templates, docs
	@$(BIN)/python scripts/check.py lint

types: setup-dev  ## mypy
	@$(BIN)/python scripts/check.py types

test-unit: setup-dev  ## all tests but the browser's and the benchmarks
	@$(BIN)/python scripts/check.py tests

test-e2e: setup-test  ## tests in a real browser
	@$(BIN)/python scripts/check.py browser living

bench-short: setup-dev  ## the benchmarks in their short form
	@$(BIN)/python scripts/check.py speed

audit: setup-dev  ## known weaknesses of the packages (asks the network)
	@$(BIN)/pip-audit --require-hashes --disable-pip -r requirements.lock

# ---------------------------------------------------------------- lock files
lock:  ## renew requirements*.lock (after a change of pyproject.toml, or to take newer releases)
	@sh scripts/lock.sh

reference: setup-dev  ## renew docs/reference after a change of settings, events, commands or pages
	@$(BIN)/python scripts/make_reference.py

clean:  ## remove the environment, built files and the demo's data
	rm -rf $(VENV) node_modules var src/chimein/web/static/build build dist .mypy_cache .ruff_cache .pytest_cache
	find src -name '*.mo' -delete
