"""What ChimeIn's queue holds, as far as the personas look at it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from chimein.core import db
from chimein.routing import presence


@dataclass(frozen=True, slots=True)
class Item:
    """A conversation in the queue, or one that nobody has to answer (`is_open` False, `lane` maybe empty)."""

    conversation_id: int
    message_id: int | None
    """The message that was asked for, else the one that waits longest."""
    lane: str
    trusted_only: bool
    private: bool
    is_open: bool
    sending: bool
    holder_id: int | None
    claim_until: datetime | None
    kept_for: int | None
    kept_until: datetime | None
    waiting_since: datetime | None
    asked: str
    """The network's id of the message that waits longest; empty when none does."""
    text: str
    language: str
    answered: bool
    """Whether the brand has answered in it before."""
    rings: int
    """Rings of people asked so far."""
    brought_to: Sequence[int]
    """Members with an offer of it that stands, and the one of the desk it was brought to."""

    def is_free_for(self, member_id: int, *, staff: bool, now: datetime) -> bool:
        """Whether a persona may take it now. What it holds already may be held by a person in its place."""
        held = self.holder_id is not None and bool(self.claim_until and self.claim_until > now)
        others = not staff and self.kept_for not in {None, member_id}
        kept = others and bool(self.kept_until and self.kept_until > now)
        return self.is_open and not self.sending and not held and not kept


_ITEMS = """
SELECT c.id, m.id, coalesce(w.lane, ''), coalesce(w.trusted_only, false), c.visibility = 'private',
       coalesce(w.is_open AND w.frozen_at IS NULL, false), coalesce(w.sending, false), w.holder_id, w.claim_until,
       w.first_choice_id, w.first_choice_until, w.waiting_since,
       coalesce(m.external_id, ''), coalesce(m.text, ''), coalesce(m.language, c.language),
       EXISTS (SELECT 1 FROM conversations_message o WHERE o.conversation_id = c.id AND o.direction = 'out'),
       coalesce(w.ring, 0),
       ARRAY(SELECT f.member_id FROM routing_offer f
             WHERE f.conversation_id = c.id AND f.passed_at IS NULL AND f.withdrawn_at IS NULL
             UNION SELECT a.member_id FROM routing_assignment a
             WHERE a.conversation_id = c.id AND a.ended_at IS NULL ORDER BY 1)
FROM conversations_conversation c
LEFT JOIN routing_workitem w ON w.conversation_id = c.id
LEFT JOIN LATERAL (
    SELECT q.id, q.external_id, q.text, q.language FROM conversations_message q
    WHERE q.conversation_id = c.id AND q.disposition = 'waiting' ORDER BY q.posted_at, q.id LIMIT 1
) m ON true
"""
_NAMED = f"""
SELECT r.external_id, r.message_id, i.* FROM conversations_threadref r
JOIN conversations_conversation o ON o.id = r.conversation_id
JOIN LATERAL ({_ITEMS} WHERE c.id = coalesce(o.merged_into_id, o.id)) i ON true
WHERE r.account_id = ANY(%s) AND r.external_id = ANY(%s)
"""
_OLD = f"""{_ITEMS}
WHERE w.brand_id = %s AND w.is_open AND NOT w.sending AND w.waiting_since < %s
ORDER BY w.waiting_since DESC LIMIT %s
"""


def items_of(account_ids: Sequence[int], external_ids: Sequence[str]) -> dict[str, Item]:
    """The conversations that these posts or messages became part of, by their ids on the network."""
    rows = db.fetch(_NAMED, (list(account_ids), list(external_ids))) if external_ids else []
    return {row[0]: Item(row[2], row[1], *row[4:]) for row in rows}


def waiting_items(brand_id: int, *, before: datetime, limit: int = 100) -> list[Item]:
    """What has waited since before then, the newest first: what waits longest may be nobody's."""
    return [Item(*row) for row in db.fetch(_OLD, (brand_id, before, limit))]


def busy_members(brand_id: int, *, now: datetime) -> set[int]:
    """Who holds or looks at something just now; it may be a person who plays them, so they are left alone."""
    rows = db.fetch(
        """SELECT holder_id FROM routing_workitem
           WHERE brand_id = %(brand)s AND is_open AND claim_until > %(now)s
           UNION SELECT p.member_id FROM routing_presence p JOIN people_membership m ON m.id = p.member_id
           WHERE m.brand_id = %(brand)s AND p.seen_at > %(fresh)s""",
        {"brand": brand_id, "now": now, "fresh": now - presence.FRESH},
    )
    return {row[0] for row in rows}
