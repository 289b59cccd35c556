"""When the router has to look at an item again: rings, leases, moments to leave the crowd.

Each timer is a column with a partial index that holds only what is waited for, so that "what is due" and "when is the
next" are read from the index, however many items are open.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from chimein.core import db

OFFERS_CHANNEL = "chimein_offers"
BATCH = 200
"""Items of one transaction: small enough that the first are asked well within two seconds."""

_NEXT = (
    "SELECT next_ring_at FROM routing_workitem WHERE next_ring_at IS NOT NULL ORDER BY next_ring_at LIMIT 1"
)
_NEXT_LEASE = (
    "SELECT claim_until FROM routing_workitem WHERE claim_until IS NOT NULL ORDER BY claim_until LIMIT 1"
)
_DUE_BRANDS = """
SELECT DISTINCT brand_id FROM (SELECT brand_id FROM routing_workitem WHERE next_ring_at <= %s
                               ORDER BY next_ring_at LIMIT %s) due
"""
_LATER = """
UPDATE routing_workitem SET next_ring_at = %(later)s
WHERE conversation_id IN (SELECT conversation_id FROM routing_workitem
                          WHERE next_ring_at <= %(now)s AND brand_id = %(brand)s
                          ORDER BY next_ring_at LIMIT %(limit)s FOR UPDATE SKIP LOCKED)
"""


def next_ring_at() -> datetime | None:
    """When the router has something to do next; None when nothing waits for it."""
    row = db.fetch_one(_NEXT)
    return row[0] if row else None


def next_lease_end() -> datetime | None:
    """When the next claim runs out."""
    row = db.fetch_one(_NEXT_LEASE)
    return row[0] if row else None


def due_brands(*, now: datetime) -> list[int]:
    """Brands of the items whose time has come, as far as a batch reaches."""
    return [row[0] for row in db.fetch(_DUE_BRANDS, (now, BATCH))]


def put_off(*, brand_id: int, now: datetime, until: datetime) -> int:
    """Look at a brand's due items later, so that what cannot be decided does not hold up the others."""
    return db.execute(_LATER, {"brand": brand_id, "now": now, "later": until, "limit": BATCH})


def set_times(times: Sequence[tuple[int, datetime | None, int]]) -> None:
    """(conversation, when to look again, rings made) of items that the transaction holds."""
    if not times:
        return
    ids, moments, rings = (list(column) for column in zip(*times, strict=True))
    db.execute(
        """UPDATE routing_workitem w SET next_ring_at = n.at, ring = n.ring, open_seats = 0
           FROM unnest(%b::bigint[], %b::timestamptz[], %b::smallint[]) AS n(id, at, ring)
           WHERE w.conversation_id = n.id""",
        (ids, moments, rings),
    )


def wake() -> None:
    """Wake the router when (and only when) the current transaction commits."""
    db.notify(OFFERS_CHANNEL)
