"""Team chats: which rooms are told of what, whether that works, and a button to try it."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from chimein.alerts import bridges, selectors
from chimein.alerts.bridges import Wish
from chimein.alerts.kinds import BRIDGED
from chimein.alerts.models import Bridge
from chimein.alerts.platforms import PLATFORMS
from chimein.core import clock
from chimein.core.errors import UserError
from chimein.core.policy import LEAD
from chimein.triage.models import Topic
from chimein.web.console import frame
from chimein.web.console.rows import lane_names
from chimein.web.guard import BrandRequest, brand_page

_NEW = 0


def _card(bridge: Bridge) -> dict[str, Any]:
    """A room as the page shows it: never its address, only its platform and how it is doing."""
    known = PLATFORMS.get(bridge.platform)
    state, words = _state(bridge)
    lanes = lane_names()
    return {
        "bridge": bridge, "platform": known.label if known else bridge.platform, "state": state, "words": words,
        "kinds": [kind for kind in BRIDGED if kind.name in bridge.kinds],
        "lanes": [lanes[lane][0] for lane in bridge.lanes if lane in lanes],
    }  # fmt: skip


def _state(bridge: Bridge) -> tuple[str, str]:
    if not bridge.is_active:
        return "quiet", _("Switched off")
    if bridge.last_error:
        return "late", _("The last post failed")
    if bridge.last_ok_at is None:
        return "quiet", _("Not tried yet")
    return "ok", _("Works")


def _form(request: BrandRequest, bridge: Bridge | None, given: Any = None) -> dict[str, Any]:
    """What the form shows: what was just sent, else what is stored, else a good beginning."""
    topics = Topic.objects.filter(brand=request.brand).order_by("slug")
    kinds = given.getlist("kinds") if given else bridge.kinds if bridge else bridges.default_kinds()
    lanes = given.getlist("lanes") if given else bridge.lanes if bridge else []
    chosen = given.getlist("topics") if given else bridge.topics if bridge else []
    return {
        "id": bridge.pk if bridge else _NEW, "is_new": bridge is None,
        "platform": given.get("platform", "") if given else bridge.platform if bridge else "slack",
        "name": given.get("name", "") if given else bridge.name if bridge else "",
        "url": given.get("url", "") if given else "",
        "language": given.get("language", "") if given else bridge.language if bridge else get_language() or "en",
        "platforms": list(PLATFORMS.values()),
        "kinds": [(kind, kind.name in kinds) for kind in BRIDGED],
        "lanes": [(key, name, key in lanes) for key, (name, _icon) in lane_names().items()],
        "topics": [(one.slug, one.display_name, one.slug in chosen) for one in topics],
    }  # fmt: skip


def _show(
    request: BrandRequest, *, form: dict[str, Any] | None = None, error: str = "", status: int = 200
) -> HttpResponseBase:
    context = {
        "cards": [_card(one) for one in selectors.bridges_of(request.brand.pk)], "form": form, "error": error,
        "base": reverse("console-bridges", args=[request.brand.slug]),
    }  # fmt: skip
    return frame.page(
        request, "console/bridges.html", section="console-bridges", context=context, status=status
    )


@brand_page(LEAD)
def page(request: BrandRequest) -> HttpResponseBase:
    """All rooms; `?edit=3` opens the form of one, `?edit=0` that of a new one."""
    asked = request.GET.get("edit", "")
    form = None
    if asked.isdecimal() and len(asked) < 19:
        form = _form(request, _stored(request, int(asked)))
    return _show(request, form=form)


def _stored(request: BrandRequest, bridge_id: int) -> Bridge | None:
    return Bridge.objects.filter(pk=bridge_id, brand=request.brand, removed_at=None).first()


@require_POST
@brand_page(LEAD)
def save(request: BrandRequest, bridge_id: int) -> HttpResponseBase:
    """Make a room (0) or change one. What does not fit is said beside what was written."""
    given = request.POST
    wish = Wish(
        platform=given.get("platform", ""), name=given.get("name", ""), url=given.get("url", ""),
        sign=given.get("sign", ""), language=given.get("language", ""), kinds=given.getlist("kinds"),
        lanes=given.getlist("lanes"), topics=given.getlist("topics"),
    )  # fmt: skip
    try:
        made = bridges.save(actor=request.actor, wish=wish, now=clock.now(), bridge_id=bridge_id or None)
    except UserError as error:
        form = _form(request, _stored(request, bridge_id), given)
        return _show(request, form=form, error=str(error), status=422)
    messages.success(
        request, _("%(name)s is saved. Try it once, so that you see it arrive.") % {"name": made.name}
    )
    return redirect("console-bridges", request.brand.slug)


@require_POST
@brand_page(LEAD)
def try_out(request: BrandRequest, bridge_id: int) -> HttpResponseBase:
    """Post a greeting into the room."""
    reply = bridges.try_out(actor=request.actor, bridge_id=bridge_id, now=clock.now())
    if reply.ok:
        messages.success(request, _("It arrived: look into the room."))
    else:
        messages.error(request, _("It did not arrive: %(error)s") % {"error": reply.error})
    return redirect("console-bridges", request.brand.slug)


@require_POST
@brand_page(LEAD)
def pause(request: BrandRequest, bridge_id: int) -> HttpResponseBase:
    """Switch a room off for now, or on again."""
    active = bool(request.POST.get("on"))
    made = bridges.pause(actor=request.actor, bridge_id=bridge_id, active=active, now=clock.now())
    told = _("%(name)s is told again.") if active else _("%(name)s is told nothing for now.")
    messages.success(request, told % {"name": made.name})
    return redirect("console-bridges", request.brand.slug)


@require_POST
@brand_page(LEAD)
def remove(request: BrandRequest, bridge_id: int) -> HttpResponseBase:
    """Take a room away; the toast brings it back."""
    made = bridges.remove(actor=request.actor, bridge_id=bridge_id, back=False, now=clock.now())
    if not frame.wants_fragment(request):
        messages.success(request, _("%(name)s is removed.") % {"name": made.name})
        return redirect("console-bridges", request.brand.slug)
    undo = reverse("console-bridge-back", args=[request.brand.slug, bridge_id])
    told = {"text": _("%(name)s is removed.") % {"name": made.name}, "undo_url": undo, "seconds": 10}
    response = HttpResponse("")
    response.headers["HX-Trigger"] = json.dumps({"toast": told})
    return response


@require_POST
@brand_page(LEAD)
def back(request: BrandRequest, bridge_id: int) -> HttpResponseBase:
    """Bring a room back that was just removed."""
    bridges.remove(actor=request.actor, bridge_id=bridge_id, back=True, now=clock.now())
    return HttpResponse(status=204)
