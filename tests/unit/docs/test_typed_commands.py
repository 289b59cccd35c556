"""What the documentation tells people to type exists, with the options it names."""

from __future__ import annotations

import re
import subprocess
import sys
from functools import lru_cache
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from scripts import check_docs, make_reference

from tests.unit.docs import pages

_OPTION = re.compile(r"(?<!\S)--[a-z-]+")
_RUN_BY_OTHERS = {"pg"}


def _typed() -> list[tuple[str, str]]:
    """(page, line) of every command in a runnable block."""
    found = [
        (pages.name(page), line.split(" #")[0].strip())
        for page in pages.pages()
        for block in pages.blocks(page, "sh")
        for line in block.splitlines()
    ]
    return [(page, line) for page, line in found if line and not line.startswith("#")]


def test_there_are_commands_to_check() -> None:
    assert len(_typed()) > 30


def test_all_commands_exist() -> None:
    assert check_docs.main() == 0


@lru_cache
def _options() -> dict[str, str]:
    """The section of the reference for each command."""
    make_reference.prepare()
    sections = make_reference.commands().split("\n## chimein ")[1:]
    return {section.split("\n")[0]: section for section in sections}


@pytest.mark.parametrize(
    ("page", "line"),
    [typed for typed in _typed() if "chimein " in typed[1]],
    ids=lambda value: str(value)[:60],
)
def test_chimein_knows_the_options(page: str, line: str) -> None:
    words = line.split("chimein ", 1)[1].split()
    if words[0] in _RUN_BY_OTHERS or not _OPTION.search(line):
        return
    name = " ".join(words[:2]) if words[0] == "bench" else words[0]
    known = _options()[name]
    for option in _OPTION.findall(line):
        assert f"`{option}`" in known, f"{page}: chimein {name} has no {option}"


def test_make_can_plan_every_target() -> None:
    targets = {line.split()[1] for _, line in _typed() if line.startswith("make ")}
    assert {"demo", "setup", "test"} <= targets
    done = subprocess.run(
        ["make", "-n", *sorted(targets)],
        cwd=pages.ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_the_front_door_knows_the_documented_option() -> None:
    text = (pages.ROOT / "docs" / "how-to" / "production.md").read_text(encoding="utf-8")
    assert "chimein.web.serve --port" in text
    done = subprocess.run(
        [sys.executable, "-m", "chimein.web.serve", "--help"],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert "--port" in done.stdout


@pytest.mark.django_db
def test_the_sample_is_replayed_as_the_tutorial_says() -> None:
    file = pages.ROOT / "docs" / "how-to" / "sample.csv"
    told = [StringIO(), StringIO()]
    for out in told:
        call_command("replay", Path(file), brand="Yesterday", json=True, stdout=out, stderr=StringIO())
    first, second = (out.getvalue() for out in told)
    assert '"read": 16, "new": 16, "duplicate": 0, "set_aside": 0' in first
    assert '"read": 16, "new": 0, "duplicate": 16, "set_aside": 0' in second
