"""What the router hears: a claim that ended without an answer, an answer that was published."""

from __future__ import annotations

from chimein.core import db
from chimein.core.events import Fact
from chimein.routing import timers
from chimein.routing.offers_items import RING_AT_ONCE

_SMOOTH = 0.2
"""How much the newest answer counts in somebody's typical time."""

_ANSWERED = """
INSERT INTO routing_helperload AS load (member_id, answers, typical_seconds, fatigue_at)
SELECT %(member)s, 1, s.seconds, %(now)s
FROM (SELECT greatest(0, extract(epoch FROM %(now)s - min(o.offered_at)))::float8 AS seconds FROM routing_offer o
      WHERE o.conversation_id = %(id)s AND o.member_id = %(member)s) s
ON CONFLICT (member_id) DO UPDATE SET answers = load.answers + 1,
    typical_seconds = CASE WHEN excluded.typical_seconds IS NULL THEN load.typical_seconds
                           WHEN load.typical_seconds IS NULL THEN excluded.typical_seconds
                           ELSE load.typical_seconds * (1 - %(smooth)s) + excluded.typical_seconds * %(smooth)s END
"""


def on_released(fact: Fact) -> None:
    """Free again, whoever gave it back: the next ring is asked at once."""
    touched = db.execute(
        """UPDATE routing_workitem SET next_ring_at = %s, open_seats = %s
           WHERE conversation_id = %s AND is_open AND NOT sending AND holder_id IS NULL AND next_ring_at IS NULL""",
        (fact.at, RING_AT_ONCE, fact.conversation_id),
    )
    if touched:
        timers.wake()


def on_answered(fact: Fact) -> None:
    """An answer stands: it counts for its author, with the time it took since the question was brought to them."""
    member = fact.data.get("member")
    if member is not None:
        params = {"member": member, "id": fact.conversation_id, "now": fact.at, "smooth": _SMOOTH}
        db.execute(_ANSWERED, params)
