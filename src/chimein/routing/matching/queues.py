"""In which order waiting questions are taken, by helpers and at the desk, and when the desk steps in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

from chimein.routing.matching.settings import Settings

_LATE_HOURS = 4.0
_MINUTE = 60.0


def weight_of(
    *, followed_by_many: bool = False, spreading: bool = False, again_within_48h: bool = False
) -> float:
    """How much a question counts: never less than 1 for anybody."""
    return 1.0 + 3.0 * followed_by_many + spreading + again_within_48h


def urgency(weight: float, slack_s: float, settings: Settings) -> float:
    """Weighted slack: the earliest deadline first, with c-mu weights (van Mieghem 1995). `slack_s` is left till due."""
    return weight / max(slack_s / _MINUTE + settings.urgency_slack_min, settings.urgency_least_min)


def pull_score(capability: float, weight: float, slack_s: float, settings: Settings) -> float:
    """The order in which somebody who looks for a question sees them: highest first."""
    return capability * capability * urgency(weight, slack_s, settings)


def may_see(capability: float, age_s: float, settings: Settings) -> bool:
    """In the first minutes a question is shown only to people who probably know the answer."""
    return age_s >= settings.matched_first_s or capability >= settings.matched_first_capability


def desk_due(arrived_at: float, sla_s: float, weight: float) -> float:
    """By when the desk should answer: heavier ones sooner."""
    return arrived_at + sla_s / sqrt(max(weight, 1.0))


def assist_at(
    arrived_at: float, sla_s: float, settings: Settings, *, vip: bool = False, doubtful: bool = False
) -> float:
    """When an open question goes to the desk if somebody there is idle: while the desk can still make it.

    Doubtful questions go sooner, since fewer people may take them.
    """
    leads = [settings.assist_lead_min]
    leads += [settings.assist_lead_vip_min] * vip + [settings.assist_lead_doubtful_min] * doubtful
    return arrived_at + max(0.0, sla_s - max(leads) * _MINUTE)


def may_assist(idle_agents: int, settings: Settings) -> bool:
    """Whether the desk has somebody to spare beyond its reserve."""
    return idle_agents > settings.desk_reserve


def overloaded(overdue: int, answered_30_min: int, agents: int, settings: Settings) -> bool:
    """Whether more is overdue than can be caught up with; then the earliest deadline first would make all late."""
    return overdue > settings.overload_base + answered_30_min + settings.overload_per_agent * agents


@dataclass(slots=True)
class Waiting:
    """An item in the desk's queue. `first`: critical or VIP, before all others when overloaded."""

    key: int
    arrived_at: float
    due_at: float
    weight: float = 1.0
    first: bool = False


def next_for_desk(
    waiting: Sequence[Waiting], *, now: float, overload: bool, picks: int, settings: Settings
) -> int | None:
    """Position of what the desk takes next; `picks` counts what it has taken so far.

    Ordinarily the earliest deadline. When overloaded: critical and VIP, then what can still be made by urgency,
    the overdue at a hundredth of their weight; every fifth pick is the oldest, so that nobody starves.
    """
    if not waiting:
        return None
    if not overload:
        return min(range(len(waiting)), key=lambda i: (waiting[i].due_at, waiting[i].key))
    if picks % settings.overload_oldest_every == settings.overload_oldest_every - 1:
        return min(range(len(waiting)), key=lambda i: (waiting[i].arrived_at, waiting[i].key))
    return max(range(len(waiting)), key=lambda i: _under_load(waiting[i], now, settings))


def _under_load(item: Waiting, now: float, settings: Settings) -> tuple[bool, float, int]:
    late = now - item.due_at
    weight = item.weight
    if late > 0:
        weight *= settings.overload_late_weight * (1 + late / 3600 / _LATE_HOURS)
    return item.first, urgency(weight, max(-late, 0.0), settings), -item.key
