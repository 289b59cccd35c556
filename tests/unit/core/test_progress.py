"""Progress in a terminal is one line that changes; in a log it is a line now and then."""

from __future__ import annotations

import io

from chimein.core.progress import Progress


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


class _Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_terminal_gets_one_line_with_the_time_left() -> None:
    out, clock = _Terminal(), _Clock()
    progress = Progress(out, clock=clock)
    for clock.now in (1.0, 1.05, 2.0):
        progress.show("10 messages", clock.now / 200)
    progress.end()
    progress.end()
    assert out.getvalue().split("\r\033[K") == [
        "",
        "  0%  10 messages, 3 min 19 s left",
        "  1%  10 messages, 3 min 18 s left",
        "",
    ]


def test_a_log_gets_a_line_every_few_seconds() -> None:
    out, clock = io.StringIO(), _Clock()
    progress = Progress(out, clock=clock)
    for clock.now in (1.0, 4.0, 6.0, 8.0, 12.0):
        progress.show("reading", 0.5 if clock.now < 12 else None)
    progress.end()
    assert out.getvalue() == " 50%  reading, 6 s left\nreading\n"


def test_nothing_is_left_at_the_end() -> None:
    out, clock = io.StringIO(), _Clock()
    progress = Progress(out, clock=clock)
    clock.now = 9.0
    progress.show("done", 1.0)
    assert out.getvalue() == "100%  done\n"


def test_each_stage_has_an_estimate_of_its_own() -> None:
    out, clock = io.StringIO(), _Clock()
    progress = Progress(out, clock=clock)
    for clock.now, words, share in (
        (100.0, "reading", 1.0),
        (101.0, "learning", 0.0),
        (111.0, "learning", 0.5),
    ):
        progress.show(words, share)
    assert out.getvalue().splitlines()[-1] == " 50%  learning, 10 s left"
