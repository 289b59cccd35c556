"""The queue: lanes as tabs, filters, rows from a key on."""

from __future__ import annotations

from typing import Any, cast, get_args
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from chimein.core import clock
from chimein.core.policy import STAFF
from chimein.routing.models import Lane
from chimein.routing.selectors import LANES, Place, Whose, lane_counts, queue_page
from chimein.web.console import frame
from chimein.web.console.rows import alarm_context, row_of, tabs
from chimein.web.guard import BrandRequest, brand_page

PAGE = 40


def queue_context(
    request: BrandRequest, *, lane: str | None = None, current_id: int | None = None
) -> dict[str, Any]:
    """The queue's pane as asked for by the address: lane, filter, place."""
    asked = lane or request.GET.get("lane") or request.COOKIES.get("lane", "")
    shown = asked if asked in LANES else Lane.DESK.value
    whose = cast(Whose, request.GET["whose"]) if request.GET.get("whose") in get_args(Whose) else "all"
    now = clock.now()
    found = queue_page(
        brand_id=request.brand.pk, lane=shown, member_id=request.membership.pk, whose=whose, now=now,
        limit=PAGE + 1, after=Place.parse(request.GET.get("after", "")),
    )  # fmt: skip
    slug, counts = request.brand.slug, lane_counts(request.brand.pk)
    query = "" if whose == "all" else f"&whose={whose}"
    rows = [row_of(item, slug=slug, now=now) for item in found[:PAGE]]
    base = reverse("console-queue", args=[slug])
    more = {"lane": shown, "whose": whose, "after": str(found[PAGE - 1].place)} if len(found) > PAGE else None
    return {
        "rows": rows, "lane": shown, "whose": whose, "current_id": current_id, "counts": counts,
        "tabs": tabs(brand=request.brand, lane=shown, counts=counts, query=query),
        **alarm_context(request.brand.pk, slug, now),
        "whose_links": _whose_links(base, shown, whose),
        "more_url": f"{base}?{urlencode(more)}" if more else "",
        "list_target": f"#queue-{shown}" if whose == "all" else f"#queue-{shown}-{whose}",
    }  # fmt: skip


def _whose_links(base: str, lane: str, whose: str) -> list[dict[str, Any]]:
    labels = {"all": _("All"), "free": _("Free"), "mine": _("Mine")}
    return [
        {"label": label, "url": f"{base}?{urlencode({'lane': lane, 'whose': key})}", "current": key == whose}
        for key, label in labels.items()
    ]


@brand_page(STAFF)
def queue(request: BrandRequest) -> HttpResponseBase:
    """The queue of a lane; htmx gets further rows only."""
    context = queue_context(request)
    if frame.wants_fragment(request) and request.GET.get("after"):
        return render(request, "console/_queue_page.html", context)
    response = frame.page(
        request, "console/queue.html", section="console-queue", context=context,
        topics=[f"queue:{request.brand.pk}"],
        counts={"console-queue": sum(context["counts"].values())},
    )  # fmt: skip
    return remember_lane(request, response, context["lane"])


def remember_lane(request: HttpRequest, response: HttpResponse, lane: str) -> HttpResponse:
    """The lane somebody works in stays theirs from page to page."""
    if request.COOKIES.get("lane") != lane:
        response.set_cookie(
            "lane", lane, max_age=30 * 86_400, httponly=True, samesite="Lax", secure=request.is_secure()
        )
    return response
