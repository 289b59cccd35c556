"""One terminal for many programs: whole lines, each with its program's name in its colour."""

from __future__ import annotations

import contextlib
import os
import sys
import threading
import unicodedata
from typing import TextIO

_COLOURS = {"chimein": 35, "postgres": 34, "web": 32, "worker": 36, "player": 33}
_OTHER_COLOUR = 90
_NAME_WIDTH = 8


class Terminal:
    """Prints lines of several threads without mixing them. Colours for people, unless `NO_COLOR` is set."""

    def __init__(self, out: TextIO | None = None) -> None:
        self._out = out or sys.stdout
        self._lock = threading.Lock()
        self._coloured = self._out.isatty() and not os.environ.get("NO_COLOR")

    def line(self, name: str, text: str) -> None:
        """One line of the program `name`."""
        label = f"{name:<{_NAME_WIDTH}} │"
        if self._coloured:
            label = f"\033[{_COLOURS.get(name, _OTHER_COLOUR)}m{label}\033[0m"
        self._write(f"{label} {text}\n")

    def say(self, text: str) -> None:
        """A line of our own."""
        self.line("chimein", text)

    def block(self, text: str) -> None:
        """Lines without a name, for the banner."""
        self._write(f"{text}\n")

    def _write(self, text: str) -> None:
        # The terminal may be gone (its window closed); the programs must be stopped in order all the same.
        with self._lock, contextlib.suppress(OSError, ValueError):
            self._out.write(text)
            self._out.flush()


def columns(text: str) -> int:
    """How many columns a text takes; a Chinese character takes two."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)
