"""A brand's table of lanes: for each lane who, how fast, by which calendar, and what happens as time runs out.

What stands in it is data, kept in versions by `routing.lane_setups`; this module says what it means.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any

LANES = ("crisis", "vip", "desk", "expert", "crowd", "thank")
ASSIGNED = ("vip", "desk", "expert")
"""Lanes whose conversations are brought to one person at a time; the desk's also get what a lead releases."""
AUDIENCE = ("holder", "manager", "stand_in", "team", "desk", "lead")
"""Whom a step of the ladder tells: who has it or was asked · the VIP's manager and stand-in · the topic's team ·
agents on duty · leads on duty (all of them when none is)."""
ROLES = ("agent", "lead", "owner", "colleague")
MOST_MINUTES = 14 * 24 * 60
MOST_STEPS = 6
MOST_PERCENT = 1000


@dataclass(frozen=True, slots=True)
class Step:
    """One rung: after `at` percent of the time to the answer. `desk`: the conversation goes to the desk's lane."""

    at: int
    to: tuple[str, ...]
    priority: int = 0
    alarm: bool = False
    desk: bool = False

    @property
    def is_late(self) -> bool:
        """Whether the promise is broken by then."""
        return self.at >= 100


@dataclass(frozen=True, slots=True)
class LaneRules:
    """One row of the table.

    `minutes`: None is the option's. `calendar`: the clock runs in its working time; None: round the clock.
    `roles`, `teams`, `members`: who is asked, all together. `accept_minutes`: until a suggestion goes to the next.
    `seats`: how much one person is brought at a time, in conversations of weight 1.
    """

    lane: str
    minutes: int | None = None
    calendar: int | None = None
    push: bool = False
    accept_minutes: int = 3
    seats: int = 3
    roles: tuple[str, ...] = ()
    teams: tuple[int, ...] = ()
    members: tuple[int, ...] = ()
    ladder: tuple[Step, ...] = ()


@dataclass(frozen=True, slots=True)
class VipRules:
    """`followers`: from so many on somebody is a VIP (None: the lane policy has no such row).

    `manager`, `stand_in`: for whom nobody is named. `share`: at most so much of the desk's seats (percent) go to VIPs
    whose managers cannot take them, and only while nobody waits for the desk.
    """

    followers: int | None = None
    manager: int | None = None
    stand_in: int | None = None
    share: int = 20


@dataclass(frozen=True, slots=True)
class Setup:
    """A version of the table. `weights`: seats a conversation takes, by adapter or ``private``; others take 1.

    `release_hours`: so long a release of a whole topic lets new conversations of the crisis through.
    """

    lanes: Mapping[str, LaneRules]
    vip: VipRules = VipRules()
    weights: Mapping[str, float] = field(default_factory=dict)
    release_hours: int = 4
    version: int = 0

    def weight(self, adapter: str, *, private: bool) -> float:
        """How many seats a conversation takes."""
        own = self.weights.get(adapter, 1.0)
        return self.weights.get("private", own) if private else own

    @property
    def rows(self) -> list[LaneRules]:
        """The lanes in the order of the table."""
        return [self.lanes[lane] for lane in LANES]


_WARN = Step(80, ("holder",))
_LATE = Step(100, ("lead",), priority=1)
_DESK_WARN = Step(80, ("holder", "desk"))
DEFAULT = Setup(
    {
        "crisis": LaneRules(
            "crisis", ladder=(Step(50, ("lead",)), Step(100, ("lead", "desk"), 1, alarm=True)), seats=2
        ),
        "vip": LaneRules(
            "vip", push=True, accept_minutes=2, seats=3, roles=("lead",),
            ladder=(Step(80, ("manager", "stand_in")), Step(100, ("lead", "stand_in"), 1)),
        ),
        "desk": LaneRules(
            "desk", push=True, seats=3, roles=("agent",),
            ladder=(_DESK_WARN, _LATE, Step(200, ("lead",), 1)),
        ),
        "expert": LaneRules(
            "expert", push=True, accept_minutes=5, seats=2, roles=("colleague",),
            ladder=(Step(80, ("holder", "team")), Step(100, ("lead",), 1, desk=True)),
        ),
        "crowd": LaneRules("crowd", ladder=(_WARN, _LATE)),
        "thank": LaneRules("thank"),
    }
)  # fmt: skip
"""What a brand starts with."""


def from_json(table: Mapping[str, Any], *, version: int) -> Setup:
    """A setup from its stored form. Raises ValueError, naming the lane, when something makes no sense."""
    try:
        lanes = {name: _lane(name, table["lanes"].get(name)) for name in LANES}
        setup = Setup(
            lanes, VipRules(**table.get("vip", {})), dict(table.get("weights", {})),
            table.get("release_hours", DEFAULT.release_hours), version,
        )  # fmt: skip
        _check(setup)
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"the table cannot be read: {error}") from error
    return setup


def _lane(name: str, stored: Mapping[str, Any] | None) -> LaneRules:
    if stored is None:
        return DEFAULT.lanes[name]
    known = {one.name for one in fields(LaneRules)} - {"lane", "ladder"}
    given: dict[str, Any] = {
        key: tuple(value) if isinstance(value, list) else value
        for key, value in stored.items()
        if key in known
    }
    ladder = tuple(Step(**{**step, "to": tuple(step["to"])}) for step in stored.get("ladder", ()))
    made = LaneRules(name, ladder=ladder, **given)
    _check_lane(made)
    return made


def _check_lane(row: LaneRules) -> None:
    numbers = {"accept_minutes": (row.accept_minutes, 1, 120), "seats": (row.seats, 1, 50)}
    if row.minutes is not None:
        numbers["minutes"] = (row.minutes, 1, MOST_MINUTES)
    for name, (value, least, most) in numbers.items():
        _whole(f"{row.lane}: {name}", value, least, most)
    if set(row.roles) - set(ROLES):
        raise ValueError(f"{row.lane}: there is no such role")
    _check_ladder(row)


def _check_ladder(row: LaneRules) -> None:
    if len(row.ladder) > MOST_STEPS:
        raise ValueError(f"{row.lane}: at most {MOST_STEPS} steps")
    for before, step in zip((None, *row.ladder), row.ladder, strict=False):
        _whole(f"{row.lane}: at", step.at, 1, MOST_PERCENT)
        _whole(f"{row.lane}: priority", step.priority, 0, 5)
        if before and step.at <= before.at:
            raise ValueError(f"{row.lane}: the steps go up")
        if not step.to or set(step.to) - set(AUDIENCE):
            raise ValueError(f"{row.lane}: a step tells somebody")
        if step.desk and row.lane not in {"expert"}:
            raise ValueError(f"{row.lane}: only what experts leave goes to the desk by a step")


def _check(setup: Setup) -> None:
    _whole("vip: share", setup.vip.share, 0, 100)
    _whole("crisis: release_hours", setup.release_hours, 1, 24 * 14)
    if setup.vip.followers is not None:
        _whole("vip: followers", setup.vip.followers, 1, 10**10)
    if any(not 0 < weight <= 20 for weight in setup.weights.values()):
        raise ValueError("a conversation takes more than 0 and at most 20 seats")


def _whole(name: str, value: object, least: int, most: int) -> None:
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise ValueError(f"{name} is a whole number from {least} to {most}")


def to_json(setup: Setup) -> dict[str, Any]:
    """The stored form of a setup."""
    return {
        "lanes": {row.lane: {k: v for k, v in asdict(row).items() if k != "lane"} for row in setup.rows},
        "vip": asdict(setup.vip),
        "weights": dict(setup.weights),
        "release_hours": setup.release_hours,
    }
