"""Who wrote the new messages, and what triage makes of them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from chimein.contacts.bulk import Key, ensure_identities
from chimein.core import db
from chimein.core.crypto import cipher
from chimein.intake.reading import Incoming
from chimein.triage import registry, writing
from chimein.triage.port import TriageInput

if TYPE_CHECKING:
    from chimein.intake.batch import Work


def identify(posts: Iterable[Incoming], *, now: datetime) -> None:
    """Find or create the contact of each customer's message."""
    customers = [item for item in posts if not item.record.own]
    known = ensure_identities(((_key(item), item.author) for item in customers), now=now)
    for item in customers:
        item.known = known[_key(item)]


def _key(item: Incoming) -> Key:
    return (item.account.brand_id, item.account.network, item.author.external_id)


def keep_private_data(new: Iterable[Incoming]) -> None:
    """An e-mail address given on a form belongs to the contact, encrypted; it is not part of the message."""
    given = [item for item in new if item.record.contact_email and item.known]
    for item in given:
        assert item.known is not None
        token = cipher().encrypt(json.dumps({"email": item.record.contact_email}).encode())
        sql = "UPDATE contacts_contact SET private = %s WHERE id = %s"
        db.execute(sql, (token, item.known.contact_id))


_BEFORE = """
SELECT conversation_id, contact_id, direction, external_id FROM conversations_message
WHERE conversation_id = ANY(%s) AND external_id IS NOT NULL
  AND (direction = 'out' OR disposition_reason <> 'not_to_us')
"""


class Before:
    """What was said before in the conversations of a batch, brought up to date message by message."""

    def __init__(self, items: Sequence[Incoming]) -> None:
        ids = sorted({item.conversation_id for item in items})
        self.answered: set[int] = set()
        """Conversations in which the brand has said something."""
        self._asked: set[tuple[int, int | None]] = set()
        self._ours: set[tuple[int, str]] = set()
        for conversation, contact, direction, external in db.fetch(_BEFORE, (ids,)) if ids else ():
            self._note(conversation, contact, external, own=direction == "out")

    def _note(self, conversation: int, contact: int | None, external: str, *, own: bool) -> None:
        if own:
            self.answered.add(conversation)
            self._ours.add((conversation, external))
        else:
            self._asked.add((conversation, contact))

    def add(self, item: Incoming, *, to_us: bool) -> None:
        """What comes next in the batch may follow this."""
        contact = item.known.contact_id if item.known else None
        if item.record.own or to_us:
            self._note(item.conversation_id, contact, item.record.external_id, own=item.record.own)

    def is_to_us(self, item: Incoming) -> bool:
        """A reply that names nobody is to us when it answers us, or when its author asked us in this thread before."""
        record = item.record
        if not record.thread_decides:
            return record.to_us
        contact = item.known.contact_id if item.known else None
        answers_us = (item.conversation_id, record.parent_external_id) in self._ours
        return answers_us or (item.conversation_id, contact) in self._asked


def label(work: Work) -> None:
    """Triage all new customer messages and all edited ones at once."""
    before = Before(work.new)
    asked: list[tuple[Incoming, TriageInput]] = []
    for item in sorted(work.new, key=lambda item: item.posted_at):
        to_us = before.is_to_us(item)
        if not item.record.own:
            asked.append(
                (item, _input(item, to_us=to_us, follows_answer=item.conversation_id in before.answered))
            )
        before.add(item, to_us=to_us)
    for _, item in work.edits:
        if not item.record.own:
            asked.append((item, _input(item, to_us=item.record.to_us, follows_answer=False)))
    classified = registry.current().classify([given for _, given in asked])
    for (item, given), labels in zip(asked, classified, strict=True):
        if any(topic.slug == item.record.topic for topic in item.account.words.topics):
            labels.topic = item.record.topic
        item.account.lanes.decide(labels, given)
        item.labels = labels
    work.answered = before.answered


def _input(item: Incoming, *, to_us: bool, follows_answer: bool) -> TriageInput:
    record, author = item.record, item.author
    return TriageInput(
        text=record.text,
        brand=item.account.words,
        followers=max(author.followers, item.known.followers if item.known else 0),
        verified=author.verified,
        shares=record.shares,
        private=record.private,
        found=record.found,
        to_us=to_us,
        follows_answer=follows_answer,
    )


def keep(work: Work) -> None:
    """Write the labels of new messages."""
    labelled = [(item.message_id, item.labels) for item in work.new if item.labels]
    writing.write(labelled, classifier=registry.current().name)


def replace(edits: Mapping[int, Incoming]) -> None:
    """Replace the labels of messages whose edit was followed."""
    labelled = [(pk, item.labels) for pk, item in edits.items() if item.labels]
    writing.rewrite(labelled, classifier=registry.current().name)
