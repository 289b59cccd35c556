"""What a desk does with what was brought to it, and how a lead lets a crisis be answered."""

from __future__ import annotations

import json

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from chimein.conversations.models import Conversation
from chimein.core import clock
from chimein.core.errors import Conflict
from chimein.core.policy import LEAD, STAFF
from chimein.routing import assignments, freezing
from chimein.web.console import frame, moments
from chimein.web.console.acts import Toast, act_on
from chimein.web.guard import BrandRequest, brand_page


@require_POST
@brand_page(STAFF)
def pass_on(request: BrandRequest, public_id: str) -> HttpResponseBase:
    """Not me: it goes to the next."""

    def do(found: Conversation) -> Toast:
        if not assignments.pass_on(actor=request.actor, conversation_id=found.pk, now=clock.now()):
            raise Conflict(_("This is not with you any more."))
        return {"text": _("Passed on. It goes to the next.")}

    return act_on(request, public_id, do)


@require_POST
@brand_page(LEAD)
def release(request: BrandRequest, public_id: str) -> HttpResponseBase:
    """Let one frozen conversation be answered."""

    def do(found: Conversation) -> Toast:
        now, reason = clock.now(), request.POST.get("reason", "")
        freezing.release(actor=request.actor, conversation_id=found.pk, reason=reason, now=now)
        return {
            "text": _("Released. It may be answered now."),
            "undo_url": _undo_url(request, moments.number_of(now)),
        }

    return act_on(request, public_id, do)


def _undo_url(request: BrandRequest, moment: int) -> str:
    return reverse("console-crisis-freeze", args=[request.brand.slug, moment])


@require_POST
@brand_page(LEAD)
def release_topic(request: BrandRequest) -> HttpResponseBase:
    """Let a topic of the crisis lane, or all of it, be answered, with what comes in the next hours."""
    asked = request.POST.get("topic", "")
    topic = None if asked == "*" else asked
    now, reason = clock.now(), request.POST.get("reason", "")
    count = freezing.release_topic(actor=request.actor, topic=topic, reason=reason, now=now)
    text = ngettext("%(count)d conversation released", "%(count)d conversations released", count)
    toast: Toast = {
        "text": text % {"count": count}, "seconds": 15, "undo_url": _undo_url(request, moments.number_of(now))
    }  # fmt: skip
    messages.success(request, str(toast["text"]))
    response: HttpResponseBase = redirect("console-lanes", request.brand.slug)
    if frame.wants_fragment(request):
        list(messages.get_messages(request))
        response = HttpResponse(status=204)
        response.headers["HX-Trigger"] = json.dumps({"toast": toast, "chimein:undone": True})
    return response


@require_POST
@brand_page(LEAD)
def freeze_again(request: BrandRequest, moment: int) -> HttpResponseBase:
    """Undo a release. `moment` is when it was made, in microseconds."""
    at = moments.moment_of(moment)
    try:
        freezing.freeze_again(actor=request.actor, released_at=at, now=clock.now())
    except Conflict as problem:
        return JsonResponse({"message": str(problem)}, status=409)
    return HttpResponse(status=204)
