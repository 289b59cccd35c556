"""Small charts as SVG: their numbers worked out here, drawn by templates. Colours are classes, lengths attributes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 360, 200
_LEFT, _RIGHT, _TOP, _BOTTOM = 34, 12, 12, 26


@dataclass(frozen=True, slots=True)
class Tick:
    """A line of the grid with its words."""

    at: float
    words: str


@dataclass(frozen=True, slots=True)
class Dot:
    """A point of a curve; `words` says its numbers."""

    x: float
    y: float
    words: str


@dataclass(frozen=True, slots=True)
class Curve:
    """A named line; `path` are its points as SVG wants them."""

    key: str
    name: str
    dots: list[Dot]

    @property
    def path(self) -> str:
        return " ".join(f"{dot.x:.1f},{dot.y:.1f}" for dot in self.dots)


@dataclass(frozen=True, slots=True)
class Plane:
    """A chart of curves with its grid."""

    curves: list[Curve]
    across: list[Tick]
    up: list[Tick]
    width: int = WIDTH
    height: int = HEIGHT
    left: int = _LEFT
    right: int = WIDTH - _RIGHT
    bottom: int = HEIGHT - _BOTTOM


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a chart over days."""

    x: float
    y: float
    width: float
    height: float
    words: str


@dataclass(frozen=True, slots=True)
class Columns:
    """A chart of columns; `most` is the highest value, `first` and `last` the words below its ends."""

    columns: list[Column]
    most: int
    first: str
    last: str
    width: int = WIDTH
    height: int = HEIGHT
    left: int = _LEFT
    right: int = WIDTH - _RIGHT
    top: int = _TOP
    bottom: int = HEIGHT - _BOTTOM


def _across(share: float) -> float:
    return round(_LEFT + share * (WIDTH - _LEFT - _RIGHT), 1)


def _up(share: float) -> float:
    return round(HEIGHT - _BOTTOM - share * (HEIGHT - _TOP - _BOTTOM), 1)


def plane(lines: Sequence[tuple[str, str, Sequence[tuple[float, float]]]]) -> Plane:
    """Curves of shares (0 to 1) over counts. Each line: key, name, its points (count, share)."""
    most = max((x for _key, _name, points in lines for x, _y in points), default=0) or 1
    curves = [
        Curve(key, name, [Dot(_across(x / most), _up(y), f"{name}: {y:.2f} ({x:g})") for x, y in points])
        for key, name, points in lines
    ]
    across = [Tick(_across(share), f"{round(most * share)}") for share in (0, 0.5, 1)]
    return Plane(curves, across, [Tick(_up(share), f"{share:g}") for share in (0, 0.25, 0.5, 0.75, 1)])


def over_time(lines: Sequence[tuple[str, str, Sequence[tuple[str, float | None]]]]) -> Plane:
    """Curves of shares (0 to 1) over time, evenly apart. Each line: key, name, its points (time in words, share).

    A share of None leaves the point out.
    """
    curves = []
    for key, name, points in lines:
        step = 1 / max(1, len(points) - 1)
        dots = [
            Dot(_across(number * step), _up(y), f"{name}, {when}: {y:.2f}")
            for number, (when, y) in enumerate(points)
            if y is not None
        ]
        curves.append(Curve(key, name, dots))
    times = [when for when, _y in lines[0][2]] if lines else []
    ends = [(0, times[0]), (1, times[-1])] if len(times) > 1 else []
    across = [Tick(_across(share), words) for share, words in ends]
    return Plane(curves, across, [Tick(_up(share), f"{share:g}") for share in (0, 0.25, 0.5, 0.75, 1)])


def columns(days: Sequence[tuple[str, int]]) -> Columns:
    """One column for each (day in words, count), the first day at the left."""
    most = max((count for _day, count in days), default=0)
    step = (WIDTH - _LEFT - _RIGHT) / max(1, len(days))
    made = []
    for number, (day, count) in enumerate(days):
        top = _up(count / (most or 1))
        height = round(HEIGHT - _BOTTOM - top, 1)
        made.append(
            Column(
                round(_LEFT + number * step + step * 0.15, 1),
                top,
                round(step * 0.7, 1),
                height,
                f"{day}: {count}",
            )
        )
    return Columns(made, most, days[0][0] if days else "", days[-1][0] if days else "")


def heat(count: int, total: int) -> int:
    """How strongly a cell is coloured: 0 to 5 by its share of its row."""
    return min(5, -(-5 * count // total)) if total and count else 0
