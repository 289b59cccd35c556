"""How the learning goes: what the learning page shows, each a few statements whatever the history."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from chimein.core import db
from chimein.people.models import Brand
from chimein.triage import comparing
from chimein.triage.labels import VALUES
from chimein.triage.models import TrainedModel, TrainingRun

DAYS = 30
_MOST_MODELS = 40
_LEAST_ROWS = 3
_WEAK = 12


@dataclass(frozen=True, slots=True)
class Standing:
    """Corrections so far: labels given, messages they are about, given since the last training."""

    labels: int
    messages: int
    new: int


@dataclass(frozen=True, slots=True)
class Weak:
    """A class the model in use is not good at: F1, for a risk recall, both 0 to 1."""

    head: str
    label: str
    score: float
    rows: int


_STANDING = """
SELECT count(*), count(DISTINCT message_id), count(*) FILTER (WHERE at > %s) FROM triage_correction WHERE brand_id = %s
"""
_BY_DAY = """
SELECT (at AT TIME ZONE %s)::date, count(*) FROM triage_correction WHERE brand_id = %s AND at >= %s GROUP BY 1
"""


def standing(brand_id: int) -> Standing:
    """How many corrections there are."""
    last = last_run(brand_id)
    since = last.asked_at if last else datetime(1970, 1, 1, tzinfo=ZoneInfo("UTC"))
    row = db.fetch_one(_STANDING, (since, brand_id))
    return Standing(*row) if row else Standing(0, 0, 0)


def last_run(brand_id: int) -> TrainingRun | None:
    """The newest training, ended or not."""
    return TrainingRun.objects.filter(brand_id=brand_id).order_by("-pk").first()


def by_day(brand: Brand, now: datetime) -> list[tuple[date, int]]:
    """Corrections on each of the last days, in the brand's own days, the oldest first."""
    today = now.astimezone(ZoneInfo(brand.timezone)).date()
    since = now - timedelta(days=DAYS)
    found: dict[date, int] = dict(db.fetch(_BY_DAY, (brand.timezone, brand.pk, since)))
    days = [today - timedelta(days=back) for back in range(DAYS - 1, -1, -1)]
    return [(day, found.get(day, 0)) for day in days]


def models(brand_id: int) -> list[TrainedModel]:
    """The newest models without their weights, the oldest first."""
    rows = TrainedModel.objects.filter(brand_id=brand_id).defer("weights").select_related("decided_by")
    return list(rows.order_by("-pk")[:_MOST_MODELS])[::-1]


def kept(brand_id: int) -> set[int]:
    """The models whose weights are still there."""
    rows = TrainedModel.objects.filter(brand_id=brand_id).exclude(weights=b"")
    return set(rows.values_list("pk", flat=True))


def curve(found: Sequence[TrainedModel], which: str) -> list[tuple[float, float]]:
    """(messages learned from, macro-F1 of the lane) of each training; `which`: new, or shipped on the same rows."""
    points = []
    for model in found:
        lane = model.comparison.get("heads", {}).get("lane")
        if lane:
            points.append((float(model.corrections), float(lane[which])))
    return points


def measured_as(comparison: Mapping[str, Any], live: int, model_id: int) -> str:
    """Under which name a comparison tells of the model in use: ``new`` when its candidate went live."""
    return "new" if live == model_id else "old" if live == comparison.get("before", 0) else ""


def weak(comparison: Mapping[str, Any], name: str) -> list[Weak]:
    """The classes with the lowest scores on the held-back part, the weakest first; rare ones are left out."""
    found = [
        Weak(head, one["label"], one[name], one["rows"])
        for head, scores in comparison.get("heads", {}).items()
        if head in VALUES and head in {"lane", "intent", "sentiment"}
        for one in scores["classes"]
    ]
    found += [
        Weak("risks", risk, seen[name], seen["rows"]) for risk, seen in comparison.get("risks", {}).items()
    ]
    return sorted((one for one in found if one.rows >= _LEAST_ROWS), key=lambda one: (one.score, one.rows))[
        :_WEAK
    ]


def needed(comparison: Mapping[str, Any] | None) -> int:
    """How many more held-back messages with a lane are needed until a model may go live by itself."""
    lane = (comparison or {}).get("heads", {}).get("lane", {"rows": 0})
    return max(0, comparing.LEAST_HELD_BACK.get() - int(lane["rows"]))
