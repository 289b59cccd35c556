"""What browsers fetch from fixed addresses for pushes, and the way out of our mails."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods

from chimein.alerts import unsubscribing
from chimein.alerts.kinds import KINDS
from chimein.alerts.languages import language_of
from chimein.core import clock
from chimein.core.policy import ANYONE, SIGNED
from chimein.people.models import Membership
from chimein.web.guard import page

_FILES = Path(__file__).parent / "static" / "push"


@lru_cache(maxsize=1)
def _worker() -> bytes:
    return (_FILES / "service-worker.js").read_bytes()


@require_GET
@page(ANYONE)
def service_worker(_request: HttpRequest) -> HttpResponseBase:
    """The script that shows pushes. It lives at the root, since it may only act for what lies below its address."""
    response = HttpResponse(_worker(), content_type="text/javascript; charset=utf-8")
    response.headers["Cache-Control"] = "no-cache"
    return response


@require_GET
@page(ANYONE)
def manifest(_request: HttpRequest) -> HttpResponseBase:
    """What a phone needs to put the console on its home screen (W3C Web Application Manifest)."""
    sizes = (("192", "any"), ("512", "any"), ("512", "maskable"))
    icons = [
        {
            "src": static(f"push/{'maskable' if purpose == 'maskable' else 'icon'}-{size}.png"),
            "sizes": f"{size}x{size}", "type": "image/png", "purpose": purpose,
        }
        for size, purpose in sizes
    ]  # fmt: skip
    told = {
        "id": "/console/", "name": "ChimeIn", "short_name": "ChimeIn", "lang": translation.get_language(),
        "description": _("Questions for you, wherever you are."), "start_url": reverse("home"), "scope": "/",
        "display": "standalone", "background_color": "#faf7f5", "theme_color": "#942a5e", "icons": icons,
    }  # fmt: skip
    response = JsonResponse(told, content_type="application/manifest+json")
    response.headers["Cache-Control"] = "public, max-age=3600"
    return response


@csrf_exempt  # a mail program posts without our cookies; the token is the proof
@require_http_methods(["GET", "POST"])
@page(SIGNED)
def alerts_off(request: HttpRequest, token: str) -> HttpResponseBase:
    """The way out of a mail: a GET asks, a POST does (RFC 8058), a second one with ``back`` takes it back."""
    named = unsubscribing.read(token)
    if named is None:
        return render(request, "alerts/off.html", {"state": "unknown"}, status=404)
    member_id, kind = named
    if request.method == "GET":
        member = Membership.objects.select_related("brand", "user").filter(pk=member_id).first()
        return _answer(request, member, kind, "ask")
    back = bool(request.POST.get("back"))
    member = unsubscribing.switch(member_id, kind, wanted=back, now=clock.now())
    return _answer(request, member, kind, "back" if back else "off")


def _answer(request: HttpRequest, member: Membership | None, kind: str, state: str) -> HttpResponse:
    if member is None:
        return render(request, "alerts/off.html", {"state": "unknown"}, status=404)
    with translation.override(language_of(member)):
        context = {"state": state, "kind": KINDS[kind].label, "brand_name": member.brand.display_name}
        return render(request, "alerts/off.html", context)
