"""Keeping the queue true: which conversations wait, in which lane, until when."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from chimein.core import db
from chimein.core.options import option

CROWD_MINUTES = option(
    "CROWD_MINUTES", 15, "Minutes in which a question in the crowd lane is to be answered."
)
DESK_MINUTES = option("DESK_MINUTES", 30, "Minutes in which a message in the desk lane is to be answered.")
FIRST_CHOICE_MINUTES = option(
    "FIRST_CHOICE_MINUTES", 5, "Minutes for which a follow-up is kept for the person who answered before."
)

# The lane is the strictest of all messages of the conversation that needed an answer: once something risky was said,
# a harmless follow-up does not bring the conversation before the crowd.
_SYNC = """
INSERT INTO routing_workitem AS item
    (conversation_id, brand_id, lane, is_open, priority, language, waiting_since, due_at, fence, lane_by_person,
     sending,
     first_choice_id, first_choice_until)
SELECT c.id, c.brand_id, t.lane, true, t.priority, t.language, c.waiting_since,
       c.waiting_since + CASE t.lane WHEN 'desk' THEN %(desk)s ELSE %(crowd)s END, 0, false, false,
       before.author_id, CASE WHEN before.author_id IS NOT NULL THEN %(first_choice)s END
FROM conversations_conversation c
CROSS JOIN LATERAL (
    SELECT CASE WHEN bool_or(r.lane = 'desk') THEN 'desk' ELSE 'crowd' END AS lane,
           max(r.priority) FILTER (WHERE m.disposition = 'waiting') AS priority,
           (array_agg(r.language ORDER BY m.posted_at) FILTER (WHERE m.disposition = 'waiting'))[1] AS language
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
SET lane = CASE WHEN item.lane_by_person OR item.lane = 'desk' THEN item.lane ELSE excluded.lane END,
    priority = excluded.priority,
    language = excluded.language, waiting_since = excluded.waiting_since, due_at = excluded.due_at,
    first_choice_id = CASE WHEN item.is_open THEN item.first_choice_id ELSE excluded.first_choice_id END,
    first_choice_until = CASE WHEN item.is_open THEN item.first_choice_until ELSE excluded.first_choice_until END,
    is_open = true
"""
_CLOSE = """
UPDATE routing_workitem SET is_open = false, sending = false, holder_id = NULL, claim_until = NULL,
       claimed_at = NULL
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
        "crowd": timedelta(minutes=CROWD_MINUTES.get()),
        "desk": timedelta(minutes=DESK_MINUTES.get()),
        "first_choice": now + timedelta(minutes=FIRST_CHOICE_MINUTES.get()),
    }
    db.execute(_SYNC, params)
    db.execute(_CLOSE, params)


_STRICTER = """
UPDATE routing_workitem SET lane = 'desk'
WHERE conversation_id = %(winner)s AND NOT lane_by_person
  AND EXISTS (SELECT 1 FROM routing_workitem WHERE conversation_id = ANY(%(losers)s) AND lane = 'desk')
"""
_TAKE_OVER = """
UPDATE routing_workitem SET conversation_id = %(winner)s
WHERE NOT EXISTS (SELECT 1 FROM routing_workitem WHERE conversation_id = %(winner)s)
  AND conversation_id = (SELECT conversation_id FROM routing_workitem WHERE conversation_id = ANY(%(losers)s)
                         ORDER BY sending DESC, is_open DESC, lane = 'desk' DESC, conversation_id LIMIT 1)
"""
_KEEP_SENDING = """
UPDATE routing_workitem w
SET sending = true, holder_id = l.holder_id, claim_until = l.claim_until, claimed_at = l.claimed_at, fence = w.fence + 1
FROM routing_workitem l
WHERE w.conversation_id = %(winner)s AND NOT w.sending AND l.conversation_id = ANY(%(losers)s) AND l.sending
"""


def follow_merge(*, winner: int, losers: list[int]) -> None:
    """Two conversations became one: the queue keeps one item, in the stricter lane.

    An answer that is on its way still keeps others from claiming.
    """
    given = {"winner": winner, "losers": losers}
    for statement in (_STRICTER, _TAKE_OVER, _KEEP_SENDING):
        db.execute(statement, given)
    db.execute("DELETE FROM routing_workitem WHERE conversation_id = ANY(%(losers)s)", given)
    db.execute("DELETE FROM routing_presence WHERE conversation_id = ANY(%(losers)s)", given)
