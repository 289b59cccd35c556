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
SELECT * FROM unnest(%(numbers)b::int[], %(kinds)b::text[], %(subjects)b::text[], %(conversations)b::bigint[],
                     %(datas)b::text[], %(nows)b::timestamptz[], %(untils)b::timestamptz[], %(brands)b::bigint[],
                     %(lanes)b::text[], %(topics)b::text[])
     AS g(number, kind, subject, conversation, data, now, until, brand, lane, topic)
"""
# Who has no browser gets no push and so the mail; who wants to be named in a chat is a row that the post takes along.
_TELL = f"""
INSERT INTO alerts_alert (member_id, kind, way, subject, conversation_id, data, created_at, due_at, until, state, why,
                          attempts, reached, error)
SELECT m.id, g.kind, d.way, g.subject, g.conversation, g.data::jsonb, g.now,
       CASE WHEN d.way = 'mail' THEN g.now + %(mail_after)s
            WHEN d.way = 'push' AND l.last_seen_at > g.now - %(fresh)s::interval THEN g.now + %(push_after)s
            ELSE g.now END,
       g.until, 'waiting', '', 0, '{{}}', ''
FROM ({_GIVEN}) g
JOIN unnest(%(asked)b::int[], %(members)b::bigint[]) AS a(number, member) ON a.number = g.number
JOIN people_membership m ON m.brand_id = g.brand AND m.id = a.member AND m.is_active
JOIN unnest(%(of)b::text[], %(roles)b::text[], %(ways)b::text[], %(on)b::bool[]) AS d(kind, role, way, wanted)
  ON d.role = m.role AND d.kind = g.kind
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
SELECT b.id, g.kind, g.subject, g.conversation, g.data::jsonb, g.now, g.now, g.until, 'waiting', 0, ''
FROM ({_GIVEN}) g
JOIN alerts_bridge b ON b.brand_id = g.brand AND b.is_active AND b.removed_at IS NULL AND g.kind = ANY(b.kinds)
  AND (cardinality(b.lanes) = 0 OR g.lane = '' OR g.lane = ANY(b.lanes))
  AND (cardinality(b.topics) = 0 OR g.topic = ANY(b.topics))
ON CONFLICT DO NOTHING
"""


def tell(news: News, members: Iterable[int]) -> int:
    """Note the news for these members, each by the ways they chose, and for the brand's chats; how many rows."""
    return tell_many([(news, members)])


def tell_many(told: Sequence[tuple[News, Iterable[int]]]) -> int:
    """Several pieces of news, each for its own members, at the price of one; how many rows."""
    if not told:
        return 0
    news = [one for one, _ in told]
    asked = sorted({(number, member) for number, (_, members) in enumerate(told) for member in members})
    params = _params(news) | {"asked": [number for number, _ in asked], "members": [pk for _, pk in asked]}
    rows = db.execute(_TELL, params) if asked else 0
    rows += db.execute(_POST, params)
    if rows:
        db.notify(ALERT_CHANNEL)
    return rows


def _params(news: Sequence[News]) -> dict[str, object]:
    table = default_table({one.kind.name: one.kind for one in news}.values())
    return {
        "numbers": list(range(len(news))), "kinds": [one.kind.name for one in news],
        "subjects": [one.subject for one in news], "conversations": [one.conversation_id for one in news],
        "datas": [json.dumps(one.data, ensure_ascii=False) for one in news], "nows": [one.at for one in news],
        "untils": [one.ends for one in news], "brands": [one.brand_id for one in news],
        "lanes": [one.lane for one in news], "topics": [one.topic for one in news],
        "fresh": LOOK_FRESH, "push_after": timedelta(seconds=PUSH_AFTER_SECONDS.get()),
        "mail_after": timedelta(seconds=MAIL_AFTER_SECONDS.get()),
        "of": [row[0] for row in table], "roles": [row[1] for row in table], "ways": [row[2] for row in table],
        "on": [row[3] for row in table],
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
