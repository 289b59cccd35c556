"""Reading the queue: what waits, in which order, and what somebody may be given next.

Every function is one statement, whatever the size of the queue; pages go on from a key, never from a count.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal

from chimein.core import db
from chimein.core.actor import Actor
from chimein.core.options import option
from chimein.routing.access import HELPERS_LANES, is_insider, lanes_of
from chimein.routing.matching.settings import DEFAULT
from chimein.routing.models import STRICTEST_FIRST, Presence
from chimein.routing.presence import TYPING
from chimein.routing.queue import strictness

MATCHED_FIRST_MINUTES = option(
    "MATCHED_FIRST_MINUTES",
    DEFAULT.matched_first_s / 60,
    "Minutes for which a new question is shown only to whom it was brought and to whom its topic fits.",
)
Whose = Literal["all", "mine", "free"]
MOST_COUNTED = 1000
LANES = tuple(lane.value for lane in STRICTEST_FIRST)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page of the queue ends."""

    priority: int
    due_at: datetime
    conversation_id: int

    def __str__(self) -> str:
        return f"{self.priority}_{self.due_at.timestamp():.6f}_{self.conversation_id}"

    @classmethod
    def parse(cls, text: str) -> Place | None:
        """A place as given out by `str`; None for anything else."""
        from datetime import UTC

        priority, _, rest = text.partition("_")
        moment, _, row = rest.partition("_")
        try:
            return cls(int(priority), datetime.fromtimestamp(float(moment), UTC), int(row))
        except (ValueError, OverflowError, OSError):
            return None


@dataclass(slots=True)
class Waiting:
    """A conversation of the queue with what a row of it shows."""

    conversation_id: int
    public_id: str
    brand_id: int
    lane: str
    lane_by_person: bool
    trusted_only: bool
    alarm: bool
    priority: int
    waiting_since: datetime
    due_at: datetime
    is_open: bool
    sending: bool
    holder_id: int | None
    holder: str
    claim_until: datetime | None
    first_choice_id: int | None
    first_choice: str
    first_choice_until: datetime | None
    assigned_id: int | None
    assigned: str
    assigned_until: datetime | None
    frozen_at: datetime | None
    level: int
    visibility: str
    adapter: str
    account: str
    message_id: int | None
    text: str
    language: str
    found: bool
    name: str
    handle: str
    avatar_url: str
    followers: int
    verified: bool
    waiting_count: int
    message_lane: str
    reasons: list[dict[str, Any]] = field(default_factory=list)

    @property
    def place(self) -> Place:
        return Place(self.priority, self.due_at, self.conversation_id)

    def is_held(self, now: datetime) -> bool:
        return self.holder_id is not None and self.claim_until is not None and self.claim_until > now

    def is_kept(self, now: datetime) -> bool:
        """Whether it is kept for the person who answered before."""
        return self.first_choice_id is not None and bool(
            self.first_choice_until and self.first_choice_until > now
        )


# The message a row shows is the one that decides its lane and place: the strictest of those that wait.
_ROWS = f"""
SELECT w.conversation_id, c.public_id, w.brand_id, w.lane, w.lane_by_person, w.trusted_only, w.alarm, w.priority,
       w.waiting_since,
       w.due_at, w.is_open, w.sending, w.holder_id, coalesce(h.public_name, ''), w.claim_until,
       w.first_choice_id, coalesce(f.public_name, ''), w.first_choice_until,
       s.member_id, coalesce(g.public_name, ''), s.until, w.frozen_at, w.level,
       c.visibility, a.adapter, a.name, m.id, coalesce(m.text, ''), coalesce(m.language, ''),
       coalesce(m.found, false), coalesce(nullif(i.name, ''), i.handle, ''), coalesce(i.handle, ''),
       coalesce(i.avatar_url, ''),
       coalesce(i.followers, 0), coalesce(i.verified, false), c.waiting_count,
       coalesce(m.lane, ''), coalesce(m.reasons, '[]'::jsonb)
FROM ({{items}}) w
JOIN conversations_conversation c ON c.id = w.conversation_id
JOIN channels_channelaccount a ON a.id = c.account_id
LEFT JOIN people_membership h ON h.id = w.holder_id
LEFT JOIN people_membership f ON f.id = w.first_choice_id
LEFT JOIN routing_assignment s ON s.conversation_id = w.conversation_id AND s.ended_at IS NULL
LEFT JOIN people_membership g ON g.id = s.member_id
LEFT JOIN LATERAL (
    SELECT q.id, q.text, q.language, q.found, q.identity_id, t.lane, t.reasons
    FROM conversations_message q LEFT JOIN triage_triage t ON t.message_id = q.id
    WHERE q.conversation_id = w.conversation_id AND q.direction = 'in' AND q.deleted_at IS NULL
    ORDER BY q.disposition = 'waiting' DESC, {strictness("t.lane")}, t.priority DESC NULLS LAST,
             q.posted_at, q.id LIMIT 1
) m ON true
LEFT JOIN contacts_identity i ON i.id = m.identity_id
ORDER BY {{order}}
"""
_ORDER = "w.priority DESC, w.due_at, w.conversation_id"
_MINE = """ AND ((w.holder_id = %(me)s AND w.claim_until > %(now)s)
             OR EXISTS (SELECT 1 FROM routing_assignment mine WHERE mine.conversation_id = w.conversation_id
                        AND mine.member_id = %(me)s AND mine.ended_at IS NULL))"""
_FREE = " AND NOT w.sending AND (w.holder_id IS NULL OR w.claim_until <= %(now)s)"
_AFTER = """ AND (w.priority < %(priority)s OR (w.priority = %(priority)s
             AND (w.due_at, w.conversation_id) > (%(due_at)s, %(row)s)))"""


def _read(items: str, params: dict[str, Any], order: str = _ORDER) -> list[Waiting]:
    rows = db.fetch(_ROWS.format(items=items, order=order), params)
    return [Waiting(*(*row[:-1], json.loads(row[-1]))) for row in rows]


def queue_page(
    *,
    brand_id: int,
    lane: str,
    member_id: int,
    whose: Whose,
    now: datetime,
    limit: int,
    after: Place | None = None,
) -> list[Waiting]:
    """What waits in a lane, most urgent first. One row more than shown tells whether more follow."""
    where = {"all": "", "mine": _MINE, "free": _FREE}[whose]
    params: dict[str, Any] = {"brand": brand_id, "lane": lane, "me": member_id, "now": now, "limit": limit}
    if after is not None:
        where += _AFTER
        params |= {"priority": after.priority, "due_at": after.due_at, "row": after.conversation_id}
    items = f"""SELECT w.* FROM routing_workitem w
        WHERE w.brand_id = %(brand)s AND w.lane = %(lane)s AND w.is_open{where}
        ORDER BY {_ORDER} LIMIT %(limit)s"""
    return _read(items, params)


def waiting_of(conversation_id: int) -> Waiting | None:
    """One conversation as the queue shows it, open or not."""
    items = "SELECT w.* FROM routing_workitem w WHERE w.conversation_id = %(id)s"
    found = _read(items, {"id": conversation_id})
    return found[0] if found else None


def due_first(*, brand_id: int, limit: int) -> list[Waiting]:
    """What waits in all lanes, the one due first at the top; of each lane only its most urgent are looked at."""
    items = f"""SELECT w.* FROM unnest(%(lanes)b::text[]) AS l(lane) CROSS JOIN LATERAL (
        SELECT * FROM routing_workitem w WHERE w.brand_id = %(brand)s AND w.lane = l.lane AND w.is_open
        ORDER BY {_ORDER} LIMIT %(limit)s) w
        ORDER BY w.due_at, w.conversation_id LIMIT %(limit)s"""
    params = {"brand": brand_id, "lanes": list(LANES), "limit": limit}
    return _read(items, params, "w.due_at, w.conversation_id")


def lane_counts(brand_id: int) -> dict[str, int]:
    """How many wait in each lane, counted up to 1,000."""
    rows = db.fetch(
        """SELECT l.lane, (SELECT count(*) FROM (SELECT 1 FROM routing_workitem w
               WHERE w.brand_id = %s AND w.lane = l.lane AND w.is_open LIMIT %s) one)
           FROM unnest(%b::text[]) AS l(lane)""",
        (brand_id, MOST_COUNTED, list(LANES)),
    )
    return {row[0]: row[1] for row in rows}


@dataclass(frozen=True, slots=True)
class Alarms:
    """Conversations to be seen to now that nobody has taken; `first`: public id and lane of the most urgent."""

    count: int
    first: tuple[str, str] | None


def alarms(brand_id: int, *, now: datetime) -> Alarms:
    """The alarms of a brand that ring, counted up to 1,000."""
    rows = db.fetch(
        f"""SELECT c.public_id, w.lane, count(*) OVER ()
            FROM (SELECT * FROM routing_workitem w WHERE w.brand_id = %(brand)s AND w.is_open AND w.alarm{_FREE}
                  LIMIT %(limit)s) w
            JOIN conversations_conversation c ON c.id = w.conversation_id ORDER BY {_ORDER} LIMIT 1""",
        {"brand": brand_id, "now": now, "limit": MOST_COUNTED},
    )
    return Alarms(rows[0][2], (rows[0][0], rows[0][1])) if rows else Alarms(0, None)


# How far somebody is trusted with such a question: as `people.trust.level_of`, for each row.
_TRUSTED = """(%(staff)s OR coalesce((SELECT t.level FROM people_trust t
    WHERE t.member_id = %(me)s AND t.risk = CASE WHEN w.trusted_only THEN 'doubtful' ELSE 'clean' END
      AND t.topic IN (c.topic, '') AND t.language IN (w.language, '')
    ORDER BY t.topic DESC, t.language DESC LIMIT 1), 0) >= CASE WHEN w.trusted_only THEN 2 ELSE 1 END)"""
# Offers that still stand.
_MINE_OFFERED = """w.conversation_id IN (SELECT o.conversation_id FROM routing_offer o
    WHERE o.member_id = %(me)s AND o.passed_at IS NULL AND o.withdrawn_at IS NULL)"""
# In the first minutes a question is shown to whom it was brought and to whom its topic fits (routing.md, 2.4): a chance
# of a good answer of at least a half, which is a chance of being a specialist of at least 0.3.
_MATCHED = f"""(%(staff)s OR w.lane <> 'crowd' OR c.topic = '' OR w.waiting_since <= %(matched_since)s
    OR w.holder_id = %(me)s OR w.first_choice_id = %(me)s
    OR c.topic IN (SELECT unnest(p.topics) FROM people_membership p WHERE p.id = %(me)s
                   UNION ALL SELECT t.slug FROM triage_topic t JOIN people_membership p ON p.team_id = t.team_id
                             WHERE p.id = %(me)s
                   UNION ALL SELECT k.topic FROM people_skill k WHERE k.member_id = %(me)s AND k.log_odds > -0.85)
    OR {_MINE_OFFERED})"""
# What a helper may be given: public, in a lane of theirs, free or mine, and not kept for somebody else. Near copies
# come with the question they repeat.
_OFFERED = f"""
FROM routing_workitem w JOIN conversations_conversation c ON c.id = w.conversation_id
WHERE w.brand_id = %(brand)s AND w.lane = ANY(%(lanes)s) AND w.lane IN ('expert', 'crowd')
  AND w.is_open AND NOT w.sending AND c.visibility = 'public'
  AND (%(insider)s OR NOT w.trusted_only)
  AND (w.holder_id IS NULL OR w.holder_id = %(me)s OR w.claim_until <= %(now)s)
  AND (w.first_choice_until IS NULL OR w.first_choice_until <= %(now)s OR w.first_choice_id = %(me)s)
  AND (w.copy_of_id IS NULL OR w.holder_id = %(me)s)
  AND {_TRUSTED} AND {_MATCHED}
"""


def _whose(actor: Actor, now: datetime) -> dict[str, Any]:
    return {
        "brand": actor.brand_id, "me": actor.membership_id, "now": now, "lanes": lanes_of(actor),
        "insider": is_insider(actor), "staff": actor.is_staff,
        "matched_since": now - timedelta(minutes=MATCHED_FIRST_MINUTES.get()),
    }  # fmt: skip


# One candidate of each kind, in the order in which they are given; each is found by an index of its own.
_HELD = "w.holder_id = %(me)s AND w.claim_until > %(now)s"
_NOT_SKIPPED = "w.conversation_id <> ALL(%(skipped)s::bigint[])"
_CANDIDATES = (
    _HELD,
    f"w.conversation_id = %(stay)s AND {_NOT_SKIPPED}",
    f"""w.first_choice_id = %(me)s AND w.first_choice_until > %(now)s AND {_NOT_SKIPPED}
        AND w.conversation_id IN (SELECT m.conversation_id FROM conversations_message m
                                  WHERE m.author_id = %(me)s ORDER BY m.posted_at DESC LIMIT 300)""",
    f"{_MINE_OFFERED} AND {_NOT_SKIPPED}",
    f"w.language = ANY(%(languages)s) AND {_NOT_SKIPPED}",
    _NOT_SKIPPED,
)
_NEXT = "SELECT * FROM ({}) w ORDER BY w.claim_rank, {} LIMIT 1".format(
    " UNION ALL ".join(
        f"(SELECT w.*, {rank} AS claim_rank {_OFFERED} AND w.lane = '{lane}' AND {wanted} ORDER BY {_ORDER} LIMIT 1)"
        for rank, wanted in enumerate(_CANDIDATES)
        for lane in HELPERS_LANES
    ),
    _ORDER,
)


def next_offer(
    *, actor: Actor, languages: Sequence[str], skipped: Sequence[int], now: datetime, stay: int = 0
) -> Waiting | None:
    """The one question somebody is given next.

    First what they hold already, then the one they are reading (`stay`) while it can be had, then a follow-up
    to an answer of theirs, then what was brought to them, then questions in a language of theirs, by urgency. What
    they skipped stays away, unless they hold it.
    """
    params = _whose(actor, now) | {"languages": list(languages), "skipped": list(skipped), "stay": stay}
    found = _read(_NEXT, params)
    return found[0] if found else None


def offered_count(*, actor: Actor, now: datetime) -> int:
    """How many questions this person could be given, counted up to 1,000."""
    params = _whose(actor, now) | {"limit": MOST_COUNTED}
    row = db.fetch_one(f"SELECT count(*) FROM (SELECT 1 {_OFFERED} LIMIT %(limit)s) one", params)
    return int(row[0]) if row else 0


def is_typing(*, conversation_id: int, member_id: int, now: datetime) -> bool:
    """Whether this person typed here a moment ago."""
    mine = Presence.objects.filter(conversation_id=conversation_id, member_id=member_id)
    return mine.filter(typing_at__gt=now - TYPING).exists()
