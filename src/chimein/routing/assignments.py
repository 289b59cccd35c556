"""Bringing what waits at the desks to one person at a time, and to the next when it is left lying.

One look is one transaction under the brand's advisory lock: read what is so, end what is over, hand out what is free.
It may be stopped at any point and done again; two workers never do it for one brand at the same moment.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from chimein.core import db
from chimein.core.actor import Actor
from chimein.core.events import Fact, emit, emit_many
from chimein.people import duty
from chimein.routing import events, lane_setups, pools
from chimein.routing.assigning import Desk, Pick, Task
from chimein.routing.lane_models import Assignment
from chimein.routing.lanes import Setup
from chimein.routing.matching import queues
from chimein.routing.matching.settings import DEFAULT as SETTINGS
from chimein.routing.pools import seat_of

LOCK_SPACE = 7304
MOST_TASKS = 200
"""Looked at in one lane at a time: more than a desk has seats for in any minute."""
_NOT_AGAIN = timedelta(minutes=15)
"""Who let a conversation lie is not asked for it again so soon."""
_ACTOR = "system:desk"

_BRANDS = """
SELECT b.id FROM people_brand b
WHERE EXISTS (SELECT 1 FROM routing_assignment a WHERE a.brand_id = b.id AND a.ended_at IS NULL)
   OR EXISTS (SELECT 1 FROM routing_workitem w WHERE w.brand_id = b.id AND w.is_open
              AND w.lane IN ('vip', 'desk', 'expert', 'crisis'))
ORDER BY b.id
"""


def run_all(*, now: datetime) -> int:
    """Look at every brand where something waits or is with somebody; how many conversations were handed out."""
    return sum(run(brand_id=row[0], now=now) for row in db.fetch(_BRANDS))


def run(*, brand_id: int, now: datetime) -> int:
    """One look at a brand's desks; how many conversations were handed out. Nothing while another worker looks."""
    setup = lane_setups.of_brand(brand_id)
    with db.atomic():
        if not db.try_lock(LOCK_SPACE, brand_id):
            return 0
        on_duty = duty.on_duty(brand_id, now=now)
        _end(brand_id, on_duty, now)
        tasks = _tasks(brand_id, setup, now)
        if not tasks:
            return 0
        people = pools.people(brand_id, setup, on_duty, tasks, now=now)
        agents = sum("desk" in person.seats for person in people)
        overload = _is_overloaded(brand_id, agents, now)
        desk = Desk(people, setup.vip.share, overload, picks=int(now.timestamp()))
        return _hand_out(brand_id, setup, tasks, desk.assign(tasks, now=now.timestamp()), now)


# ------------------------------------------------------------ what is over
_TAKEN = """
UPDATE routing_assignment a SET taken_at = %(now)s
FROM routing_workitem w
WHERE a.brand_id = %(brand)s AND a.ended_at IS NULL AND a.taken_at IS NULL AND w.conversation_id = a.conversation_id
  AND w.holder_id = a.member_id AND (w.claim_until > %(now)s OR w.sending)
"""
_END = """
UPDATE routing_assignment a SET ended_at = %(now)s, outcome = o.outcome
FROM (
    SELECT a.id, CASE
        WHEN w.conversation_id IS NULL OR NOT w.is_open THEN 'done'
        WHEN w.lane <> a.lane OR w.frozen_at IS NOT NULL THEN 'moved'
        WHEN w.holder_id = a.member_id AND (w.claim_until > %(now)s OR w.sending) THEN ''
        WHEN w.sending OR w.claim_until > %(now)s THEN 'taken'
        WHEN a.taken_at IS NOT NULL THEN 'passed'
        WHEN NOT a.member_id = ANY(%(on_duty)b::bigint[]) THEN 'left'
        WHEN a.until <= %(now)s THEN 'silent'
        ELSE '' END AS outcome
    FROM routing_assignment a LEFT JOIN routing_workitem w ON w.conversation_id = a.conversation_id
    WHERE a.brand_id = %(brand)s AND a.ended_at IS NULL
) o
WHERE a.id = o.id AND o.outcome <> ''
RETURNING a.conversation_id, a.member_id, a.outcome
"""
_TOLD = {"passed", "left", "silent"}
"""The others have events of their own."""


def _end(brand_id: int, on_duty: frozenset[int], now: datetime) -> None:
    params = {"brand": brand_id, "now": now, "on_duty": list(on_duty)}
    db.execute(_TAKEN, params)
    emit_many(
        Fact(events.UNASSIGNED, now, _ACTOR, brand_id, pk, None, {"member": member, "reason": outcome})
        for pk, member, outcome in db.fetch(_END, params)
        if outcome in _TOLD
    )


# ------------------------------------------------------------ what waits
_WAITING = """
SELECT w.conversation_id, w.lane, w.waiting_since, w.due_at, w.alarm, w.language, c.topic, a.adapter,
       c.visibility = 'private', w.first_choice_id, v.manager_id, v.stand_in_id,
       ARRAY(SELECT s.member_id FROM routing_assignment s
             WHERE s.conversation_id = w.conversation_id AND s.at > %(not_again)s
               AND s.outcome IN ('silent', 'passed', 'left'))
FROM unnest(%(lanes)b::text[]) AS l(lane) CROSS JOIN LATERAL (
    SELECT * FROM routing_workitem w
    WHERE w.brand_id = %(brand)s AND w.lane = l.lane AND w.is_open AND NOT w.sending AND w.frozen_at IS NULL
      AND (w.holder_id IS NULL OR w.claim_until <= %(now)s)
      AND NOT EXISTS (SELECT 1 FROM routing_assignment s
                      WHERE s.conversation_id = w.conversation_id AND s.ended_at IS NULL)
    ORDER BY w.priority DESC, w.due_at, w.conversation_id LIMIT %(limit)s) w
JOIN conversations_conversation c ON c.id = w.conversation_id
JOIN channels_channelaccount a ON a.id = c.account_id
LEFT JOIN routing_vipmanager v ON v.contact_id = c.contact_id
"""


def _tasks(brand_id: int, setup: Setup, now: datetime) -> list[Task]:
    """What waits for somebody, of each lane the most urgent. What was released from a crisis is the desk's."""
    pushed = [lane for lane in ("vip", "desk", "expert") if setup.lanes[lane].push]
    crisis = ["crisis"] if "desk" in pushed else []
    params = {
        "brand": brand_id, "now": now, "not_again": now - _NOT_AGAIN, "lanes": [*pushed, *crisis],
        "limit": MOST_TASKS,
    }  # fmt: skip
    return [_task(row, setup) for row in db.fetch(_WAITING, params)]


def _task(row: db.Row, setup: Setup) -> Task:
    pk, lane, since, due, alarm, language, topic, adapter, private, sticky, manager, stand_in, asked = row
    is_vip = lane == "vip"
    return Task(
        id=pk, lane=seat_of(lane), arrived_at=since.timestamp(), due_at=due.timestamp(),
        weight=setup.weight(adapter, private=private), importance=queues.weight_of(followed_by_many=is_vip),
        first=alarm or lane == "crisis", language=language, topic=topic, sticky=sticky,
        manager=(manager or setup.vip.manager) if is_vip else None,
        stand_in=(stand_in or setup.vip.stand_in) if is_vip else None, asked=frozenset(asked),
    )  # fmt: skip


_PRESSURE = """
SELECT (SELECT count(*) FROM (SELECT 1 FROM routing_workitem WHERE brand_id = %(brand)s AND is_open AND lane = 'desk'
                              AND due_at < %(now)s LIMIT 1000) late),
       (SELECT count(*) FROM routing_assignment
        WHERE brand_id = %(brand)s AND ended_at > %(since)s AND outcome = 'done')
"""


def _is_overloaded(brand_id: int, agents: int, now: datetime) -> bool:
    """Whether the desk cannot catch up; then it takes what it can still make (routing.md, 2.4)."""
    since = now - timedelta(minutes=30)
    late, answered = db.fetch(_PRESSURE, {"brand": brand_id, "now": now, "since": since})[0]
    return queues.overloaded(late, answered, agents, SETTINGS)


# ------------------------------------------------------------ handing out
_INSERT = """
INSERT INTO routing_assignment (brand_id, conversation_id, member_id, lane, weight, why, at, until)
SELECT %(brand)s, w.conversation_id, t.member, w.lane, t.weight, t.why, %(now)s, t.until
FROM unnest(%(ids)b::bigint[], %(members)b::bigint[], %(weights)b::float8[], %(whys)b::text[],
            %(untils)b::timestamptz[]) AS t(id, member, weight, why, until)
JOIN routing_workitem w ON w.conversation_id = t.id
WHERE w.is_open AND NOT w.sending AND w.frozen_at IS NULL AND (w.holder_id IS NULL OR w.claim_until <= %(now)s)
ON CONFLICT (conversation_id) WHERE ended_at IS NULL DO NOTHING
RETURNING conversation_id, member_id, until, why
"""


def _hand_out(
    brand_id: int, setup: Setup, tasks: Sequence[Task], picks: Sequence[Pick], now: datetime
) -> int:
    if not picks:
        return 0
    weights = {task.id: task.weight for task in tasks}
    params = {
        "brand": brand_id, "now": now,
        "ids": [pick.task for pick in picks], "members": [pick.person for pick in picks],
        "weights": [weights[pick.task] for pick in picks], "whys": [pick.why for pick in picks],
        "untils": [now + timedelta(minutes=setup.lanes[pick.lane].accept_minutes) for pick in picks],
    }  # fmt: skip
    rows = db.fetch(_INSERT, params)
    emit_many(
        Fact(
            events.ASSIGNED, now, _ACTOR, brand_id, pk, None,
            {"member": member, "until": until.isoformat(), "why": why},
        )
        for pk, member, until, why in rows
    )  # fmt: skip
    return len(rows)


def pass_on(*, actor: Actor, conversation_id: int, now: datetime) -> bool:
    """Somebody passes what was brought to them on to the next; whether there was something to pass."""
    with db.atomic():
        alive = Assignment.objects.filter(
            conversation_id=conversation_id, member_id=actor.membership_id, brand_id=actor.brand_id, ended_at=None
        )  # fmt: skip
        if not alive.update(ended_at=now, outcome=Assignment.Outcome.PASSED):
            return False
        data: dict[str, object] = {"member": actor.membership_id, "reason": Assignment.Outcome.PASSED.value}
        emit(Fact(events.UNASSIGNED, now, actor.label, actor.brand_id, conversation_id, None, data))
    return True
