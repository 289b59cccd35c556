"""One question to the planner: who helps, who sits at the desk, what comes in, and by which rules."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import ceil

from chimein.planner.response import Response
from chimein.planner.traffic import BUILT_IN, YEARLY, Profile
from chimein.routing.matching.settings import DEFAULT, Settings
from chimein.routing.policies.registry import PRODUCT

SHIFTS = 3
"""Night from 0, day from 8, evening from 16 o'clock."""
_NIGHT_PART = 0.25
_USE = 0.55
_FALSE_AND_RIGHT = 0.29
"""Share of messages that the default gate sends to the desk."""


@dataclass(frozen=True, slots=True)
class Gate:
    """Two thresholds on the risk score, in standard deviations of harmless messages.

    At `high` and above: desk. From `low` on: people trusted with doubtful questions, if `doubtful_lane`, else desk.
    None of `doubtful_lane`: on when the desk would be used more than half and there are 500 such people.
    """

    low: float = 0.5
    high: float = 1.6
    doubtful_lane: bool | None = None


@dataclass(frozen=True, slots=True)
class Scenario:
    """`desk`: agents by day and in the evening, at night a quarter; None: what the traffic usually needs."""

    helpers: int = 600
    desk: int | None = None
    traffic: Profile = BUILT_IN[YEARLY]
    days: int | None = None
    policy: str = PRODUCT
    settings: Settings = DEFAULT
    response: Response = field(default_factory=Response)
    gate: Gate = Gate()
    assist: bool = True
    once: bool = True
    """Near copies of an open question are answered together."""
    reviews: bool = True
    profiles: bool = True
    """Departments and topics of helpers are known."""

    @property
    def length(self) -> int:
        """Days that are simulated."""
        return self.days or self.traffic.days

    @property
    def agents(self) -> tuple[int, ...]:
        """Agents by shift: night, day, evening."""
        by_day = usual_desk(self.traffic, self.response) if self.desk is None else self.desk
        return ceil(by_day * _NIGHT_PART), by_day, by_day


def usual_desk(traffic: Profile, response: Response) -> int:
    """Agents by day so that what the gate sends uses 55 % of their time; two at least."""
    hours_needed = traffic.per_day * _FALSE_AND_RIGHT * response.desk_handling / 60
    agents = 2
    while hours_needed > _USE * 8 * (2 * agents + ceil(agents * _NIGHT_PART)):
        agents += 1
    return agents
