"""Writing messages and keeping their conversations true, for any number of them at once.

Nothing here loops over rows in the database: each function is one or two statements.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from chimein.conversations import events
from chimein.core import db
from chimein.core.events import Fact
from chimein.core.text import analyse
from chimein.core.text.redact import redact

MESSAGE_COLUMNS = (
    "id", "conversation_id", "account_id", "brand_id", "external_id", "parent_external_id", "direction", "visibility",
    "contact_id", "identity_id", "author_id", "attribution", "text", "language", "permalink", "found", "posted_at",
    "received_at", "edited_at", "revision", "disposition", "disposition_reason", "disposed_at", "search",
)  # fmt: skip


@dataclass(slots=True)
class NewMessage:
    """A message about to be written; fields as in `conversations.models.Message`."""

    id: int
    conversation_id: int
    account_id: int
    brand_id: int
    external_id: str
    parent_external_id: str
    direction: str
    visibility: str
    contact_id: int | None
    identity_id: int | None
    author_id: int | None
    attribution: str
    text: str
    language: str
    permalink: str
    found: bool
    posted_at: datetime
    received_at: datetime
    edited_at: datetime | None
    revision: int
    disposition: str
    disposition_reason: str
    disposed_at: datetime | None

    def row(self) -> tuple[object, ...]:
        values = tuple(getattr(self, name) for name in MESSAGE_COLUMNS[:-1])
        return (*values, search_vector(self.text))


def search_vector(text: str) -> str:
    """What a message is found by. Private data is masked first, so that it cannot be searched for."""
    return analyse.tsvector(redact(text))


def write_messages(messages: Sequence[NewMessage]) -> None:
    """Append messages."""
    if messages:
        db.copy_rows("conversations_message", MESSAGE_COLUMNS, (message.row() for message in messages))


@dataclass(frozen=True, slots=True)
class Change:
    """An edit (text given) or a deletion (None) of a known message."""

    message_id: int
    text: str | None
    at: datetime
    revision: int = 0


_EDIT = """
UPDATE conversations_message m SET text = n.text, edited_at = n.at, revision = n.revision, search = n.search::tsvector
FROM unnest(%b::bigint[], %b::text[], %b::timestamptz[], %b::int[], %b::text[]) AS n(id, text, at, revision, search)
WHERE m.id = n.id AND m.revision < n.revision AND m.deleted_at IS NULL
RETURNING m.id, m.conversation_id
"""
_DELETE = """
UPDATE conversations_message m
SET deleted_at = n.at, text = '', search = NULL,
    disposition = CASE WHEN m.disposition = 'waiting' THEN 'no_reply' ELSE m.disposition END,
    disposition_reason = CASE WHEN m.disposition = 'waiting' THEN 'deleted' ELSE m.disposition_reason END,
    disposed_at = CASE WHEN m.disposition = 'waiting' THEN n.at ELSE m.disposed_at END
FROM unnest(%b::bigint[], %b::timestamptz[]) AS n(id, at), conversations_message before
WHERE m.id = n.id AND before.id = m.id AND m.deleted_at IS NULL
RETURNING m.id, m.conversation_id, before.disposition = 'waiting'
"""


def apply_edits(changes: Sequence[Change]) -> list[tuple[int, int]]:
    """Apply edits that are newer than what we have; (message, conversation) of those that were."""
    if not changes:
        return []
    texts = [change.text or "" for change in changes]
    columns = (
        [change.message_id for change in changes],
        texts,
        [change.at for change in changes],
        [change.revision for change in changes],
        [search_vector(text) for text in texts],
    )
    return [(row[0], row[1]) for row in db.fetch(_EDIT, columns)]


def apply_deletions(changes: Sequence[Change]) -> list[tuple[int, int, bool]]:
    """Follow deletions: the text goes, the place in the thread stays. (message, conversation, had been waiting)."""
    if not changes:
        return []
    rows = db.fetch(_DELETE, ([c.message_id for c in changes], [c.at for c in changes]))
    return [(row[0], row[1], row[2]) for row in rows]


@dataclass(frozen=True, slots=True)
class Settled:
    """A waiting message that an answer has reached."""

    message_id: int
    conversation_id: int
    brand_id: int
    disposition: str
    seconds: int
    at: datetime


_SETTLE = """
UPDATE conversations_message m
SET disposition = CASE a.visibility WHEN 'private' THEN 'private' ELSE 'answered' END, disposed_at = a.posted_at
FROM (
    SELECT DISTINCT ON (w.id) w.id, o.posted_at, o.visibility
    FROM conversations_message w
    JOIN conversations_message o
      ON o.conversation_id = w.conversation_id AND o.direction = 'out' AND o.external_id IS NOT NULL
     AND o.deleted_at IS NULL AND o.posted_at >= w.posted_at
    LEFT JOIN conversations_message p ON p.account_id = o.account_id AND p.external_id = o.parent_external_id
    WHERE w.conversation_id = ANY(%s) AND w.disposition = 'waiting'
      AND (o.parent_external_id = w.external_id OR p.contact_id = w.contact_id OR w.visibility = 'private'
           OR (o.visibility = 'private' AND o.contact_id = w.contact_id))
    ORDER BY w.id, o.posted_at
) a
WHERE m.id = a.id
RETURNING m.id, m.conversation_id, m.brand_id, m.disposition,
          extract(epoch FROM a.posted_at - m.posted_at)::int, a.posted_at
"""


def settle(conversation_ids: Iterable[int]) -> list[Settled]:
    """Mark waiting messages that have been answered.

    An answer settles the message it replies to and whatever the same customer wrote before it in the conversation;
    what other customers in the thread asked keeps waiting. A private answer settles as *private*.
    """
    return [Settled(*row) for row in db.fetch(_SETTLE, (sorted(set(conversation_ids)),))]


def settled_facts(conversation_ids: Iterable[int], *, actor: str) -> list[Fact]:
    """Settle what is answered in these conversations, as facts for the caller to emit."""
    facts = []
    for one in settle(conversation_ids):
        data = {"before": "waiting", "after": one.disposition, "reason": "", "seconds": one.seconds}
        facts.append(
            Fact(events.DISPOSED, one.at, actor, one.brand_id, one.conversation_id, one.message_id, data)
        )
    return facts


# By an index, conversation after conversation: whatever the planner thinks of the sizes of the tables.
_FACTS = """
SELECT count(*) AS messages,
       count(*) FILTER (WHERE disposition = 'waiting') AS waiting,
       min(posted_at) FILTER (WHERE disposition = 'waiting') AS since,
       min(posted_at) AS first_at,
       max(posted_at) AS last_at,
       min(posted_at) FILTER (WHERE direction = 'in') AS asked_at,
       min(posted_at) FILTER (WHERE direction = 'out') AS said_at,
       min(disposed_at) FILTER (WHERE disposition IN ('answered', 'private')) AS answered_at,
       bool_or(direction = 'in' AND deleted_at IS NULL AND visibility = 'public'
               AND disposition IN ('waiting', 'answered', 'private')) AS shown
FROM conversations_message WHERE conversation_id = k.id AND external_id IS NOT NULL
"""
_REFRESH = f"""
UPDATE conversations_conversation c
SET message_count = f.messages, waiting_count = f.waiting, waiting_since = f.since, last_message_at = f.last_at,
    first_response_at = f.answered_at,
    first_response_s = CASE WHEN f.answered_at IS NOT NULL
                            THEN greatest(0, extract(epoch FROM f.answered_at - f.asked_at))::int END,
    on_wall = c.visibility = 'public' AND coalesce(f.shown, false),
    closed_at = CASE WHEN f.waiting > 0 THEN NULL ELSE c.closed_at END,
    close_reason = CASE WHEN f.waiting > 0 THEN '' ELSE c.close_reason END,
    state = CASE WHEN f.waiting > 0 THEN 'open' WHEN c.state = 'closed' THEN 'closed'
                 WHEN f.said_at IS NOT NULL THEN 'answered' ELSE 'closed' END
FROM unnest(%b::bigint[]) AS k(id) CROSS JOIN LATERAL ({_FACTS}) f
WHERE c.id = k.id AND f.messages > 0
"""


@dataclass(slots=True)
class NewConversation:
    """A conversation about to be opened by messages of customers that nobody has answered yet.

    Where something else happened at the same time, `refresh` puts it right.
    """

    id: int
    public_id: str
    brand_id: int
    account_id: int
    contact_id: int | None
    visibility: str
    title: str
    language: str
    topic: str
    previous_id: int | None
    message_count: int
    waiting_count: int
    waiting_since: datetime | None
    opened_at: datetime
    last_message_at: datetime
    on_wall: bool
    state: str
    close_reason: str = ""


def open_conversations(new: Sequence[NewConversation]) -> None:
    """Append conversations."""
    if new:
        names = tuple(NewConversation.__dataclass_fields__)
        db.copy_rows(
            "conversations_conversation", names, ([getattr(one, name) for name in names] for one in new)
        )


def refresh(conversation_ids: Iterable[int]) -> None:
    """Work out again what conversations say about their messages."""
    ids = sorted(set(conversation_ids))
    if ids:
        db.execute(_REFRESH, (ids,))


def close(conversation_ids: Iterable[int], *, reason: str, now: datetime) -> list[int]:
    """Close conversations in which nobody waits; those that were closed by this."""
    rows = db.fetch(
        """UPDATE conversations_conversation SET state = 'closed', close_reason = %s, closed_at = %s
           WHERE id = ANY(%s) AND (state <> 'closed' OR close_reason = '') AND waiting_count = 0 RETURNING id""",
        (reason, now, sorted(set(conversation_ids))),
    )
    return [row[0] for row in rows]
