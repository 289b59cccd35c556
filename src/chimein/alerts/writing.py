"""Writing alerts: whatever the number of people, one statement, in the transaction of what they are told of.

Nothing is sent here. A worker sends what is due (`chimein.alerts.sending`), so that neither a slow push service nor a
dead chat can hold up an answer.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from chimein.alerts.kinds import Kind, default_table
from chimein.alerts.models import Alert, BridgePost
from chimein.core import db
from chimein.core.events import LIVE_CHANNEL
from chimein.core.options import option

ALERT_CHANNEL = "chimein_alerts"
PUSH_AFTER_SECONDS = option(
    "PUSH_AFTER_SECONDS", 20,
    "Seconds somebody who has a page of the console open has to see an alert there before it is pushed as well.",
)  # fmt: skip
MAIL_AFTER_SECONDS = option(
    "MAIL_AFTER_SECONDS", 180, "Seconds after which an alert that no push and no page has brought is mailed."
)
LOOK_FRESH = timedelta(seconds=90)
"""An open page says so every 45 seconds while it is seen, every minute while it is not."""


@dataclass(frozen=True, slots=True)
class News:
    """Something to tell. `subject` names the matter: the same kind and subject is told once to each person and way."""

    kind: Kind
    brand_id: int
    subject: str
    at: datetime
    conversation_id: int | None = None
    lane: str = ""
    topic: str = ""
    until: datetime | None = None
    data: dict[str, object] = field(default_factory=dict)

    @property
    def ends(self) -> datetime:
        return self.until or self.at + self.kind.lasts


_GIVEN = """
SELECT %(kind)s::text AS kind, %(subject)s::text AS subject, %(conversation)s::bigint AS conversation,
       %(data)s::jsonb AS data, %(now)s::timestamptz AS now, %(until)s::timestamptz AS until,
       %(brand)s::bigint AS brand, %(lane)s::text AS lane, %(topic)s::text AS topic
"""
# Who has no browser gets no push and so the mail; who wants to be named in a chat is a row that the post takes along.
_TELL = f"""
INSERT INTO alerts_alert (member_id, kind, way, subject, conversation_id, data, created_at, due_at, until, state, why,
                          attempts, reached, error)
SELECT m.id, g.kind, d.way, g.subject, g.conversation, g.data, g.now,
       CASE WHEN d.way = 'mail' THEN g.now + %(mail_after)s
            WHEN d.way = 'push' AND l.last_seen_at > g.now - %(fresh)s::interval THEN g.now + %(push_after)s
            ELSE g.now END,
       g.until, 'waiting', '', 0, '{{}}', ''
FROM ({_GIVEN}) g
JOIN people_membership m ON m.brand_id = g.brand AND m.id = ANY(%(members)b::bigint[]) AND m.is_active
JOIN unnest(%(roles)b::text[], %(ways)b::text[], %(on)b::bool[]) AS d(role, way, wanted) ON d.role = m.role
LEFT JOIN alerts_choice c ON c.member_id = m.id AND c.kind = g.kind AND c.way = d.way
LEFT JOIN routing_helperload l ON l.member_id = m.id
WHERE coalesce(c.wanted, d.wanted)
  AND (d.way <> 'push' OR EXISTS (SELECT 1 FROM alerts_browser b WHERE b.user_id = m.user_id))
  AND (d.way <> 'bridge' OR EXISTS (SELECT 1 FROM alerts_bridge b WHERE b.brand_id = m.brand_id AND b.is_active
                                    AND b.removed_at IS NULL AND g.kind = ANY(b.kinds)))
ON CONFLICT DO NOTHING
"""
_POST = f"""
INSERT INTO alerts_bridgepost (bridge_id, kind, subject, conversation_id, data, created_at, due_at, until, state,
                               attempts, error)
SELECT b.id, g.kind, g.subject, g.conversation, g.data, g.now, g.now, g.until, 'waiting', 0, ''
FROM ({_GIVEN}) g
JOIN alerts_bridge b ON b.brand_id = g.brand AND b.is_active AND b.removed_at IS NULL AND g.kind = ANY(b.kinds)
  AND (cardinality(b.lanes) = 0 OR g.lane = '' OR g.lane = ANY(b.lanes))
  AND (cardinality(b.topics) = 0 OR g.topic = ANY(b.topics))
ON CONFLICT DO NOTHING
"""


def tell(news: News, members: Iterable[int]) -> int:
    """Note the news for these members, each by the ways they chose, and for the brand's chats; how many rows."""
    ids = sorted(set(members))
    params = _params(news) | {"members": ids}
    told = db.execute(_TELL, params) if ids else 0
    told += db.execute(_POST, params)
    if told:
        db.notify(ALERT_CHANNEL)
    return told


def _params(news: News) -> dict[str, object]:
    table = default_table([news.kind])
    return {
        "kind": news.kind.name, "subject": news.subject, "conversation": news.conversation_id, "now": news.at,
        "brand": news.brand_id, "lane": news.lane, "topic": news.topic, "until": news.ends,
        "data": json.dumps(news.data, ensure_ascii=False), "fresh": LOOK_FRESH,
        "push_after": timedelta(seconds=PUSH_AFTER_SECONDS.get()),
        "mail_after": timedelta(seconds=MAIL_AFTER_SECONDS.get()),
        "roles": [row[1] for row in table], "ways": [row[2] for row in table], "on": [row[3] for row in table],
    }  # fmt: skip


# A push that is out, or may be on its way this moment, is replaced by a second one with the same tag. What is being
# sent is replaced only after its lease, lest the second overtake the first. Mails and chats cannot be taken back.
_WITHDRAW = """
UPDATE alerts_alert a SET why = g.why, data = a.data || g.data, attempts = 0,
    state = CASE WHEN way = 'push' AND (state = 'sent' OR attempts > 0) AND NOT member_id = ANY(%(silent)b::bigint[])
                 THEN 'withdrawing' ELSE 'withdrawn' END,
    due_at = CASE WHEN state = 'waiting' AND attempts > 0 THEN greatest(due_at, g.now) ELSE g.now END
FROM (SELECT %(why)s::text AS why, %(data)s::jsonb AS data, %(now)s::timestamptz AS now) g
WHERE conversation_id = %(conversation)s AND kind = ANY(%(kinds)b::text[])
  AND (state = 'waiting' OR (state = 'sent' AND way IN ('page', 'push')))
  AND (%(all)s OR member_id = ANY(%(members)b::bigint[]))
RETURNING member_id, way
"""
_UNPOST = """
UPDATE alerts_bridgepost SET state = 'dropped'
WHERE conversation_id = %(conversation)s AND kind = ANY(%(kinds)b::text[]) AND state = 'waiting'
"""


def withdraw(
    *,
    conversation_id: int,
    kinds: Sequence[Kind],
    why: str,
    now: datetime,
    members: Sequence[int] | None = None,
    silent: Sequence[int] = (),
    data: dict[str, object] | None = None,
) -> int:
    """The matter needs these people (None: anybody) no more; how many alerts were taken back.

    `silent`: whose device need not be told, since they did it themselves. `why`: taken, answered, moved, closed, …
    """
    params: dict[str, object] = {
        "conversation": conversation_id, "kinds": [kind.name for kind in kinds], "why": why, "now": now,
        "all": members is None, "members": list(members or ()), "silent": list(silent),
        "data": json.dumps(data or {}, ensure_ascii=False),
    }  # fmt: skip
    rows = db.fetch(_WITHDRAW, params)
    if members is None:
        db.execute(_UNPOST, params)
    show({row[0] for row in rows if row[1] == "page"})
    if any(row[1] == "push" for row in rows):
        db.notify(ALERT_CHANNEL)
    return len(rows)


def show(members: Iterable[int]) -> None:
    """Have the open pages of these members draw their alerts anew, once the transaction commits."""
    ids = sorted(members)
    for begin in range(0, len(ids), 500):
        db.notify(LIVE_CHANNEL, json.dumps({"alerts": ids[begin : begin + 500]}))


def forget(*, now: datetime, keep: timedelta = timedelta(days=30)) -> int:
    """Drop alerts and posts that are older than anybody asks about; how many."""
    old = {"created_at__lt": now - keep}
    return Alert.objects.filter(**old).delete()[0] + BridgePost.objects.filter(**old).delete()[0]
