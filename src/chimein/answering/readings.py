"""Reading after the fact: samples of what was published, second and third readings, known cases."""

from __future__ import annotations

from datetime import datetime

from chimein.answering import agreement, pending, reviewers
from chimein.answering.models import Answer, Review
from chimein.core.actor import STAFF_ROLES, Role
from chimein.core.events import Fact
from chimein.people import trust

Kind, Stage, Verdict = Review.Kind, Review.Stage, Review.Verdict


def on_answer_published(fact: Fact) -> None:
    """Drafts of others for the same question are released; a share of what nobody reviewed is looked at now."""
    rows = Answer.objects.select_related("author__team", "conversation", "reply_to")
    made = rows.filter(pk=fact.data["answer"]).first()
    if made is None:
        return
    pending.release_others(made, now=fact.at)
    if made.author is None or Role(made.author.role) in STAFF_ROLES or made.private:
        return
    if trust.is_sampled(made.pk) and not made.reviews.exclude(verdict=Verdict.MOOT).exists():
        _ask(made, Kind.SAMPLE, now=fact.at)


def on_conversation_closed(fact: Fact) -> None:
    """Nobody waits any more: what is in review is not needed."""
    if fact.conversation_id is not None:
        pending.release_settled(fact.conversation_id, now=fact.at)


def _ask(
    made: Answer, kind: str, *, now: datetime, of: Review | None = None, reader: int | None = None
) -> None:
    assert made.author_id is not None
    review = Review.objects.create(
        brand_id=made.conversation.brand_id, answer=made, kind=kind, of=of, author_id=made.author_id,
        text=of.text if of else made.text, stage=Stage.COACH if reader else Stage.POOL, reviewer_id=reader,
        asked_at=now,
    )  # fmt: skip
    pending.tell_asked(review, [reader] if reader else _readers(review, now), now)


def _readers(review: Review, now: datetime) -> list[int]:
    """A few who may read it and have not yet."""
    able = reviewers.candidates(reviewers.case_of(review.answer), now=now)
    seen = readers_of(review.of_id) if review.of_id else frozenset()
    return [one.pk for one in able if one.pk not in seen][: reviewers.MOST_ASKED]


def readers_of(root_id: int | None) -> frozenset[int | None]:
    """Who has read this answer already."""
    if root_id is None:
        return frozenset()
    first = Review.objects.filter(pk=root_id)
    again = Review.objects.filter(of_id=root_id).exclude(verdict="")
    return frozenset((first | again).values_list("reviewer_id", flat=True))


def follow(review: Review, *, now: datetime) -> None:
    """After a verdict: some are read a second time, those in dispute a third; some readers get a known case."""
    root = review.of or review
    if review.kind != Kind.AGAIN:
        if agreement.is_drawn("again", review.pk, agreement.AGAIN_PERCENT.get()):
            _ask(root.answer, Kind.AGAIN, of=root, now=now)
    elif agreement.is_disputed(root.pk):
        _ask(root.answer, Kind.AGAIN, of=root, now=now)
    if review.kind != Kind.AGAIN and agreement.is_drawn("audit", review.pk, agreement.AUDIT_PERCENT.get()):
        _audit(review, now)


def _audit(review: Review, now: datetime) -> None:
    assert review.reviewer_id is not None
    known = agreement.known_case(review.brand_id, review.reviewer_id, seed=review.pk, now=now)
    if known is not None:
        source = Review.objects.select_related("answer__conversation", "answer__reply_to").get(pk=known)
        _ask(source.answer, Kind.AGAIN, of=source, reader=review.reviewer_id, now=now)
