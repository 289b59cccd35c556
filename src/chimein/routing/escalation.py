"""The ladder: what happens as the time to the answer runs out. Timers are a column with a partial index.

Any number of workers may fire: each takes rows nobody else holds. A step is a row that can be written once, so that it
is told once, whatever dies in between.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from chimein.core import db
from chimein.core.events import Fact, emit_many
from chimein.routing import clocks, events, lane_setups
from chimein.routing.lanes import Setup, Step
from chimein.routing.recipients import Recipients, Who

BATCH = 500
_ACTOR = "system:ladder"

_NEXT = "SELECT step_at FROM routing_workitem WHERE is_open AND step_at IS NOT NULL ORDER BY step_at LIMIT 1"
_DUE = """
SELECT w.conversation_id, w.brand_id, w.lane, CASE WHEN w.step_lane = w.lane THEN w.step ELSE 0 END,
       w.waiting_since, w.due_at,
       CASE WHEN w.claim_until > %(now)s THEN w.holder_id END, a.member_id, v.manager_id, v.stand_in_id, t.team_id
FROM (SELECT conversation_id, brand_id, lane, step, step_lane, waiting_since, due_at, holder_id, claim_until
      FROM routing_workitem WHERE is_open AND step_at <= %(now)s
      ORDER BY step_at LIMIT %(limit)s FOR UPDATE SKIP LOCKED) w
JOIN conversations_conversation c ON c.id = w.conversation_id
LEFT JOIN routing_assignment a ON a.conversation_id = w.conversation_id AND a.ended_at IS NULL
LEFT JOIN routing_vipmanager v ON v.contact_id = c.contact_id
LEFT JOIN triage_topic t ON t.brand_id = w.brand_id AND t.slug = c.topic
"""
_KEEP = """
INSERT INTO routing_escalation (brand_id, conversation_id, since, lane, step, percent, "to", at)
SELECT brand, id, since, lane, step, percent, told::jsonb, %(now)s
FROM unnest(%(brands)b::bigint[], %(ids)b::bigint[], %(sinces)b::timestamptz[], %(lanes)b::text[], %(steps)b::int[],
            %(percents)b::int[], %(tolds)b::text[]) AS t(brand, id, since, lane, step, percent, told)
ON CONFLICT (conversation_id, since, lane, step) DO NOTHING
RETURNING conversation_id
"""
_ADVANCE = """
UPDATE routing_workitem w
SET step = t.step, step_at = t.step_at, level = greatest(w.level, t.level), alarm = w.alarm OR t.alarm,
    priority = w.priority + t.raised, raised = w.raised + t.raised,
    lane = t.lane, step_lane = t.lane,
    next_ring_at = CASE WHEN t.lane <> w.lane THEN %(now)s ELSE w.next_ring_at END
FROM unnest(%(ids)b::bigint[], %(steps)b::int[], %(moments)b::timestamptz[], %(levels)b::int[], %(alarms)b::bool[],
            %(raises)b::int[], %(lanes)b::text[]) AS t(id, step, step_at, level, alarm, raised, lane)
WHERE w.conversation_id = t.id
"""


@dataclass(frozen=True, slots=True)
class _Due:
    """An item whose step has come, and who has to do with it."""

    id: int
    brand_id: int
    lane: str
    step: int
    since: datetime
    due: datetime
    who: Who


@dataclass(slots=True)
class _Fired:
    """A step taken: what is written to the item. `rule` None: there was no step left."""

    item: _Due
    number: int
    rule: Step | None
    lane: str
    next_number: int
    next_at: datetime | None
    is_new: bool = False


def next_at() -> datetime | None:
    """When the next step is due; None when nothing waits."""
    row = db.fetch_one(_NEXT)
    return row[0] if row else None


def fire(*, now: datetime, limit: int = BATCH) -> int:
    """Take the steps that are due, the longest due first; how many items were looked at."""
    with db.atomic():
        rows = db.fetch(_DUE, {"now": now, "limit": limit})
        if not rows:
            return 0
        fired = [_take(_due(row), now) for row in rows]
        _keep(fired, now)
        _advance(fired, now)
        _tell(fired, now)
    return len(rows)


def _due(row: db.Row) -> _Due:
    pk, brand_id, lane, step, since, due, *who = row
    return _Due(pk, brand_id, lane, step, since, due, Who(*who))


def _take(item: _Due, now: datetime) -> _Fired:
    """The highest step whose time has come: after an outage nobody is warned of what is late already.

    None has where the lane or the table of lanes has changed since the timer was set: then it is set anew.
    """
    setup = lane_setups.of_brand(item.brand_id)
    ladder = setup.lanes[item.lane].ladder
    number = item.step
    own = _moment(setup, item, item.lane, number)
    if own is None or own > now:
        return _Fired(item, number, None, item.lane, number, own)
    following = _moment(setup, item, item.lane, number + 1)
    while following is not None and following <= now and not ladder[number].desk:
        number += 1
        following = _moment(setup, item, item.lane, number + 1)
    if ladder[number].desk:
        return _Fired(item, number, ladder[number], "desk", 0, _moment(setup, item, "desk", 0))
    return _Fired(item, number, ladder[number], item.lane, number + 1, following)


def _moment(setup: Setup, item: _Due, lane: str, number: int) -> datetime | None:
    return clocks.next_step(setup, item.brand_id, lane, number, item.since, item.due)


def _keep(fired: Sequence[_Fired], now: datetime) -> None:
    """Write each step once; `is_new` says for which it was the first time."""
    taken = [(one, one.rule) for one in fired if one.rule is not None]
    params = {
        "now": now,
        "brands": [one.item.brand_id for one, _ in taken], "ids": [one.item.id for one, _ in taken],
        "sinces": [one.item.since for one, _ in taken], "lanes": [one.item.lane for one, _ in taken],
        "steps": [one.number for one, _ in taken], "percents": [rule.at for _, rule in taken],
        "tolds": [json.dumps(rule.to) for _, rule in taken],
    }  # fmt: skip
    written = {row[0] for row in db.fetch(_KEEP, params)}
    for one, _ in taken:
        one.is_new = one.item.id in written


def _advance(fired: Sequence[_Fired], now: datetime) -> None:
    rules = [one.rule if one.is_new and one.rule else None for one in fired]
    db.execute(
        _ADVANCE,
        {
            "now": now,
            "ids": [one.item.id for one in fired], "steps": [one.next_number for one in fired],
            "moments": [one.next_at for one in fired], "lanes": [one.lane for one in fired],
            "levels": [(2 if rule.is_late else 1) if rule else 0 for rule in rules],
            "alarms": [bool(rule and rule.alarm) for rule in rules],
            "raises": [rule.priority if rule else 0 for rule in rules],
        },
    )  # fmt: skip


def _tell(fired: Sequence[_Fired], now: datetime) -> None:
    by_brand: dict[int, list[_Fired]] = defaultdict(list)
    for one in fired:
        if one.is_new:
            by_brand[one.item.brand_id].append(one)
    facts: list[Fact] = []
    for brand_id, those in by_brand.items():
        told = Recipients(brand_id, lane_setups.of_brand(brand_id), now=now)
        for one in those:
            facts.extend(_facts(one, told, now))
    emit_many(facts)


def _facts(one: _Fired, told: Recipients, now: datetime) -> list[Fact]:
    item, rule = one.item, one.rule
    assert rule is not None
    data = {
        "percent": rule.at, "lane": item.lane, "to": list(rule.to), "members": told.of(rule.to, item.who),
        "due": item.due.isoformat(), "alarm": rule.alarm, "desk": rule.desk,
    }  # fmt: skip
    kind = events.ESCALATED if rule.is_late else events.WARNED
    made = [Fact(kind, now, _ACTOR, item.brand_id, item.id, None, data)]
    if one.lane != item.lane:
        moved = {"before": item.lane, "by_person": False, "after": one.lane, "reason": "late"}
        made.append(Fact(events.MOVED, now, _ACTOR, item.brand_id, item.id, None, moved))
    return made
