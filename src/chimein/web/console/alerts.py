"""What reaches me and how: the matrix, my browsers, my names in team chats; and what I was told."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from chimein.alerts import bridges, browsers, choices, looking, pushes, selectors, vapid
from chimein.alerts.kinds import KINDS, WAYS, Way
from chimein.alerts.models import Browser
from chimein.alerts.platforms import PLATFORMS
from chimein.alerts.pushing import End, send_all
from chimein.core import clock
from chimein.core.actor import Role
from chimein.core.errors import UserError
from chimein.core.policy import MEMBER
from chimein.people.models import HelperSettings
from chimein.web.console import frame
from chimein.web.console.alert_toasts import shown_of
from chimein.web.guard import BrandRequest, brand_page

PAGE = 30
_TRY_TTL_S = 300


def _context(request: BrandRequest) -> dict[str, Any]:
    role = Role(request.membership.role)
    settings = HelperSettings.objects.filter(member=request.membership).first()
    names = selectors.chat_names(request.membership.pk)
    rooms = [
        {"bridge": one, "platform": PLATFORMS[one.platform].label, "name": names.get(one.pk, "")}
        for one in selectors.bridges_of(request.brand.pk)
        if one.platform in PLATFORMS and one.is_active and role != Role.TRUSTED_CUSTOMER
    ]
    lines = choices.matrix(member_id=request.membership.pk, role=role)
    ways = [
        way for way in WAYS if any(place.way is way and place.can for line in lines for place in line.places)
    ]
    return {
        "lines": [(line, [place for place in line.places if place.way in ways]) for line in lines],
        "ways": ways, "way_icons": _WAY_ICONS, "settings": settings, "rooms": rooms,
        "base": reverse("console-alerts", args=[request.brand.slug]), "tabs": _tabs(request, "ways"),
        **_browsers(request),
    }  # fmt: skip


_WAY_ICONS = {Way.PAGE: "monitor", Way.PUSH: "bell", Way.MAIL: "mail", Way.BRIDGE: "messages-square"}


def _browsers(request: BrandRequest) -> dict[str, Any]:
    return {
        "browsers": selectors.browsers_of(request.membership.user),
        "this_browser": request.session.get(browsers.SESSION_KEY), "push_key": vapid.keys().public,
        "base": reverse("console-alerts", args=[request.brand.slug]),
    }  # fmt: skip


def _tabs(request: BrandRequest, current: str) -> list[dict[str, Any]]:
    slug = request.brand.slug
    return [
        {"label": _("News"), "url": reverse("console-news", args=[slug]), "icon": "bell", "current": current == "news"},
        {
            "label": _("What reaches me"), "url": reverse("console-alerts", args=[slug]), "icon": "settings",
            "current": current == "ways",
        },
    ]  # fmt: skip


@brand_page(MEMBER)
def page(request: BrandRequest) -> HttpResponseBase:
    """The matrix, the browsers, the chats. Without scripts the whole matrix is sent at once."""
    if request.method == "POST":
        return _save_all(request)
    template = "console/_alerts.html" if frame.wants_fragment(request) else ""
    if template:
        return render(request, template, _context(request))
    return frame.page(request, "console/alerts.html", section="console-alerts", context=_context(request))


def _save_all(request: BrandRequest) -> HttpResponseBase:
    now = clock.now()
    for line in choices.matrix(member_id=request.membership.pk, role=Role(request.membership.role)):
        for place in line.places:
            if place.can:
                wanted = f"{line.kind.name}:{place.way}" in request.POST
                choices.choose(
                    actor=request.actor, kind=line.kind.name, way=place.way, wanted=wanted, now=now
                )
    messages.success(request, _("Saved."))
    return redirect("console-alerts", request.brand.slug)


@require_POST
@brand_page(MEMBER)
def choose(request: BrandRequest, kind: str = "", way: str = "", on: int = 0) -> HttpResponseBase:
    """Switch one place at once; the answer offers the way back."""
    kind, way = kind or request.POST.get("kind", ""), way or request.POST.get("way", "")
    wanted = bool(on) or f"{kind}:{way}" in request.POST
    before = choices.choose(actor=request.actor, kind=kind, way=way, wanted=wanted, now=clock.now())
    response = HttpResponse(status=204)
    if before != wanted:
        undo = reverse("console-alerts-back", args=[request.brand.slug, kind, way, int(before)])
        told = _("On: %(kind)s, %(way)s") if wanted else _("Off: %(kind)s, %(way)s")
        text = told % {"kind": KINDS[kind].label, "way": Way(way).label}
        response.headers["HX-Trigger"] = json.dumps(
            {"toast": {"text": text, "undo_url": undo, "seconds": 10}}
        )
    return response


@require_POST
@brand_page(MEMBER)
def here(request: BrandRequest) -> HttpResponseBase:
    """The page is before somebody's eyes, and shows these alerts."""
    given = request.POST.get("seen", "")
    seen = [int(one) for one in given.split(",") if one.isdecimal() and len(one) < 19]
    language = translation.get_language() or "en"
    looking.look(actor=request.actor, seen=seen, language=language, now=clock.now())
    return HttpResponse()


@brand_page(MEMBER)
def news(request: BrandRequest) -> HttpResponseBase:
    """What I was told, newest first. Opening the list is seeing it."""
    before = request.GET.get("before", "")
    found = selectors.news(
        request.membership.pk, before=int(before) if before.isdecimal() and len(before) < 19 else None,
        limit=PAGE + 1,
    )  # fmt: skip
    language = translation.get_language() or "en"
    base = reverse("console-news", args=[request.brand.slug])
    context = {
        "news": [shown_of(one, request.membership, language) for one in found[:PAGE]],
        "older_url": f"{base}?before={found[PAGE - 1].pk}" if len(found) > PAGE else "",
        "newer_url": base if before else "", "tabs": _tabs(request, "news"),
        "base": reverse("console-alerts", args=[request.brand.slug]),
    }  # fmt: skip
    response = frame.page(request, "console/news.html", section="console-alerts", context=context)
    looking.see_all(actor=request.actor, now=clock.now())
    return response


@require_POST
@brand_page(MEMBER)
def add_browser(request: BrandRequest) -> HttpResponseBase:
    """This browser takes pushes. It tells us again now and then, since its maker may change its address."""
    made = browsers.add(
        actor=request.actor, endpoint=request.POST.get("endpoint", ""), p256dh=request.POST.get("p256dh", ""),
        auth=request.POST.get("auth", ""), name=_browser_name(request), now=clock.now(),
    )  # fmt: skip
    request.session[browsers.SESSION_KEY] = made.pk
    return render(request, "console/_browsers.html", _browsers(request))


_SYSTEMS = ("Android", "iPhone", "iPad", "Windows", "Mac OS", "Linux")
_PROGRAMS = (("Edg", "Edge"), ("Firefox", "Firefox"), ("Chrome", "Chrome"), ("Safari", "Safari"))


def _browser_name(request: BrandRequest) -> str:
    """What a person calls this browser: program and system, as far as its header tells."""
    agent = request.headers.get("User-Agent", "")
    program = next((name for mark, name in _PROGRAMS if mark in agent), "")
    system = next((name for name in _SYSTEMS if name in agent), "")
    return " · ".join(filter(None, [program, system])) or _("A browser")


@require_POST
@brand_page(MEMBER)
def try_browser(request: BrandRequest, browser_id: int) -> HttpResponseBase:
    """Push a greeting to this browser now."""
    browser = get_object_or_404(Browser, pk=browser_id, user=request.membership.user)
    payload = {
        "tag": "try", "title": _("ChimeIn reaches you here"), "body": _("This is what a push looks like."),
        "url": reverse("console-alerts", args=[request.brand.slug]), "lang": translation.get_language(),
        "silent": False, **pushes.pictures(),
    }  # fmt: skip
    now = clock.now()
    (result,) = send_all([pushes.push_to(browser, payload, ttl_s=_TRY_TTL_S, urgent=True, now=now)])
    if result.end == End.GONE:
        pushes.drop({browser.pk: result.error}, now)
        raise UserError(_("This browser takes no pushes any more; switch them on there again."))
    if result.end != End.OK:
        raise UserError(_("The push service did not take it: %(error)s") % {"error": result.error})
    return _done(request, _("Sent. It should ring in a moment."))


@require_POST
@brand_page(MEMBER)
def remove_browser(request: BrandRequest, browser_id: int) -> HttpResponseBase:
    """No more pushes to this browser."""
    browsers.remove(actor=request.actor, browser_id=browser_id, now=clock.now())
    return _done(request, _("This browser gets no pushes any more. Switch them on there whenever you like."))


def _done(request: BrandRequest, text: str) -> HttpResponseBase:
    if not frame.wants_fragment(request):
        messages.success(request, text)
        return redirect("console-alerts", request.brand.slug)
    response = render(request, "console/_browsers.html", _browsers(request))
    response.headers["HX-Trigger"] = json.dumps({"toast": {"text": text}})
    return response


@require_POST
@brand_page(MEMBER)
def chat_name(request: BrandRequest, bridge_id: int) -> HttpResponseBase:
    """What I am called in a team's chat."""
    name = request.POST.get("name", "")
    bridges.call_me(actor=request.actor, bridge_id=bridge_id, name=name, now=clock.now())
    if not frame.wants_fragment(request):
        messages.success(request, _("Saved."))
        return redirect("console-alerts", request.brand.slug)
    response = HttpResponse(status=204)
    response.headers["HX-Trigger"] = json.dumps({"toast": {"text": _("Saved.")}})
    return response
