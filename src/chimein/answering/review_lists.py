"""What waits for a reviewer, and what a reviewer should know about the author."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from chimein.answering import readings, reviewers
from chimein.answering.models import Answer, Review
from chimein.core.actor import Actor
from chimein.people.models import Membership
from chimein.routing.models import WorkItem

MOST_SHOWN = 50
_MOST_LOOKED_AT = 300
_FORGOTTEN_AFTER = timedelta(days=7)
_LOOKED_BACK = 10
_LEAST_FOR_A_HINT = 3
_WEAK_SHARE = 0.8
CRITERIA = ("tone", "solves", "personal")
_RELATED = (
    "reviewer", "of", "answer__author__team", "answer__reply_to", "answer__conversation__account",
    "answer__conversation__brand", "answer__conversation__work",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class ToRead:
    """A review somebody may give now. `due_at`: when the customer has been promised an answer, for drafts."""

    review: Review
    is_mine: bool

    @property
    def item(self) -> WorkItem | None:
        return getattr(self.review.answer.conversation, "work", None)

    @property
    def due_at(self) -> datetime | None:
        return self.item.due_at if self.item is not None and self.review.kind == Review.Kind.DRAFT else None


def to_read(member: Membership, *, now: datetime) -> list[ToRead]:
    """What this person may review now: drafts first, what is due soonest on top, then samples."""
    rows = Review.objects.filter(brand_id=member.brand_id, verdict="", asked_at__gt=now - _FORGOTTEN_AFTER)
    rows = rows.exclude(author_id=member.pk).select_related(*_RELATED).order_by("asked_at")
    reader = reviewers.Reader(member, now)
    found = [
        ToRead(one, one.reviewer_id == member.pk) for one in rows[:_MOST_LOOKED_AT] if _is_for(one, reader)
    ]
    return sorted(found, key=_urgency)[:MOST_SHOWN]


def _is_for(review: Review, reader: reviewers.Reader) -> bool:
    alone = review.stage == Review.Stage.COACH and review.reviewer_id not in {None, reader.member.pk}
    if (alone and not reviewers.is_lead(reader.member)) or not reader.may(reviewers.case_of(review.answer)):
        return False
    if review.kind == Review.Kind.DRAFT:
        item = getattr(review.answer.conversation, "work", None)
        return item is not None and item.is_open
    return review.of_id is None or reader.member.pk not in readings.readers_of(review.of_id)


def _urgency(one: ToRead) -> tuple[bool, datetime]:
    return one.due_at is None, one.due_at or one.review.asked_at


def count_for(actor: Actor, *, now: datetime) -> int:
    """How much waits for this person."""
    member = Membership.objects.select_related("team").get(pk=actor.membership_id or 0)
    return len(to_read(member, now=now))


def find(review_id: int, brand_id: int) -> Review | None:
    """A review of the brand, open or not."""
    return Review.objects.select_related(*_RELATED).filter(pk=review_id, brand_id=brand_id).first()


@dataclass(frozen=True, slots=True)
class WeakSpot:
    """What an author should work on: `yes` of the last `total` readings met this criterion."""

    criterion: str
    yes: int
    total: int


def weak_spot(author_id: int) -> WeakSpot | None:
    """The criterion that the author's last answers met least often; None when there is nothing to say."""
    rows = Review.objects.filter(author_id=author_id, tone__isnull=False).exclude(verdict__in=("", "moot"))
    last = list(rows.order_by("-decided_at").values_list(*CRITERIA)[:_LOOKED_BACK])
    if len(last) < _LEAST_FOR_A_HINT:
        return None
    yes = {name: sum(bool(one[place]) for one in last) for place, name in enumerate(CRITERIA)}
    worst = min(CRITERIA, key=lambda name: yes[name])
    return WeakSpot(worst, yes[worst], len(last)) if yes[worst] < _WEAK_SHARE * len(last) else None


def last_said(answers: list[Answer]) -> dict[int, Review]:
    """Of each answer the newest review that was given or still waits, by answer id."""
    rows = Review.objects.filter(answer__in=answers).exclude(verdict=Review.Verdict.MOOT)
    rows = rows.exclude(kind=Review.Kind.AGAIN).select_related("reviewer").order_by("answer_id", "pk")
    return {one.answer_id: one for one in rows}
