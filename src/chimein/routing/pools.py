"""Who serves which lane at this moment: seats, load, languages, topics, how long idle."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time
from zoneinfo import ZoneInfo

from chimein.core import db
from chimein.core.actor import STAFF_ROLES, Role
from chimein.routing.assigning import Person, Task
from chimein.routing.candidates import is_quiet
from chimein.routing.lanes import ASSIGNED, LaneRules, Setup

_STAFF = frozenset(role.value for role in STAFF_ROLES)
_FEW = 500
"""Up to so many people on duty all are looked at; of more only staff and who knows the topics that are asked about."""


def seat_of(lane: str, why: str = "") -> str:
    """Whose seats a conversation takes: what was released from a crisis, and a VIP's that overflows, the desk's."""
    return "desk" if lane == "crisis" or why == "spare" else lane


# Idle since the last answer, or since the last suggestion that was seen through. Who let the last one lie and has not
# been seen since is not at the desk.
_PEOPLE = """
SELECT m.id, m.role, m.team_id, m.languages,
       m.topics || ARRAY(SELECT k.topic FROM people_skill k WHERE k.member_id = m.id AND k.log_odds > 0)::varchar[],
       m.seats,
       coalesce(extract(epoch FROM greatest(
           (SELECT max(o.posted_at) FROM conversations_message o WHERE o.author_id = m.id),
           (SELECT max(d.ended_at) FROM (SELECT ended_at, outcome FROM routing_assignment
                                         WHERE member_id = m.id ORDER BY at DESC LIMIT 20) d
            WHERE d.outcome IN ('done', 'taken', 'moved')))), 0)::float8,
       coalesce(last.outcome IN ('silent', 'left')
                AND coalesce(l.last_seen_at, last.ended_at) <= last.ended_at
                AND NOT EXISTS (SELECT 1 FROM routing_presence p
                                WHERE p.member_id = m.id AND p.seen_at > last.ended_at), false),
       s.takes_offers, coalesce(s.muted_until > %(now)s OR m.paused_until > %(now)s, false),
       s.quiet_from, s.quiet_until, coalesce(nullif(s.timezone, ''), b.timezone)
FROM people_membership m
JOIN people_brand b ON b.id = m.brand_id
LEFT JOIN people_helpersettings s ON s.member_id = m.id
LEFT JOIN routing_helperload l ON l.member_id = m.id
LEFT JOIN LATERAL (SELECT outcome, ended_at FROM routing_assignment a
                   WHERE a.member_id = m.id ORDER BY a.at DESC LIMIT 1) last ON true
WHERE m.id = ANY(%(on_duty)b::bigint[]) AND m.role <> 'trusted_customer'
  AND (%(all)s OR m.role <> 'colleague' OR m.id = ANY(%(named)b::bigint[]) OR m.topics && %(topics)b::varchar[]
       OR EXISTS (SELECT 1 FROM people_skill k WHERE k.member_id = m.id AND k.log_odds > 0
                  AND k.topic = ANY(%(topics)b::varchar[])))
ORDER BY m.id
"""
_LOAD = """
SELECT member_id, lane, why, weight FROM routing_assignment WHERE brand_id = %(brand)s AND ended_at IS NULL
UNION ALL
SELECT w.holder_id, w.lane, '', 1.0 FROM routing_workitem w
WHERE w.holder_id = ANY(%(on_duty)b::bigint[]) AND w.is_open AND w.claim_until > %(now)s
  AND NOT EXISTS (SELECT 1 FROM routing_assignment a WHERE a.conversation_id = w.conversation_id
                  AND a.member_id = w.holder_id AND a.ended_at IS NULL)
"""


@dataclass(frozen=True, slots=True)
class _Member:
    id: int
    role: str
    team_id: int | None
    languages: list[str]
    topics: list[str]
    own_seats: int | None
    idle_since: float
    missed: bool
    takes_offers: bool | None
    muted: bool
    quiet_from: time | None
    quiet_until: time | None
    timezone: str

    def is_asked(self, row: LaneRules, named: frozenset[int]) -> bool:
        """Whether the table of lanes names this person for the lane, and their role may take from it."""
        if row.lane != "expert" and self.role not in _STAFF:
            return False
        return (
            self.role in row.roles
            or self.team_id in row.teams
            or self.id in row.members
            or (row.lane == "vip" and self.id in named)
        )

    def is_willing(self, now: datetime) -> bool:
        """Colleagues help beside their own work: what they have said about being asked holds."""
        if self.role != Role.COLLEAGUE:
            return True
        local = now.astimezone(ZoneInfo(self.timezone)).time()
        quiet = is_quiet(local, self.quiet_from, self.quiet_until)
        return self.takes_offers is not False and not self.muted and not quiet


def people(
    brand_id: int, setup: Setup, on_duty: frozenset[int], tasks: Iterable[Task], *, now: datetime
) -> list[Person]:
    """The people on duty whom the table of lanes names, with what they have already."""
    named = frozenset(
        one
        for task in tasks
        for one in (task.manager, task.stand_in, setup.vip.manager, setup.vip.stand_in)
        if one is not None
    )
    params = {
        "brand": brand_id, "now": now, "on_duty": list(on_duty), "all": len(on_duty) <= _FEW,
        "named": [*named, *setup.lanes["expert"].members], "topics": sorted({task.topic for task in tasks}),
    }  # fmt: skip
    load: dict[int, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for member, lane, why, weight in db.fetch(_LOAD, params):
        load[member][seat_of(lane, why)] += weight
        if why == "spare":
            load[member]["spare"] += weight
    found = (_Member(*row) for row in db.fetch(_PEOPLE, params))
    made = (_person(one, setup, named, load[one.id]) for one in found if one.is_willing(now))
    return [person for person in made if person.seats]


def _person(member: _Member, setup: Setup, named: frozenset[int], load: dict[str, float]) -> Person:
    rows = [setup.lanes[lane] for lane in ASSIGNED]
    return Person(
        id=member.id,
        seats={row.lane: member.own_seats or row.seats for row in rows if member.is_asked(row, named)},
        load=dict(load), languages=frozenset(member.languages), topics=frozenset(member.topics),
        idle_since=member.idle_since, missed=member.missed,
    )  # fmt: skip
