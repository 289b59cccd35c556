"""What came of a run, as numbers."""

from __future__ import annotations

from dataclasses import dataclass
from math import nan

import numpy as np
from numpy.typing import NDArray

from chimein.planner.simulation import Case, State, World

MINUTE = 60.0

HEADLINE = (
    "median_minutes", "mean_minutes", "p90_minutes", "answered_within_15_min", "answered_within_120_min",
    "crowd_share", "right_skill_share", "notifications_per_helper_day", "gini_load", "desk_utilisation",
    "risky_to_crowd", "desk_items_day",
)  # fmt: skip
"""The figures every report has, in this order. Shares are 0 to 1, times minutes from the question to its answer."""


@dataclass(frozen=True, slots=True)
class Answered:
    """Times to the answer of every question of a run, in minutes; what never got one counts as waiting to the end."""

    minutes: NDArray[np.float64]
    done: NDArray[np.bool_]


def times(world: World) -> Answered:
    """In order of arrival."""
    done = np.array([case.state is State.ANSWERED for case in world.cases], bool)
    at = np.array([min(case.answered_at, world.now) for case in world.cases], float)
    came = np.array([case.item.at for case in world.cases], float)
    return Answered(minutes=np.maximum(at - came, 0) / MINUTE, done=done)


def figures(world: World) -> dict[str, float]:
    """All figures of a run: the headline first."""
    cases, days = world.cases, world.scenario.length
    if not cases:
        return dict.fromkeys(HEADLINE, 0.0)
    spent = times(world)
    crowd = [case for case in cases if case.state is State.ANSWERED and case.by >= 0]
    risky = [case for case in cases if case.item.risky]
    pages = world.pages / days
    per_question = world.pages.sum() / len(cases)
    found = {
        "median_minutes": float(np.median(spent.minutes)),
        "mean_minutes": float(np.mean(spent.minutes)),
        "p90_minutes": float(np.percentile(spent.minutes, 90)),
        "answered_within_15_min": float(np.mean(spent.done & (spent.minutes <= 15))),
        "answered_within_120_min": float(np.mean(spent.done & (spent.minutes <= 120))),
        "crowd_share": len(crowd) / len(cases),
        "right_skill_share": _share(_specialist(world, case) for case in crowd),
        "notifications_per_helper_day": float(pages.mean()) if pages.size else 0.0,
        "gini_load": gini(world.pages),
        "desk_utilisation": _use(world),
        "risky_to_crowd": _share(case.shown_untrusted for case in risky),
        "desk_items_day": sum(c.state is State.ANSWERED and c.by < 0 for c in cases) / days,
        "good_share": _share(case.good for case in crowd),
        "notifications_per_question": float(per_question),
        "notifications_p99_helper_day": float(np.percentile(pages, 99)) if pages.size else 0.0,
        "opened_share": world.opened_pages / max(int(world.pages.sum()), 1),
        "answers_per_notification": len(crowd) / max(int(world.pages.sum()), 1),
        "gini_answers": gini(world.answers),
        "expired_claims_day": world.expired / days,
        "overload_share": world.desk.overload_s / (days * 86_400),
        "risky_answered_by_untrusted": world.unreviewed_by_coached / days,
        "risky_published_unreviewed_day": world.risky_by_untrusted / days,
        "unanswered": float(np.sum(~spent.done)),
        "questions_day": len(cases) / days,
    }
    return {name: (0.0 if value != value else value) for name, value in found.items()}  # noqa: PLR0124 - nan


def _share(holds: object) -> float:
    values = [bool(one) for one in holds]  # type: ignore[attr-defined]
    return sum(values) / len(values) if values else nan


def _specialist(world: World, case: Case) -> bool:
    return bool(world.people.specialist[case.item.topic, case.by])


def _use(world: World) -> float:
    paid = world.desk.paid_s(world.scenario.length)
    return world.desk.used_s / paid if paid else 0.0


def gini(counts: NDArray[np.int64]) -> float:
    """How unevenly something is spread: 0 all alike, near 1 all on one. 0 when there is nothing."""
    total = counts.sum()
    if not total:
        return 0.0
    ordered = np.sort(counts)
    ranks = np.arange(1, ordered.size + 1)
    return float((2 * ranks - ordered.size - 1) @ ordered / (ordered.size * total))
