"""What is done once a night for each brand: difficulty of topics, a look at the votes, everybody settled, the audit."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Max

from chimein.community.points_models import PointsAudit, PointsFact
from chimein.community.recognition import collusion
from chimein.community.recognition.audit import audit
from chimein.community.recognition.facts import gather
from chimein.community.recognition.settle import settle
from chimein.community.recognition.worth import refresh_difficulty
from chimein.core import db
from chimein.core.options import option
from chimein.people.models import Brand
from chimein.routing.habits import refresh_habits

HOUR = option("POINTS_HOUR", 4, "The hour of the brand's night at which points are audited.")
LOCK_SPACE = 7503


def run_due(*, now: datetime) -> int:
    """Do the night's work of every brand whose night has come since its last audit; how many brands."""
    done = 0
    for brand in Brand.objects.annotate(last=Max("points_audits__at")):
        if brand.last is None or brand.last < _last_night(brand.timezone, now):
            done += run(brand=brand, now=now) is not None
    return done


def _last_night(timezone: str, now: datetime) -> datetime:
    local = now.astimezone(ZoneInfo(timezone))
    night = local.replace(hour=HOUR.get(), minute=0, second=0, microsecond=0)
    return night if night <= local else night - timedelta(days=1)


def run(*, brand: Brand, now: datetime) -> PointsAudit | None:
    """One night's work; None when another worker is at it. Run twice, it finds nothing new the second time."""
    with db.held_lock(LOCK_SPACE, brand.pk % 2**31) as held:
        if not held:
            return None
        refresh_difficulty(brand_id=brand.pk, now=now)
        refresh_habits(brand_id=brand.pk, now=now)
        while gather():
            pass
        for member_id in (
            PointsFact.objects.filter(brand=brand).values_list("member_id", flat=True).distinct()
        ):
            settle(member_id, now=now)
        collusion.look(brand_id=brand.pk, now=now)
        return audit(brand=brand, now=now)
