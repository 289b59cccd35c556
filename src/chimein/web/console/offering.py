"""What helpers do on their card besides answering: pass a question on, hand it to the desk, answer its copies."""

from __future__ import annotations

import json

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from chimein.answering import copies
from chimein.answering.models import Answer
from chimein.conversations.models import Conversation
from chimein.core import clock
from chimein.core.errors import Conflict, UserError
from chimein.core.policy import MEMBER
from chimein.routing import handing_over, offers
from chimein.web.console import cards, frame
from chimein.web.console.acts import in_numbers
from chimein.web.console.conversation import find_conversation
from chimein.web.guard import BrandRequest, brand_page

Toast = dict[str, object]


def _card(request: BrandRequest, toast: Toast) -> HttpResponseBase:
    """The next card, with a word about what was done."""
    if not frame.wants_fragment(request):
        level = messages.ERROR if toast.get("tone") == "late" else messages.SUCCESS
        messages.add_message(request, level, str(toast["text"]))
        return redirect("console-card", request.brand.slug)
    response = cards.render_card(request)
    response.headers["HX-Trigger"] = json.dumps({"toast": toast})
    return response


@require_POST
@brand_page(MEMBER)
def pass_on(request: BrandRequest, public_id: str) -> HttpResponseBase:
    """Not me: the next best is asked. It costs nothing."""
    found = find_conversation(request, public_id)
    reason = request.POST.get("reason", "")
    try:
        offers.pass_on(actor=request.actor, conversation_id=found.pk, reason=reason, now=clock.now())
    except UserError as problem:
        return _card(request, {"text": str(problem), "tone": "late"})
    cards.remember_skipped(request, found.pk)
    back = reverse("console-pass-back", args=[request.brand.slug, found.public_id])
    return _card(request, {"text": _("Passed on. Somebody else is asked."), "undo_url": back})


@require_POST
@brand_page(MEMBER)
def pass_back(request: BrandRequest, public_id: str) -> HttpResponseBase:
    """Undo that: the question is back, if it can still be had."""
    found = get_object_or_404(Conversation, public_id=public_id, brand=request.brand)
    cards.forget_one_skipped(request, found.pk)
    if not offers.take_pass_back(actor=request.actor, conversation_id=found.pk, now=clock.now()):
        return JsonResponse({"message": _("Somebody else is at it already.")}, status=409)
    return HttpResponse(status=204)


@require_POST
@brand_page(MEMBER)
def hand_over(request: BrandRequest, public_id: str) -> HttpResponseBase:
    """Not for us: to the desk, unless somebody who was asked can answer after all."""
    found, now = find_conversation(request, public_id), clock.now()
    reason = request.POST.get("reason", "").strip()
    try:
        if not reason:
            raise UserError(_("Say in a word why, so that the next person knows."))
        until = handing_over.hand_over(actor=request.actor, conversation_id=found.pk, reason=reason, now=now)
    except UserError as problem:
        return _card(request, {"text": str(problem), "tone": "late"})
    cards.remember_skipped(request, found.pk)
    slug = request.brand.slug
    if until is None:
        back = reverse("console-move-back", args=[slug, found.public_id, in_numbers(now)])
        return _card(request, {"text": _("Handed to the desk"), "undo_url": back, "seconds": 10})
    back = reverse("console-keep", args=[slug, found.public_id])
    text = _("The others may say that they can answer; then it goes to the desk.")
    return _card(request, {"text": text, "undo_url": back, "seconds": 10})


@require_POST
@brand_page(MEMBER)
def keep(request: BrandRequest, public_id: str) -> HttpResponseBase:
    """Undo that while the others may still say so."""
    found = find_conversation(request, public_id)
    try:
        handing_over.keep(actor=request.actor, conversation_id=found.pk, now=clock.now())
    except Conflict as problem:
        return JsonResponse({"message": str(problem)}, status=409)
    cards.forget_one_skipped(request, found.pk)
    return HttpResponse(status=204)


@require_POST
@brand_page(MEMBER)
def answer_copies(request: BrandRequest, answer_id: int) -> HttpResponseBase:
    """Send my answer to the others who asked the same."""
    made = get_object_or_404(
        Answer, pk=answer_id, author=request.membership, conversation__brand=request.brand
    )
    sent = copies.answer_copies(actor=request.actor, answer_id=made.pk, now=clock.now())
    if not sent:
        return _card(request, {"text": _("The others have their answer already."), "tone": "late"})
    text = ngettext(
        "Your answer goes to %(count)d more customer.", "Your answer goes to %(count)d more customers.", sent
    )
    return _card(request, {"text": text % {"count": sent}})
