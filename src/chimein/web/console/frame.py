"""What every page of the console has around it: places to go, brands, the account's menu, live topics."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from chimein.core.actor import Actor
from chimein.core.policy import LEAD, MEMBER, STAFF, NamedPolicy
from chimein.people.models import Membership
from chimein.web.console import alert_toasts
from chimein.web.guard import BrandRequest
from chimein.web.live import live_url

HELPER = NamedPolicy(
    "helper",
    lambda actor: actor is not None and actor.is_member and not actor.is_staff,
    "Colleagues and trusted customers; staff find it from the learning page.",
)
_PLACES: tuple[tuple[str, str, NamedPolicy], ...] = (
    ("console-queue", "inbox", STAFF),
    ("console-card", "hand", MEMBER),
    ("console-answers", "history", MEMBER),
    ("console-reviews", "list-checks", MEMBER),
    ("console-points", "award", MEMBER),
    ("console-way", "sprout", HELPER),
    ("console-ledger", "scale", STAFF),
    ("console-policy", "split", STAFF),
    ("console-lists", "ban", LEAD),
    ("console-game", "tag", HELPER),
    ("console-learning", "lightbulb", STAFF),
    ("console-people", "users-round", LEAD),
    ("console-fairness", "heart-handshake", LEAD),
    ("console-planner", "chart-column", LEAD),
    ("console-channels", "radio-tower", LEAD),
    ("console-bridges", "megaphone", LEAD),
)


def _labels() -> dict[str, str]:
    return {
        "console-queue": _("Queue"),
        "console-card": _("Answer"),
        "console-answers": _("My answers"),
        "console-reviews": _("Reviews"),
        "console-way": _("My way"),
        "console-people": _("People"),
        "console-points": _("Points"),
        "console-fairness": _("Fairness"),
        "console-planner": _("Planner"),
        "console-ledger": _("Ledger"),
        "console-policy": _("Lanes"),
        "console-lists": _("Word lists"),
        "console-game": _("Label"),
        "console-learning": _("Learning"),
        "console-channels": _("Channels"),
        "console-bridges": _("Team chats"),
    }


def nav(slug: str, actor: Actor, section: str, counts: Mapping[str, int]) -> list[dict[str, Any]]:
    """The places of the console this person may go to."""
    labels = _labels()
    return [
        {
            "label": labels[name],
            "url": reverse(name, args=[slug]),
            "icon": icon,
            "current": name == section,
            "count": _badge(counts.get(name, 0)),
        }
        for name, icon, policy in _PLACES
        if policy.allows(actor)
    ]


def _badge(count: int) -> str:
    """A count small enough for a badge; nothing for none."""
    return "99+" if count > 99 else str(count or "")


def _brands(request: BrandRequest) -> list[dict[str, Any]]:
    mine = Membership.objects.select_related("brand").filter(
        user_id=request.membership.user_id, is_active=True
    )
    return [
        {
            "name": one.brand.display_name,
            "url": reverse("console-start", args=[one.brand.slug]),
            "current": one.brand_id == request.brand.pk,
        }
        for one in mine.order_by("brand__name")
    ]


def page(
    request: BrandRequest,
    template: str,
    *,
    section: str,
    context: Mapping[str, Any] | None = None,
    topics: Sequence[str] = (),
    counts: Mapping[str, int] | None = None,
    status: int = 200,
) -> HttpResponse:
    """Render a page of the console inside its frame."""  # fmt: skip
    slug = request.brand.slug
    around: dict[str, Any] = {
        "console_nav": nav(slug, request.actor, section, counts or {}),
        "brand_name": request.brand.display_name,
        "brands": _brands(request),
        "account_name": request.membership.public_name,
        "account_links": _account_links(slug),
        "home_url": reverse("console-start", args=[slug]),
        "live_url": live_url(*topics, f"alerts:{request.membership.pk}"),
        "alert_count": alert_toasts.count_words(request.membership.pk),
        "alert_urls": {
            "news": reverse("console-news", args=[slug]),
            "here": reverse("console-alerts-here", args=[slug]),
        },
    }
    return render(request, template, {**around, **(context or {})}, status=status)


def _account_links(slug: str) -> list[dict[str, str]]:
    return [
        {"label": _("How I am asked"), "url": reverse("console-helping", args=[slug]), "icon": "hand"},
        {"label": _("What reaches me"), "url": reverse("console-alerts", args=[slug]), "icon": "bell"},
        {"label": _("The public wall"), "url": reverse("public:wall", args=[slug]), "icon": "globe"},
        {"label": _("Sign-in and security"), "url": reverse("mfa_index"), "icon": "shield-check"},
    ]


def wants_fragment(request: HttpRequest) -> bool:
    """Whether htmx asks for a part of the page; without scripts the whole page is shown anew."""
    return request.headers.get("HX-Request") == "true"


def go(request: HttpRequest, url: str) -> HttpResponse:
    """On to another page, from a page or from a part of one."""
    if wants_fragment(request):
        return HttpResponse(status=204, headers={"HX-Redirect": url})
    return redirect(url)
