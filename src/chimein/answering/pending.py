"""Drafts that wait for a reviewer: asking, the stages of a review, and the kind end of drafts not needed.

While a draft waits nobody else can take the question, and the customer's clock runs on. When review has had its share
of the time the question is free again; the draft still waits, and whichever answer is approved first is published.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from django.db.models import QuerySet

from chimein.answering import events, reviewers
from chimein.answering.models import Answer, Draft, Review
from chimein.conversations.models import Conversation, Message
from chimein.core import db
from chimein.core.events import Fact, emit
from chimein.core.options import option
from chimein.people import trust
from chimein.people.access import signature
from chimein.people.models import Membership
from chimein.routing import events as routing_events
from chimein.routing.models import WorkItem
from chimein.routing.services import LEASE_SECONDS

COACH_MINUTES = option(
    "REVIEW_COACH_MINUTES",
    3,
    "Minutes for which a draft waits for one reviewer before all who may are asked.",
)
SHARE_MINUTES = option(
    "REVIEW_SHARE_MINUTES",
    10,
    "Minutes after which a question whose draft nobody reviews is free for others again.",
)
STAFF_MINUTES = option(
    "REVIEW_STAFF_MINUTES",
    5,
    "Minutes before an answer is due at which a draft is no longer kept for one reviewer.",
)
_ACTOR = "system:review"
_LEAST_IN_POOL = timedelta(minutes=3)
_LOOK_AGAIN = timedelta(minutes=30)
OVERDUE = "review_overdue"
"""The reason with which a claim ends when nobody reviewed in time."""
State, Kind, Stage, Verdict = Answer.State, Review.Kind, Review.Stage, Review.Verdict


def is_needed(
    author: Membership, conversation: Conversation, item: WorkItem, target: Message, now: datetime
) -> bool:
    """Whether somebody else looks at what this person writes here before it is published."""
    return trust.needs_review(
        author, topic=conversation.topic, language=(target.language or conversation.language).split("-")[0],
        risk=trust.risk_of(trusted_only=item.trusted_only), now=now,
    )  # fmt: skip


def ask(
    *, conversation: Conversation, item: WorkItem, author: Membership, target: Message, text: str,
    anyway: str, now: datetime,
) -> Answer:  # fmt: skip
    """Keep the text as a draft in review and ask the first reader. The caller holds conversation and item."""
    made = _answer(conversation, author, target)
    before = _end_earlier(made, now)
    made.text, made.state, made.reply_to, made.anyway = text, State.REVIEW, target, anyway
    made.signature, made.private = signature(author, conversation.language), target.visibility == "private"
    made.undo_until = now
    made.save()
    review = _begin(made, item, first=before, now=now)
    item.sending, item.holder_id, item.claim_until = True, author.pk, review.next_at
    item.save(update_fields=["sending", "holder", "claim_until"])
    Draft.objects.filter(conversation=conversation, author=author, kind=Draft.Kind.REPLY).delete()
    return made


def _answer(conversation: Conversation, author: Membership, target: Message) -> Answer:
    """The author's answer that was sent back or still waits here, else a new one."""
    mine = Answer.objects.filter(
        conversation=conversation, author=author, state__in=(State.RETURNED, State.REVIEW)
    )
    return mine.order_by("-pk").first() or Answer(conversation=conversation, author=author, reply_to=target)


def _end_earlier(made: Answer, now: datetime) -> int | None:
    """An open review of an older text of it ends; who sent it back reads the mended text first."""
    if made._state.adding:
        return None
    rows = made.reviews.filter(kind=Kind.DRAFT)
    rows.filter(verdict="").update(verdict=Verdict.MOOT, decided_at=now, next_at=None)
    back = rows.filter(verdict=Verdict.RETURNED).order_by("-pk").values_list("reviewer_id", flat=True)
    return back.first()


def _begin(made: Answer, item: WorkItem, *, first: int | None, now: datetime) -> Review:
    case = reviewers.case_of(made)
    able = reviewers.candidates(case, now=now)
    again = next((one for one in able if one.pk == first), None)
    reader = again or reviewers.first_reader(case, able, now=now)
    pool_at = min(now + timedelta(minutes=COACH_MINUTES.get()), max(now, _staff_at(item)))
    alone = reader is not None and pool_at > now
    review = Review.objects.create(
        brand_id=case.brand_id, answer=made, author_id=case.author_id, text=made.text,
        stage=Stage.COACH if alone else Stage.POOL, reviewer=reader if alone else None, asked_at=now,
        next_at=pool_at if alone else _free_at(item, now),
    )  # fmt: skip
    tell_asked(
        review, [reader.pk] if alone and reader else [one.pk for one in able[: reviewers.MOST_ASKED]], now
    )
    return review


def _staff_at(item: WorkItem) -> datetime:
    return item.due_at - timedelta(minutes=STAFF_MINUTES.get())


def _free_at(item: WorkItem, pool_at: datetime) -> datetime:
    """When the question is free again: in time for others, but not before reviewers have had a moment."""
    latest = pool_at + timedelta(minutes=SHARE_MINUTES.get())
    return min(latest, max(pool_at + _LEAST_IN_POOL, _staff_at(item)))


def tell_asked(review: Review, members: Sequence[int], now: datetime) -> None:
    """Say who is asked to read, and until when they alone."""
    data: dict[str, object] = {
        "review": review.pk, "answer": review.answer_id, "author": review.author_id, "reviewers": list(members),
        "kind": review.kind, "stage": review.stage, "until": review.next_at.isoformat() if review.next_at else None,
    }  # fmt: skip
    conversation_id = review.answer.conversation_id
    emit(
        Fact(
            events.REVIEW_ASKED,
            now,
            _ACTOR,
            review.brand_id,
            conversation_id,
            review.answer.reply_to_id,
            data,
        )
    )


# ---------------------------------------------------------------- time passes
def turn(*, now: datetime, limit: int = 100) -> int:
    """Bring what is due to its next stage; how many. Each in a transaction of its own, so that any worker may."""
    rows = Review.objects.filter(verdict="", next_at__lte=now).order_by("next_at")
    due = list(rows.values_list("pk", flat=True)[:limit])
    return sum(_turn(pk, now) for pk in due)


def _turn(review_id: int, now: datetime) -> bool:
    with db.atomic():
        item = lock_for(review_id)
        review = (
            Review.objects.select_for_update(of=("self",))
            .select_related("answer")
            .filter(pk=review_id)
            .first()
        )
        if review is None or review.verdict or review.next_at is None or review.next_at > now:
            return False
        if item is None or not item.is_open:
            release(review, reason="settled", now=now)
        elif review.stage == Stage.COACH:
            _to_pool(review, item, now)
        elif review.stage == Stage.POOL:
            _to_all(review, item, now)
        else:
            Review.objects.filter(pk=review.pk).update(next_at=now + _LOOK_AGAIN)
    return True


def lock_for(review_id: int) -> WorkItem | None:
    """Lock the conversation and its place in the queue, in the order in which everybody does."""
    rows = Conversation.objects.select_for_update(of=("self",)).filter(answers__reviews=review_id)
    conversation = rows.first()
    # While we waited for it it may have become part of another, and the answer with it.
    while conversation is not None and conversation.merged_into_id is not None:
        conversation = rows.first()
    if conversation is None:
        return None
    return WorkItem.objects.select_for_update().filter(conversation_id=conversation.pk).first()


def _to_pool(review: Review, item: WorkItem, now: datetime) -> None:
    able = reviewers.candidates(reviewers.case_of(review.answer), now=now)
    others = [one.pk for one in able if one.pk != review.reviewer_id]
    review.stage, review.reviewer, review.next_at = Stage.POOL, None, _free_at(item, now)
    review.save(update_fields=["stage", "reviewer", "next_at"])
    if _keeps(review, item):
        WorkItem.objects.filter(pk=item.pk).update(claim_until=review.next_at)
    tell_asked(review, others[: reviewers.MOST_ASKED], now)


def _to_all(review: Review, item: WorkItem, now: datetime) -> None:
    """Review has had its share of the time: others may answer, and the desk is told that a draft is there."""
    review.stage, review.next_at = Stage.FREE, now + _LOOK_AGAIN
    review.save(update_fields=["stage", "next_at"])
    if _keeps(review, item):
        let_go(review, now)
    tell_asked(review, reviewers.staff_of(review.brand_id), now)


def _keeps(review: Review, item: WorkItem) -> bool:
    """Whether the question is kept because of this very draft."""
    on_its_way = Answer.objects.filter(
        conversation_id=review.answer.conversation_id, state__in=(State.HELD, State.SENDING)
    )
    return item.sending and item.holder_id == review.author_id and not on_its_way.exists()


def let_go(review: Review, now: datetime, *, reason: str = OVERDUE) -> None:
    """The question is free for others."""
    conversation_id = review.answer.conversation_id
    WorkItem.objects.filter(conversation_id=conversation_id).update(
        sending=False, holder=None, claim_until=None, claimed_at=None
    )
    data: dict[str, object] = {"member": review.author_id, "reason": reason}
    emit(Fact(routing_events.RELEASED, now, _ACTOR, review.brand_id, conversation_id, None, data))


# ---------------------------------------------------------------- not needed any more
def release(review: Review, *, reason: str, now: datetime) -> None:
    """End a review whose draft is not needed; the text stays the author's, in their list of answers."""
    review.verdict, review.decided_at, review.next_at = Verdict.MOOT, now, None
    review.save(update_fields=["verdict", "decided_at", "next_at"])
    if review.kind != Kind.DRAFT:
        return
    made = review.answer
    made.state = State.RELEASED
    made.save(update_fields=["state"])
    data: dict[str, object] = {"answer": made.pk, "author": review.author_id, "reason": reason}
    emit(
        Fact(
            events.DRAFT_RELEASED, now, _ACTOR, review.brand_id, made.conversation_id, made.reply_to_id, data
        )
    )


def release_others(published: Answer, *, now: datetime) -> int:
    """One answer stands: the drafts of others for the same conversation are released; how many."""
    rows = _open_drafts(published.conversation_id).exclude(answer=published)
    return _release_all(rows.filter(answer__reply_to__disposition="answered"), "another", now)


def release_settled(conversation_id: int, *, now: datetime) -> int:
    """Nobody waits here any more: what is in review is released; how many."""
    return _release_all(_open_drafts(conversation_id), "settled", now)


def _open_drafts(conversation_id: int) -> QuerySet[Review]:
    rows = Review.objects.filter(answer__conversation_id=conversation_id, verdict="", kind=Kind.DRAFT)
    return rows.select_related("answer")


def _release_all(rows: Iterable[Review], reason: str, now: datetime) -> int:
    found = list(rows)
    for review in found:
        release(review, reason=reason, now=now)
    return len(found)


def recall(made: Answer, *, now: datetime) -> None:
    """The author takes a draft out of review: the text is theirs to write on, and the question too while it is kept."""
    review = made.reviews.filter(verdict="", kind=Kind.DRAFT).select_related("answer").first()
    item = WorkItem.objects.select_for_update().filter(conversation_id=made.conversation_id).first()
    kept = review is not None and item is not None and _keeps(review, item)
    made.reviews.filter(verdict="", kind=Kind.DRAFT).update(
        verdict=Verdict.MOOT, decided_at=now, next_at=None
    )
    made.state = State.CANCELLED
    made.save(update_fields=["state"])
    back_to_author(made, kept=kept, now=now)


def back_to_author(made: Answer, *, kept: bool, now: datetime) -> None:
    """The text is a draft again; `kept`: and the claim is still the author's."""
    Draft.objects.update_or_create(
        conversation_id=made.conversation_id, author_id=made.author_id, kind=Draft.Kind.REPLY,
        defaults={"text": made.text, "updated_at": now},
    )  # fmt: skip
    if kept:
        until = now + timedelta(seconds=LEASE_SECONDS.get())
        WorkItem.objects.filter(conversation_id=made.conversation_id).update(
            sending=False, holder_id=made.author_id, claim_until=until, claimed_at=now
        )
