"""The preview of a lane policy as the page draws it: who moves where, how much each lane gets, what to look at."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.formats import number_format

from chimein.triage import labels, policy, policy_words
from chimein.triage.preview import Comparison, Moved

_MOST_DANGERS = 5
_TINTS = 5


@dataclass(frozen=True, slots=True)
class Cell:
    """So many messages go from one lane to another. `tint`: 0 to 5, by their share; `stays`: the lane is the same."""

    count: int
    tint: int
    stays: bool


@dataclass(frozen=True, slots=True)
class Line:
    """A lane of the matrix: where its messages go; and what it gets a day, now and then, with widths of 1,000."""

    lane: str
    cells: list[Cell]
    now_day: str
    then_day: str
    now_width: int
    then_width: int

    @property
    def changes(self) -> bool:
        return self.now_width != self.then_width


@dataclass(frozen=True, slots=True)
class Shown:
    """The preview. `lanes`: those of the matrix, in its order."""

    count: int
    days: int
    moved: int
    lanes: list[str]
    lines: list[Line]
    examples: list[dict[str, Any]]
    danger_count: int
    dangers: list[dict[str, Any]]


def danger_names(codes: Iterable[str]) -> list[str]:
    """Risks and anger in words."""
    words = {**labels.VALUES["risks"], "anger": policy_words.CONDITIONS["anger"]}
    return [str(words[code]) for code in codes]


def shown(found: Comparison, slug: str) -> Shown:
    """What the template needs of a comparison."""
    lanes = [lane for lane in policy_words.LANES if any(found.of_lane(lane))]
    most = max((max(found.of_lane(lane)) for lane in lanes), default=1) or 1
    return Shown(
        count=found.count,
        days=round(found.days),
        moved=found.moved_count,
        lanes=lanes,
        lines=[_line(found, lane, lanes, most) for lane in lanes],
        examples=[_example(one, slug) for one in found.moved],
        danger_count=len(found.dangers),
        dangers=[_example(one, slug) for one in found.dangers[:_MOST_DANGERS]],
    )


def _line(found: Comparison, lane: str, lanes: list[str], most: int) -> Line:
    now, then = found.of_lane(lane)
    cells = [_cell(found.pairs[(lane, other)], now, stays=other == lane) for other in lanes]
    widths = (round(1000 * now / most), round(1000 * then / most))
    return Line(lane, cells, _a_day(now, found.days), _a_day(then, found.days), *widths)


def _cell(count: int, of: int, *, stays: bool) -> Cell:
    return Cell(count, min(_TINTS, 1 + int(_TINTS * count / of)) if count else 0, stays)


def _a_day(count: int, days: float) -> str:
    return str(number_format(count / days, 1, force_grouping=True))


def _example(one: Moved, slug: str) -> dict[str, Any]:
    risks = [code for code in one.message.labels.risks if code in policy.NEVER_CROWD]
    return {
        "text": one.message.text,
        "language": "" if one.message.language == "und" else one.message.language,
        "url": reverse("console-conversation", args=[slug, one.message.public_id]),
        "before": one.before.then.lane,
        "after": one.after.then.lane,
        "rule": policy_words.rule_name(one.after.name),
        "dangers": danger_names([*risks, *(["anger"] if one.message.labels.anger else [])]),
    }
