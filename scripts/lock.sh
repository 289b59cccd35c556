#!/bin/sh
# Renews requirements.lock (to run) and requirements-dev.lock (to test; same versions plus tools).
# A change of pyproject.toml keeps the other pins; `make lock UPGRADE=1` takes the newest releases.
set -eu
cd "$(dirname "$0")/.."
tool=.venv/lock-tool
[ -x "$tool/bin/uv" ] || { python3 -m venv "$tool" && "$tool/bin/pip" install --quiet uv; }
compile() {
    "$tool/bin/uv" pip compile --quiet --universal --generate-hashes --no-header --python-version 3.11 \
        ${UPGRADE:+--upgrade} "$@"
}
compile pyproject.toml --group build --output-file requirements.lock
compile pyproject.toml --group dev --constraints requirements.lock --output-file requirements-dev.lock
