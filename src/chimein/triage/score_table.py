"""Scores of a model as text for a terminal; wide characters count as two columns."""

from __future__ import annotations

from collections.abc import Sequence

from chimein.runtime.terminal import columns
from chimein.triage.evaluating import BINS, Scores

MOST_CLASSES = 20
"""With more the confusion matrix no longer fits a screen; the worst confusions are listed instead."""
_LONGEST_NAME = 40


def _padded(text: str, wide: int) -> str:
    return text + " " * (wide - columns(text))


def _short(name: str) -> str:
    while columns(name) > _LONGEST_NAME:
        name = name.rstrip("…")[:-1] + "…"
    return name


def numbered(scores: Scores) -> list[str]:
    """The names of the classes with the numbers that stand for them in matrix and picture."""
    digits = len(str(len(scores.classes)))
    return [f"{number:>{digits}} {_short(one.label)}" for number, one in enumerate(scores.classes, 1)]


def table(scores: Scores) -> str:
    """Everything an evaluation found."""
    parts = [_by_class(scores), _overall(scores)]
    parts.append(_matrix(scores) if len(scores.classes) <= MOST_CLASSES else _worst(scores))
    return "\n\n".join(parts)


def _by_class(scores: Scores) -> str:
    names = numbered(scores)
    wide = max(columns(name) for name in (*names, "class"))
    lines = [f"{_padded('class', wide)}  precision  recall     F1     rows"]
    lines += [
        f"{_padded(name, wide)}  {one.precision:9.3f}  {one.recall:6.3f}  {one.f1:5.3f}  {one.rows:7,}"
        for name, one in zip(names, scores.classes, strict=True)
    ]
    return "\n".join(lines)


def _overall(scores: Scores) -> str:
    return (
        f"rows {scores.rows:,}   accuracy {scores.accuracy:.3f}   macro-F1 {scores.macro_f1:.3f}   "
        f"calibration error (ECE, {BINS} bins) {scores.ece:.3f}"
    )


def _matrix(scores: Scores) -> str:
    names = numbered(scores)
    wide = max(columns(name) for name in names)
    cell = max(len(f"{count:,}") for row in scores.confusion for count in row)
    cell = max(cell, len(str(len(names)))) + 2

    def line(name: str, cells: Sequence[str]) -> str:
        return _padded(name, wide) + "".join(f"{one:>{cell}}" for one in cells)

    lines = ["Confusion: a line for each right class, a column for what the model said"]
    lines.append(line("", [str(number) for number in range(1, len(names) + 1)]))
    for name, row in zip(names, scores.confusion, strict=True):
        lines.append(line(name, [f"{count:,}" if count else "·" for count in row]))
    return "\n".join(lines)


def _worst(scores: Scores) -> str:
    found = [(_short(right), _short(said), count) for right, said, count in scores.worst()]
    if not found:
        return "No mistakes."
    left = max(columns(right) for right, _, _ in found)
    middle = max(columns(said) for _, said, _ in found)
    lines = [f"{_padded(right, left)}  →  {_padded(said, middle)}  {count:,}" for right, said, count in found]
    return "\n".join(["The commonest mistakes: right class → what the model said", *lines])
