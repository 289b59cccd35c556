"""Every `make …` and `chimein …` the documentation tells people to type exists."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
_OURS = {"up", "doctor", "bench", "pg", "help", "commands"}
_COMMAND = re.compile(r"^(?:\$ )?(?:\S*/)?(make|chimein)(?: ([a-z][a-z_-]*))?(?:\s|$)")


def typed_commands(text: str) -> Iterator[tuple[int, str, str]]:
    """Line number, program and first word of each command in a code block."""
    fenced = False
    for number, line in enumerate(text.splitlines(), 1):
        if line.lstrip().startswith("```"):
            fenced = not fenced
        elif (fenced or line.startswith("    ")) and (found := _COMMAND.match(line.strip())):
            yield number, found[1], found[2] or "help"


def known_words() -> dict[str, set[str]]:
    """What may follow `make` and `chimein`."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chimein.config.settings")
    import django
    from django.core.management import get_commands

    django.setup()
    targets = set(re.findall(r"^([a-z][a-z-]*):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    return {"make": targets, "chimein": _OURS | set(get_commands())}


def main() -> int:
    known = known_words()
    files = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
    wrong = [
        f"{path.relative_to(ROOT)}:{number}: there is no `{program} {word}`"
        for path in files
        for number, program, word in typed_commands(path.read_text(encoding="utf-8"))
        if word not in known[program]
    ]
    print("\n".join(wrong) or f"All commands in {len(files)} pages exist.")
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
