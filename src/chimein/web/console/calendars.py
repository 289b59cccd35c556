"""Working time as a page: calendars, and who works by which, has how many seats, is away."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from chimein.core import clock
from chimein.core.errors import Conflict, UserError
from chimein.core.policy import LEAD, STAFF
from chimein.people import calendar_writing, duty
from chimein.people.calendars import public_days
from chimein.people.models import Calendar, Membership, Team
from chimein.web.console import frame, lanes_tabs, moments
from chimein.web.console.calendars_form import CalendarForm, HoursForm
from chimein.web.guard import BrandRequest, brand_page

_DAYS_SHOWN = 14
_MOST_PEOPLE = 300
Toast = dict[str, object]


def _days(row: Calendar) -> list[dict[str, Any]]:
    """The next two weeks: what is open when, with the names of holidays."""
    working, today = duty.working_time(row), clock.now().astimezone(ZoneInfo(row.timezone)).date()
    notes = {one["date"]: one.get("note", "") for one in row.exceptions}
    shown = []
    for number in range(_DAYS_SHOWN):
        day = today + timedelta(number)
        public = public_days(row.country, row.subdivision, day.year).get(day)
        spans = [
            (start.astimezone(ZoneInfo(row.timezone)), end.astimezone(ZoneInfo(row.timezone)))
            for start, end in working.spans_on(day)
        ]
        worked = _("Worked instead of a weekday") if public and public.works else ""
        name = notes.get(day.isoformat()) or (public.name if public and not public.works else worked)
        shown.append({"day": day, "spans": spans, "name": name})
    return shown


def _context(
    request: BrandRequest, form: CalendarForm | None = None, editing: int | None = None,
    hours: HoursForm | None = None,
) -> dict[str, Any]:  # fmt: skip
    rows = list(Calendar.objects.filter(brand=request.brand).order_by("name"))
    names = {row.pk: row.name for row in rows}
    now = clock.now()
    return {
        "calendars": [
            {"row": row, "open": duty.working_time(row).is_open(now),
             "next": duty.working_time(row).next_opening(now), "days": _days(row)}
            for row in rows
        ],
        "form": form, "editing": editing, "may_edit": request.actor.is_lead,
        "people": _people(request, names, hours),
        "teams": Team.objects.filter(brand=request.brand).order_by("name"), "names": names,
        "url": reverse("console-calendars", args=[request.brand.slug]),
        "tabs": lanes_tabs.tabs(request.brand.slug, "console-calendars"),
    }  # fmt: skip


def _people(request: BrandRequest, names: dict[int, str], hours: HoursForm | None) -> list[dict[str, Any]]:
    rows = Membership.objects.filter(brand=request.brand, is_active=True).exclude(role="trusted_customer")
    on_duty = duty.on_duty(request.brand.pk, now=clock.now())
    zone = request.brand.timezone
    return [
        {
            "row": row, "here": row.pk in on_duty,
            "form": hours if hours and hours.prefix == f"m{row.pk}"
            else HoursForm(row=row, calendars=names, zone=zone),
        }
        for row in rows.select_related("team").order_by("role", "public_name", "pk")[:_MOST_PEOPLE]
    ]  # fmt: skip


def _answer(
    request: BrandRequest, context: dict[str, Any], toast: Toast | None = None, status: int = 200
) -> HttpResponseBase:
    if frame.wants_fragment(request):
        response = render(request, "console/_calendars.html", context)
        if toast:
            response.headers["HX-Trigger"] = json.dumps({"toast": toast})
        return response
    if toast:
        level = messages.ERROR if "tone" in toast else messages.SUCCESS
        messages.add_message(request, level, str(toast["text"]))
        return redirect("console-calendars", request.brand.slug)
    page = "console/calendars.html"
    return frame.page(request, page, section="console-policy", context=context, status=status)


def _row(request: BrandRequest, number: int) -> Calendar | None:
    """The calendar of that id, None for 0 (a new one); raises Http404 for another brand's."""
    if not number:
        return None
    row = Calendar.objects.filter(pk=number, brand=request.brand).first()
    if row is None:
        raise Http404
    return row


@brand_page(STAFF)
def show(request: BrandRequest) -> HttpResponseBase:
    """Calendars and people; `?edit=3` opens a calendar, `?edit=0` a new one."""
    asked = request.GET.get("edit", "")
    if not (request.actor.is_lead and asked.isdecimal() and len(asked) < 19):
        return _answer(request, _context(request))
    form = CalendarForm(row=_row(request, int(asked)), zone=request.brand.timezone)
    return _answer(request, _context(request, form, int(asked)) | {"focus": "calendar-editing"})


def _do(request: BrandRequest, act: Callable[[Any], object], told: str) -> Toast:
    """Do it, and offer to undo it; or say what is in the way."""
    now = clock.now()
    try:
        act(now)
    except UserError as problem:
        return {"text": str(problem), "tone": "late"}
    undo = reverse("console-calendar-undo", args=[request.brand.slug, moments.number_of(now)])
    return {"text": told, "undo_url": undo}


@require_POST
@brand_page(LEAD)
def save(request: BrandRequest, number: int) -> HttpResponseBase:
    """Keep a calendar; 0 is a new one."""
    form = CalendarForm(request.POST, row=_row(request, number), zone=request.brand.timezone)
    if not form.is_valid():
        context = _context(request, form, number) | {"focus": "calendar-editing"}
        return _answer(request, context, status=422)

    def act(now: Any) -> None:
        calendar_writing.save_calendar(
            actor=request.actor, calendar_id=number or None, values=form.values(), now=now
        )

    toast = _do(request, act, _("Kept. What waits already keeps its promised time."))
    if "tone" in toast and frame.wants_fragment(request):
        return _answer(request, _context(request, form, number), toast)
    return _answer(request, _context(request), toast)


@require_POST
@brand_page(LEAD)
def delete(request: BrandRequest, number: int) -> HttpResponseBase:
    """Take a calendar away."""
    _row(request, number)
    toast = _do(
        request,
        lambda now: calendar_writing.delete_calendar(actor=request.actor, calendar_id=number, now=now),
        _("The calendar is gone. Who worked by it works by the team's, or round the clock."),
    )
    return _answer(request, _context(request), toast)


@require_POST
@brand_page(LEAD)
def hours(request: BrandRequest, member_id: int) -> HttpResponseBase:
    """Keep a person's calendar, seats and absence."""
    row = Membership.objects.filter(pk=member_id, brand=request.brand).first()
    if row is None:
        raise Http404
    names = dict(Calendar.objects.filter(brand=request.brand).values_list("pk", "name"))
    form = HoursForm(request.POST, row=row, calendars=names, zone=request.brand.timezone)
    if not form.is_valid():
        return _answer(request, _context(request, hours=form), status=422)
    toast = _do(
        request,
        lambda now: calendar_writing.set_hours(
            actor=request.actor, member_id=member_id, values=form.values(), now=now
        ),
        _("Kept for %(name)s.") % {"name": row.public_name},
    )
    return _answer(request, _context(request), toast)


@require_POST
@brand_page(LEAD)
def team(request: BrandRequest, team_id: int) -> HttpResponseBase:
    """Choose a team's calendar."""
    asked = request.POST.get("calendar", "")
    calendar_id = int(asked) if asked.isdecimal() and len(asked) < 19 else None
    toast = _do(
        request,
        lambda now: calendar_writing.set_team_calendar(
            actor=request.actor, team_id=team_id, calendar_id=calendar_id, now=now
        ),
        _("Kept."),
    )
    return _answer(request, _context(request), toast)


@require_POST
@brand_page(LEAD)
def undo(request: BrandRequest, moment: int) -> HttpResponseBase:
    """Undo a change made at that moment, in microseconds."""
    try:
        calendar_writing.take_back(actor=request.actor, done_at=moments.moment_of(moment), now=clock.now())
    except Conflict as problem:
        return JsonResponse({"message": str(problem)}, status=409)
    return HttpResponse(status=204)
