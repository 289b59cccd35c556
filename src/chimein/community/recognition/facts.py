"""From outcomes of answers to facts for the scoring: the worker reads the event log, each event exactly once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from chimein.answering import events as answering_events
from chimein.answering.models import Answer, Outcome, OutcomeCursor, Review
from chimein.community.points_models import PointsFact
from chimein.community.recognition import thanks
from chimein.community.recognition.formula import QUALITY
from chimein.conversations.models import Message
from chimein.core import db
from chimein.core.actor import STAFF_ROLES, Role
from chimein.core.events import Fact
from chimein.people.models import Membership

POINTS_CHANNEL = "chimein_points"
LOCK_SPACE = 7502
BATCH = 10_000
_CURSOR = "points"
KINDS = frozenset({*QUALITY, "thanked", "reopened", "rejected"})
_SILENCE = "system:outcomes"
Share = PointsFact.Share


@dataclass(frozen=True, slots=True)
class Told:
    """An outcome as the event log tells it."""

    brand_id: int
    answer_id: int
    member_id: int
    kind: str
    actor: str
    at: datetime


def on_outcome(_fact: Fact) -> None:
    """Wake the worker; the event itself is what it reads."""
    db.notify(POINTS_CHANNEL)


_ADVANCE = f"""
WITH cursor AS (
    SELECT xid::text::xid8 AS xid, event_id AS id FROM answering_outcomecursor WHERE name = '{_CURSOR}'
), batch AS MATERIALIZED (
    SELECT e.xid, e.id, e.kind, e.brand_id, e.actor, e.at, e.data FROM core_event e
    WHERE (e.xid, e.id) > ((SELECT xid FROM cursor), (SELECT id FROM cursor))
      AND e.xid < pg_snapshot_xmin(pg_current_snapshot())
    ORDER BY e.xid, e.id LIMIT %(limit)s
), moved AS (
    UPDATE answering_outcomecursor SET xid = last.xid::text::bigint, event_id = last.id
    FROM (SELECT xid, id FROM batch ORDER BY xid DESC, id DESC LIMIT 1) last WHERE name = '{_CURSOR}'
)
SELECT kind = '{answering_events.OUTCOME.name}', brand_id, (data->>'answer')::bigint, (data->>'member')::bigint,
       data->>'outcome', actor, at
FROM batch WHERE kind = '{answering_events.OUTCOME.name}'
   OR id = (SELECT id FROM batch ORDER BY xid DESC, id DESC LIMIT 1)
"""


def gather(*, limit: int = BATCH) -> bool:
    """Read the next events and keep the facts in them; whether there may be more.

    False when there is nothing new, or when somebody else is reading.
    """
    with db.atomic():
        if not db.try_lock(LOCK_SPACE, 0):
            return False
        OutcomeCursor.objects.get_or_create(name=_CURSOR, defaults={"xid": 0, "event_id": 0})
        rows = db.fetch(_ADVANCE, {"limit": limit})
        told = [Told(*row) for wanted, *row in rows if wanted and row[2] and row[3] in KINDS]
        keep(told)
    return bool(rows)


def keep(told: Sequence[Told]) -> int:
    """Keep the facts of these outcomes and tell of thanks; how many facts."""
    made = facts_of(told)
    PointsFact.objects.bulk_create(made, ignore_conflicts=True)
    thanks.tell([fact for fact in made if fact.kind == "thanked"])
    return len(made)


def facts_of(told: Sequence[Told]) -> list[PointsFact]:
    """The facts of several outcomes, not saved; the nightly audit makes them anew with the same function.

    Nothing is made of one's own vote, nor of one's own question.
    """
    known = _Known(told)
    return [fact for one in told for fact in known.facts(one)]


class _Known:
    """What has to be looked up for a batch of outcomes, in a few statements whatever its size."""

    def __init__(self, told: Sequence[Told]) -> None:
        wanted = {one.answer_id for one in told}
        rows = Answer.objects.select_related("reply_to__contact", "author__user").filter(pk__in=wanted)
        self._answers = {answer.pk: answer for answer in rows}
        self._members = _members(told)
        self._reviews: dict[int, list[Review]] = {}
        passed = Q(kind=Review.Kind.DRAFT) | Q(kind=Review.Kind.SAMPLE)
        reviews = Review.objects.select_related("reviewer").filter(
            passed, answer_id__in=wanted, reviewer__isnull=False, verdict__in=_PASSED
        )
        for review in reviews.order_by("decided_at"):
            self._reviews.setdefault(review.answer_id, []).append(review)
        self._words = _thanking(told, self._answers)
        authors = {one.member_id for one in told}
        self._there = set(Membership.objects.filter(pk__in=authors).values_list("pk", flat=True))
        thanked = Outcome.objects.filter(answer_id__in=wanted, outcome=Outcome.Kind.THANKED)
        self._thanked = set(thanked.values_list("answer_id", "at"))

    def facts(self, one: Told) -> Iterable[PointsFact]:
        answer = self._answers.get(one.answer_id)
        if answer is None or one.member_id not in self._there or _is_own(answer):
            return
        by = self._rater(one)
        if by is not None and by.pk == one.member_id and one.kind in QUALITY:
            return
        share = {"reused": Share.REUSED, "coached": Share.COACHED}.get(one.kind, Share.ANSWER)
        kind = "quiet" if self._is_silence(one) else one.kind
        rater = f"member:{by.pk}" if by else _asker(answer)
        sworn = by is not None and (Role(by.role) in STAFF_ROLES or _coaches(by, answer))
        votes = one.kind in QUALITY and share != Share.COACHED
        words = self._words.get((one.answer_id, one.at))
        yield _fact(
            one, answer, one.member_id, share, kind, rater, sworn=sworn, votes=votes, message_id=words
        )
        if kind in {"solved", "reopened"}:
            yield from self._coached(one, answer)

    def _is_silence(self, one: Told) -> bool:
        """Solved because nobody came back, not by the customer's word."""
        return one.kind == "solved" and one.actor == _SILENCE and (one.answer_id, one.at) not in self._thanked

    def _rater(self, one: Told) -> Membership | None:
        """The reader whose verdict it was, else the member who acted; None: the customer."""
        if one.kind in {"accepted", "edited"}:
            read = [review for review in self._reviews.get(one.answer_id, ()) if review.decided_at == one.at]
            if read:
                return read[-1].reviewer
        return self._members.get((one.brand_id, one.actor))

    def _coached(self, one: Told, answer: Answer) -> Iterable[PointsFact]:
        """The same for who let the draft go out."""
        kind = "coached" if one.kind == "solved" else one.kind
        drafts = [
            review for review in self._reviews.get(one.answer_id, ()) if review.kind == Review.Kind.DRAFT
        ]
        for reviewer_id in sorted({review.reviewer_id or 0 for review in drafts} - {one.member_id}):
            yield _fact(
                one, answer, reviewer_id, Share.COACHED, kind, "", sworn=True, votes=False, message_id=None
            )


_PASSED = (Review.Verdict.APPROVED, Review.Verdict.EDITED, Review.Verdict.GOOD)


def _members(told: Iterable[Told]) -> dict[tuple[int, str], Membership]:
    """The members behind the actors ``user:12``, by brand."""
    users = {int(one.actor[5:]) for one in told if one.actor.startswith("user:") and one.actor[5:].isdigit()}
    brands = {one.brand_id for one in told}
    found = Membership.objects.filter(brand_id__in=brands, user_id__in=users) if users else ()
    return {(one.brand_id, f"user:{one.user_id}"): one for one in found}


def _thanking(told: Iterable[Told], answers: dict[int, Answer]) -> dict[tuple[int, datetime], int]:
    """The customers' words behind thanks, by answer and time."""
    rows = [(one.answer_id, one.at) for one in told if one.kind == "thanked"]
    conversations = {answers[pk].conversation_id for pk, _at in rows if pk in answers}
    if not conversations:
        return {}
    messages = Message.objects.filter(
        conversation_id__in=conversations, direction="in", posted_at__in={at for _pk, at in rows}
    ).values_list("conversation_id", "posted_at", "pk")
    by_place = {(conversation, at): pk for conversation, at, pk in messages}
    found = {(pk, at): by_place.get((answers[pk].conversation_id, at)) for pk, at in rows if pk in answers}
    return {key: pk for key, pk in found.items() if pk is not None}


def _is_own(answer: Answer) -> bool:
    """Whether author and asker are one person, as far as an e-mail address tells."""
    contact = answer.reply_to.contact if answer.reply_to else None
    known = (contact.private or {}).get("email", "") if contact else ""
    author = answer.author.user.email if answer.author else ""
    return bool(known) and known.strip().lower() == author.lower()


def _coaches(by: Membership, answer: Answer) -> bool:
    return answer.author is not None and answer.author.coach_id == by.pk


def _asker(answer: Answer) -> str:
    contact = answer.reply_to.contact_id if answer.reply_to else None
    return f"contact:{contact}" if contact else ""


def _fact(
    one: Told, answer: Answer, member_id: int, share: str, kind: str, rater: str, *, sworn: bool, votes: bool,
    message_id: int | None,
) -> PointsFact:  # fmt: skip
    """`pair` is the same whoever of the two votes."""
    pair = "+".join(sorted([rater, f"member:{member_id}"])) if rater and votes else ""
    return PointsFact(
        brand_id=one.brand_id, member_id=member_id, answer=answer, share=share, kind=kind, rater=rater,
        pair=pair, sworn=sworn, message_id=message_id, at=one.at,
    )  # fmt: skip
