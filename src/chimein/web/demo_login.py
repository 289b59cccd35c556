"""The demo's way in: be one of its people with one click. Exists only while the demo runs."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth import login
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from chimein.core.actor import Role
from chimein.core.policy import ANYONE
from chimein.people import trust
from chimein.people.models import Membership, Trust
from chimein.web.guard import page

_SHOWN = {Role.OWNER: 1, Role.LEAD: 1, Role.AGENT: 3, Role.COLLEAGUE: 4, Role.TRUSTED_CUSTOMER: 3}


def context(_request: HttpRequest) -> dict[str, Any]:
    """Context processor: the people of the demo for the login page, read only where they are shown."""
    return {"demo_logins": SimpleLazyObject(personas) if settings.DEMO else ()}


def personas() -> list[dict[str, str]]:
    """A few people of every role, the same ones each time: name, what one sees as them, address."""
    members = Membership.objects.select_related("user", "team").filter(is_active=True, user__is_active=True)
    found = [one for role, most in _SHOWN.items() for one in members.filter(role=role).order_by("pk")[:most]]
    new = members.filter(role=Role.COLLEAGUE).exclude(trust__level__gte=Trust.Level.TRUSTED).order_by("pk")
    found += [one for one in new[:2] if one not in found]
    return [
        {
            "name": one.user.name or one.public_name,
            "about": _about(one),
            "url": reverse("demo-login", args=[one.public_id]),
        }
        for one in found
    ]


def _about(membership: Membership) -> str:
    if membership.role in {Role.OWNER, Role.LEAD}:
        does = _("sees the queue, the channels and the ledger")
    elif membership.role == Role.AGENT:
        does = _("works at the desk")
    else:
        does = {
            Trust.Level.NEW: _("has just joined and sees the way in"),
            Trust.Level.COACHED: _("has a coach who reads each answer first"),
        }.get(trust.level_of(membership), _("answers one question at a time"))
    role = membership.get_role_display()
    if membership.team is None:
        return _("%(role)s: %(does)s") % {"role": role, "does": does}
    told = _("%(role)s, %(where)s: %(does)s")
    return told % {"role": role, "where": membership.team.display_name, "does": does}


@require_POST
@page(ANYONE)
def demo_login(request: HttpRequest, public_id: str) -> HttpResponseBase:
    """Sign in as this person."""
    if not settings.DEMO:
        raise Http404
    members = Membership.objects.select_related("user", "brand").filter(is_active=True, user__is_active=True)
    membership = get_object_or_404(members, public_id=public_id)
    login(request, membership.user, backend="django.contrib.auth.backends.ModelBackend")
    wanted = request.POST.get("next", "")
    if url_has_allowed_host_and_scheme(wanted, {request.get_host()}, request.is_secure()):
        return redirect(wanted)
    return redirect("console-start", membership.brand.slug)
