"""Who wrote the new messages, and what triage makes of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from chimein.channels.port import Author
from chimein.contacts.bulk import Key, ensure_identities
from chimein.core import db
from chimein.intake.reading import Incoming
from chimein.triage import registry, writing
from chimein.triage.port import TriageInput

if TYPE_CHECKING:
    from chimein.intake.batch import Work


def identify(work: Work) -> None:
    """Find or create the contact of each customer's message."""
    authors: dict[Key, Author] = {}
    for item in work.new:
        if not item.record.own:
            authors[_key(item)] = item.author
    known = ensure_identities(authors.items(), now=work.now)
    for item in work.new:
        item.known = None if item.record.own else known[_key(item)]
    _keep_private_data(work)


def _key(item: Incoming) -> Key:
    return (item.account.brand_id, item.account.network, item.author.external_id)


def _keep_private_data(work: Work) -> None:
    """An e-mail address given on a form belongs to the contact, encrypted; it is not part of the message."""
    from chimein.core.crypto import cipher

    given = [item for item in work.new if item.record.contact_email and item.known]
    for item in given:
        assert item.known is not None
        token = cipher().encrypt(b'{"email": "%s"}' % item.record.contact_email.encode().replace(b'"', b""))
        sql = "UPDATE contacts_contact SET private = %s WHERE id = %s"
        db.execute(sql, (token, item.known.contact_id))


_ANSWERED_BEFORE = """
SELECT DISTINCT conversation_id FROM conversations_message
WHERE conversation_id = ANY(%s) AND direction = 'out' AND external_id IS NOT NULL
"""


def label(work: Work) -> None:
    """Triage all new customer messages and all edited ones at once."""
    ids = {item.conversation_id for item in work.new}
    answered = {row[0] for row in db.fetch(_ANSWERED_BEFORE, (sorted(ids),))} if ids else set()
    asked: list[Incoming] = []
    for item in work.new:
        if item.record.own:
            answered.add(item.conversation_id)
            continue
        asked.append(item)
    edited = [item for _, item in work.edits if not item.record.own]
    classifier = registry.current()
    inputs = [_input(item, item.conversation_id in answered) for item in (*asked, *edited)]
    for item, labels in zip((*asked, *edited), classifier.classify(inputs), strict=True):
        item.labels = labels


def _input(item: Incoming, follows_answer: bool) -> TriageInput:
    record, author = item.record, item.author
    return TriageInput(
        text=record.text,
        brand=item.account.words,
        followers=max(author.followers, item.known.followers if item.known else 0),
        verified=author.verified,
        private=record.private,
        found=record.found,
        to_us=record.to_us,
        follows_answer=follows_answer and not record.own,
    )


def keep(work: Work) -> None:
    """Write the labels of new messages."""
    labelled = [(item.message_id, item.labels) for item in work.new if item.labels]
    writing.write(labelled, classifier=registry.current().name)


def replace(edits: Mapping[int, Incoming]) -> None:
    """Replace the labels of messages whose edit was followed."""
    labelled = [(pk, item.labels) for pk, item in edits.items() if item.labels]
    writing.rewrite(labelled, classifier=registry.current().name)
