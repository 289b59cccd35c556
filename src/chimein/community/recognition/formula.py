"""What answers are worth: pure arithmetic over facts, the same for the worker, the nightly audit and the tests.

Source: routing.md, 2.11. points = 10 × (1 + 2 difficulty) × quality × novelty (× 1.1 within the promised time).
Quality: 1 solved, .5 accepted, a vote weighing 1/(1 + earlier votes of the same pair in 30 days). Novelty: .2 for a
near copy of one's own earlier answer. Our own choices: accepted with changes .25, nobody asked again .25, each time it
is used again .25 up to 1, a coach's share of a solved answer .25.

The result depends on the set of facts, never on the order they came in.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

UNIT = 10
COPY_OVER = 0.8
COPY_FACTOR = 0.2
IN_TIME_FACTOR = 1.1
PAIR_DAYS = timedelta(days=30)
DAY_CAP = 25
"""Scored answers a day."""

QUALITY = {"solved": 1.0, "accepted": 0.5, "edited": 0.25, "quiet": 0.25, "reused": 0.25, "coached": 0.25}
_VOTES = frozenset(QUALITY)


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that came of an answer; see `PointsFact` for the fields."""

    member: int
    answer: int
    share: str
    kind: str
    rater: str
    pair: str
    sworn: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class Worth:
    """What an answer is worth by itself."""

    difficulty: float = 0.5
    overlap: float = 0.0
    in_time: bool = False

    @property
    def novelty(self) -> float:
        return COPY_FACTOR if self.overlap > COPY_OVER else 1.0


@dataclass(frozen=True, slots=True)
class Void:
    """Votes of a pair in a span of time that a person has set aside."""

    pair: str
    since: datetime
    until: datetime

    def covers(self, fact: Fact) -> bool:
        return fact.pair == self.pair and self.since <= fact.at <= self.until


Unit = tuple[int, int, str]
"""member, answer, share"""


@dataclass(frozen=True, slots=True)
class Score:
    """What a unit is worth now, and why. `reason` and `at` are those of its best vote; `first`: when it first counted.

    The reason is empty when nothing counts. `lost` says what took votes away: void, reopened, or nothing did.
    """

    points: int
    reason: str
    at: datetime
    first: datetime
    day: date
    parts: Mapping[str, Any]
    lost: str = ""
    capped: bool = False


def points_of(worth: Worth, quality: float) -> int:
    """The formula itself, in whole points."""
    bonus = IN_TIME_FACTOR if worth.in_time else 1.0
    return round(UNIT * (1 + 2 * worth.difficulty) * quality * worth.novelty * bonus)


def score(
    facts: Sequence[Fact], *, member: int, worth: Mapping[int, Worth], voids: Iterable[Void], zone: ZoneInfo
) -> dict[Unit, Score]:
    """Every unit of one member. `facts`: the member's own, and others' votes of the same pairs, which only weigh."""
    void, once = list(voids), list(dict.fromkeys(facts))
    counting = [fact for fact in once if not any(one.covers(fact) for one in void)]
    earlier = _Pairs(counting)
    units: dict[Unit, list[Fact]] = defaultdict(list)
    for fact in once:
        if fact.member == member:
            units[(member, fact.answer, fact.share)].append(fact)
    alive = set(counting)
    found = {
        unit: _score_unit(unit, theirs, alive, earlier, worth.get(unit[1], Worth()), zone)
        for unit, theirs in units.items()
    }
    return _capped({unit: one for unit, one in found.items() if one is not None})


class _Pairs:
    """Votes by pair and time, to count the earlier ones."""

    def __init__(self, facts: Iterable[Fact]) -> None:
        votes: dict[str, dict[int, datetime]] = defaultdict(dict)
        for fact in facts:
            if fact.pair and not fact.sworn and fact.kind in _VOTES:
                first = votes[fact.pair].get(fact.answer)
                votes[fact.pair][fact.answer] = min(first, fact.at) if first else fact.at
        self._votes = {
            pair: sorted((at, answer) for answer, at in rows.items()) for pair, rows in votes.items()
        }

    def weight(self, fact: Fact) -> float:
        """1/(1 + n): n answers the two have voted on in the 30 days before this one."""
        rows = self._votes.get(fact.pair, ())
        if fact.sworn or not rows:
            return 1.0
        mine = next(row for row in rows if row[1] == fact.answer)
        return 1 / (1 + bisect_left(rows, mine) - bisect_left(rows, (mine[0] - PAIR_DAYS, 0)))


def _score_unit(
    unit: Unit, facts: Sequence[Fact], alive: set[Fact], pairs: _Pairs, worth: Worth, zone: ZoneInfo
) -> Score | None:
    """What one unit is worth before the day's limit; None where nothing was ever won."""
    votes = [fact for fact in facts if fact.kind in _VOTES]
    if not votes:
        return None
    reopened = max((fact.at for fact in facts if fact.kind == "reopened"), default=None)
    ended = {fact for fact in votes if _ends(fact) and reopened and fact.at < reopened}
    good = [fact for fact in votes if fact in alive and fact not in ended]
    lost = "void" if any(fact not in alive for fact in votes) else "reopened" if ended else ""
    if not good:
        last = max(fact.at for fact in facts)
        first = min(fact.at for fact in votes)
        return Score(0, "", last, first, _day(first, zone), {}, lost)
    weighed = [(QUALITY[fact.kind] * pairs.weight(fact), fact) for fact in good]
    best_quality, best = max(weighed, key=lambda pair: (pair[0], -pair[1].at.timestamp(), pair[1].rater))
    quality = _together(weighed) if unit[2] == "reused" else best_quality
    parts = {
        "difficulty": round(worth.difficulty, 4), "quality": round(quality, 4), "novelty": worth.novelty,
        "weight": round(pairs.weight(best), 4), "in_time": worth.in_time,
    }  # fmt: skip
    first = min(fact.at for fact in good)
    return Score(points_of(worth, quality), best.kind, best.at, first, _day(first, zone), parts, lost)


def _together(weighed: Iterable[tuple[float, Fact]]) -> float:
    """What everybody who used it again adds up to, each person once; at most a solved question."""
    by_rater: dict[str, float] = {}
    for quality, fact in weighed:
        by_rater[fact.rater] = max(quality, by_rater.get(fact.rater, 0.0))
    return min(1.0, math.fsum(by_rater.values()))


def _ends(fact: Fact) -> bool:
    """Whether a reopened question takes this back: what was accepted by a reader stays."""
    return fact.kind in {"solved", "quiet", "coached"}


def _day(at: datetime, zone: ZoneInfo) -> date:
    return at.astimezone(zone).date()


def _capped(units: Mapping[Unit, Score]) -> dict[Unit, Score]:
    """The first so many of each day keep their points; who comes later moves up when one before falls away."""
    found = dict(units)
    days: dict[date, list[tuple[datetime, Unit]]] = defaultdict(list)
    for unit, one in units.items():
        if one.points:
            days[one.day].append((one.first, unit))
    for rows in days.values():
        for _first, unit in sorted(rows)[DAY_CAP:]:
            over = {**units[unit].parts, "over": units[unit].points}
            found[unit] = replace(units[unit], points=0, parts=over, capped=True)
    return found
