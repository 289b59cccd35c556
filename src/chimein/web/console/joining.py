"""Coming in: by a code, or by a mail address of the brand's domain. For people with an account."""

from __future__ import annotations

from typing import Any, cast

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render

from chimein.core import clock
from chimein.core.errors import UserError
from chimein.core.policy import SIGNED_IN
from chimein.people import invitations
from chimein.people.models import Invitation, User
from chimein.web.guard import page


def join_context(user: User) -> dict[str, Any]:
    """What somebody could join by their mail addresses."""
    return {
        "domains": invitations.domains_for(user, proven=True),
        "unproven": invitations.domains_for(user, proven=False),
    }


def _shown(request: HttpRequest, **more: Any) -> HttpResponse:
    status = 422 if more.get("problem") else 200
    context = join_context(cast(User, request.user)) | more
    return render(request, "console/join.html", context, status=status)


@page(SIGNED_IN)
def join(request: HttpRequest) -> HttpResponseBase:
    """Type a code, or follow a link with one; the invitation is shown before it is accepted."""
    code = (request.POST if request.method == "POST" else request.GET).get("code", "").strip()[:60]
    if not code:
        return _shown(request)
    now = clock.now()
    try:
        if request.method == "POST" and request.POST.get("accept"):
            made = invitations.accept(user=cast(User, request.user), code=code, now=now)
            return redirect("console-start", made.brand.slug)
        found: Invitation = invitations.look(code, now=now)
    except UserError as problem:
        return _shown(request, problem=str(problem), code=code)
    return _shown(request, invitation=found, code=code)


@page(SIGNED_IN)
def join_by_domain(request: HttpRequest) -> HttpResponseBase:
    """Become a colleague by the own, confirmed mail address."""
    if request.method != "POST":
        return redirect("console-join")
    try:
        made = invitations.join_by_domain(
            user=cast(User, request.user), brand_slug=request.POST.get("brand", ""), now=clock.now()
        )
    except UserError as problem:
        return _shown(request, problem=str(problem))
    return redirect("console-start", made.brand.slug)
