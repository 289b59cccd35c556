"""The wall by months, for search engines."""

from __future__ import annotations

from datetime import UTC, datetime

from chimein.core import db
from chimein.wall.public import ON_WALL
from chimein.wall.selectors import Card, cards

MOST = 20_000
"""Questions of one month that are listed; the protocol allows 50,000 addresses a file."""

_CHUNK = 500

# Jumps from month to month along the index instead of reading every row.
_MONTHS = f"""
WITH RECURSIVE months AS (
    (SELECT c.last_message_at AS last_at FROM conversations_conversation c
     WHERE c.brand_id = %(brand)s AND {ON_WALL} ORDER BY c.last_message_at DESC, c.id DESC LIMIT 1)
    UNION ALL
    SELECT (SELECT c.last_message_at FROM conversations_conversation c
            WHERE c.brand_id = %(brand)s AND {ON_WALL}
              AND c.last_message_at < date_trunc('month', m.last_at AT TIME ZONE 'UTC') AT TIME ZONE 'UTC'
            ORDER BY c.last_message_at DESC, c.id DESC LIMIT 1)
    FROM months m WHERE m.last_at IS NOT NULL
)
SELECT last_at FROM months WHERE last_at IS NOT NULL
"""
_QUESTIONS = f"""
SELECT c.id FROM conversations_conversation c
WHERE c.brand_id = %s AND {ON_WALL} AND c.last_message_at >= %s AND c.last_message_at < %s
ORDER BY c.last_message_at DESC, c.id DESC LIMIT {MOST}
"""


def months(brand_id: int) -> list[tuple[datetime, datetime]]:
    """The months in which something was said on the wall, with the moment of the last word; newest first."""
    rows = db.fetch(_MONTHS, {"brand": brand_id})
    return [
        (at.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0), at) for (at,) in rows
    ]


def questions(brand_id: int, month: datetime) -> list[Card]:
    """The questions whose last word fell into the month that begins at this moment."""
    after = month.replace(year=month.year + month.month // 12, month=month.month % 12 + 1)
    ids = [row[0] for row in db.fetch(_QUESTIONS, (brand_id, month, after))]
    return [card for start in range(0, len(ids), _CHUNK) for card in cards(ids[start : start + _CHUNK])]
