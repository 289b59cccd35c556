"""The coach's page: drafts that wait for a reader, one at a time, with three yes/no questions and a line of advice."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from chimein.answering import agreement, checks, review_lists, reviewing, services
from chimein.answering.models import Review
from chimein.answering.review_lists import ToRead
from chimein.answering.reviewing import Criteria
from chimein.conversations.models import Conversation
from chimein.core import clock
from chimein.core.errors import Conflict, UserError
from chimein.core.policy import MEMBER
from chimein.people.models import Membership
from chimein.web.console import frame
from chimein.web.console.rows import network_label
from chimein.web.console.thread import Entry, public_thread
from chimein.web.guard import BrandRequest, brand_page

_KEYS = {"tone": "1", "solves": "2", "personal": "3"}


def questions() -> dict[str, str]:
    """What a reviewer is asked about every answer."""
    return {
        "tone": _("Is the tone right?"),
        "solves": _("Does it solve the question?"),
        "personal": _("Is it written to this person?"),
    }


def shortcomings() -> dict[str, str]:
    """What a no to each question means, in a word."""
    return {"tone": _("the tone"), "solves": _("solving the question"), "personal": _("writing personally")}


def _page_url(request: BrandRequest) -> str:
    return reverse("console-reviews", args=[request.brand.slug])


def _number(text: str | None) -> int:
    return int(text) if text and text.isdecimal() and len(text) < 19 else 0


def reviews_context(request: BrandRequest, typed: Mapping[str, str] | None = None) -> dict[str, Any]:
    """The draft to read now, the others that wait, how this reader agrees with the rest."""
    now = clock.now()
    waiting = review_lists.to_read(request.membership, now=now)
    at = _number((typed or request.GET).get("at"))
    current = next((one for one in waiting if one.review.pk == at), waiting[0] if waiting else None)
    agreements = agreement.agreements(request.brand.pk, now=now)
    return {
        "reviews_url": _page_url(request),
        "gone": _gone(request, at, current),
        "waiting": [_row(request, one) for one in waiting if one is not current],
        "current": _current(current, request, typed or {}, now) if current else None,
        "mine": agreements.get(request.membership.pk),
        "least_percent": agreement.LEAST_PERCENT.get(),
        "readers": _readers(agreements, request) if request.actor.is_lead else (),
        "is_reader": request.actor.is_staff or _has_read(request),
    }


def _has_read(request: BrandRequest) -> bool:
    from chimein.people.models import Trust

    trusted = Trust.objects.filter(member=request.membership, level__gte=Trust.Level.TRUSTED)
    return trusted.exists()


def _gone(request: BrandRequest, at: int, current: ToRead | None) -> str:
    """What became of the review somebody came for, when it is not to be read any more."""
    if not at or (current is not None and current.review.pk == at):
        return ""
    found = review_lists.find(at, request.brand.pk)
    if found is None or found.reviewer_id == request.membership.pk or not found.verdict:
        return ""
    if found.reviewer is None:
        return _("This draft is not needed any more.")
    return _("%(name)s has decided this already.") % {"name": found.reviewer.public_name}


def _row(request: BrandRequest, one: ToRead) -> dict[str, Any]:
    return {
        "one": one, "review": one.review, "url": f"{_page_url(request)}?at={one.review.pk}",
        "kind": _kind_words(one), "question": _asked(one.review),
    }  # fmt: skip


def _kind_words(one: ToRead) -> str:
    if one.review.kind != Review.Kind.DRAFT:
        return _("Published already")
    if one.review.stage == Review.Stage.FREE:
        return _("Late: others may answer")
    return _("For you first") if one.is_mine else _("Draft")


def _asked(review: Review) -> str:
    return review.answer.reply_to.text if review.answer.reply_to else ""


def _current(one: ToRead, request: BrandRequest, typed: Mapping[str, str], now: datetime) -> dict[str, Any]:
    review, answer = one.review, one.review.answer
    conversation = answer.conversation
    is_draft = review.kind == Review.Kind.DRAFT
    assert answer.author is not None
    text = typed.get("text", review.text)
    limit, measure = services.limit_of(conversation)
    return {
        **_row(request, one),
        "is_draft": is_draft,
        "author": answer.author,
        "entries": _entries(review, conversation),
        "asked_id": answer.reply_to_id,
        "network": network_label(conversation.account.adapter),
        "lang": answer.reply_to.language if answer.reply_to and answer.reply_to.language != "und" else "",
        "text": text,
        "limit": limit,
        "measure": measure,
        "suffix": f" ^{reviewing.joint_signature(answer.author, request.membership, conversation)}",
        "weak": _weak(answer.author),
        "anyway": answer.anyway,
        "findings": checks.look(
            text, brand_id=request.brand.pk, author_id=None, private=answer.private, now=now
        ) if is_draft else (),
        "criteria": [
            {"name": name, "label": label, "key": _KEYS[name], "said": typed.get(name, "")}
            for name, label in questions().items()
        ],
        "advice": typed.get("advice", ""),
        "url": reverse("console-review", args=[request.brand.slug, review.pk]),
    }  # fmt: skip


def _weak(author: Membership) -> str:
    spot = review_lists.weak_spot(author.pk)
    if spot is None:
        return ""
    return _("%(name)s is working on %(what)s: %(yes)d of the last %(total)d answers met it.") % {
        "name": author.public_name, "what": shortcomings()[spot.criterion], "yes": spot.yes, "total": spot.total
    }  # fmt: skip


def _entries(review: Review, conversation: Conversation) -> list[Entry]:
    """The public thread; of what is published already only what stood there when the answer was written."""
    entries = public_thread(conversation).entries
    if review.kind == Review.Kind.DRAFT:
        return entries
    return [one for one in entries if one.at <= review.answer.created_at]


def _readers(agreements: Mapping[int, agreement.Agreement], request: BrandRequest) -> list[dict[str, Any]]:
    names = dict(
        Membership.objects.filter(brand=request.brand, pk__in=agreements).values_list("pk", "public_name")
    )
    found = [{"name": names[pk], "one": one} for pk, one in agreements.items() if pk in names]
    return sorted(found, key=lambda row: row["one"].percent)


@brand_page(MEMBER)
def page(request: BrandRequest) -> HttpResponseBase:
    """What waits to be read."""
    context = reviews_context(request)
    if frame.wants_fragment(request):
        return render(request, "console/_reviews.html", context)
    total = len(context["waiting"]) + bool(context["current"])
    return frame.page(
        request, "console/reviews.html", section="console-reviews", context=context,
        topics=[f"reviews:{request.brand.pk}"], counts={"console-reviews": total},
    )  # fmt: skip


@require_POST
@brand_page(MEMBER)
def decide(request: BrandRequest, review_id: int) -> HttpResponseBase:
    """Approve, send back, turn down, or judge what stands already; then the next one."""
    try:
        said = _decide(request, review_id)
    except Conflict as problem:
        return _respond(request, {"text": str(problem), "tone": "late"})
    except UserError as problem:
        typed = {**request.POST.dict(), "at": str(review_id)}
        return _respond(request, {"text": str(problem), "tone": "late"}, typed=typed)
    back = reverse("console-review-undo", args=[request.brand.slug, review_id])
    return _respond(request, {"text": said, "undo_url": back, "seconds": services.UNDO_SECONDS.get()})


def _decide(request: BrandRequest, review_id: int) -> str:
    given, act = request.POST, request.POST.get("act", "")
    common: dict[str, Any] = {
        "actor": request.actor, "review_id": review_id, "criteria": _criteria(given), "now": clock.now()
    }  # fmt: skip
    advice = given.get("advice", "")
    if act == "approve":
        made = reviewing.approve(
            **common, advice=advice, text=given.get("text"), anyway=given.get("anyway", "")
        )
        name = made.author.public_name if made.author else _("Somebody")
        return _("It goes out in a moment, signed by %(name)s with you") % {"name": name}
    if act == "back":
        reviewing.send_back(**common, advice=advice)
        return _("Sent back with your advice")
    if act in {"ring", "desk"}:
        reviewing.reject(**common, reason=advice, to_desk=act == "desk")
        return _("Turned down; the question goes on")
    review = reviewing.judge(**common, advice=advice)
    return _judged_words(review)


def _judged_words(review: Review) -> str:
    if review.of is None:
        return _("Thank you. The author sees it")
    return _("Thank you. It is compared with what others said")


def _criteria(given: Mapping[str, str]) -> Criteria:
    """The three answers. Raises UserError while one is missing."""
    said = {name: given.get(name, "") for name in review_lists.CRITERIA}
    if not all(value in {"yes", "no"} for value in said.values()):
        raise UserError(_("Answer the three questions first."))
    return Criteria(**{name: value == "yes" for name, value in said.items()})


def _respond(
    request: BrandRequest, toast: dict[str, object], typed: Mapping[str, str] | None = None
) -> HttpResponseBase:
    if not frame.wants_fragment(request):
        level = messages.ERROR if toast.get("tone") == "late" else messages.SUCCESS
        messages.add_message(request, level, str(toast["text"]))
        return redirect(_page_url(request))
    response = render(request, "console/_reviews.html", reviews_context(request, typed))
    response.headers["HX-Trigger"] = json.dumps({"toast": toast})
    return response


@require_POST
@brand_page(MEMBER)
def undo(request: BrandRequest, review_id: int) -> HttpResponseBase:
    """Take the decision back while that is possible."""
    try:
        reviewing.take_back(actor=request.actor, review_id=review_id, now=clock.now())
    except UserError as problem:
        return JsonResponse({"message": str(problem)}, status=409)
    return HttpResponse(status=204)


def render_pulse(conversation_id: int, language: str) -> str:
    """A sign for the page of reviews that something changed; each reader fetches what is theirs."""
    found = Review.objects.filter(answer__conversation_id=conversation_id).select_related("brand").first()
    if found is None:
        return ""
    slug = found.brand.slug
    context = {
        "reviews_url": reverse("console-reviews", args=[slug]),
        "answers_url": reverse("console-answers", args=[slug]),
    }
    names = ("_reviews_pulse", "_answers_pulse")
    return "\n".join(render_to_string(f"console/{name}.html", context).strip() for name in names)
