"""How far a long piece of work has got, with the time it still needs, for people at a terminal and for log files."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Protocol

_TERMINAL_PAUSE_S = 0.1
_LOG_PAUSE_S = 5.0


class Out(Protocol):
    """Where progress goes: standard error, as a rule."""

    def write(self, text: str, /) -> object: ...

    def flush(self) -> object: ...

    def isatty(self) -> bool: ...


class Progress:
    """One line that is rewritten in a terminal; elsewhere a new line every few seconds."""

    def __init__(self, out: Out, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._out = out
        self._live = out.isatty()
        self._clock = clock
        self._began = self._stage = self._shown = clock()
        self._share = 0.0
        self._open = False

    @property
    def seconds(self) -> float:
        """Since the work began."""
        return self._clock() - self._began

    def show(self, words: str, share: float | None) -> None:
        """Say what has been done. `share`: 0 to 1, None when the end is unknown; a fall begins another stage."""
        now = self._clock()
        if share is not None:
            self._stage = now if share < self._share else self._stage
            self._share = share
        if now - self._shown < (_TERMINAL_PAUSE_S if self._live else _LOG_PAUSE_S):
            return
        self._shown = now
        line = f"{share:4.0%}  {words}{self._left(share)}" if share is not None else words
        self._out.write(f"\r\033[K{line}" if self._live else f"{line}\n")
        self._out.flush()
        self._open = self._live

    def _left(self, share: float | None) -> str:
        if not share or share >= 1:
            return ""
        seconds = round((self._clock() - self._stage) / share * (1 - share))
        return f", {seconds // 60} min {seconds % 60:02} s left" if seconds >= 60 else f", {seconds} s left"

    def end(self) -> None:
        """Clear the line, so that what comes next stands alone."""
        if self._open:
            self._out.write("\r\033[K")
            self._out.flush()
            self._open = False
