"""Whom a desk brings what next: the rule alone, without a database, so that it can be simulated as it is.

The longest idle of those who speak the language and know the topic, with a free seat; first whoever answered before.
Persons above the VIP threshold go to their manager. When managers cannot, others of the desk help, but only with spare
seats: small accounts never wait because somebody with a name came.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from chimein.routing.matching import queues
from chimein.routing.matching.settings import DEFAULT, Settings

_RESERVE = 0.25
"""The share of the desk's people who stay free when VIPs overflow to it, and at least one of them."""
_PATIENCE = 0.5
"""The share of the time after which a VIP does not wait for a busy manager, and an expert question for a specialist."""


@dataclass(slots=True)
class Person:
    """Somebody on duty. `seats`: lane → how much they are brought at a time, in conversations of weight 1.

    `load`: what they have of each lane. `idle_since`: seconds since the epoch. `missed`: let the last one lie.
    Without languages somebody speaks them all.
    """

    id: int
    seats: dict[str, float]
    load: dict[str, float] = field(default_factory=dict)
    languages: frozenset[str] = frozenset()
    topics: frozenset[str] = frozenset()
    idle_since: float = 0.0
    missed: bool = False

    def used(self, lane: str) -> float:
        return self.load.get(lane, 0.0)

    def fits(self, lane: str, weight: float) -> bool:
        """Whether there is a free seat; one heavy conversation fits an empty desk of any size."""
        used = self.used(lane)
        return lane in self.seats and (used + weight <= self.seats[lane] + 1e-9 or not used)


@dataclass(frozen=True, slots=True)
class Task:
    """A conversation that waits for somebody. Times in seconds since the epoch; `weight`: seats it takes.

    `importance`: at least 1 for anybody. `asked`: who let it lie a moment ago. `manager`, `stand_in`: a VIP's.
    """

    id: int
    lane: str
    arrived_at: float
    due_at: float
    weight: float = 1.0
    importance: float = 1.0
    first: bool = False
    language: str = ""
    topic: str = ""
    sticky: int | None = None
    manager: int | None = None
    stand_in: int | None = None
    asked: frozenset[int] = frozenset()

    def is_pressing(self, now: float) -> bool:
        return now >= self.arrived_at + _PATIENCE * (self.due_at - self.arrived_at)


@dataclass(frozen=True, slots=True)
class Pick:
    """Who is brought what. `why`: sticky, manager, stand_in, skill, idle or spare."""

    task: int
    person: int
    lane: str
    why: str


@dataclass(slots=True)
class Desk:
    """The people on duty, filled up as tasks are handed out.

    `share`: percent of the desk's seats that VIPs may use. `picks`: how many were handed out before, for fairness.
    """

    people: Sequence[Person]
    share: int = 20
    overload: bool = False
    picks: int = 0
    settings: Settings = DEFAULT

    def assign(self, tasks: Iterable[Task], *, now: float) -> list[Pick]:
        """Hand out what can be handed out, in order; the people's load grows with it."""
        by_lane: dict[str, list[Task]] = {"vip": [], "desk": [], "expert": []}
        for task in tasks:
            by_lane[task.lane].append(task)
        made: list[Pick] = []
        vips = [task for task in _by_due(by_lane["vip"]) if not self._to_manager(task, made, now)]
        left = self._to_desk(by_lane["desk"], made, now)
        for task in _by_due(by_lane["expert"]):
            self._to_expert(task, made, now)
        if not left:
            for task in vips:
                self._to_spare(task, made, now)
        return made

    # -------------------------------------------------------- lanes
    def _to_manager(self, task: Task, made: list[Pick], now: float) -> bool:
        """Whether it is seen to: brought to somebody, or worth a little waiting for who knows the person."""
        named = {person.id: person for person in self.people}
        for role, member in (("manager", task.manager), ("stand_in", task.stand_in)):
            person = named.get(member) if member is not None else None
            if person is None or person.id in task.asked:
                continue
            if person.fits("vip", task.weight):
                return self._take(task, person, "vip", role, made)
            if not task.is_pressing(now):
                return True
        person = self._choose(task, "vip")
        return person is not None and self._take(task, person, "vip", self._why(task, person), made)

    def _to_desk(self, tasks: list[Task], made: list[Pick], now: float) -> list[Task]:
        """Those for whom nobody has a seat."""
        waiting = {task.id: task for task in tasks}
        line = [queues.Waiting(t.id, t.arrived_at, t.due_at, t.importance, t.first) for t in tasks]
        left = []
        while line and self._has_seat("desk"):
            place = queues.next_for_desk(
                line, now=now, overload=self.overload, picks=self.picks, settings=self.settings
            )
            assert place is not None
            task = waiting.pop(line.pop(place).key)
            person = self._choose(task, "desk")
            if person is None:
                left.append(task)
                continue
            self.picks += 1
            self._take(task, person, "desk", self._why(task, person), made)
        return [*left, *waiting.values()]

    def _to_expert(self, task: Task, made: list[Pick], now: float) -> None:
        person = self._choose(task, "expert", skilled=bool(task.topic) and not task.is_pressing(now))
        if person is not None:
            self._take(task, person, "expert", self._why(task, person), made)

    def _to_spare(self, task: Task, made: list[Pick], now: float) -> None:
        """A VIP whom no manager can take: within the cap, while the desk has somebody to spare."""
        desk = [person for person in self.people if "desk" in person.seats]
        allowed = self.share / 100 * sum(person.seats["desk"] for person in desk)
        used = sum(person.used("spare") for person in desk)
        free = [person for person in desk if not person.used("desk")]
        if used + task.weight > allowed + 1e-9 or len(free) <= max(1.0, _RESERVE * len(desk)):
            return
        person = self._choose(task, "desk")
        if person is not None:
            person.load["spare"] = person.used("spare") + task.weight
            self._take(task, person, "desk", "spare", made)

    # -------------------------------------------------------- people
    def _has_seat(self, lane: str) -> bool:
        return any(lane in person.seats and person.used(lane) < person.seats[lane] for person in self.people)

    def _choose(self, task: Task, lane: str, *, skilled: bool = False) -> Person | None:
        """The longest idle with a free seat who fits best."""
        able = [
            person
            for person in self.people
            if person.fits(lane, task.weight)
            and person.id not in task.asked
            and (not skilled or task.topic in person.topics or person.id == task.sticky)
        ]
        return min(able, key=lambda person: self._rank(task, person, lane), default=None)

    @staticmethod
    def _rank(task: Task, person: Person, lane: str) -> tuple[float, ...]:
        speaks = not task.language or not person.languages or task.language in person.languages
        return (
            person.id != task.sticky, person.missed, not speaks, task.topic not in person.topics,
            person.used(lane) / person.seats[lane], person.idle_since, person.id,
        )  # fmt: skip

    @staticmethod
    def _why(task: Task, person: Person) -> str:
        if person.id == task.sticky:
            return "sticky"
        return "skill" if task.topic and task.topic in person.topics else "idle"

    @staticmethod
    def _take(task: Task, person: Person, lane: str, why: str, made: list[Pick]) -> bool:
        person.load[lane] = person.used(lane) + task.weight
        made.append(Pick(task.id, person.id, lane, why))
        return True


def _by_due(tasks: Iterable[Task]) -> list[Task]:
    return sorted(tasks, key=lambda task: (task.due_at, task.id))
