"""Fairness to helpers: how the load is spread, who is near a limit, whether quiet hours were kept. Load, not drafts."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.http import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from chimein.community.recognition import fairness
from chimein.community.recognition.weeks import week_of
from chimein.core import clock
from chimein.core.policy import LEAD
from chimein.people import duty
from chimein.web.console import charts, frame
from chimein.web.guard import BrandRequest, brand_page

SECTION = "console-fairness"
WEEKS = 12
DAYS = (1, 7, 28)


def _context(request: BrandRequest) -> dict[str, Any]:
    brand, now = request.brand, clock.now()
    asked = request.GET.get("days", "")
    days = int(asked) if asked in {str(one) for one in DAYS} else 7
    since = now - timedelta(days=days)
    loads = fairness.loads(brand=brand, since=since, until=now, now=now)
    spread = fairness.spread(brand=brand, week=week_of(now, brand.timezone), weeks=WEEKS)
    most = max((one.offers + one.answers for one in loads), default=0) or 1
    on_duty = duty.on_duty(brand.pk, now=now)
    url = reverse(SECTION, args=[brand.slug])
    return {
        "loads": [
            {
                "one": one, "offers": round(1000 * one.offers / most),
                "both": round(1000 * (one.offers + one.answers) / most), "on_duty": one.member_id in on_duty,
            }
            for one in loads
        ],
        "near": [one for one in loads if one.is_near_limit],
        "this_week": spread[-1], "kept": fairness.kept(brand_id=brand.pk, since=since),
        "curve": _curve(spread), "spread": spread, "url": f"{url}?days={days}", "days": days,
        "tabs": _tabs(url, days),
        "paid_now": sum(one.paid_hours_only and one.member_id in on_duty for one in loads),
        "dropping": sum(one.drops for one in loads),
        "idle": sum(not one.offers and not one.answers for one in loads),
    }  # fmt: skip


def _tabs(url: str, days: int) -> list[dict[str, Any]]:
    names = {1: _("24 hours"), 7: _("7 days"), 28: _("28 days")}
    return [{"label": names[one], "url": f"{url}?days={one}", "current": one == days} for one in DAYS]


def _short(day: date) -> str:
    return str(date_format(day, "MONTH_DAY_FORMAT"))


def _curve(spread: list[fairness.Spread]) -> charts.Plane:
    """Both Gini coefficients over the weeks, 0 (even) to 1; nothing where there was no load."""
    offers = [(_short(one.week), one.offers if one.offered else None) for one in spread]
    answers = [(_short(one.week), one.answers if one.answered else None) for one in spread]
    return charts.over_time([("lane", _("Offers"), offers), ("shipped", _("Answers"), answers)])


@brand_page(LEAD)
def page(request: BrandRequest) -> HttpResponseBase:
    """How the load is spread."""
    if frame.wants_fragment(request):
        return render(request, "console/_fairness.html", _context(request))
    return frame.page(request, "console/fairness.html", section=SECTION, context=_context(request))
