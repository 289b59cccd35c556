"""Who takes questions and leaves them: worked out at night from the event log, and fewer are brought to them."""

from __future__ import annotations

from datetime import datetime, timedelta

from chimein.core import db
from chimein.routing import events

SPAN = timedelta(days=30)
FEW = 5
"""So few claims say nothing yet."""
OFTEN = 0.2
"""The share of dropped claims above which fewer questions are brought (routing.md, 2.11)."""

_REFRESH = f"""
WITH taken AS (
    SELECT DISTINCT e.conversation_id, (e.data->>'member')::bigint AS member_id FROM core_event e
    WHERE e.kind = '{events.CLAIMED.name}' AND e.brand_id = %(brand)s AND e.at > %(since)s
), counted AS (
    SELECT t.member_id, count(*) AS claimed, count(*) FILTER (
        WHERE EXISTS (SELECT 1 FROM core_event e
                      WHERE e.conversation_id = t.conversation_id
                        AND e.kind IN ('{events.RELEASED.name}', '{events.EXPIRED.name}')
                        AND (e.data->>'member')::bigint = t.member_id AND e.at > %(since)s)
          AND NOT EXISTS (SELECT 1 FROM conversations_message a
                          WHERE a.conversation_id = t.conversation_id AND a.author_id = t.member_id)) AS dropped
    FROM taken t JOIN people_membership m ON m.id = t.member_id GROUP BY t.member_id
), cleared AS (
    UPDATE routing_helperload l SET claimed = 0, dropped = 0
    FROM people_membership m WHERE m.id = l.member_id AND m.brand_id = %(brand)s AND l.claimed > 0
      AND NOT EXISTS (SELECT 1 FROM counted c WHERE c.member_id = l.member_id)
)
INSERT INTO routing_helperload (member_id, fatigue_at, claimed, dropped)
SELECT member_id, %(now)s, claimed, dropped FROM counted
ON CONFLICT (member_id) DO UPDATE SET claimed = excluded.claimed, dropped = excluded.dropped
"""


def refresh_habits(*, brand_id: int, now: datetime) -> int:
    """Count claims and what came to nothing of the last thirty days; for how many members."""
    return db.execute(_REFRESH, {"brand": brand_id, "since": now - SPAN, "now": now})


def drops_often(claimed: int, dropped: int) -> bool:
    """Whether somebody leaves what they take too often. A question passed on without taking it is no drop."""
    return claimed >= FEW and dropped > OFTEN * claimed


def limit(wanted: float, claimed: int, dropped: int) -> float:
    """The personal limit of a day: half of it for who drops often."""
    return wanted / 2 if drops_often(claimed, dropped) else wanted
