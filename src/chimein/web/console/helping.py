"""How I am asked: my topics, languages, how many a day, quiet hours. Saved as one goes, with a way back."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django.core import signing
from django.http import HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from chimein.core import clock
from chimein.core.errors import UserError
from chimein.core.policy import MEMBER
from chimein.people.helping import Wishes, change_wishes, end_of_today, wishes_of
from chimein.people.models import Membership
from chimein.routing.models import HelperLoad
from chimein.triage.models import Topic
from chimein.web.console import frame
from chimein.web.guard import BrandRequest, brand_page

_SALT = "chimein.helping"
_UNDO_S = 60
_A_DAY = (1, 2, 3, 5, 8, 12, 20)
_ZONES = (
    "Asia/Shanghai", "Asia/Hong_Kong", "Asia/Taipei", "Asia/Tokyo", "Asia/Singapore", "Asia/Kolkata", "Europe/London",
    "Europe/Berlin", "Europe/Paris", "America/New_York", "America/Chicago", "America/Los_Angeles", "Australia/Sydney",
    "UTC",
)  # fmt: skip


@brand_page(MEMBER)
def page(request: BrandRequest) -> HttpResponseBase:
    """The page, or its form alone."""
    if frame.wants_fragment(request):
        return _form(request)
    return frame.page(request, "console/helping.html", section="console-helping", context=_context(request))


def _form(request: BrandRequest, problem: str = "", toast: dict[str, object] | None = None) -> HttpResponse:
    response = render(request, "console/_helping.html", _context(request, problem))
    if toast:
        response.headers["HX-Trigger"] = json.dumps({"toast": toast})
    return response


def _context(request: BrandRequest, problem: str = "") -> dict[str, Any]:
    member, brand, now = request.membership, request.brand, clock.now()
    wishes = wishes_of(member)
    load = HelperLoad.objects.filter(member=member).first()
    zone = wishes.timezone or brand.timezone
    slug = brand.slug
    return {
        "wishes": wishes, "problem": problem, "helping_url": reverse("console-helping", args=[slug]),
        "change_url": reverse("console-helping-change", args=[slug]), "brand_zone": brand.timezone,
        "topics": [
            {"slug": one.slug, "label": one.display_name, "on": one.slug in wishes.topics}
            for one in Topic.objects.filter(brand=brand).order_by("pk")
        ],
        "languages": _languages(brand.pk, wishes), "limits": _limits(wishes), "zones": _ZONES,
        "muted": wishes.muted_until is not None and wishes.muted_until > now,
        "asked_today": load.offered_today if load and load.day == now.astimezone(ZoneInfo(zone)).date() else 0,
        "has_paid_hours": bool(member.calendar_id or (member.team and member.team.calendar_id)),
    }  # fmt: skip


def _limits(wishes: Wishes) -> list[dict[str, Any]]:
    chosen = {*_A_DAY, *([wishes.daily_limit] if wishes.daily_limit is not None else [])}
    return [{"number": one, "on": one == wishes.daily_limit} for one in sorted(chosen)]


def _languages(brand_id: int, wishes: Wishes) -> list[dict[str, Any]]:
    """The languages that people of the brand speak, by their own names."""
    spoken: set[str] = {"en", "zh", *wishes.languages}
    for those in Membership.objects.filter(brand_id=brand_id, is_active=True).values_list(
        "languages", flat=True
    ):
        spoken |= set(those)
    return [
        {"code": one, "label": _NAMES.get(one, one), "on": one in wishes.languages} for one in sorted(spoken)
    ]


_NAMES = {
    "en": "English", "zh": "中文", "ja": "日本語", "ko": "한국어", "de": "Deutsch", "fr": "Français", "es": "Español",
    "pt": "Português", "it": "Italiano", "ru": "Русский", "vi": "Tiếng Việt", "th": "ไทย",
}  # fmt: skip


@require_POST
@brand_page(MEMBER)
def change(request: BrandRequest) -> HttpResponseBase:
    """Keep what the form says now. A button of it may mute for today, or end that."""
    now = clock.now()
    try:
        wishes = _read(request, now)
        before = change_wishes(actor=request.actor, wishes=wishes, now=now)
    except (UserError, ValueError) as problem:
        words = str(problem) if isinstance(problem, UserError) else _("This cannot be read.")
        return _form(request, words) if frame.wants_fragment(request) else _whole(request, words)
    request.membership.refresh_from_db()
    if not frame.wants_fragment(request):
        return redirect("console-helping", request.brand.slug)
    token = signing.dumps(
        {"member": request.membership.pk, "wishes": before.as_json()}, salt=_SALT, compress=True
    )
    back = reverse("console-helping-undo", args=[request.brand.slug, token])
    return _form(request, toast={"text": _("Saved"), "undo_url": back, "seconds": 10})


def _whole(request: BrandRequest, problem: str) -> HttpResponse:
    context = _context(request, problem)
    return frame.page(request, "console/helping.html", section="console-helping", context=context, status=400)


def _read(request: BrandRequest, now: datetime) -> Wishes:
    """The form as wishes. Raises ValueError for what is no number or time."""
    given, known = request.POST, wishes_of(request.membership)
    zone = given.get("timezone", "").strip()
    limit = given.get("daily_limit", "")
    made = replace(
        known, takes_offers="takes_offers" in given, daily_limit=int(limit) if limit else None,
        quiet_from=_time(given.get("quiet_from", "")), quiet_until=_time(given.get("quiet_until", "")),
        timezone=zone, paid_hours_only="paid_hours_only" in given,
        topics=tuple(sorted(set(given.getlist("topics")))), languages=tuple(sorted(set(given.getlist("languages")))),
    )  # fmt: skip
    if given.get("mute") == "today":
        return replace(made, muted_until=end_of_today(zone or request.brand.timezone, now=now))
    return replace(made, muted_until=None) if given.get("mute") == "end" else made


def _time(text: str) -> time | None:
    return time.fromisoformat(text) if text else None


@require_POST
@brand_page(MEMBER)
def undo(request: BrandRequest, token: str) -> HttpResponseBase:
    """Put back what was there before the last change."""
    try:
        told = signing.loads(token, salt=_SALT, max_age=_UNDO_S)
        if told["member"] != request.membership.pk:
            raise signing.BadSignature("somebody else's")
        change_wishes(actor=request.actor, wishes=Wishes.from_json(told["wishes"]), now=clock.now())
    except (signing.BadSignature, KeyError, TypeError, ValueError, UserError):
        return JsonResponse({"message": _("It is too late to take this back.")}, status=409)
    return HttpResponse(status=204)
