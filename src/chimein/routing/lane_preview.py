"""What another table of lanes would have done with the conversations of the last days."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from chimein.core import db
from chimein.people import duty
from chimein.routing import clocks
from chimein.routing.lanes import LANES, LaneRules, Setup

MOST_MESSAGES = 3_000
MOST_EXAMPLES = 6
_FAR_BACK = 300_000
"""Ids looked through, so that a quiet brand in a busy house does not make the database read everything."""
_LIFTED = ("desk", "expert", "crowd")

_NEWEST = """
SELECT c.public_id, left(m.text, 200), m.language, t.lane, t.sla_minutes, m.posted_at, m.disposed_at,
       coalesce(i.followers, 0), v.contact_id IS NOT NULL
FROM (SELECT id, conversation_id, text, language, posted_at, disposed_at, identity_id, contact_id
      FROM conversations_message
      WHERE brand_id = %(brand)s AND direction = 'in' AND deleted_at IS NULL
        AND disposition IN ('waiting', 'answered', 'private')
        AND id > (SELECT coalesce(max(id), 0) FROM conversations_message) - %(far)s
      ORDER BY id DESC LIMIT %(limit)s) m
JOIN triage_triage t ON t.message_id = m.id
JOIN conversations_conversation c ON c.id = m.conversation_id
LEFT JOIN contacts_identity i ON i.id = m.identity_id
LEFT JOIN routing_vipmanager v ON v.contact_id = m.contact_id
WHERE t.lane <> 'none'
ORDER BY m.id DESC
"""


@dataclass(frozen=True, slots=True)
class Past:
    """A message that wanted an answer. `ended_at`: when it got one; None: it waits still."""

    public_id: str
    text: str
    language: str
    lane: str
    sla_minutes: int | None
    posted_at: datetime
    ended_at: datetime | None
    followers: int
    is_named: bool


@dataclass(slots=True)
class Fate:
    """What became of a lane's messages under one table. `told`: audience → how often."""

    count: int = 0
    warned: int = 0
    late: int = 0
    told: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class Changed:
    """A message that would have been late, or no longer so."""

    message: Past
    lane: str
    is_late: bool


@dataclass(slots=True)
class Comparison:
    """Two tables on the same messages, lane by lane."""

    count: int = 0
    days: float = 1.0
    before: dict[str, Fate] = field(default_factory=lambda: {lane: Fate() for lane in LANES})
    after: dict[str, Fate] = field(default_factory=lambda: {lane: Fate() for lane in LANES})
    changed: list[Changed] = field(default_factory=list)


def newest(brand_id: int, *, limit: int = MOST_MESSAGES) -> list[Past]:
    """The newest messages that wanted an answer, newest first, by one statement."""
    return [Past(*row) for row in db.fetch(_NEWEST, {"brand": brand_id, "far": _FAR_BACK, "limit": limit})]


def compare(
    before: Setup, after: Setup, messages: Sequence[Past], *, brand_id: int, now: datetime
) -> Comparison:
    """How many would have been warned of and late, and who would have been told, by each table."""
    found = Comparison(count=len(messages))
    if messages:
        times = [one.posted_at for one in messages]
        found.days = max((max(times) - min(times)) / timedelta(days=1), 1.0)
    for one in messages:
        was = _pass(one, before, found.before, brand_id, now)
        would = _pass(one, after, found.after, brand_id, now)
        if was != would and len(found.changed) < MOST_EXAMPLES:
            found.changed.append(Changed(one, lane_of(one, after), would))
    return found


def lane_of(message: Past, setup: Setup) -> str:
    """The lane by this table: what triage said, but for its threshold for VIPs."""
    threshold = setup.vip.followers
    is_vip = message.is_named or (threshold is not None and message.followers >= threshold)
    if message.lane in _LIFTED and is_vip:
        return "vip"
    if message.lane == "vip" and threshold is not None and not is_vip:
        return "desk"
    return message.lane


def _pass(message: Past, setup: Setup, fates: dict[str, Fate], brand_id: int, now: datetime) -> bool:
    """Let a message climb the ladder of its lane; whether it was late."""
    lane = lane_of(message, setup)
    row, fate = setup.lanes[lane], fates[lane]
    due = clocks.due_of(
        row, brand_id, message.posted_at, message.sla_minutes if lane == message.lane else None
    )
    ended = message.ended_at or now
    fate.count += 1
    warned = False
    for at, step in zip(_moments(row, brand_id, message.posted_at, due), row.ladder, strict=True):
        if at >= ended:
            break
        fate.told.update(step.to)
        warned = warned or not step.is_late
    late = ended > due
    fate.warned += warned
    fate.late += late
    return late


def _moments(row: LaneRules, brand_id: int, since: datetime, due: datetime) -> list[datetime]:
    working = None if row.calendar is None else duty.calendar_of(brand_id, row.calendar)
    return [clocks.step_moment(step, since, due, working) for step in row.ladder]
