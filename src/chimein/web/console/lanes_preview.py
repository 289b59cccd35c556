"""The preview of a table of lanes as the page draws it: warned, late and told, lane by lane, now and then."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from chimein.routing import lanes
from chimein.routing.lane_preview import Comparison, Fate
from chimein.web.console import words


@dataclass(frozen=True, slots=True)
class Pair:
    """A number now and then."""

    now: int
    then: int

    @property
    def changes(self) -> bool:
        return self.now != self.then


@dataclass(frozen=True, slots=True)
class Line:
    """A lane: how many conversations, how many warned of and late, and whom the ladder told how often."""

    lane: str
    count: Pair
    warned: Pair
    late: Pair
    told: list[tuple[str, Pair]]


@dataclass(frozen=True, slots=True)
class Shown:
    """The preview."""

    count: int
    days: int
    late: Pair
    lines: list[Line]
    examples: list[dict[str, Any]]


def shown(found: Comparison, slug: str) -> Shown:
    """What the template needs of a comparison."""
    lines = [
        _line(lane, found.before[lane], found.after[lane])
        for lane in lanes.LANES
        if found.before[lane].count or found.after[lane].count
    ]
    late = Pair(sum(one.late.now for one in lines), sum(one.late.then for one in lines))
    examples = [
        {
            "text": one.message.text, "lane": one.lane, "is_late": one.is_late,
            "language": "" if one.message.language == "und" else one.message.language,
            "url": reverse("console-conversation", args=[slug, one.message.public_id]),
        }
        for one in found.changed
    ]  # fmt: skip
    return Shown(found.count, round(found.days), late, lines, examples)


def _line(lane: str, before: Fate, after: Fate) -> Line:
    told = [
        (words.audience([one]), Pair(before.told[one], after.told[one]))
        for one in lanes.AUDIENCE
        if before.told[one] or after.told[one]
    ]
    return Line(
        lane,
        Pair(before.count, after.count),
        Pair(before.warned, after.warned),
        Pair(before.late, after.late),
        told,
    )
