"""Writing the batch's messages, following edits and deletions, settling what is answered, filling the queue."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import regex

from chimein.conversations import events, writing
from chimein.conversations.writing import Change, NewConversation, NewMessage
from chimein.core import db
from chimein.core.events import Fact
from chimein.core.ids import public_id
from chimein.core.text.redact import redact
from chimein.intake import labelling
from chimein.intake.reading import Incoming
from chimein.routing import queue
from chimein.triage.language import base

if TYPE_CHECKING:
    from chimein.intake.batch import Work

_ACTOR = "system:intake"
_SIGNATURE = regex.compile(r"\s*[\^＾](?P<name>[^\^＾\n]{1,60})\s*$")
_LEADING_MENTIONS = regex.compile(r"^(?:\s*@\S+)+\s*")
_SPACES = regex.compile(r"\s+")
_TITLE = 140


def write(work: Work, opened: dict[int, int | None]) -> None:
    """Append the new messages with their labels, and the fact that each of them came."""
    rows = []
    for item in work.new:
        row = _own_message(item) if item.record.own else _customer_message(item)
        rows.append(row)
        work.facts.append(_fact(item, row, opened))
    writing.write_messages(rows)
    labelling.keep(work)


def _message(item: Incoming) -> NewMessage:
    record = item.record
    return NewMessage(
        id=item.message_id,
        conversation_id=item.conversation_id,
        account_id=item.account.id,
        brand_id=item.account.brand_id,
        external_id=record.external_id,
        parent_external_id=record.parent_external_id,
        direction="in",
        visibility="private" if record.private else "public",
        contact_id=item.known.contact_id if item.known else None,
        identity_id=item.known.identity_id if item.known else None,
        author_id=None,
        attribution="",
        text=record.text,
        language=base(item.labels.language) if item.labels else "",
        permalink=record.permalink[:500],
        found=record.found,
        posted_at=item.posted_at,
        received_at=item.entry.received_at,
        edited_at=record.edited_at,
        revision=record.revision,
        disposition="",
        disposition_reason="",
        disposed_at=None,
    )


def _customer_message(item: Incoming) -> NewMessage:
    assert item.labels is not None
    row = _message(item)
    if item.labels.no_reply_reason:
        row.disposition, row.disposition_reason = "no_reply", item.labels.no_reply_reason
        row.disposed_at = item.posted_at
    else:
        row.disposition = "waiting"
    return row


def _own_message(item: Incoming) -> NewMessage:
    """An answer written on the network itself, credited by its signature when we know it."""
    row = _message(item)
    row.direction = "out"
    found = _SIGNATURE.search(item.record.text)
    if found:
        row.attribution = found["name"].strip()
        row.author_id = item.account.signatures.get(row.attribution.lower())
        if row.author_id is not None:
            row.text = item.record.text[: found.start()]
        else:
            row.attribution = ""
    return row


def _fact(item: Incoming, row: NewMessage, opened: dict[int, int | None]) -> Fact:
    if row.direction == "out":
        kind = events.PUBLISHED
        data: dict[str, object] = {"elsewhere": True, "visibility": row.visibility, "author": row.author_id}
    else:
        assert item.labels is not None
        kind = events.RECEIVED
        data = {
            "disposition": row.disposition,
            "reason": row.disposition_reason,
            "lane": item.labels.lane,
            "visibility": row.visibility,
            "found": row.found,
            "opened": item.conversation_id in opened,
        }
    return Fact(kind, row.posted_at, _ACTOR, row.brand_id, row.conversation_id, row.id, data)


def follow_changes(work: Work) -> set[int]:
    """Apply edits and deletions; the conversations they touch, which the transaction then holds."""
    return _follow_edits(work) | _follow_deletions(work)


def _follow_edits(work: Work) -> set[int]:
    """Only edits newer than what we have count; of several in a batch the newest."""
    newest = dict(sorted(work.edits, key=lambda pair: pair[1].record.revision))
    edits = {
        pk: Change(pk, item.record.text, item.record.edited_at or item.posted_at, item.record.revision)
        for pk, item in newest.items()
    }
    applied = dict(writing.apply_edits(list(edits.values())))
    for message, conversation in applied.items():
        change, brand = edits[message], newest[message].account.brand_id
        data: dict[str, object] = {"revision": change.revision}
        work.facts.append(Fact(events.EDITED, change.at, _ACTOR, brand, conversation, message, data))
    labelling.replace({message: newest[message] for message in applied})
    _reopen_edited(work, {message: edits[message] for message in applied})
    return set(applied.values())


def _follow_deletions(work: Work) -> set[int]:
    deletions = {pk: Change(pk, None, item.record.edited_at or work.now) for pk, item in work.deletions}
    brands = {pk: item.account.brand_id for pk, item in work.deletions}
    touched = set()
    for message, conversation, was_waiting in writing.apply_deletions(list(deletions.values())):
        touched.add(conversation)
        at = deletions[message].at
        work.facts.append(Fact(events.DELETED, at, _ACTOR, brands[message], conversation, message))
        if was_waiting:
            data = {"before": "waiting", "after": "no_reply", "reason": "deleted", "seconds": 0}
            work.facts.append(Fact(events.DISPOSED, at, _ACTOR, brands[message], conversation, message, data))
    return touched


_RECONSIDER = """
UPDATE conversations_message m SET disposition = 'waiting', disposition_reason = '', disposed_at = NULL
FROM triage_triage t, conversations_message old
WHERE m.id = ANY(%s) AND old.id = m.id AND t.message_id = m.id AND t.no_reply_reason = '' AND m.disposition = 'no_reply'
  AND m.deleted_at IS NULL
RETURNING m.id, m.conversation_id, m.brand_id, old.disposition_reason
"""


def _reopen_edited(work: Work, edits: dict[int, Change]) -> None:
    """A message that needed no reply may need one after its edit; the other way round a person decides."""
    for message, conversation, brand, reason in db.fetch(_RECONSIDER, (list(edits),)) if edits else ():
        data = {
            "before": "no_reply",
            "before_reason": reason,
            "after": "waiting",
            "reason": "edited",
            "seconds": 0,
        }
        work.facts.append(
            Fact(events.DISPOSED, edits[message].at, _ACTOR, brand, conversation, message, data)
        )


def settle_and_queue(work: Work, opened: dict[int, int | None], changed: set[int]) -> None:
    """Bring conversations, queue and ledger in line with their messages, new and changed."""
    touched = changed | {item.conversation_id for item in work.new}
    existing = touched - opened.keys()
    # Only where we have said something, now or before, can a message be answered.
    work.facts.extend(writing.settled_facts(touched & work.answered, actor=_ACTOR))
    writing.open_conversations(_new_conversations(work, opened))
    writing.refresh(existing | (opened.keys() & (work.answered | changed)))
    _retitle(changed)
    queue.sync(touched, now=work.now)
    _tell_reopened(work)
    _close_thanked(work)


def _tell_reopened(work: Work) -> None:
    """A question in a closed conversation opens it again."""
    asked = {i.conversation_id: i for i in work.new if i.labels and not i.labels.no_reply_reason}
    for pk in asked.keys() & work.closed:
        item = asked[pk]
        data: dict[str, object] = {"reason": "follow_up"}
        kind, brand = events.REOPENED, item.account.brand_id
        work.facts.append(Fact(kind, item.posted_at, _ACTOR, brand, pk, None, data))


def _new_conversations(work: Work, opened: dict[int, int | None]) -> list[NewConversation]:
    items: dict[int, list[Incoming]] = defaultdict(list)
    for item in work.new:
        if item.conversation_id in opened:
            items[item.conversation_id].append(item)
    return [_new_conversation(pk, those, opened[pk]) for pk, those in items.items()]


def _new_conversation(pk: int, items: list[Incoming], previous_id: int | None) -> NewConversation:
    first = min(items, key=lambda item: (item.record.own, item.posted_at))
    waiting = [item.posted_at for item in items if item.labels and not item.labels.no_reply_reason]
    times = [item.posted_at for item in items]
    private = first.record.private
    return NewConversation(
        id=pk,
        public_id=public_id(),
        brand_id=first.account.brand_id,
        account_id=first.account.id,
        contact_id=first.known.contact_id if first.known else None,
        visibility="private" if private else "public",
        title="" if private else title_of(first.record.text),
        language=base(first.labels.language) if first.labels else "",
        topic=first.labels.topic if first.labels else "",
        previous_id=previous_id,
        message_count=len(items),
        waiting_count=len(waiting),
        waiting_since=min(waiting, default=None),
        opened_at=min(times),
        last_message_at=max(times),
        on_wall=bool(waiting) and not private,
        state="open" if waiting else "answered" if any(item.record.own for item in items) else "closed",
    )


_FIRST_WORDS = """
SELECT DISTINCT ON (conversation_id) conversation_id, text FROM conversations_message
WHERE conversation_id = ANY(%s) AND deleted_at IS NULL AND visibility = 'public' AND external_id IS NOT NULL
ORDER BY conversation_id, direction = 'out', posted_at, id
"""


def _retitle(conversation_ids: set[int]) -> None:
    """After an edit or deletion the heading says what the thread says now, or nothing."""
    if not conversation_ids:
        return
    first = {pk: title_of(text) for pk, text in db.fetch(_FIRST_WORDS, (sorted(conversation_ids),))}
    ids = sorted(conversation_ids)
    sql = """UPDATE conversations_conversation c SET title = n.title
             FROM unnest(%b::bigint[], %b::text[]) AS n(id, title) WHERE c.id = n.id AND c.title <> n.title"""
    db.execute(sql, (ids, [first.get(pk, "") for pk in ids]))


def title_of(text: str) -> str:
    """The first words of a post as a heading, masked, without the mentions in front."""
    return _SPACES.sub(" ", redact(_LEADING_MENTIONS.sub("", text))).strip()[:_TITLE]


def _close_thanked(work: Work) -> None:
    """A customer's thank-you after an answer closes the matter."""
    thanked = {
        item.conversation_id: item
        for item in work.new
        if item.labels and item.labels.no_reply_reason == "thanks"
    }
    if not thanked:
        return
    closed = writing.close(thanked, reason="thanked", now=max(i.posted_at for i in thanked.values()))
    for pk in closed:
        item = thanked[pk]
        data = {"reason": "thanked"}
        work.facts.append(Fact(events.CLOSED, item.posted_at, _ACTOR, item.account.brand_id, pk, None, data))
