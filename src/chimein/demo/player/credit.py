"""The past gets its due: what people answered on the network before ChimeIn was there counts for them.

No service takes in answers of others' making, so their rows are written here; what came of them goes the way of every
outcome. Done again it finds nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from chimein.answering import outcomes
from chimein.answering.models import Answer, Outcome, Review
from chimein.answering.outcomes import Found
from chimein.core import db
from chimein.demo.scenario import Practice, Scenario
from chimein.people.models import Brand, Membership

_EVERY = timedelta(seconds=5)
_MOST = 40
_QUIET_LOOKS = 12
Kind = Outcome.Kind

_UNKNOWN = """
SELECT o.id, o.conversation_id, q.id, o.author_id, o.text, o.attribution, o.posted_at
FROM conversations_message o
JOIN conversations_message q
  ON q.account_id = o.account_id AND q.external_id = o.parent_external_id AND q.direction = 'in'
WHERE o.brand_id = %s AND o.posted_at < %s AND o.direction = 'out' AND o.visibility = 'public'
  AND o.author_id IS NOT NULL AND o.delivery_id IS NULL
  AND NOT EXISTS (SELECT 1 FROM answering_answer_messages p WHERE p.message_id = o.id)
ORDER BY o.posted_at LIMIT %s
"""
# What the asker said next, if anything; after days of silence the last answer counts as having solved it.
_CAME_OF = """
SELECT a.id, a.sent_at, m.posted_at, coalesce(t.no_reply_reason IN ('thanks', 'praise') OR t.intent = 'praise', false),
       EXISTS (SELECT 1 FROM answering_answer l WHERE l.conversation_id = a.conversation_id AND l.sent_at > a.sent_at)
FROM answering_answer a
JOIN conversations_message q ON q.id = a.reply_to_id
LEFT JOIN LATERAL (
    SELECT i.id, i.posted_at FROM conversations_message i
    WHERE i.conversation_id = a.conversation_id AND i.direction = 'in' AND i.contact_id = q.contact_id
      AND i.posted_at > a.sent_at ORDER BY i.posted_at, i.id LIMIT 1) m ON true
LEFT JOIN triage_triage t ON t.message_id = m.id
WHERE q.brand_id = %s AND a.sent_at < %s
  AND NOT EXISTS (SELECT 1 FROM answering_outcome o WHERE o.answer_id = a.id AND o.outcome = 'solved')
ORDER BY a.sent_at
"""


@dataclass(frozen=True, slots=True)
class _Past:
    """An answer found on the network."""

    message: int
    conversation: int
    question: int
    author: int
    text: str
    signature: str
    at: datetime


class Credit:
    """Looks until the past is in and everything of it has been counted."""

    def __init__(self, scenario: Scenario, brand: Brand) -> None:
        self._brand = brand
        self._practice = {one.item.answer: one for one in scenario.practice if one.read_by}
        self._readers = {one.read_by: scenario.person(one.read_by).email for one in self._practice.values()}
        self._next: datetime | None = None
        self._quiet = 0

    def run(self, *, now: datetime) -> None:
        """One look, of a few answers at a time."""
        if self._quiet >= _QUIET_LOOKS or (self._next is not None and now < self._next):
            return
        with db.atomic():
            found = self._write(now) + self._count(now)
        known = Answer.objects.filter(conversation__brand=self._brand).exists()
        self._quiet = 0 if found or not known else self._quiet + 1
        self._next = now if found else now + _EVERY

    def _write(self, now: datetime) -> int:
        rows = db.fetch(_UNKNOWN, (self._brand.pk, self._brand.created_at, _MOST))
        found = [_Past(*row) for row in rows]
        made = Answer.objects.bulk_create(
            Answer(
                conversation_id=one.conversation, reply_to_id=one.question, author_id=one.author,
                text=one.text.strip(), signature=one.signature[:80], state=Answer.State.SENT,
                undo_until=one.at, created_at=one.at, sent_at=one.at,
            )
            for one in found
        )  # fmt: skip
        parts = Answer.messages.through
        parts.objects.bulk_create(
            parts(answer_id=answer.pk, message_id=one.message)
            for answer, one in zip(made, found, strict=True)
        )
        self._write_reviews([one for one in made if one.text in self._practice])
        return len(made)

    def _write_reviews(self, answers: list[Answer]) -> None:
        read = [(one, self._practice[one.text]) for one in answers]
        reviews = Review.objects.bulk_create(self._review(answer, how) for answer, how in read)
        outcomes.record(
            [
                Found(
                    one.answer_id, Kind.EDITED if one.verdict == "edited" else Kind.ACCEPTED, one.decided_at
                )
                for one in reviews
                if one.decided_at
            ]
        )

    def _review(self, answer: Answer, how: Practice) -> Review:
        assert answer.author_id is not None
        email = self._readers[how.read_by]
        reader = Membership.objects.get(brand=self._brand, user__email=email)
        verdict = Review.Verdict.EDITED if how.draft else Review.Verdict.APPROVED
        return Review(
            brand=self._brand, answer=answer, author_id=answer.author_id, reviewer=reader, verdict=verdict,
            text=how.draft or answer.text, final_text=answer.text, advice=how.advice,
            tone=True, solves=True, personal=not how.draft, stage=Review.Stage.COACH,
            asked_at=answer.created_at - timedelta(minutes=3), decided_at=answer.created_at - timedelta(minutes=1),
        )  # fmt: skip

    def _count(self, now: datetime) -> int:
        silence = timedelta(days=outcomes.SOLVED_DAYS.get())
        found: list[Found] = []
        for answer, sent, said, thanks, is_old in db.fetch(
            _CAME_OF, (self._brand.pk, self._brand.created_at)
        ):
            if thanks:
                found += [Found(answer, Kind.THANKED, said), Found(answer, Kind.SOLVED, said)]
            elif said is None and not is_old and sent + silence <= now:
                found.append(Found(answer, Kind.SOLVED, sent + silence))
        return outcomes.record(found[:_MOST])
