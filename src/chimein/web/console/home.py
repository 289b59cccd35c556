"""Where somebody is led to after signing in."""

from __future__ import annotations

from typing import cast

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render

from chimein.core.policy import MEMBER, SIGNED_IN
from chimein.people.models import Membership, User
from chimein.web.console import joining
from chimein.web.guard import BrandRequest, brand_page, page


@page(SIGNED_IN)
def home(request: HttpRequest) -> HttpResponseBase:
    """One brand: on to its console. Several: choose. None: a page that says what to do."""
    rows = Membership.objects.select_related("brand").filter(user=cast(User, request.user), is_active=True)
    mine = list(rows.order_by("brand__name"))
    if len(mine) == 1:
        return redirect("console-start", mine[0].brand.slug)
    known = joining.join_context(cast(User, request.user)) if not mine else {}
    return render(request, "console/home.html", {"memberships": mine} | known)


@brand_page(MEMBER)
def start(request: BrandRequest) -> HttpResponseBase:
    """Staff begin at the queue, helpers at their card."""
    return redirect("console-queue" if request.actor.is_staff else "console-card", request.brand.slug)
