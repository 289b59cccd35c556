"""The discrete-event simulation: questions arrive, the product's own code decides whom to ask, people behave as the
response model says. `crowdside` holds what helpers do, `deskside` what agents do.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum

import numpy as np

from chimein.planner.desk import Desk
from chimein.planner.draws import About, uniform
from chimein.planner.people import People, crowd
from chimein.planner.scenario import Scenario
from chimein.planner.traffic import DAY_S, HOUR_S, Item, arrivals
from chimein.routing.matching import queues
from chimein.routing.matching.budget import Bucket
from chimein.routing.matching.facts import Question
from chimein.routing.policies import registry

SLA_S = 15 * 60.0
GROUP_S = 6 * HOUR_S
DRAIN_DAYS = 2


class State(Enum):
    """Of a question. Somebody holds it when CLAIMED, agents when DESK."""

    OPEN = "open"
    CLAIMED = "claimed"
    REVIEW = "review"
    DESK = "desk"
    JOINED = "joined"
    ANSWERED = "answered"


@dataclass(slots=True)
class Case:
    """A question on its way through the simulation."""

    item: Item
    question: Question
    state: State = State.OPEN
    rings: int = 0
    late_ring: bool = False
    """A ring came due while somebody held the claim."""
    timer: float = -1.0
    holder: int = -1
    fence: int = 0
    answered_at: float = np.inf
    by: int = -1
    """The helper who answered; -1: the desk."""
    good: bool = False
    at_desk: bool = False
    wants_assist: bool = False
    considered: set[int] = field(default_factory=set)
    joined: list[int] = field(default_factory=list)
    offers: int = 0
    shown_untrusted: bool = False


class Broken(AssertionError):
    """A rule that must always hold was broken."""


Action = Callable[..., None]


class World:
    """State and clock of one run. The same scenario and seed give the same run."""

    def __init__(self, scenario: Scenario, seed: int) -> None:
        self.scenario, self.seed = scenario, seed
        self.response, self.settings = scenario.response, scenario.settings
        days = scenario.length
        self.items = arrivals(scenario.traffic, days=days, response=self.response, seed=seed)
        self.people: People = crowd(
            scenario.helpers, len(scenario.traffic.topics), response=self.response, seed=seed,
            profiles=scenario.profiles, declared=scenario.traffic.declared,
        )  # fmt: skip
        self.facts = self.people.facts
        self.policy = registry.named(scenario.policy, self.settings)
        self.bucket = Bucket.full(scenario.helpers, 0.0, self.settings)
        self.desk = Desk(scenario.agents, self.settings)
        self.staffed = sum(scenario.agents) > 0
        self.cases: list[Case] = []
        self.open: dict[int, Case] = {}
        self.assistable: dict[int, Case] = {}
        self.holding: dict[int, int] = {}
        self.pages = np.zeros(scenario.helpers, np.int64)
        self.answers = np.zeros(scenario.helpers, np.int64)
        self.useless = 0
        self.opened_pages = 0
        self.expired = 0
        self.risky_by_untrusted = 0
        self.unreviewed_by_coached = 0
        self.now = 0.0
        self.end = days * DAY_S
        self.unanswered = 0
        self._heap: list[tuple[float, int, Action, tuple[object, ...]]] = []
        self._number = 0

    # ------------------------------------------------------------ the clock
    def at(self, when: float, action: Action, *what: object) -> None:
        """Do that then."""
        self._number += 1
        heapq.heappush(self._heap, (max(when, self.now), self._number, action, what))

    def run(self, progress: Callable[[float], None] | None = None) -> None:
        """Until all is answered, at most two days after the last arrival."""
        limit = self.end + DRAIN_DAYS * DAY_S
        steps = 0
        while self._heap:
            when, _, action, what = heapq.heappop(self._heap)
            if when > limit or (when > self.end and not self.unanswered):
                break
            self.now = when
            action(*what)
            steps += 1
            if progress and not steps % 2000:
                progress(min(when / self.end, 1.0))
        if progress:
            progress(1.0)

    def u(self, about: About, first: int, second: int = 0) -> float:
        """Chance between 0 and 1, the same in every run with this seed."""
        return uniform(self.seed, about, first, second)

    # ------------------------------------------------------------ questions
    def doubtful_lane(self) -> bool:
        """Whether doubtful questions go to trusted people rather than to the desk."""
        gate = self.scenario.gate
        if gate.doubtful_lane is not None:
            return gate.doubtful_lane
        trusted = self.scenario.helpers * self.response.trusted_doubtful
        return trusted >= 500 and self._desk_need() > 0.5

    def _desk_need(self) -> float:
        """The share of the desk's time that the lower threshold alone would use."""
        of_desk = sum(item.risk >= self.scenario.gate.low for item in self.items)
        paid = self.desk.paid_s(self.scenario.length)
        return of_desk * self.response.desk_handling * 60 / paid if paid else 0.0


def new_case(item: Item, *, doubtful: bool) -> Case:
    """The question as matching sees it."""
    weight = queues.weight_of(followed_by_many=item.vip, again_within_48h=item.again)
    return Case(
        item=item,
        question=Question(
            id=item.id, topic=item.topic, arrived_at=item.at, difficulty=item.estimate, weight=weight,
            doubtful=doubtful, praise=item.praise, vip=item.vip, sla_s=SLA_S,
        ),
    )  # fmt: skip
