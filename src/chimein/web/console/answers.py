"""What somebody answered: how far it is, what a reader said about it, what was changed."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from chimein.answering import review_lists
from chimein.answering.models import Answer, Review
from chimein.conversations.models import Conversation
from chimein.core import clock
from chimein.core.policy import MEMBER
from chimein.core.text.compare import changes
from chimein.web.console import frame
from chimein.web.console.conversation import wall_url
from chimein.web.console.reviews import shortcomings
from chimein.web.console.rows import network_label
from chimein.web.console.words import minutes
from chimein.web.guard import BrandRequest, brand_page

PAGE = 20
_CHANGED = frozenset({Review.Verdict.EDITED})


@brand_page(MEMBER)
def my_answers(request: BrandRequest) -> HttpResponseBase:
    """What I answered, newest first."""
    rows = Answer.objects.filter(author=request.membership).exclude(state=Answer.State.CANCELLED)
    before = request.GET.get("before", "")
    if before.isdecimal() and len(before) < 19:
        rows = rows.filter(pk__lt=int(before))
    related = rows.select_related("reply_to", "conversation__account", "conversation__brand")
    found = list(related.order_by("-pk")[: PAGE + 1])
    shown, base = found[:PAGE], reverse("console-answers", args=[request.brand.slug])
    said = review_lists.last_said(shown)
    context = {
        "answers": [_told(answer, said.get(answer.pk), request) for answer in shown],
        "older_url": f"{base}?before={found[PAGE - 1].pk}" if len(found) > PAGE else "",
        "newer_url": base if before else "",
        "total": Answer.objects.filter(author=request.membership, state=Answer.State.SENT).count(),
        "answers_url": request.get_full_path(),
    }
    if frame.wants_fragment(request):
        return render(request, "console/_answers.html", context)
    return frame.page(
        request, "console/answers.html", section="console-answers", context=context,
        topics=[f"reviews:{request.brand.pk}"],
    )  # fmt: skip


def _told(answer: Answer, review: Review | None, request: BrandRequest) -> dict[str, Any]:
    """An answer with its question; what staff took over since is not shown to helpers."""
    question = answer.reply_to
    shown = question is not None and (question.visibility == "public" or request.actor.is_staff)
    label, tone = _state(answer)
    return {
        "answer": answer,
        "question": question.text if shown and question is not None else "",
        "network": network_label(answer.conversation.account.adapter),
        "url": wall_url(answer.conversation),
        "state": label,
        "tone": tone,
        "minutes": minutes(answer.created_at - question.posted_at) if question else None,
        "can_undo": _can_undo(answer),
        "review": review if review and review.verdict else None,
        "reader": review.reviewer.public_name if review and review.reviewer else "",
        "waits_for": review if review and not review.verdict and review.kind == Review.Kind.DRAFT else None,
        "missing": _missing(review),
        "changes": changes(review.text, review.final_text) if review and review.verdict in _CHANGED else (),
    }


def _state(answer: Answer) -> tuple[str, str]:
    states = {
        Answer.State.REVIEW: (_("A colleague reads it first"), "info"),
        Answer.State.RETURNED: (_("Sent back to you"), "soon"),
        Answer.State.REJECTED: (_("Turned down"), "late"),
        Answer.State.RELEASED: (_("Another answer was chosen; yours is kept here"), "quiet"),
        Answer.State.HELD: (_("Goes out in a moment"), "info"),
        Answer.State.SENDING: (_("On its way"), "info"),
        Answer.State.SENT: (_("Published"), "ok"),
        Answer.State.FAILED: (_("Not sent"), "late"),
    }
    return states[Answer.State(answer.state)]


def _can_undo(answer: Answer) -> bool:
    held = answer.state == Answer.State.HELD and answer.undo_until > clock.now()
    return held or answer.state == Answer.State.REVIEW


def _missing(review: Review | None) -> list[str]:
    """What the reader missed, in a few words."""
    if review is None or not review.verdict:
        return []
    return [words for name, words in shortcomings().items() if getattr(review, name) is False]


def sent_back(request: BrandRequest, conversation: Conversation) -> dict[str, Any] | None:
    """The advice with which my last draft here came back, while it is mine to mend."""
    rows = Review.objects.filter(
        answer__conversation=conversation, author=request.membership, verdict=Review.Verdict.RETURNED,
        answer__state=Answer.State.RETURNED,
    )  # fmt: skip
    review = rows.select_related("reviewer").order_by("-pk").first()
    if review is None:
        return None
    reader = review.reviewer.public_name if review.reviewer else _("Somebody")
    return {"reader": reader, "advice": review.advice, "missing": _missing(review)}
