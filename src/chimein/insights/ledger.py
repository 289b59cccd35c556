"""The ledger: at any moment ``inbound = answered + private + no reply + waiting``.

The left side and the settled part come from the event log, the waiting part from the messages themselves,
all seen by one statement, hence in one snapshot. A gap other than 0 means that a message was lost,
doubled or changed silently.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from chimein.core import clock, db
from chimein.insights.metrics import COUNTS_SQL, EVER, TAIL_SQL


@dataclass(frozen=True, slots=True)
class Owner:
    """Who has to see to waiting messages: a member with a claim, or a lane's pool (`membership_id` None)."""

    lane: str
    membership_id: int | None
    name: str
    count: int
    next_due: datetime | None


@dataclass(frozen=True, slots=True)
class Ledger:
    """The sums of one brand. `no_reply` is by reason; `gap` must be 0."""

    inbound: int
    answered: int
    private: int
    no_reply: dict[str, int]
    waiting: int
    oldest_waiting: datetime | None
    overdue: int
    owners: tuple[Owner, ...]
    set_aside: int
    """Entries that came in but could not be understood; they are not messages yet."""
    in_journal: int
    """Entries that came in and are about to be taken in."""
    gap: int


_LEDGER = f"""
WITH {TAIL_SQL}, {COUNTS_SQL}, sums AS (
    SELECT metric, key, sum(n)::bigint AS n FROM (
        SELECT substr(metric, 6) AS metric, key, count AS n FROM insights_tally
        WHERE brand_id = %(brand)s AND hour = %(ever)s
          AND metric IN ('ever.received', 'ever.answered', 'ever.private', 'ever.no_reply')
        UNION ALL
        SELECT metric, key, n FROM counts
        WHERE brand_id = %(brand)s AND metric IN ('received', 'answered', 'private', 'no_reply')
    ) counted GROUP BY metric, key
), held AS (
    SELECT coalesce(w.lane, '') AS lane, h.id AS holder, coalesce(h.public_name, '') AS name, count(*) AS n,
           min(w.due_at) AS due, count(*) FILTER (WHERE w.due_at < %(now)s) AS overdue,
           min(m.posted_at) AS oldest
    FROM conversations_message m
    LEFT JOIN routing_workitem w ON w.conversation_id = m.conversation_id
    LEFT JOIN people_membership h ON h.id = w.holder_id AND w.claim_until > %(now)s
    WHERE m.brand_id = %(brand)s AND m.disposition = 'waiting'
    GROUP BY 1, 2, 3
), entries AS (
    SELECT (SELECT count(*) FROM channels_inboundentry e
            WHERE e.state = 'aside' AND e.account_id = a.id) AS aside,
           (SELECT count(*) FROM channels_inboundentry e
            WHERE e.state = 'new' AND e.account_id = a.id) AS fresh
    FROM channels_channelaccount a WHERE a.brand_id = %(brand)s
)
SELECT coalesce((SELECT json_agg(json_build_array(metric, key, n)) FROM sums), '[]'),
       (SELECT json_agg(json_build_array(lane, holder, name, n, due) ORDER BY n DESC, lane, holder)
        FROM held),
       (SELECT coalesce(sum(n), 0)::bigint FROM held), (SELECT min(oldest) FROM held),
       (SELECT coalesce(sum(overdue), 0)::bigint FROM held),
       (SELECT coalesce(sum(aside), 0)::bigint FROM entries),
       (SELECT coalesce(sum(fresh), 0)::bigint FROM entries)
"""


def _of(sums: list[list[Any]], metric: str) -> dict[str, int]:
    return {key: count for name, key, count in sums if name == metric and count}


def _owner(lane: str, membership_id: int | None, name: str, count: int, due: str | None) -> Owner:
    return Owner(lane, membership_id, name, count, datetime.fromisoformat(due) if due else None)


def ledger(brand_id: int, *, now: datetime | None = None) -> Ledger:
    """The brand's ledger as of this moment; `now` decides what is overdue and which claims have run out."""
    row = db.fetch_one(_LEDGER, {"brand": brand_id, "ever": EVER, "now": now or clock.now()})
    assert row is not None
    sums, owners, waiting, oldest, overdue, set_aside, in_journal = row
    received, no_reply = sum(_of(sums, "received").values()), _of(sums, "no_reply")
    answered, private = sum(_of(sums, "answered").values()), sum(_of(sums, "private").values())
    return Ledger(
        inbound=received,
        answered=answered,
        private=private,
        no_reply=no_reply,
        waiting=waiting,
        oldest_waiting=oldest,
        overdue=overdue,
        owners=tuple(_owner(*one) for one in owners or ()),
        set_aside=set_aside,
        in_journal=in_journal,
        gap=received - answered - private - sum(no_reply.values()) - waiting,
    )
