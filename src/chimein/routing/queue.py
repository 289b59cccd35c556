"""Keeping the queue true: which conversations wait, in which lane, until when."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from chimein.core import db
from chimein.core.options import option
from chimein.routing import clocks, timers
from chimein.routing.minutes import minutes_of
from chimein.routing.models import STRICTEST_FIRST

FIRST_CHOICE_MINUTES = option(
    "FIRST_CHOICE_MINUTES", 5, "Minutes for which a follow-up is kept for the person who answered before."
)

_LANES = f"ARRAY[{', '.join(repr(lane.value) for lane in STRICTEST_FIRST)}]"


def strictness(lane: str) -> str:
    """SQL: 1 for the strictest lane, rising; null for what is no lane of the queue."""
    return f"array_position({_LANES}, ({lane})::text)"


def strictest_of(places: str) -> str:
    """SQL: the lane of the lowest place among them."""
    return f"({_LANES})[{places}]"


# The lane is the strictest of all messages of the conversation that needed an answer: once something risky was said,
# a harmless follow-up does not bring the conversation before the crowd. Kind words keep nobody back once they are
# answered. What a person chose stands, unless something stricter comes in later that is not for the crowd.
_SYNC = f"""
INSERT INTO routing_workitem AS item
    (conversation_id, brand_id, lane, is_open, priority, language, waiting_since, due_at, fence, lane_by_person,
     sending, alarm, trusted_only,
     first_choice_id, first_choice_until, next_ring_at)
SELECT c.id, c.brand_id, {strictest_of("t.place")}, true, t.priority, t.language, c.waiting_since,
       t.due_at, 0, false, false, t.alarm, t.trusted_only,
       before.author_id, CASE WHEN before.author_id IS NOT NULL THEN %(first_choice)s END,
       CASE WHEN c.visibility = 'public' AND {strictest_of("t.place")} IN ('crowd', 'expert') THEN %(now)s END
FROM conversations_conversation c
CROSS JOIN LATERAL (
    SELECT coalesce(min({strictness("r.lane")})
                        FILTER (WHERE m.disposition = 'waiting' OR r.lane <> 'thank'), {len(STRICTEST_FIRST)}) AS place,
           max(r.priority) FILTER (WHERE m.disposition = 'waiting') AS priority,
           coalesce(bool_or(r.alarm) FILTER (WHERE m.disposition = 'waiting'), false) AS alarm,
           coalesce(bool_or(r.trusted_only), false) AS trusted_only,
           min(m.posted_at + make_interval(mins => coalesce(r.sla_minutes,
               (%(minutes)b::int[])[coalesce({strictness("r.lane")}, {len(STRICTEST_FIRST)})])))
               FILTER (WHERE m.disposition = 'waiting') AS due_at,
           split_part((array_agg(r.language ORDER BY m.posted_at) FILTER (WHERE m.disposition = 'waiting'))[1], '-', 1)
               AS language
    FROM conversations_message m JOIN triage_triage r ON r.message_id = m.id
    WHERE m.conversation_id = c.id AND m.disposition <> 'no_reply'
) t
LEFT JOIN LATERAL (
    SELECT o.author_id FROM conversations_message o
    WHERE c.message_count > 1 AND o.conversation_id = c.id AND o.direction = 'out' AND o.author_id IS NOT NULL
    ORDER BY o.posted_at DESC LIMIT 1
) before ON true
WHERE c.id = ANY(%(ids)s) AND c.waiting_count > 0
ON CONFLICT (conversation_id) DO UPDATE
SET lane = CASE WHEN item.lane_by_person THEN item.lane WHEN item.lane = 'thank' THEN excluded.lane
                ELSE {strictest_of(f"least({strictness('item.lane')}, {strictness('excluded.lane')})")} END,
    trusted_only = CASE WHEN item.lane_by_person THEN item.trusted_only
                        ELSE item.trusted_only OR excluded.trusted_only END,
    priority = excluded.priority + CASE WHEN item.step_since = excluded.waiting_since THEN item.raised ELSE 0 END,
    alarm = excluded.alarm,
    language = excluded.language, waiting_since = excluded.waiting_since, due_at = excluded.due_at,
    first_choice_id = CASE WHEN item.is_open THEN item.first_choice_id ELSE excluded.first_choice_id END,
    first_choice_until = CASE WHEN item.is_open THEN item.first_choice_until ELSE excluded.first_choice_until END,
    ring = CASE WHEN item.is_open THEN item.ring ELSE 0 END,
    next_ring_at = CASE WHEN NOT item.is_open THEN excluded.next_ring_at
                        WHEN item.lane IN ('crowd', 'expert') AND NOT item.lane_by_person
                             AND ({strictness("excluded.lane")} < {strictness("item.lane")}
                                  OR excluded.trusted_only > item.trusted_only) THEN %(now)s
                        ELSE item.next_ring_at END,
    is_open = true
"""
_OVERRULE = f"""
UPDATE routing_workitem item SET lane_by_person = false, lane_chosen_at = NULL
WHERE item.conversation_id = ANY(%(ids)s) AND item.lane_by_person AND EXISTS (
    SELECT 1 FROM conversations_message m JOIN triage_triage r ON r.message_id = m.id
    WHERE m.conversation_id = item.conversation_id AND m.disposition = 'waiting'
      AND m.received_at > item.lane_chosen_at
      AND ((r.lane <> 'thank' AND {strictness("r.lane")} < {strictness("item.lane")})
           OR (r.trusted_only AND item.lane = 'crowd' AND NOT item.trusted_only)))
"""
_CLOSE = """
UPDATE routing_workitem SET is_open = false, sending = false, holder_id = NULL, claim_until = NULL,
       claimed_at = NULL, desk_at = NULL, last_holder_id = NULL, copy_of_id = NULL,
       next_ring_at = CASE WHEN ring > 0 THEN %(now)s END
WHERE is_open AND conversation_id IN
    (SELECT id FROM conversations_conversation WHERE id = ANY(%(ids)s) AND waiting_count = 0)
"""


def sync(conversation_ids: Iterable[int], *, now: datetime) -> None:
    """Bring the queue in line with these conversations, which the transaction holds. Claims are kept."""
    ids = sorted(set(conversation_ids))
    if not ids:
        return
    params = {
        "ids": ids,
        "minutes": [minutes_of(lane) for lane in STRICTEST_FIRST],
        "first_choice": now + timedelta(minutes=FIRST_CHOICE_MINUTES.get()),
        "now": now,
    }
    for statement in (_OVERRULE, _SYNC, _CLOSE):
        db.execute(statement, params)
    clocks.settle(ids, now=now)
    timers.wake()


_RELAX = """
UPDATE routing_workitem w SET lane = t.lane, trusted_only = t.trusted_only,
       next_ring_at = CASE WHEN c.visibility = 'public' AND t.lane IN ('crowd', 'expert') THEN %(now)s END
FROM conversations_conversation c
JOIN conversations_message m ON m.conversation_id = c.id
JOIN triage_triage t ON t.message_id = m.id
WHERE w.conversation_id = ANY(%(ids)s) AND c.id = w.conversation_id AND c.message_count = 1
  AND m.disposition = 'waiting'
  AND w.is_open AND NOT w.lane_by_person AND w.holder_id IS NULL AND NOT w.sending AND w.fence = 0
  AND t.lane = ANY(%(lanes)s) AND (t.lane, t.trusted_only) <> (w.lane, w.trusted_only)
"""


def relax(conversation_ids: Iterable[int], *, now: datetime) -> None:
    """Let conversations of one message take its lane, be it a more open one, where nobody has touched them yet."""
    ids = sorted(set(conversation_ids))
    if ids:
        db.execute(_RELAX, {"ids": ids, "lanes": [lane.value for lane in STRICTEST_FIRST], "now": now})


_STRICTER = f"""
UPDATE routing_workitem w SET lane = {strictest_of(f"least(o.place, {strictness('w.lane')})")},
       trusted_only = w.trusted_only OR o.trusted_only
FROM (SELECT min({strictness("lane")}) AS place, bool_or(trusted_only) AS trusted_only
      FROM routing_workitem WHERE conversation_id = ANY(%(losers)s) HAVING count(*) > 0) o
WHERE w.conversation_id = %(winner)s AND NOT w.lane_by_person
"""
_TAKE_OVER = f"""
UPDATE routing_workitem SET conversation_id = %(winner)s
WHERE NOT EXISTS (SELECT 1 FROM routing_workitem WHERE conversation_id = %(winner)s)
  AND conversation_id = (SELECT conversation_id FROM routing_workitem WHERE conversation_id = ANY(%(losers)s)
                         ORDER BY sending DESC, is_open DESC, {strictness("lane")}, conversation_id LIMIT 1)
"""
_KEEP_SENDING = """
UPDATE routing_workitem w
SET sending = true, holder_id = l.holder_id, claim_until = l.claim_until, claimed_at = l.claimed_at, fence = w.fence + 1
FROM routing_workitem l
WHERE w.conversation_id = %(winner)s AND NOT w.sending AND l.conversation_id = ANY(%(losers)s) AND l.sending
"""
_KEEP_OFFERS = """
UPDATE routing_offer o SET conversation_id = %(winner)s
WHERE o.id IN (SELECT min(id) FROM routing_offer WHERE conversation_id = ANY(%(losers)s) GROUP BY member_id)
  AND NOT EXISTS (SELECT 1 FROM routing_offer k WHERE k.conversation_id = %(winner)s AND k.member_id = o.member_id)
"""
_FORGET_OFFERS = "DELETE FROM routing_offer WHERE conversation_id = ANY(%(losers)s)"
_START_ANEW = """
UPDATE routing_workitem SET next_ring_at = now() WHERE conversation_id = %(winner)s AND next_ring_at IS NULL
"""


def follow_merge(*, winner: int, losers: list[int]) -> None:
    """Two conversations became one: the queue keeps one item, in the strictest lane of both.

    An answer that is on its way still keeps others from claiming.
    """
    given = {"winner": winner, "losers": losers}
    for statement in (_STRICTER, _TAKE_OVER, _KEEP_SENDING):
        db.execute(statement, given)
    for statement in (_KEEP_OFFERS, _FORGET_OFFERS, _START_ANEW):
        db.execute(statement, given)
    db.execute("DELETE FROM routing_workitem WHERE conversation_id = ANY(%(losers)s)", given)
    db.execute("DELETE FROM routing_presence WHERE conversation_id = ANY(%(losers)s)", given)
