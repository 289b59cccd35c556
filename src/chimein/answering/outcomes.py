"""What came of an answer, found by a job: told once per answer and outcome, however often the job runs.

- *accepted*, *edited*, *rejected*: a review's verdict, once it can be taken back no more;
- *thanked* (and *solved*): the asker's next message is a thank-you;
- *reopened*: the asker comes back with a question or complaint within `OUTCOME_REOPEN_DAYS`;
- *solved*: nobody came back within `OUTCOME_SOLVED_DAYS`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from chimein.answering import events
from chimein.answering.models import Outcome
from chimein.core import db
from chimein.core.events import Fact, emit_many
from chimein.core.options import option

SETTLE_SECONDS = option(
    "OUTCOME_SETTLE_SECONDS", 60, "Seconds a review's verdict can be taken back before it counts."
)
REOPEN_DAYS = option(
    "OUTCOME_REOPEN_DAYS", 7, "Days in which the asker's next question counts as coming back to the answer."
)
SOLVED_DAYS = option(
    "OUTCOME_SOLVED_DAYS", 3, "Days of silence after which a question counts as solved by its answer."
)
LOCK_SPACE = 7341
BATCH = 10_000
_CURSOR = "came back"
_LOOK_BACK = timedelta(days=2)
Kind = Outcome.Kind


@dataclass(frozen=True, slots=True)
class Found:
    """Something that came of an answer."""

    answer_id: int
    outcome: str
    at: datetime


# The risk is that of the question as it waited: what was kept to the trusted is doubtful.
_WRITE = """
WITH made AS (INSERT INTO answering_outcome (answer_id, member_id, outcome, topic, language, risk, at)
SELECT a.id, a.author_id, n.outcome, c.topic, coalesce(nullif(w.language, ''), c.language),
       CASE WHEN w.trusted_only THEN 'doubtful' ELSE 'clean' END, n.at
FROM unnest(%b::bigint[], %b::text[], %b::timestamptz[]) AS n(answer_id, outcome, at)
JOIN answering_answer a ON a.id = n.answer_id
JOIN conversations_conversation c ON c.id = a.conversation_id
LEFT JOIN routing_workitem w ON w.conversation_id = a.conversation_id
ORDER BY n.answer_id, n.outcome
ON CONFLICT (answer_id, outcome) DO NOTHING
RETURNING answer_id, member_id, outcome, topic, language, at)
SELECT made.*, c.brand_id, c.id FROM made JOIN answering_answer a ON a.id = made.answer_id
JOIN conversations_conversation c ON c.id = a.conversation_id
ORDER BY made.answer_id, made.outcome
"""


def record(found: Sequence[Found], *, actor: str = "system:outcomes") -> int:
    """Keep what came of answers and tell of what was not known yet; how many that were."""
    if not found:
        return 0
    columns = ([one.answer_id for one in found], [one.outcome for one in found], [one.at for one in found])
    with db.atomic():
        rows = db.fetch(_WRITE, columns)
        emit_many(_told(row, actor) for row in rows)
    return len(rows)


def _told(row: db.Row, actor: str) -> Fact:
    answer, member, outcome, topic, language, at, brand, conversation = row
    data = {"answer": answer, "member": member, "outcome": outcome, "topic": topic, "language": language}
    return Fact(events.OUTCOME, at, actor, brand, conversation, None, data)


def find(*, now: datetime, limit: int = BATCH) -> int:
    """Look for what came of answers since the last time; how many outcomes were new.

    0 when there is nothing, or when somebody else is looking.
    """
    with db.atomic():
        if not db.try_lock(LOCK_SPACE, 0):
            return 0
        return record([*_reviewed(now), *_came_back(limit), *_silent(now)])


_REVIEWED = """
SELECT r.answer_id,
       CASE r.verdict WHEN 'edited' THEN 'edited' WHEN 'rejected' THEN 'rejected' WHEN 'poor' THEN 'rejected'
                      ELSE 'accepted' END, r.decided_at
FROM people_brand b
JOIN answering_review r ON r.brand_id = b.id
 AND r.decided_at > %(since)s AND r.decided_at <= %(until)s
JOIN answering_answer a ON a.id = r.answer_id
WHERE ((r.kind = 'draft' AND (r.verdict = 'rejected' OR (r.verdict IN ('approved', 'edited') AND a.state = 'sent')))
       OR (r.kind = 'sample' AND r.verdict IN ('good', 'poor')))
  AND NOT EXISTS (SELECT 1 FROM answering_outcome o WHERE o.answer_id = r.answer_id AND o.outcome =
        CASE r.verdict WHEN 'edited' THEN 'edited' WHEN 'rejected' THEN 'rejected' WHEN 'poor' THEN 'rejected'
                       ELSE 'accepted' END)
"""


def _reviewed(now: datetime) -> list[Found]:
    """Verdicts that stand. An approved draft counts when it is published."""
    until = now - timedelta(seconds=SETTLE_SECONDS.get())
    return [Found(*row) for row in db.fetch(_REVIEWED, {"since": now - _LOOK_BACK, "until": until})]


_ADVANCE = f"""
WITH cursor AS (
    SELECT xid::text::xid8 AS xid, event_id AS id FROM answering_outcomecursor WHERE name = '{_CURSOR}'
), batch AS MATERIALIZED (
    SELECT e.xid, e.id, CASE WHEN e.kind = 'message.received' AND NOT coalesce((e.data->>'opened')::boolean, false)
                             THEN e.message_id END AS message_id
    FROM core_event e
    WHERE (e.xid, e.id) > ((SELECT xid FROM cursor), (SELECT id FROM cursor))
      AND e.xid < pg_snapshot_xmin(pg_current_snapshot())
    ORDER BY e.xid, e.id LIMIT %(limit)s
), moved AS (
    UPDATE answering_outcomecursor SET xid = last.xid::text::bigint, event_id = last.id
    FROM (SELECT xid, id FROM batch ORDER BY xid DESC, id DESC LIMIT 1) last WHERE name = '{_CURSOR}'
)
SELECT message_id FROM batch WHERE message_id IS NOT NULL
"""
# The newest answer to the same person before the message; `first`: nothing else came from them in between.
_COMEBACKS = """
SELECT a.id, m.posted_at, a.sent_at,
       t.no_reply_reason IN ('thanks', 'praise') OR t.intent = 'praise' AS thanks,
       t.no_reply_reason = '' AND t.intent IN ('question', 'request', 'complaint') AS asks,
       NOT EXISTS (SELECT 1 FROM conversations_message b
                   WHERE b.conversation_id = m.conversation_id AND b.direction = 'in' AND b.contact_id = m.contact_id
                     AND b.posted_at > a.sent_at AND (b.posted_at, b.id) < (m.posted_at, m.id)) AS first
FROM conversations_message m
JOIN triage_triage t ON t.message_id = m.id
JOIN LATERAL (
    SELECT a.id, a.sent_at FROM answering_answer a
    JOIN conversations_message q ON q.id = a.reply_to_id AND q.contact_id = m.contact_id
    WHERE a.conversation_id = m.conversation_id AND a.state = 'sent' AND a.sent_at < m.posted_at
    ORDER BY a.sent_at DESC, a.id DESC LIMIT 1
) a ON true
WHERE m.id = ANY(%s) AND m.direction = 'in' AND m.deleted_at IS NULL
"""


def _came_back(limit: int) -> list[Found]:
    """What the events since the last time say about the askers of answered questions."""
    db.execute(
        "INSERT INTO answering_outcomecursor (name, xid, event_id) VALUES (%s, 0, 0) ON CONFLICT DO NOTHING",
        (_CURSOR,),
    )
    messages = [row[0] for row in db.fetch(_ADVANCE, {"limit": limit})]
    if not messages:
        return []
    within = timedelta(days=REOPEN_DAYS.get())
    found: list[Found] = []
    for answer, posted, sent, thanks, asks, first in db.fetch(_COMEBACKS, (messages,)):
        if thanks and first:
            found += [Found(answer, Kind.THANKED, posted), Found(answer, Kind.SOLVED, posted)]
        elif asks and posted - sent <= within:
            found.append(Found(answer, Kind.REOPENED, posted))
    return found


_SILENT = """
SELECT a.id FROM answering_answer a
JOIN conversations_message q ON q.id = a.reply_to_id
WHERE a.state = 'sent' AND a.sent_at > %(since)s AND a.sent_at <= %(until)s
  AND NOT EXISTS (SELECT 1 FROM answering_outcome o
                  WHERE o.answer_id = a.id AND o.outcome IN ('solved', 'reopened', 'rejected'))
  AND NOT EXISTS (SELECT 1 FROM answering_answer later
                  WHERE later.conversation_id = a.conversation_id AND later.state = 'sent'
                    AND (later.sent_at, later.id) > (a.sent_at, a.id))
  AND NOT EXISTS (SELECT 1 FROM conversations_message m JOIN triage_triage t ON t.message_id = m.id
                  WHERE m.conversation_id = a.conversation_id AND m.direction = 'in' AND m.contact_id = q.contact_id
                    AND m.posted_at > a.sent_at AND m.deleted_at IS NULL AND t.no_reply_reason = '')
"""


def _silent(now: datetime) -> list[Found]:
    """The last answers of threads in which the asker was content for days."""
    until = now - timedelta(days=SOLVED_DAYS.get())
    rows = db.fetch(_SILENT, {"since": until - _LOOK_BACK, "until": until})
    return [Found(row[0], Kind.SOLVED, now) for row in rows]
