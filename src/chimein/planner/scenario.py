"""One question to the planner: who helps, who sits at the desk, what comes in, and by which rules."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import ceil
from statistics import NormalDist

from chimein.planner.response import Response
from chimein.planner.traffic import BUILT_IN, YEARLY, Profile
from chimein.routing.matching.settings import DEFAULT, Settings
from chimein.routing.policies.registry import PRODUCT

SHIFTS = 3
"""Night from 0, day from 8, evening from 16 o'clock."""
_NIGHT_PART = 0.25
_USE = 0.5


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
    shifts: tuple[int, int, int] | None = None
    """Agents at night, by day, in the evening, where the rule above does not fit."""
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
        if self.shifts is not None:
            return self.shifts
        given = self.traffic.desk if self.desk is None else self.desk
        by_day = usual_desk(self.traffic, self.response) if given is None else given
        return ceil(by_day * _NIGHT_PART), by_day, by_day


def usual_desk(traffic: Profile, response: Response) -> int:
    """Agents by day so that what the gate sends uses half of their time; two at least."""
    hours_needed = traffic.wanted_per_day * _certain(traffic, response) * response.desk_handling / 60
    agents = 2
    while hours_needed > _USE * 8 * (2 * agents + ceil(agents * _NIGHT_PART)):
        agents += 1
    return agents


def _certain(traffic: Profile, response: Response) -> float:
    """The share that a single threshold of one standard deviation sends to the desk."""
    normal = NormalDist()
    return (1 - traffic.risky) * (1 - normal.cdf(1)) + traffic.risky * (
        1 - normal.cdf(1 - response.risk_distance)
    )
