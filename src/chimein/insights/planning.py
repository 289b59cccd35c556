"""Questions to the planner: asked by a lead, one at a time per brand, done by a worker, kept to be compared."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from chimein.core import db
from chimein.core.actor import Actor
from chimein.core.errors import Conflict, NotAllowed, UserError
from chimein.core.events import Fact, emit
from chimein.insights import events
from chimein.insights.models import PlannerRun

PLAN_CHANNEL = "chimein_plan"
MOST_HELPERS, MOST_DESK, MOST_QUESTIONS, MOST_BUDGET = 5_000, 60, 1_000_000, 20
KEPT = 30
"""Answers that are kept; older ones are forgotten."""
LEAST_OWN = 50
_OWN_DAYS = 28
_YEAR_DAYS = 365.25
Stage = PlannerRun.Stage


@dataclass(frozen=True, slots=True)
class Own:
    """A brand's own traffic: messages a day that wanted an answer, by hour of its day and by day of the week."""

    per_day: float
    hours: list[int]
    week: list[int]
    messages: int

    @property
    def per_year(self) -> int:
        return round(self.per_day * _YEAR_DAYS)


_OWN = """
SELECT extract(isodow FROM t.hour AT TIME ZONE %(zone)s)::int - 1, extract(hour FROM t.hour AT TIME ZONE %(zone)s)::int,
       sum(CASE WHEN t.metric = 'received' THEN t.count ELSE -t.count END), min(t.hour)
FROM insights_tally t
WHERE t.brand_id = %(brand)s AND t.metric IN ('received', 'no_reply') AND t.hour >= %(since)s AND t.hour < %(until)s
GROUP BY 1, 2
"""


def own_traffic(*, brand_id: int, timezone: str, now: datetime) -> Own | None:
    """The last four weeks; None when fewer than fifty messages came in."""
    params = {"brand": brand_id, "zone": timezone, "since": now - timedelta(days=_OWN_DAYS), "until": now}
    rows = db.fetch(_OWN, params)
    hours, week = [0] * 24, [0] * 7
    for day, hour, count, _first in rows:
        hours[hour] += max(0, int(count))
        week[day] += max(0, int(count))
    total = sum(hours)
    if total < LEAST_OWN:
        return None
    days = max((now - min(first for *_rest, first in rows)) / timedelta(days=1), 1.0)
    return Own(per_day=total / days, hours=hours, week=week if days >= 14 else [1] * 7, messages=total)


def ask(
    *, actor: Actor, helpers: int, desk: int, questions: int, own: bool, budget: float, now: datetime
) -> PlannerRun:
    """A lead wants to know. Raises UserError for numbers out of range, Conflict while another question is open."""
    if not actor.is_lead:
        raise NotAllowed(_("Only a lead may ask the planner."))
    within = (helpers, MOST_HELPERS), (desk, MOST_DESK), (questions, MOST_QUESTIONS), (budget, MOST_BUDGET)
    if not all(0 <= value <= most for value, most in within):
        raise UserError(_("One of the numbers is out of its range."))
    with db.atomic():
        run, made = PlannerRun.objects.get_or_create(
            brand_id=actor.brand_id, ended_at=None,
            defaults={
                "asked_by_id": actor.membership_id, "asked_at": now, "helpers": helpers, "desk": desk,
                "questions": questions, "budget": budget,
                "traffic": PlannerRun.Traffic.OWN if own else PlannerRun.Traffic.YEARLY,
            },
        )  # fmt: skip
        if not made:
            raise Conflict(_("The planner is still busy with another question."))
        emit(Fact(events.PLAN_ASKED, now, actor.label, actor.brand_id, data={"run": run.pk}))
        db.notify(PLAN_CHANNEL)
    return run


def stop(*, actor: Actor, run_id: int, now: datetime) -> None:
    """The lead does not want to wait; the worker notices within a second. Raises Conflict when it has ended."""
    if not actor.is_lead:
        raise NotAllowed(_("Only a lead may ask the planner."))
    if not end(run_id, brand_id=actor.brand_id, stage=Stage.STOPPED, now=now, by=actor.label):
        raise Conflict(_("The planner has ended already."))


def progress(run_id: int, share: float) -> bool:
    """How far it has got; False when it is not wanted any more."""
    rows = PlannerRun.objects.filter(pk=run_id, ended_at=None)
    return bool(rows.update(stage=Stage.RUNNING, share=min(max(share, 0.0), 1.0)))


def end(
    run_id: int, *, brand_id: int, stage: str, now: datetime, by: str = "system:planner",
    figures: dict[str, Any] | None = None, error: str = "",
) -> bool:  # fmt: skip
    """Keep what came of it; False when it had ended before. The oldest answers are forgotten."""
    with db.atomic():
        rows = PlannerRun.objects.filter(pk=run_id, brand_id=brand_id, ended_at=None)
        if not rows.update(stage=stage, share=1.0, ended_at=now, figures=figures or {}, error=error[:200]):
            return False
        emit(Fact(events.PLAN_ENDED, now, by, brand_id, data={"run": run_id, "stage": str(stage)}))
        of_brand = PlannerRun.objects.filter(brand_id=brand_id).order_by("-pk")
        of_brand.filter(pk__in=list(of_brand.values_list("pk", flat=True)[KEPT:])).delete()
    return True


def latest(brand_id: int) -> list[PlannerRun]:
    """The questions of a brand, newest first."""
    return list(
        PlannerRun.objects.filter(brand_id=brand_id).select_related("asked_by").order_by("-pk")[:KEPT]
    )
