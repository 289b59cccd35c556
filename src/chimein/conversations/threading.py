"""Which messages belong together.

A message names itself, its parent, perhaps the root and perhaps its children. Whatever is named together is one
thread, in whatever order it comes. `ThreadRef` remembers every id that was ever named, also of posts that have not
come yet, and its unique index makes two workers agree.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from chimein.core import db
from chimein.core.errors import LostRace

Key = tuple[int, str]
"""account id, external id"""


@dataclass(frozen=True, slots=True)
class Ref:
    conversation_id: int
    message_id: int | None


def group(links: Sequence[Sequence[Key]]) -> list[int]:
    """For each item the number of its group; items that share a key, directly or through others, share a group."""
    parent = list(range(len(links)))

    def root(item: int) -> int:
        while parent[item] != item:
            parent[item] = parent[parent[item]]
            item = parent[item]
        return item

    first: dict[Key, int] = {}
    for item, keys in enumerate(links):
        for key in keys:
            other = first.setdefault(key, item)
            parent[root(item)] = root(other)
    return [root(item) for item in range(len(links))]


_FIND = """
SELECT t.account_id, t.external_id, t.conversation_id, t.message_id
FROM conversations_threadref t
JOIN unnest(%b::bigint[], %b::text[]) AS k(a, e) ON t.account_id = k.a AND t.external_id = k.e
"""
_INSERT = """
INSERT INTO conversations_threadref (account_id, external_id, conversation_id, message_id)
SELECT * FROM unnest(%b::bigint[], %b::text[], %b::bigint[], %b::bigint[])
ON CONFLICT (account_id, external_id) DO NOTHING
"""
_FILL = """
UPDATE conversations_threadref t SET message_id = n.message, conversation_id = n.conversation
FROM unnest(%b::bigint[], %b::text[], %b::bigint[], %b::bigint[]) AS n(a, e, conversation, message)
WHERE t.account_id = n.a AND t.external_id = n.e
"""


def find_refs(keys: Iterable[Key]) -> dict[Key, Ref]:
    """What is known of these ids."""
    wanted = list(set(keys))
    rows = db.fetch(_FIND, ([key[0] for key in wanted], [key[1] for key in wanted]))
    return {
        (account, external): Ref(conversation, message) for account, external, conversation, message in rows
    }


def _columns(refs: dict[Key, Ref]) -> tuple[list[int], list[str], list[int], list[int | None]]:
    ordered = sorted(refs.items(), key=lambda pair: pair[0])
    return (
        [key[0] for key, _ in ordered],
        [key[1] for key, _ in ordered],
        [ref.conversation_id for _, ref in ordered],
        [ref.message_id for _, ref in ordered],
    )


def add_refs(refs: dict[Key, Ref]) -> None:
    """Remember new ids, in one order for all workers. Raises LostRace when one is there already."""
    if refs and db.execute(_INSERT, _columns(refs)) < len(refs):
        raise LostRace("another worker met the same thread first")


def fill_refs(refs: dict[Key, Ref]) -> None:
    """The posts of known ids have come: say which messages they are, and of which conversation."""
    if refs:
        db.execute(_FILL, _columns(refs))


@dataclass(frozen=True, slots=True)
class Locked:
    """A conversation that this transaction holds."""

    id: int
    brand_id: int
    state: str
    closed_at: datetime | None
    visibility: str
    contact_id: int | None
    message_count: int
    answered: bool


_LOCK = """
SELECT id, merged_into_id, brand_id, state, closed_at, visibility, contact_id, message_count,
       first_response_at IS NOT NULL
FROM conversations_conversation WHERE id = ANY(%s) ORDER BY id FOR UPDATE
"""


def lock(conversation_ids: Iterable[int]) -> dict[int, Locked]:
    """Lock conversations for the rest of the transaction; a merged one leads to the one it became part of."""
    found: dict[int, Locked] = {}
    moved: dict[int, int] = {}
    for pk, merged_into, *rest in db.fetch(_LOCK, (sorted(set(conversation_ids)),)):
        if merged_into is None:
            found[pk] = Locked(pk, *rest)
        else:
            moved[pk] = merged_into
    if moved:
        found.update(lock(set(moved.values()) - found.keys()))
        found.update({old: found[new] for old, new in moved.items()})
    return found


def merge(*, winner: int, losers: Sequence[int]) -> None:
    """Make several locked conversations one. Whatever hangs on the losers moves; they stay as a pointer."""
    for table, column in (
        ("conversations_message", "conversation_id"),
        ("conversations_threadref", "conversation_id"),
        ("conversations_note", "conversation_id"),
    ):
        db.execute(f"UPDATE {table} SET {column} = %s WHERE {column} = ANY(%s)", (winner, list(losers)))
    db.execute(
        "UPDATE channels_delivery SET order_key = %s WHERE order_key = ANY(%s)", (winner, list(losers))
    )
    db.execute(
        """UPDATE conversations_conversation
           SET merged_into_id = %s, on_wall = false, waiting_since = NULL, waiting_count = 0, state = 'closed',
               close_reason = 'merged'
           WHERE id = ANY(%s)""",
        (winner, list(losers)),
    )


_EARLIER = """
WITH RECURSIVE earlier(id) AS (
    SELECT previous_id FROM conversations_conversation WHERE id = ANY(%s) AND previous_id IS NOT NULL
    UNION
    SELECT c.previous_id FROM conversations_conversation c JOIN earlier e ON c.id = e.id
    WHERE c.previous_id IS NOT NULL
)
SELECT id FROM earlier
"""


def without_earlier(conversation_ids: set[int]) -> list[int]:
    """Without matters that others of these follow up: they are the same thread and stay two matters."""
    if len(conversation_ids) < 2:
        return sorted(conversation_ids)
    earlier = {row[0] for row in db.fetch(_EARLIER, (list(conversation_ids),))}
    return sorted(conversation_ids - earlier)


def own_ref(account_id: int, external_id: str, conversation_id: int, message_id: int) -> None:
    """Our own post has an id now, so that replies to it find this conversation."""
    db.execute(
        """INSERT INTO conversations_threadref (account_id, external_id, conversation_id, message_id)
           VALUES (%s, %s, %s, %s)
           ON CONFLICT (account_id, external_id)
           DO UPDATE SET message_id = excluded.message_id, conversation_id = excluded.conversation_id""",
        (account_id, external_id, conversation_id, message_id),
    )


def bury(keys: Iterable[Key], *, now: datetime) -> None:
    """Remember deletions whose posts have not come."""
    wanted = sorted(set(keys))
    if wanted:
        db.execute(
            """INSERT INTO conversations_tombstone (account_id, external_id, at)
               SELECT a, e, %s FROM unnest(%b::bigint[], %b::text[]) AS k(a, e) ON CONFLICT DO NOTHING""",
            (now, [key[0] for key in wanted], [key[1] for key in wanted]),
        )


def buried(keys: Iterable[Key]) -> set[Key]:
    """Which of these posts were deleted before they came."""
    wanted = list(set(keys))
    rows = db.fetch(
        """SELECT t.account_id, t.external_id FROM conversations_tombstone t
           JOIN unnest(%b::bigint[], %b::text[]) AS k(a, e) ON t.account_id = k.a AND t.external_id = k.e""",
        ([key[0] for key in wanted], [key[1] for key in wanted]),
    )
    return {(account, external) for account, external in rows}
