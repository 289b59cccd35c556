"""A question leaves the crowd lane for the desk, while the desk can still make it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from chimein.core import db
from chimein.core.actor import STAFF_ROLES
from chimein.core.events import Fact, emit_many
from chimein.routing import clocks, events
from chimein.routing.matching.settings import DEFAULT
from chimein.routing.models import Lane

_ACTOR = "system:routing"
_HERE = timedelta(seconds=DEFAULT.active_s)
ASSIST, LATE, NOBODY = "desk_assists", "too_late", "nobody_there"
"""Why a question left by itself; a person's own words stand for what somebody handed over."""

# An agent is there when seen in the last minutes, and idle without a claim of a conversation that still waits.
_DESK = """
SELECT count(*), count(*) FILTER (WHERE NOT EXISTS (
           SELECT 1 FROM routing_workitem w
           WHERE w.holder_id = m.id AND w.claim_until > %(now)s AND w.is_open AND NOT w.sending)),
       (SELECT count(*) FROM (SELECT 1 FROM routing_workitem w
            WHERE w.brand_id = %(brand)s AND w.lane = 'desk' AND w.is_open AND NOT w.sending
              AND (w.holder_id IS NULL OR w.claim_until <= %(now)s) LIMIT 1000) free)
FROM people_membership m JOIN routing_helperload l ON l.member_id = m.id
WHERE m.brand_id = %(brand)s AND m.is_active AND m.role = ANY(%(roles)s) AND l.last_seen_at > %(here)s
"""


@dataclass(slots=True)
class Desk:
    """Who is at the desk now, and how many questions of the crowd it can take besides its own."""

    present: int
    room: int

    def take_one(self) -> bool:
        """Whether there is room for another; it is used up by this."""
        if self.room <= 0:
            return False
        self.room -= 1
        return True


def desk_of(brand_id: int, *, now: datetime) -> Desk:
    """The desk as it is now: idle agents, but for a reserve of one where there are several, less what waits there."""
    roles = [role.value for role in STAFF_ROLES]
    row = db.fetch_one(_DESK, {"brand": brand_id, "now": now, "here": now - _HERE, "roles": roles})
    present, idle, waiting = row or (0, 0, 0)
    reserve = DEFAULT.desk_reserve if present > 1 else 0
    return Desk(present, max(0, idle - reserve - waiting))


_LEAVE = f"""
WITH gone AS (
    SELECT n.id, n.id AS leader, n.who, n.reason FROM unnest(%(ids)b::bigint[], %(whos)b::text[], %(reasons)b::text[])
         AS n(id, who, reason)
    UNION ALL
    SELECT w.conversation_id, n.id, n.who, n.reason
    FROM unnest(%(ids)b::bigint[], %(whos)b::text[], %(reasons)b::text[]) AS n(id, who, reason)
    JOIN routing_workitem w ON w.copy_of_id = n.id AND w.is_open AND w.lane = '{Lane.CROWD}' AND NOT w.sending
)
UPDATE routing_workitem w
SET lane = '{Lane.DESK}', next_ring_at = NULL, open_seats = 0, desk_at = NULL, desk_by_id = NULL, desk_reason = '',
    copy_of_id = NULL, first_choice_id = NULL, first_choice_until = NULL,
    trusted_only = false, lane_by_person = %(by_person)s OR old.desk_by_id IS NOT NULL,
    lane_chosen_at = CASE WHEN %(by_person)s OR old.desk_by_id IS NOT NULL THEN %(now)s END,
    holder_id = NULL, claim_until = NULL, claimed_at = NULL
FROM gone g, routing_workitem old
WHERE w.conversation_id = g.id AND old.conversation_id = w.conversation_id AND w.lane = '{Lane.CROWD}'
RETURNING w.conversation_id, w.brand_id,
          coalesce((SELECT 'user:' || m.user_id FROM people_membership m WHERE m.id = old.desk_by_id), g.who), g.reason,
          old.trusted_only, old.lane_by_person
"""


def leave(
    reasons: Mapping[int, str], *, now: datetime, who: str = _ACTOR, by_person: bool = False
) -> list[int]:
    """Hand these (conversation → reason) to the desk, with what travels along; the ids of all that moved.

    The customer's deadline stays as it is. `by_person`: a person decided it, so that rules leave it there; so did who
    handed it over when the time to object has passed.
    """
    if not reasons:
        return []
    params = {
        "ids": list(reasons), "reasons": list(reasons.values()), "whos": [who] * len(reasons),
        "now": now, "by_person": by_person,
    }  # fmt: skip
    rows = db.fetch(_LEAVE, params)
    emit_many(
        Fact(
            events.MOVED, now, actor, brand_id, conversation_id, None,
            {"before": "crowd", "by_person": was_chosen, "trusted_only": trusted_only, "after": "desk",
             "reason": reason},
        )
        for conversation_id, brand_id, actor, reason, trusted_only, was_chosen in rows
    )  # fmt: skip
    moved = [row[0] for row in rows]
    if moved:
        clocks.settle(moved, now=now)  # the desk's ladder counts from now on
    return moved
