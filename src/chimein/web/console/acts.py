"""What people do in a conversation: claim, answer, take back, note, hand over.

Each is a POST that works without scripts. With htmx the part of the page that changed comes back; without,
the page is shown anew. An error that a person can mend becomes a message there, and what they typed stays a
draft.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from chimein.answering import checks as looking
from chimein.answering import services as answering
from chimein.answering.models import Answer, Draft
from chimein.conversations.models import Conversation
from chimein.core import clock
from chimein.core.errors import Conflict, NotAllowed, UserError
from chimein.core.policy import MEMBER, STAFF
from chimein.routing import dismissing, presence, selectors
from chimein.routing import services as routing
from chimein.routing.access import HELPERS_LANES, may_take
from chimein.routing.models import WorkItem
from chimein.web.console import cards, frame, words
from chimein.web.console.conversation import conversation_url, find_conversation, render_work
from chimein.web.console.work import bar_of, move_choices
from chimein.web.guard import BrandRequest, brand_page

Toast = dict[str, object]
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def _respond(request: BrandRequest, found: Conversation, toast: Toast | None = None) -> HttpResponseBase:
    """The changed part, with a toast; or, without scripts, the page anew with a message."""
    on_card = request.POST.get("from") == "card"
    if not frame.wants_fragment(request):
        if toast:
            level = messages.ERROR if toast.get("tone") == "late" else messages.SUCCESS
            messages.add_message(request, level, str(toast["text"]))
        return redirect("console-card", request.brand.slug) if on_card else redirect(conversation_url(found))
    response = cards.render_card(request) if on_card else render_work(request, found)
    if toast:
        response.headers["HX-Trigger"] = json.dumps({"toast": toast})
    return response


def act_on(
    request: BrandRequest, public_id: str, do: Callable[[Conversation], Toast | None]
) -> HttpResponseBase:
    """Do it, and say what came of it or what is in the way."""
    found = find_conversation(request, public_id)
    try:
        toast = do(found)
    except UserError as problem:
        # On the card a question that is gone is no error: the next one comes, with a word about it.
        if isinstance(problem, NotAllowed) and request.POST.get("from") != "card":
            raise
        toast = {"text": str(problem), "tone": "late"}
    return _respond(request, found, toast)


@require_POST
@brand_page(MEMBER)
def claim(request: BrandRequest, public_id: str) -> HttpResponseBase:
    """Take the conversation."""

    def do(found: Conversation) -> None:
        routing.claim(actor=request.actor, conversation_id=found.pk, now=clock.now())

    return act_on(request, public_id, do)


@require_POST
@brand_page(MEMBER)
def release(request: BrandRequest, public_id: str) -> HttpResponseBase:
    """Give the conversation back."""

    def do(found: Conversation) -> None:
        reason = request.POST.get("reason", "")
        routing.release(actor=request.actor, conversation_id=found.pk, reason=reason, now=clock.now())

    return act_on(request, public_id, do)


@require_POST
@brand_page(MEMBER)
def move(request: BrandRequest, public_id: str) -> HttpResponseBase:
    """Hand the conversation to another lane, with the reason."""

    def do(found: Conversation) -> Toast:
        lane, reason = request.POST.get("lane", ""), request.POST.get("reason", "").strip()
        if not reason:
            raise UserError(_("Say in a word why, so that the next person knows."))
        if found.visibility == "private" and lane in HELPERS_LANES:
            raise UserError(_("A private conversation stays with staff."))
        now = clock.now()
        routing.move(actor=request.actor, conversation_id=found.pk, lane=lane, reason=reason, now=now)
        back = reverse("console-move-back", args=[request.brand.slug, found.public_id, in_numbers(now)])
        return {"text": _("Handed to %(lane)s") % {"lane": words.lane(lane)}, "undo_url": back, "seconds": 10}

    return act_on(request, public_id, do)


@require_POST
@brand_page(MEMBER)
def move_back(request: BrandRequest, public_id: str, moment: int) -> HttpResponseBase:
    """Undo that move. `moment` is when it was made, in microseconds."""
    found = find_conversation(request, public_id)
    at = _EPOCH + timedelta(microseconds=moment)
    try:
        routing.move_back(actor=request.actor, conversation_id=found.pk, moved_at=at, now=clock.now())
    except Conflict as problem:
        return JsonResponse({"message": str(problem)}, status=409)
    return HttpResponse(status=204)


def in_numbers(moment: datetime) -> int:
    """A moment as it stands in an address: microseconds since 1970."""
    return (moment - _EPOCH) // timedelta(microseconds=1)


@require_POST
@brand_page(STAFF)
def dismiss(request: BrandRequest, public_id: str) -> HttpResponseBase:
    """Nobody has to answer this; it can be taken back from the toast."""

    def do(found: Conversation) -> Toast:
        now, reason = clock.now(), request.POST.get("reason", "")
        dismissing.dismiss(actor=request.actor, conversation_id=found.pk, reason=reason, now=now)
        back = reverse("console-bring-back", args=[request.brand.slug, found.public_id, in_numbers(now)])
        return {"text": _("No answer needed"), "undo_url": back}

    return act_on(request, public_id, do)


@require_POST
@brand_page(STAFF)
def bring_back(request: BrandRequest, public_id: str, moment: int) -> HttpResponseBase:
    """Undo that decision. `moment` is when it was made, in microseconds."""
    found = find_conversation(request, public_id)
    at = _EPOCH + timedelta(microseconds=moment)
    try:
        dismissing.bring_back(actor=request.actor, conversation_id=found.pk, dismissed_at=at, now=clock.now())
    except Conflict as problem:
        return JsonResponse({"message": str(problem)}, status=409)
    return HttpResponse(status=204)


@require_POST
@brand_page(MEMBER)
def answer(request: BrandRequest, public_id: str) -> HttpResponseBase:
    """Send an answer off. Somebody who has not claimed yet claims by sending, when it is free."""
    text = request.POST.get("text", "")

    def do(found: Conversation) -> Toast:
        now = clock.now()
        fence = _number(request.POST.get("fence"))
        try:
            if fence is None:
                fence = routing.claim(actor=request.actor, conversation_id=found.pk, now=now).fence
            made = answering.answer(
                actor=request.actor, conversation_id=found.pk, text=text, fence=fence, now=now,
                reply_to_id=_number(request.POST.get("reply_to")), split=bool(request.POST.get("parts")),
                anyway=request.POST.get("anyway", ""),
            )  # fmt: skip
        except (Conflict, UserError):
            _keep(request, found, text)
            raise
        if request.POST.get("from") == "card":
            cards.remember_thanks(request, made)
        return _sent_toast(request, made)

    return act_on(request, public_id, do)


def _keep(request: BrandRequest, found: Conversation, text: str) -> None:
    """Whatever went wrong, the text is there when the box comes back."""
    answering.save_draft(
        actor=request.actor, conversation_id=found.pk, kind=Draft.Kind.REPLY, text=text, now=clock.now()
    )


def _sent_toast(request: BrandRequest, made: Answer) -> Toast:
    waits = made.state == Answer.State.REVIEW
    return {
        "text": _("A colleague reads it first") if waits else _("Your answer goes out in a moment"),
        "seconds": answering.UNDO_SECONDS.get(),
        "undo_url": reverse("console-undo", args=[request.brand.slug, made.pk]),
    }


@require_POST
@brand_page(MEMBER)
def undo(request: BrandRequest, answer_id: int) -> HttpResponseBase:
    """Take an answer back while it is held."""
    rows = Conversation.objects.select_related("brand", "account", "contact")
    found = rows.filter(answers=answer_id, brand=request.brand).first()
    if found is None:
        raise Http404
    try:
        answering.undo(actor=request.actor, answer_id=answer_id, now=clock.now())
        cards.forget_thanks(request)
        toast: Toast = {"text": _("Taken back. Your text is in the box again.")}
    except Conflict as problem:
        if not request.POST.get("from"):
            return JsonResponse({"message": str(problem)}, status=409)
        toast = {"text": str(problem), "tone": "late"}
    if not request.POST.get("from"):
        return HttpResponse(status=204)
    return _respond(request, found, toast)


@require_POST
@brand_page(STAFF)
def send_again(request: BrandRequest, public_id: str, answer_id: int) -> HttpResponseBase:
    """Send an answer once more that the network refused as a whole."""

    def do(found: Conversation) -> Toast:
        refused = Answer.objects.filter(
            pk=answer_id, conversation=found, state=Answer.State.FAILED, messages=None
        ).first()
        if refused is None:
            raise Conflict(_("Only an answer of which nothing was posted can be sent again as it is."))
        now = clock.now()
        lease = routing.claim(actor=request.actor, conversation_id=found.pk, now=now)
        made = answering.answer(
            actor=request.actor,
            conversation_id=found.pk,
            text=refused.text,
            fence=lease.fence,
            now=now,
            split=True,
            anyway=refused.anyway,
        )
        return _sent_toast(request, made)

    return act_on(request, public_id, do)


@require_POST
@brand_page(STAFF)
def note(request: BrandRequest, public_id: str) -> HttpResponseBase:
    """Leave a word for colleagues."""

    def do(found: Conversation) -> Toast:
        text = request.POST.get("text", "")
        answering.add_note(actor=request.actor, conversation_id=found.pk, text=text, now=clock.now())
        return {"text": _("Note saved. Only colleagues see it.")}

    return act_on(request, public_id, do)


@require_POST
@brand_page(MEMBER)
def draft(request: BrandRequest, public_id: str, kind: str) -> HttpResponseBase:
    """Keep what is being typed. Answers 204, or 409 with a sentence when it is not theirs any more."""
    found = find_conversation(request, public_id)
    if kind == Draft.Kind.NOTE and not request.actor.is_staff:
        raise NotAllowed(_("Notes are for staff."))
    try:
        answering.save_draft(
            actor=request.actor,
            conversation_id=found.pk,
            kind=kind,
            text=request.POST.get("text", ""),
            now=clock.now(),
        )
    except UserError as problem:
        return JsonResponse({"message": str(problem)}, status=409)
    return HttpResponse(status=204)


@require_POST
@brand_page(MEMBER)
def typing(request: BrandRequest, public_id: str) -> HttpResponseBase:
    """Somebody types: the claim lasts on, the others see it. The claim's bar comes back."""
    found = find_conversation(request, public_id)
    now = clock.now()
    item = WorkItem.objects.select_related("holder", "first_choice").filter(conversation=found).first()
    if item is None or not may_take(request.actor, item.lane, trusted_only=item.trusted_only):
        raise NotAllowed(_("This conversation is not open to you."))
    until = routing.extend(actor=request.actor, conversation_id=found.pk, now=now)
    presence.show_up(actor=request.actor, conversation_id=found.pk, typing=True, now=now)
    if until is None:
        return HttpResponse(status=204)
    item.claim_until = until
    context = {"conversation": found, "bar": bar_of(item, request.membership, now), "item": item}
    on_card = request.POST.get("from") == "card"
    context |= {"url": conversation_url(found), "from": "card" if on_card else "", "people": ()}
    context["move_lanes"] = move_choices(found, item)
    return render(request, "console/_claim.html", context)


@require_POST
@brand_page(STAFF)
def here(request: BrandRequest, public_id: str) -> HttpResponseBase:
    """Somebody looks at the conversation."""
    found = find_conversation(request, public_id)
    now = clock.now()
    types = selectors.is_typing(conversation_id=found.pk, member_id=request.membership.pk, now=now)
    presence.show_up(actor=request.actor, conversation_id=found.pk, typing=types, now=now)
    return HttpResponse(status=204)


@require_POST
@brand_page(MEMBER)
def parts(request: BrandRequest, public_id: str) -> HttpResponseBase:
    """How the text would be cut into posts, to look at before sending."""
    found = find_conversation(request, public_id)
    shown: list[str] = []
    if request.POST.get("parts"):
        try:
            suffix = answering.suffix_of(request.membership, found)
            shown = answering.parts_of(found, request.POST.get("text", ""), suffix=suffix, split=True)
        except (UserError, ValueError):
            shown = []
    context = {"parts": shown if len(shown) > 1 else [], "conversation": found}
    return render(request, "console/_parts.html", context)


@require_POST
@brand_page(MEMBER)
def checks(request: BrandRequest, public_id: str) -> HttpResponseBase:
    """What speaks against the text as it is being written."""
    found = find_conversation(request, public_id)
    text, reason = request.POST.get("text", ""), request.POST.get("anyway", "")
    findings = looking.look(
        text, brand_id=request.brand.pk, author_id=request.membership.pk,
        private=found.visibility == "private", now=clock.now(),
    )  # fmt: skip
    return render(
        request, "console/_findings.html", {"findings": findings, "key": found.pk, "reason": reason}
    )


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isdecimal() and len(text) < 19 else None
