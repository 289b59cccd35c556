"""Who looks after whom: managers named for single people, with stand-ins."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from chimein.core import clock
from chimein.core.actor import STAFF_ROLES
from chimein.core.errors import Conflict, UserError
from chimein.core.policy import LEAD, STAFF
from chimein.people import duty
from chimein.people.models import Membership
from chimein.routing import lane_setups, vips
from chimein.web.console import frame, lanes_tabs, moments
from chimein.web.guard import BrandRequest, brand_page


def _context(request: BrandRequest) -> dict[str, Any]:
    brand_id, query = request.brand.pk, request.GET.get("q", request.POST.get("q", ""))
    staff = Membership.objects.filter(
        brand=request.brand, is_active=True, role__in=[role.value for role in STAFF_ROLES]
    )
    on_duty = duty.on_duty(brand_id, now=clock.now())
    setup = lane_setups.current(brand_id)
    people = [
        {"id": pk, "name": name, "here": pk in on_duty}
        for pk, name in staff.order_by("public_name", "pk").values_list("pk", "public_name")
    ]
    return {
        "named": vips.named(brand_id), "unnamed": vips.without_manager(brand_id, setup.vip.followers),
        "found": vips.find(brand_id, query), "query": query, "people": people,
        "away": {one["id"] for one in people if not one["here"]},
        "threshold": _grouped(setup.vip.followers), "may_edit": request.actor.is_lead,
        "url": reverse("console-vips", args=[request.brand.slug]),
        "tabs": lanes_tabs.tabs(request.brand.slug, "console-vips"),
    }  # fmt: skip


def _grouped(number: int | None) -> str:
    return "" if number is None else str(number_format(number, force_grouping=True))


@brand_page(STAFF)
def show(request: BrandRequest) -> HttpResponseBase:
    """The list; `?q=` looks for somebody to add."""
    if frame.wants_fragment(request):
        return render(request, "console/_vips.html", _context(request))
    return frame.page(request, "console/vips.html", section="console-policy", context=_context(request))


@require_POST
@brand_page(LEAD)
def name(request: BrandRequest, contact_id: int) -> HttpResponseBase:
    """Name a manager and a stand-in; without a manager nobody is named any more."""
    now = clock.now()
    manager, stand_in = (_number(request.POST.get(key, "")) for key in ("manager", "stand_in"))
    toast: dict[str, object]
    try:
        vips.name_manager(
            actor=request.actor, contact_id=contact_id, manager_id=manager, stand_in_id=stand_in, now=now
        )
        text = (
            _("Named. What this person writes goes to them first.")
            if manager
            else _("Nobody is named any more.")
        )
        undo = reverse("console-vip-undo", args=[request.brand.slug, moments.number_of(now)])
        toast = {"text": text, "undo_url": undo}
    except UserError as problem:
        toast = {"text": str(problem), "tone": "late"}
    if not frame.wants_fragment(request):
        messages.add_message(
            request, messages.ERROR if "tone" in toast else messages.SUCCESS, str(toast["text"])
        )
        return redirect("console-vips", request.brand.slug)
    response = render(request, "console/_vips.html", _context(request))
    response.headers["HX-Trigger"] = json.dumps({"toast": toast})
    return response


@require_POST
@brand_page(LEAD)
def undo(request: BrandRequest, moment: int) -> HttpResponseBase:
    """Undo what was named at that moment, in microseconds."""
    try:
        vips.take_back(actor=request.actor, named_at=moments.moment_of(moment), now=clock.now())
    except Conflict as problem:
        return JsonResponse({"message": str(problem)}, status=409)
    return HttpResponse(status=204)


def _number(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) < 19 else None
