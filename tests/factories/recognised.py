"""Answers that stand, and what came of them, without the way through networks and jobs."""

from __future__ import annotations

import itertools
import time
from datetime import datetime

from chimein.answering.models import Answer, OutcomeCursor
from chimein.answering.outcomes import Found, record
from chimein.channels.models import ChannelAccount
from chimein.community.recognition import facts
from chimein.community.recognition.settle import settle_waiting
from chimein.core import clock, db
from chimein.core.models import Event
from chimein.people.models import Membership
from tests.factories import traffic

_numbers = itertools.count(1)

WORDS = [
    "Hold the power button for ten seconds until the light blinks twice.",
    "The spare part ships from our Leeds store within two days.",
    "Open settings, choose network, forget the old one and join again.",
    "A cotton cloth with warm water is best; no soap on the leather.",
    "Your warranty runs for two years from the day on the receipt.",
    "Turn the valve a quarter to the left, then bleed the radiator.",
]


def answer(
    account: ChannelAccount, author: Membership, text: str = "", *, at: datetime | None = None
) -> Answer:
    """A published answer to a new question of a new customer."""
    number = next(_numbers)
    key = f"recognised-{number}"
    traffic.tell(account, traffic.post(key, by=f"customer-{number}", at=1))
    question = traffic.message(key)
    moment = at or clock.now()
    said = (
        text
        or f"{WORDS[number % len(WORDS)]} Take number {number} and {number * 7919 % 10007} of {number**3}."
    )
    return Answer.objects.create(
        conversation=question.conversation, reply_to=question, author=author, text=said,
        signature=author.public_name, state=Answer.State.SENT, undo_until=moment, created_at=moment, sent_at=moment,
    )  # fmt: skip


def came_of(made: Answer, *outcomes: str, at: datetime | None = None, by: Membership | None = None) -> None:
    """What came of an answer, told as the job tells it; by a member when one is named."""
    actor = f"user:{by.user_id}" if by else "system:outcomes"
    moment = at or clock.now()
    record([Found(made.pk, one, moment) for one in outcomes], actor=actor)


_UNREAD = """
SELECT e.id, e.brand_id, (e.data->>'answer')::bigint, (e.data->>'member')::bigint, e.data->>'outcome', e.actor, e.at
FROM core_event e LEFT JOIN answering_outcomecursor c ON c.name = 'points'
WHERE e.kind = 'answer.outcome' AND (c.name IS NULL OR e.id > c.event_id) ORDER BY e.id
"""
_FAR = 2**62


def settle(now: datetime | None = None) -> None:
    """Do what the worker does, inside a test's own transaction, where the log's settled part ends before the test."""
    rows = db.fetch(_UNREAD)
    facts.keep([facts.Told(*row[1:]) for row in rows if row[3] and row[4] in facts.KINDS])
    if rows:
        place = {"xid": _FAR, "event_id": rows[-1][0]}
        OutcomeCursor.objects.update_or_create(name="points", defaults=place)
    while settle_waiting(now=now or clock.now()):
        pass


def work(now: datetime | None = None) -> None:
    """What the worker does, in transactions of its own. Others' running ones on the same server may hold it up."""
    until = time.monotonic() + 60
    while facts.gather() or (_is_behind() and time.monotonic() < until):
        time.sleep(0.01)
    while settle_waiting(now=now or clock.now()):
        pass


def _is_behind() -> bool:
    row = db.fetch_one(
        """SELECT 1 FROM core_event e LEFT JOIN answering_outcomecursor c ON c.name = 'points'
           WHERE e.kind = 'answer.outcome' AND (c.name IS NULL OR (e.xid, e.id) > (c.xid::text::xid8, c.event_id))"""
    )
    return row is not None


def told(kind: str) -> list[dict[str, object]]:
    """The data of all events of a kind, the oldest first."""
    return [event.data for event in Event.objects.filter(kind=kind).order_by("pk")]
