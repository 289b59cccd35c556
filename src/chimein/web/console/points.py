"""One's own statement: points line by line, badges, rank, thank-yous; being named in leagues; a table to take away."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from chimein.community.recognition import choosing, leagues, statement, thanks
from chimein.community.recognition.rewards import recognition_of
from chimein.community.recognition.weeks import week_of
from chimein.conversations.models import Conversation
from chimein.core import clock
from chimein.core.actor import Actor
from chimein.core.policy import MEMBER
from chimein.web.console import charts, frame
from chimein.web.console.conversation import wall_url
from chimein.web.guard import BrandRequest, brand_page

PAGE = 25
WEEKS = 12
SECTION = "console-points"


def tabs(slug: str, actor: Actor, current: str) -> list[dict[str, Any]]:
    """The pages about recognition."""
    places = [("console-points", _("My statement")), ("console-leagues", _("Leagues"))]
    if actor.is_lead:
        places.append(("console-recognition", _("Goals and rewards")))
    return [
        {"label": label, "url": reverse(name, args=[slug]), "current": name == current}
        for name, label in places
    ]


def week_columns(weeks: list[tuple[date, int]]) -> charts.Columns:
    """Points by week as columns."""
    return charts.columns([(date_format(monday, "MONTH_DAY_FORMAT"), points) for monday, points in weeks])


def _context(request: BrandRequest) -> dict[str, Any]:
    brand, now = request.brand, clock.now()
    week = week_of(now, brand.timezone)
    weeks = leagues.weeks_of(week=week, count=WEEKS, member_id=request.membership.pk)
    before = request.GET.get("before", "")
    older_than = int(before) if before.isdecimal() and len(before) < 19 else None
    lines = statement.lines(request.membership.pk, before=older_than, limit=PAGE + 1)
    url = reverse("console-points", args=[brand.slug])
    return {
        "tabs": tabs(brand.slug, request.actor, SECTION),
        "summary": statement.summary(request.membership),
        "this_week": weeks[-1][1],
        "weeks": week_columns(weeks),
        "lines": [{"line": line, "url": wall_url(line.answer.conversation)} for line in lines[:PAGE]],
        "older_url": f"{url}?before={lines[PAGE - 1].row.pk}" if len(lines) > PAGE else "",
        "newer_url": url if before else "",
        "thanks": [] if before else thanks_of(request, member_id=request.membership.pk),
        "chosen": recognition_of(brand.pk),
        "first_page": not before,
        "since": (week - timedelta(weeks=4)).isoformat(),
        "until": now.date().isoformat(),
        "url": url,
    }


def thanks_of(request: BrandRequest, *, member_id: int | None = None) -> list[dict[str, Any]]:
    """The newest thank-yous to somebody, or to anybody of the brand."""
    told = thanks.latest(brand_id=request.brand.pk, member_id=member_id, limit=5)
    rows = Conversation.objects.select_related("brand").in_bulk({one.conversation_id for one in told})
    return [{"one": one, "url": wall_url(rows[one.conversation_id])} for one in told]


@brand_page(MEMBER)
def page(request: BrandRequest) -> HttpResponseBase:
    """My statement, newest line first."""
    if frame.wants_fragment(request):
        return render(request, "console/_points.html", _context(request))
    return frame.page(request, "console/points.html", section=SECTION, context=_context(request))


@require_POST
@brand_page(MEMBER)
def named(request: BrandRequest) -> HttpResponseBase:
    """Be named in leagues, or not."""
    shown = request.POST.get("shown") == "1"
    choosing.show_in_leagues(actor=request.actor, shown=shown, now=clock.now())
    if frame.wants_fragment(request):
        return render(request, "console/_points.html", _context(request))
    messages.success(
        request, _("You are named in leagues again.") if shown else _("Leagues name you no more.")
    )
    return redirect("console-points", request.brand.slug)


def period(request: BrandRequest) -> tuple[date, date]:
    """The days asked for; the last four weeks where they cannot be read."""
    today = clock.now().date()
    return _day(request.GET.get("since"), today - timedelta(days=28)), _day(request.GET.get("until"), today)


def _day(text: str | None, otherwise: date) -> date:
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        return otherwise


def table(members: list[int], since: date, until: date, name: str) -> StreamingHttpResponse:
    """The lines of a period as a file."""
    rows = statement.export(members=members, since=since, until=until)
    response = StreamingHttpResponse(rows, content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}-{since}-{until}.csv"'
    return response


@brand_page(MEMBER)
def export(request: BrandRequest) -> HttpResponseBase:
    """My lines of a period."""
    return table([request.membership.pk], *period(request), "points")
