"""Pages lead somewhere, exist in both languages, and say what the code says."""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest
from scripts import make_reference

from chimein.core.events import Kind
from tests.unit.docs import pages

_ROOMS = sorted(path.parent.name for path in (pages.ROOT / "src" / "chimein").glob("*/__init__.py"))


@pytest.mark.parametrize("page", pages.pages(), ids=pages.name)
def test_every_link_leads_somewhere(page: Path) -> None:
    for target in pages.links(page):
        file, _, anchor = target.partition("#")
        there = (page.parent / file).resolve() if file else page
        assert there.exists(), f"{target} does not exist"
        if anchor:
            assert anchor in pages.anchors(there), f"{target}: there is no such heading"


def test_what_newcomers_read_is_there_in_both_languages() -> None:
    read_by_newcomers = [
        pages.ROOT / "README.md",
        pages.ROOT / "docs" / "tutorial.md",
        pages.ROOT / "docs" / "glossary.md",
        *(pages.ROOT / "docs" / "how-to").glob("*[!N].md"),
    ]
    assert len(read_by_newcomers) > 7
    for page in read_by_newcomers:
        chinese = page.with_suffix(".zh-CN.md")
        assert chinese.exists(), f"{pages.name(page)} has no Chinese page"
        assert chinese.name in page.read_text(encoding="utf-8")
        assert f"({page.name})" in chinese.read_text(encoding="utf-8")


def _words(page: str, column: int) -> set[str]:
    rows = (pages.ROOT / "docs" / page).read_text(encoding="utf-8").splitlines()
    return {row.split("|")[column].strip(" *") for row in rows if row.startswith("| **")}


def test_the_glossaries_hold_the_same_words() -> None:
    assert len(_words("glossary.md", 1)) > 30
    assert _words("glossary.md", 1) == _words("glossary.zh-CN.md", 2)


def test_the_reference_is_up_to_date() -> None:
    make_reference.prepare()
    assert [path.name for path in make_reference.outdated()] == [], "run: make reference"


@pytest.mark.parametrize("room", _ROOMS)
def test_each_room_says_what_it_owns_and_which_events_it_tells(room: str) -> None:
    text = (pages.ROOT / "src" / "chimein" / room / "README.md").read_text(encoding="utf-8")
    for part in ("**Owns**", "**Says**", "**Hears**", "**Add here**"):
        assert part in text
    if (pages.ROOT / "src" / "chimein" / room / "events.py").exists() and room != "core":
        told = vars(importlib.import_module(f"chimein.{room}.events")).values()
        missing = [kind.name for kind in told if isinstance(kind, Kind) and f"`{kind.name}`" not in text]
        assert missing == []
