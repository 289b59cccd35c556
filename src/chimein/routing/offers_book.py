"""Writing offers down: made, withdrawn, taken back into life. Sets of rows, one statement each, with their events."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from chimein.core import db
from chimein.core.events import Fact, emit_many
from chimein.routing import events

_ACTOR = "system:routing"


@dataclass(frozen=True, slots=True)
class Asked:
    """One question to be brought to one person. `day`: the date where they live."""

    conversation_id: int
    brand_id: int
    member_id: int
    ring: int
    day: date
    until: datetime
    why: dict[str, Any]


_MAKE = """
INSERT INTO routing_offer (conversation_id, member_id, ring, offered_at, pass_reason, why)
SELECT n.conversation_id, n.member_id, n.ring, %(now)s, '', n.why::jsonb
FROM unnest(%(conversations)b::bigint[], %(members)b::bigint[], %(rings)b::smallint[], %(whys)b::text[])
     AS n(conversation_id, member_id, ring, why)
ON CONFLICT (conversation_id, member_id) DO NOTHING
RETURNING conversation_id, member_id
"""
# Fatigue L(t) = L e^(-dt/24 h) + 1 for each offer; exposure grows by 1 / (1 + L/4) (routing.md, 2.1).
_COUNT = """
INSERT INTO routing_helperload AS load
    (member_id, fatigue, fatigue_at, exposure, opened, answers, day, offered_today, last_offered_at)
SELECT n.member_id, n.count, %(now)s, n.count, 0, 0, n.day, n.count, %(now)s
FROM unnest(%(members)b::bigint[], %(counts)b::int[], %(days)b::date[]) AS n(member_id, count, day)
ORDER BY n.member_id
ON CONFLICT (member_id) DO UPDATE SET
    exposure = load.exposure + excluded.exposure / (1 + {fatigue} / 4),
    fatigue = {fatigue} + excluded.fatigue,
    fatigue_at = greatest(load.fatigue_at, excluded.fatigue_at),
    offered_today = CASE WHEN load.day = excluded.day THEN load.offered_today ELSE 0 END + excluded.offered_today,
    day = excluded.day, last_offered_at = excluded.last_offered_at
""".format(
    fatigue="load.fatigue * exp(-greatest(0, extract(epoch FROM excluded.fatigue_at - load.fatigue_at)) / 86400.0)"
)


def make(asked: Sequence[Asked], *, now: datetime) -> list[Asked]:
    """Bring questions to people; those that were really new. Whoever was asked before is not asked again."""
    if not asked:
        return []
    params = {
        "now": now,
        "conversations": [one.conversation_id for one in asked],
        "members": [one.member_id for one in asked],
        "rings": [one.ring for one in asked],
        "whys": [json.dumps(one.why, ensure_ascii=False) for one in asked],
    }
    fresh = {(row[0], row[1]) for row in db.fetch(_MAKE, params)}
    made = [one for one in asked if (one.conversation_id, one.member_id) in fresh]
    _count(made, now)
    _tell_made(made, now)
    return made


def _count(made: Sequence[Asked], now: datetime) -> None:
    counts: dict[int, int] = defaultdict(int)
    days: dict[int, date] = {}
    for one in made:
        counts[one.member_id] += 1
        days[one.member_id] = one.day
    members = sorted(counts)
    params = {
        "now": now, "members": members, "counts": [counts[pk] for pk in members],
        "days": [days[pk] for pk in members],
    }  # fmt: skip
    db.execute(_COUNT, params)


def _tell_made(made: Sequence[Asked], now: datetime) -> None:
    rings: dict[tuple[int, int], list[Asked]] = defaultdict(list)
    for one in made:
        rings[one.conversation_id, one.ring].append(one)
    emit_many(_made_fact(those, now) for those in rings.values())


def _made_fact(those: Sequence[Asked], now: datetime) -> Fact:
    first = those[0]
    data: dict[str, object] = {
        "members": [one.member_id for one in those],
        "ring": first.ring,
        "why": {str(one.member_id): one.why for one in those},
        "until": first.until.isoformat(),
    }
    return Fact(events.OFFERED, now, _ACTOR, first.brand_id, first.conversation_id, None, data)


_LIVE = "o.withdrawn_at IS NULL AND o.passed_at IS NULL"
_WITHDRAW = f"""
UPDATE routing_offer o SET withdrawn_at = %(now)s, withdrawn_reason = n.reason
FROM unnest(%(conversations)b::bigint[], %(reasons)b::text[]) AS n(conversation_id, reason), routing_workitem w
WHERE o.conversation_id = n.conversation_id AND w.conversation_id = o.conversation_id AND {_LIVE}
  AND o.member_id IS DISTINCT FROM %(but)s
RETURNING o.conversation_id, w.brand_id, o.member_id, n.reason
"""


def withdraw(reasons: dict[int, str], *, now: datetime, but: int | None = None, actor: str = _ACTOR) -> int:
    """Nobody needs to answer these any more: conversation → taken, answered, moved or closed. How many offers.

    `but`: the member who took it, whose own offer stays.
    """
    if not reasons:
        return 0
    params = {
        "now": now, "but": but, "conversations": list(reasons), "reasons": list(reasons.values()),
    }  # fmt: skip
    rows = db.fetch(_WITHDRAW, params)
    _tell_withdrawn(rows, actor, now)
    return len(rows)


def _tell_withdrawn(rows: Sequence[db.Row], actor: str, now: datetime) -> None:
    gone: dict[int, list[int]] = defaultdict(list)
    about = {row[0]: (row[1], row[3]) for row in rows}
    for conversation_id, _, member_id, _ in rows:
        gone[conversation_id].append(member_id)
    emit_many(
        Fact(
            events.WITHDRAWN, now, actor, about[pk][0], pk, None,
            {"members": sorted(members), "reason": about[pk][1]},
        )
        for pk, members in gone.items()
    )  # fmt: skip


# What somebody takes counts as opened once, whether it was brought to them or found.
_OPENED = """
WITH mine AS (
    UPDATE routing_offer SET opened_at = %(now)s, seen_at = coalesce(seen_at, %(now)s),
           withdrawn_at = NULL, withdrawn_reason = ''
    WHERE conversation_id = %(id)s AND member_id = %(member)s AND opened_at IS NULL RETURNING member_id
)
UPDATE routing_helperload l SET opened = l.opened + 1 FROM mine WHERE l.member_id = mine.member_id
"""


def opened(conversation_id: int, *, member_id: int, now: datetime) -> None:
    """Somebody looked into what was brought to them."""
    db.execute(_OPENED, {"id": conversation_id, "member": member_id, "now": now})


def taken(conversation_id: int, *, member_id: int | None, actor: str, now: datetime) -> None:
    """Somebody has claimed it: the others need not look at it."""
    if member_id is not None:
        opened(conversation_id, member_id=member_id, now=now)
    withdraw({conversation_id: "taken"}, now=now, but=member_id, actor=actor)


def given_back(pairs: Sequence[tuple[int, int]], *, reason: str, now: datetime) -> None:
    """(conversation, member) whose claim ended without an answer: it is not brought to them again."""
    ids, members = (list(column) for column in zip(*pairs, strict=True))
    db.execute(
        """UPDATE routing_offer o SET passed_at = %s, pass_reason = %s
           FROM unnest(%b::bigint[], %b::bigint[]) AS n(conversation_id, member_id)
           WHERE o.conversation_id = n.conversation_id AND o.member_id = n.member_id AND o.passed_at IS NULL""",
        (now, reason, ids, members),
    )


_OUTSIDERS = f"""
UPDATE routing_offer o SET withdrawn_at = %(now)s, withdrawn_reason = 'insiders'
FROM routing_workitem w, people_membership m
WHERE o.conversation_id = ANY(%(ids)s) AND w.conversation_id = o.conversation_id AND m.id = o.member_id
  AND {_LIVE} AND (w.trusted_only OR w.lane = 'expert') AND m.role = 'trusted_customer'
RETURNING o.conversation_id, w.brand_id, o.member_id, 'moved'
"""


def withdraw_from_outsiders(conversation_ids: Sequence[int], *, now: datetime) -> int:
    """What has become a matter for people of the brand only is taken from trusted customers; how many offers."""
    rows = db.fetch(_OUTSIDERS, {"ids": list(conversation_ids), "now": now})
    _tell_withdrawn(rows, _ACTOR, now)
    return len(rows)


def revive(conversation_ids: Sequence[int]) -> int:
    """It is free again: who was asked before it was taken may answer after all, without being told anew."""
    if not conversation_ids:
        return 0
    return db.execute(
        """UPDATE routing_offer SET withdrawn_at = NULL, withdrawn_reason = ''
           WHERE conversation_id = ANY(%s) AND withdrawn_reason IN ('taken', 'moved') AND passed_at IS NULL""",
        (list(conversation_ids),),
    )


def forget(conversation_ids: Sequence[int]) -> int:
    """A new question in an old conversation: whoever was asked the last time may be asked again."""
    if not conversation_ids:
        return 0
    return db.execute("DELETE FROM routing_offer WHERE conversation_id = ANY(%s)", (list(conversation_ids),))
