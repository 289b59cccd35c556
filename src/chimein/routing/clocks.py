"""What time does to an item of the queue: by when it is to be answered, which step of the ladder comes when.

Called for every item that came or changed, in the transaction that did it. Brands that leave their table of lanes as it
is shipped pay one statement for a whole batch.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from chimein.core import db
from chimein.people import duty
from chimein.people.calendars import WorkingTime
from chimein.routing import freezing, lane_setups, lanes
from chimein.routing.lanes import LaneRules, Setup

_SHIPPED = 0
"""Stands for the brands without a table of their own."""

# A named person's conversations go to the manager, however few follow. A ladder begins anew with each wait and lane.
_SETTLE = """
WITH placed AS (
    SELECT w.conversation_id, w.brand_id, c.topic, p.lane,
           p.lane = 'crisis' AND w.frozen_at IS NULL AND w.released_at IS NULL AS new_crisis,
           w.step_since IS NOT DISTINCT FROM w.waiting_since AS same_wait,
           CASE WHEN w.step_since = w.waiting_since AND w.step_lane = p.lane THEN w.step ELSE 0 END AS step,
           CASE WHEN p.lane = w.lane THEN w.due_at
                ELSE least(w.due_at, w.waiting_since + make_interval(mins => %(vip_minutes)s)) END AS due_at
    FROM routing_workitem w
    JOIN conversations_conversation c ON c.id = w.conversation_id
    LEFT JOIN routing_vipmanager v ON v.contact_id = c.contact_id
    CROSS JOIN LATERAL (SELECT CASE WHEN v.contact_id IS NOT NULL AND NOT w.lane_by_person
                                         AND w.lane IN ('desk', 'expert', 'crowd') THEN 'vip' ELSE w.lane END) p(lane)
    WHERE w.conversation_id = ANY(%(ids)s) AND w.is_open
), decided AS (
    SELECT p.*, l.share,
           p.new_crisis AND EXISTS (SELECT 1 FROM routing_crisisrelease r
                                    WHERE r.brand_id = p.brand_id AND (r.topic IS NULL OR r.topic = p.topic)
                                      AND r.undone_at IS NULL AND r.until > %(now)s) AS let_through
    FROM placed p
    LEFT JOIN unnest(%(brands)b::bigint[], %(lanes)b::text[], %(steps)b::int[], %(shares)b::int[])
              AS l(brand_id, lane, step, share)
           ON l.lane = p.lane AND l.step = p.step
              AND l.brand_id = CASE WHEN p.brand_id = ANY(%(brands)b::bigint[]) THEN p.brand_id ELSE 0 END
)
UPDATE routing_workitem w
SET lane = d.lane, due_at = d.due_at, step = d.step, step_lane = d.lane, step_since = w.waiting_since,
    step_at = w.waiting_since + d.share / 100.0 * (d.due_at - w.waiting_since),
    level = CASE WHEN d.same_wait THEN w.level ELSE 0 END,
    raised = CASE WHEN d.same_wait THEN w.raised ELSE 0 END,
    frozen_at = CASE WHEN d.lane = 'crisis' AND d.new_crisis AND NOT d.let_through THEN %(now)s
                     WHEN d.lane = 'crisis' THEN w.frozen_at END,
    released_at = CASE WHEN d.let_through THEN %(now)s WHEN d.lane = 'crisis' THEN w.released_at END,
    alarm = w.alarm OR (d.new_crisis AND NOT d.let_through)
FROM decided d WHERE w.conversation_id = d.conversation_id
RETURNING w.conversation_id, w.brand_id, w.lane, w.step, w.waiting_since, w.due_at, d.new_crisis AND NOT d.let_through
"""
_MESSAGES = """
SELECT w.conversation_id, w.brand_id, r.lane, r.sla_minutes, m.posted_at
FROM routing_workitem w
JOIN conversations_message m ON m.conversation_id = w.conversation_id AND m.disposition = 'waiting'
JOIN triage_triage r ON r.message_id = m.id
WHERE w.conversation_id = ANY(%(ids)s) AND w.is_open AND w.brand_id = ANY(%(brands)s)
"""
_SET_DUE = """
UPDATE routing_workitem w SET due_at = t.due_at
FROM unnest(%b::bigint[], %b::timestamptz[]) AS t(id, due_at) WHERE w.conversation_id = t.id
"""
_SET_STEP = """
UPDATE routing_workitem w SET step_at = t.step_at
FROM unnest(%b::bigint[], %b::timestamptz[]) AS t(id, step_at) WHERE w.conversation_id = t.id
"""


def settle(conversation_ids: Iterable[int], *, now: datetime) -> None:
    """Set the clocks of these items, which the transaction holds; freeze what came into the crisis lane."""
    ids = sorted(set(conversation_ids))
    own = lane_setups.known()
    if own:
        _own_times(ids, own)
    params = {"ids": ids, "now": now, "vip_minutes": lane_setups.minutes_of(lanes.DEFAULT.lanes["vip"])}
    rows = db.fetch(_SETTLE, params | _ladders(own))
    _steps_by_calendar(rows, own)
    freezing.on_frozen([(row[0], row[1]) for row in rows if row[-1]], now=now)


def _ladders(own: Mapping[int, Setup]) -> dict[str, list[int] | list[str]]:
    """Brand, lane, number and share of every step, as columns."""
    tables = {_SHIPPED: lanes.DEFAULT, **own}
    rows = [
        (brand_id, row.lane, number, step.at)
        for brand_id, setup in tables.items()
        for row in setup.rows
        for number, step in enumerate(row.ladder)
    ]
    brands, names, numbers, shares = (list(column) for column in zip(*rows, strict=True))
    return {"brands": brands, "lanes": names, "steps": numbers, "shares": shares}


def _own_times(ids: Sequence[int], own: Mapping[int, Setup]) -> None:
    """The brands' own minutes and working time: the earliest promise of the messages that wait."""
    dues: dict[int, datetime] = {}
    for pk, brand_id, lane, sla, posted_at in db.fetch(_MESSAGES, {"ids": ids, "brands": list(own)}):
        rows = own[brand_id].lanes
        due = due_of(rows.get(lane, rows["crowd"]), brand_id, posted_at, sla)
        dues[pk] = min(due, dues.get(pk, due))
    if dues:
        db.execute(_SET_DUE, (list(dues), list(dues.values())))


def due_of(row: LaneRules, brand_id: int, start: datetime, sla_minutes: int | None) -> datetime:
    """By when something is to be answered that began to wait at `start`, by the lane's clock."""
    minutes = sla_minutes if sla_minutes is not None else lane_setups.minutes_of(row)
    if row.calendar is None:
        return start + timedelta(minutes=minutes)
    return duty.calendar_of(brand_id, row.calendar).due_after(start, minutes)


def step_moment(step: lanes.Step, since: datetime, due: datetime, working: WorkingTime | None) -> datetime:
    """When a step is due: so much of the time from `since` to `due`, in working time where the lane counts by it."""
    if working is None:
        return since + (due - since) * (step.at / 100)
    return working.due_after(since, working.minutes_between(since, due) * step.at / 100)


def next_step(
    setup: Setup, brand_id: int, lane: str, number: int, since: datetime, due: datetime
) -> datetime | None:
    """When the ladder's step of that number is due; None when there is none."""
    row = setup.lanes[lane]
    if number >= len(row.ladder):
        return None
    working = None if row.calendar is None else duty.calendar_of(brand_id, row.calendar)
    return step_moment(row.ladder[number], since, due, working)


def _steps_by_calendar(rows: Sequence[db.Row], own: Mapping[int, Setup]) -> None:
    moments: dict[int, datetime | None] = {}
    for pk, brand_id, lane, step, since, due, _frozen in rows:
        setup = own.get(brand_id)
        if setup is not None and setup.lanes[lane].calendar is not None:
            moments[pk] = next_step(setup, brand_id, lane, step, since, due)
    if moments:
        db.execute(_SET_STEP, (list(moments), list(moments.values())))
