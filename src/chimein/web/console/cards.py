"""The helpers' page: one question at a time, for colleagues and trusted customers.

They see what everybody can read on the network and why anybody may answer it; no desk, no notes, no private
messages, nothing about the customer beyond the public thread.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.views.decorators.http import require_POST

from chimein.answering import copies
from chimein.answering.models import Answer
from chimein.conversations.models import Conversation
from chimein.core import clock
from chimein.core.policy import MEMBER
from chimein.people import trust
from chimein.routing import offers, presence
from chimein.routing.models import WorkItem
from chimein.routing.selectors import Waiting, next_offer, offered_count
from chimein.triage import reasons
from chimein.web.console import frame, offer_words
from chimein.web.console.answers import sent_back
from chimein.web.console.rows import network_label, row_of
from chimein.web.console.thread import public_thread
from chimein.web.console.words import minutes
from chimein.web.console.work import work_of
from chimein.web.guard import BrandRequest, brand_page

_SKIPPED = "skipped"
_PULSE = "helpers-pulse"
_BACK = "back_on_card"
_THANKS = "thanks"
_MOST_SKIPPED = 200
_LONG_MINUTES = 120
_WHY_SAFE = {"lane.crowd", "lane.colleagues", "lane.expert", "intent.question", "intent.request"}


def _skipped(request: BrandRequest) -> list[int]:
    stored: dict[str, list[int]] = request.session.get(_SKIPPED, {})
    return stored.get(request.brand.slug, [])


def remember_thanks(request: BrandRequest, made: Answer) -> None:
    """What the next card says about the answer just given: minutes taken, until when it can be undone."""
    asked = made.reply_to.posted_at if made.reply_to else made.created_at
    request.session[_THANKS] = {
        "answer": made.pk, "conversation": made.conversation_id,
        "minutes": minutes(made.created_at - asked), "until": made.undo_until.isoformat(),
        "read_first": made.state == Answer.State.REVIEW,
    }  # fmt: skip


def forget_thanks(request: BrandRequest) -> None:
    request.session.pop(_THANKS, None)


def _thanks(request: BrandRequest, now: datetime) -> dict[str, Any] | None:
    """The last answer's thank-you, for a minute. With scripts a toast offers the undo, else it is here."""
    told = request.session.get(_THANKS)
    until = parse_datetime(told["until"]) if told else None
    if told is None or until is None or now > until + timedelta(minutes=1):
        return None
    hours = told["minutes"] // 60 if told["minutes"] > _LONG_MINUTES else 0
    return {
        **told,
        "hours": hours,
        "copies": len(copies.copies_of(told["conversation"])) if "conversation" in told else 0,
        "until": until,
        "can_undo": until > now and not frame.wants_fragment(request),
    }


def card_context(request: BrandRequest) -> dict[str, Any]:
    """The card this member is shown now, or none."""
    now = clock.now()
    stay = request.session.pop(_BACK, "") or request.GET.get("at", "")
    presence.seen_here([request.membership.pk], now=now)
    item = next_offer(
        actor=request.actor, languages=request.membership.languages, skipped=_skipped(request), now=now,
        stay=int(stay) if stay.isdecimal() and len(stay) < 19 else 0,
    )  # fmt: skip
    context: dict[str, Any] = {
        "thanks": _thanks(request, now),
        "skipped_count": len(_skipped(request)),
        "count": offered_count(actor=request.actor, now=now),
        "card_url": reverse("console-card", args=[request.brand.slug]),
        "skip_url": reverse("console-skip", args=[request.brand.slug]),
        "again_url": reverse("console-skip-forget", args=[request.brand.slug]),
    }
    return context | (_card(request, item, now) if item is not None else {"card": None})


def _card(request: BrandRequest, item: Waiting, now: datetime) -> dict[str, Any]:
    rows = Conversation.objects.select_related("account", "brand", "contact")
    conversation = rows.get(pk=item.conversation_id)
    thread = public_thread(conversation)
    work = work_of(
        conversation=conversation, member=request.membership, messages=thread.messages, note_count=0, now=now
    )
    why = [one for one in reasons.explain(item.reasons) if one.code in _WHY_SAFE]
    brought = _brought(request, item, now)
    kept_for_me = item.first_choice_id == request.membership.pk and item.is_kept(now)
    return {
        "card": row_of(item, slug=request.brand.slug, now=now), "conversation": conversation,
        "thread": thread, "network": network_label(item.adapter), "brand_name": request.brand.display_name,
        "why": sorted(why, key=lambda one: one.code, reverse=True), "bar": work.bar, "reply": work.reply,
        "item": item, "mine": work.bar.state == "mine", "follow_up": kept_for_me,
        "url": reverse("console-conversation", args=[request.brand.slug, item.public_id]),
        "brought": brought, "handed": _handed_over(work.item, now), "pass_reasons": offer_words.pass_reasons(),
        "refused": _refused(request, conversation), "sent_back": sent_back(request, conversation),
    }  # fmt: skip


def _brought(request: BrandRequest, item: Waiting, now: datetime) -> list[str] | None:
    """Why the question was brought to this member, in words; None when they found it themselves.

    Coming to look counts as opening it; the card that is drawn anew by itself does not.
    """
    mine = request.membership.pk
    found = offers.brought_to(conversation_id=item.conversation_id, member_id=mine)
    if found is None:
        return None
    by_itself = request.headers.get("HX-Trigger") == _PULSE
    offers.mark_shown(conversation_id=item.conversation_id, member_id=mine, opened=not by_itself, now=now)
    return offer_words.asked_because(found.why, brand_id=item.brand_id)


def _handed_over(item: WorkItem | None, now: datetime) -> WorkItem | None:
    """The item while somebody thinks that it is for the desk and the others may still object."""
    return item if item is not None and item.desk_at is not None and item.desk_at > now else None


def _refused(request: BrandRequest, conversation: Conversation) -> bool:
    """Whether my last answer here came back from the network."""
    mine = Answer.objects.filter(conversation=conversation, author=request.membership).order_by("-pk")
    return mine.values_list("state", flat=True).first() == Answer.State.FAILED


def render_card(request: BrandRequest) -> HttpResponse:
    """The card as a fragment."""
    return render(request, "console/_card.html", card_context(request))


@brand_page(MEMBER)
def card(request: BrandRequest) -> HttpResponseBase:
    """The page with the one card. Somebody new is shown the way in instead, somebody paused why."""
    member = request.membership
    if not trust.has_begun(member) or trust.is_paused(member, now=clock.now()):
        return frame.go(request, reverse("console-way", args=[request.brand.slug]))
    if frame.wants_fragment(request):
        return render_card(request)
    return frame.page(
        request, "console/card.html", section="console-card", context=card_context(request),
        topics=[f"helpers:{request.brand.pk}"],
    )  # fmt: skip


@require_POST
@brand_page(MEMBER)
def skip(request: BrandRequest) -> HttpResponseBase:
    """Not this one: it does not come back in this session."""
    chosen = request.POST.get("conversation", "")
    if chosen.isdecimal() and len(chosen) < 19:
        remember_skipped(request, int(chosen))
    return _next(request)


def remember_skipped(request: BrandRequest, conversation_id: int) -> None:
    """It does not come back in this session."""
    _keep_skipped(request, [*_skipped(request), conversation_id][-_MOST_SKIPPED:])


def forget_one_skipped(request: BrandRequest, conversation_id: int) -> None:
    """It comes back, before the one that is shown now."""
    _keep_skipped(request, [one for one in _skipped(request) if one != conversation_id])
    request.session[_BACK] = str(conversation_id)


def _keep_skipped(request: BrandRequest, mine: list[int]) -> None:
    stored = request.session.get(_SKIPPED, {})
    request.session[_SKIPPED] = {**stored, request.brand.slug: mine}


@require_POST
@brand_page(MEMBER)
def forget_skipped(request: BrandRequest) -> HttpResponseBase:
    """Show the skipped ones again."""
    _keep_skipped(request, [])
    return _next(request)


def _next(request: BrandRequest) -> HttpResponseBase:
    if frame.wants_fragment(request):
        return render_card(request)
    return redirect("console-card", request.brand.slug)
