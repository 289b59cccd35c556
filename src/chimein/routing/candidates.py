"""Whom the router may ask: the helpers of a brand as arrays, read from the database.

What somebody changes (mute, quiet hours, consent) counts with the next reading; a reading is used for a second at most,
and only while nobody else has written offers of the brand.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np
from numpy.typing import NDArray

from chimein.core import db
from chimein.core.actor import Role
from chimein.people import duty
from chimein.people.models import Trust
from chimein.routing import habits
from chimein.routing.matching import priors
from chimein.routing.matching.facts import ALL_LANGUAGES, DAY, Helpers, Index, Why

HELPING_ROLES = (Role.COLLEAGUE.value, Role.TRUSTED_CUSTOMER.value)
MAX_AGE = timedelta(seconds=1)
_SKILL_HALF_LIFE = 180 * DAY
_ACTIVE = timedelta(minutes=3)
_NIGHT_FROM, _NIGHT_UNTIL = time(23), time(7)
_AT_NIGHT = 0.1
"""Presence at night of who has set no quiet hours: asked only when nobody else is there (an assumption)."""
_OWN_LIMIT = 8.0

_MEMBERS = """
SELECT m.id, m.role, m.team_id, m.languages, m.topics,
       coalesce(nullif(s.timezone, ''), b.timezone), s.takes_offers, s.daily_limit, s.quiet_from, s.quiet_until,
       s.paid_hours_only,
       coalesce(s.muted_until > %(now)s, false)
           OR coalesce(m.away_until > %(now)s AND (m.away_from IS NULL OR m.away_from <= %(now)s), false),
       coalesce(m.paused_until > %(now)s, false),
       extract(epoch FROM l.last_seen_at)::float8, extract(epoch FROM l.last_offered_at)::float8,
       coalesce(l.opened, 0), coalesce(l.exposure, 0),
       coalesce(l.fatigue * exp(-greatest(0, extract(epoch FROM %(now)s - l.fatigue_at)) / 86400.0), 0)::float8,
       l.day, coalesce(l.offered_today, 0), coalesce(l.claimed, 0), coalesce(l.dropped, 0),
       EXISTS (SELECT 1 FROM routing_workitem w WHERE w.holder_id = m.id AND w.claim_until > %(now)s AND NOT w.sending)
FROM people_membership m
JOIN people_brand b ON b.id = m.brand_id
LEFT JOIN people_helpersettings s ON s.member_id = m.id
LEFT JOIN routing_helperload l ON l.member_id = m.id
WHERE m.brand_id = %(brand)s AND m.is_active AND m.role = ANY(%(roles)s)
ORDER BY m.id
"""
_SKILLS = """
SELECT k.member_id, k.topic, k.language, k.log_odds, extract(epoch FROM k.updated_at)::float8
FROM people_skill k JOIN people_membership m ON m.id = k.member_id
WHERE m.brand_id = %(brand)s AND m.is_active AND m.role = ANY(%(roles)s)
ORDER BY k.language
"""
_TRUST = """
SELECT t.member_id, t.topic, t.language, t.risk, t.level
FROM people_trust t JOIN people_membership m ON m.id = t.member_id
WHERE m.brand_id = %(brand)s AND m.is_active AND m.role = ANY(%(roles)s)
  AND (m.paused_until IS NULL OR m.paused_until <= %(now)s)
ORDER BY t.topic <> '', t.language <> ''
"""
_TOPICS = "SELECT slug, team_id FROM triage_topic WHERE brand_id = %s ORDER BY id"


def is_quiet(at: time, quiet_from: time | None, quiet_until: time | None) -> bool:
    """Whether a time of day lies in quiet hours, which may go over midnight. Equal ends: no quiet hours."""
    if quiet_from is None or quiet_until is None or quiet_from == quiet_until:
        return False
    if quiet_from < quiet_until:
        return quiet_from <= at < quiet_until
    return at >= quiet_from or at < quiet_until


@dataclass(frozen=True, slots=True)
class Person:
    """A helper as read: what stands in the columns of `_MEMBERS`, in order."""

    id: int
    role: str
    team_id: int | None
    languages: list[str]
    topics: list[str]
    timezone: str
    takes_offers: bool | None
    daily_limit: int | None
    quiet_from: time | None
    quiet_until: time | None
    paid_hours_only: bool | None
    muted: bool
    paused: bool
    seen_at: float | None
    asked_at: float | None
    opened: float
    exposure: float
    load: float
    day: date | None
    offered_today: int
    claimed: int
    dropped: int
    holds: bool

    def why_blocked(self, local: datetime, works: bool) -> Why:
        """Why this person is asked nothing now. `local`: the time where they live; `works`: inside paid hours."""
        if self.takes_offers is False:
            return Why.NO_CONSENT
        if self.muted:
            return Why.MUTED
        if self.paused:
            return Why.PAUSED
        if is_quiet(local.time(), self.quiet_from, self.quiet_until):
            return Why.QUIET_HOURS
        if self.paid_hours_only and not works:
            return Why.OFF_SHIFT
        return Why.HOLDS_CLAIM if self.holds else Why.NOTHING

    def left_today(self, today: date) -> float:
        """How many more may be brought to this person today, where they live; without a wish no number stops it."""
        if self.daily_limit is None:
            return np.inf
        return self.daily_limit - (self.offered_today if self.day == today else 0)


@dataclass
class Pool:
    """The helpers of a brand at a moment.

    index  membership → place in the arrays
    days   the date where each of them lives
    left   how many more may be brought to each of them today
    """

    brand_id: int
    at: datetime
    version: datetime | None
    people: list[Person]
    topics: dict[str, int]
    helpers: Helpers
    days: list[date]
    left: NDArray[np.float64]
    outsiders: NDArray[np.bool_]
    skills: list[tuple[int, str, str, float, float]]
    trust: list[tuple[int, str, str, str, int]]
    owners: Mapping[str, int | None]
    languages: dict[str, int]
    index: dict[int, int]
    _views: dict[str, Helpers] = field(default_factory=dict)

    def topic(self, slug: str) -> int:
        """The row of a topic; that of no topic for one that the brand does not have."""
        return self.topics.get(slug, self.topics[""])

    def bit(self, language: str) -> int:
        """The bit of a language; 0, so anybody, when nothing is known of it."""
        return 1 << self.languages[language] if language in self.languages else 0

    def speaking(self, language: str) -> Helpers:
        """The helpers with skill and trust in this language. The counters are the same arrays for all languages."""
        if language not in self._views:
            self._views[language] = replace(
                self.helpers, skill=self._skill(language), trust=self._levels(language, Trust.Risk.CLEAN),
                trust_doubtful=self._levels(language, Trust.Risk.DOUBTFUL),
            )  # fmt: skip
        return self._views[language]

    def note_asked(self, who: Index, *, at: float) -> None:
        """These have been asked: what was decided for others at the same moment sees it."""
        self.helpers.note_asked(who, now=at)
        self.left[who] -= 1

    def _skill(self, language: str) -> NDArray[np.float32]:
        skill = _priors(self.people, self.topics, self.owners)
        for member, topic, spoken, log_odds, updated in self.skills:
            if topic in self.topics and spoken in {"", language} and member in self.index:
                row, column = self.topics[topic], self.index[member]
                age = max(0.0, self.at.timestamp() - updated)
                prior = skill[row, column]
                skill[row, column] = prior + (log_odds - prior) * 0.5 ** (age / _SKILL_HALF_LIFE)
        return skill

    def _levels(self, language: str, risk: str) -> NDArray[np.int8]:
        levels = np.zeros((len(self.topics), len(self.people)), np.int8)
        for member, topic, spoken, of, level in self.trust:
            if of != risk or spoken not in {"", language} or member not in self.index:
                continue
            rows = slice(None) if topic == "" else self.topics.get(topic)
            if rows is not None:
                levels[rows, self.index[member]] = level
        return levels


def _priors(
    people: Sequence[Person], topics: Mapping[str, int], owners: Mapping[str, int | None]
) -> NDArray[np.float32]:
    """What is believed before any outcome: ticked topics, then the topics of one's own department."""
    skill = np.full((len(topics), len(people)), priors.UNKNOWN, np.float32)
    of_team: dict[int, list[int]] = {}
    for slug, team in owners.items():
        if team is not None:
            of_team.setdefault(team, []).append(topics[slug])
    for column, one in enumerate(people):
        if one.team_id in of_team:
            skill[of_team[one.team_id], column] = priors.DEPARTMENT
        for slug in one.topics:
            if slug in topics:
                skill[topics[slug], column] = priors.DECLARED
    return skill


def load(brand_id: int, *, now: datetime, version: datetime | None = None) -> Pool:
    """Read everybody of a brand who may help. `version`: when a router last wrote offers of the brand."""
    params = {"brand": brand_id, "now": now, "roles": list(HELPING_ROLES)}
    people = [Person(*row) for row in db.fetch(_MEMBERS, params)]
    owners: dict[str, int | None] = {row[0]: row[1] for row in db.fetch(_TOPICS, (brand_id,))}
    topics = {slug: row for row, slug in enumerate([*owners, ""])}
    spoken = sorted({language for one in people for language in one.languages})[:62]
    languages = {language: bit for bit, language in enumerate(spoken)}
    clocks = {one.timezone: _local(one.timezone, now) for one in people}
    works = _at_work(brand_id, people, now)
    helpers = _arrays(people, languages, clocks, works, now)
    days = [clocks[one.timezone].date() for one in people]
    return Pool(
        brand_id=brand_id, at=now, version=version, people=people, topics=topics, helpers=helpers, days=days,
        left=np.array([one.left_today(day) for one, day in zip(people, days, strict=True)], np.float64),
        outsiders=np.array([one.role == Role.TRUSTED_CUSTOMER for one in people], bool),
        skills=[tuple(row) for row in db.fetch(_SKILLS, params)],
        trust=[tuple(row) for row in db.fetch(_TRUST, params)],
        owners=owners, languages=languages, index={one.id: place for place, one in enumerate(people)},
    )  # fmt: skip


def _local(zone: str, now: datetime) -> datetime:
    try:
        return now.astimezone(ZoneInfo(zone))
    except (ZoneInfoNotFoundError, ValueError):
        return now


def _at_work(brand_id: int, people: Sequence[Person], now: datetime) -> frozenset[int]:
    """Who works now, for those who want to be asked in paid hours only."""
    if not any(one.paid_hours_only for one in people):
        return frozenset()
    return duty.on_duty(brand_id, now=now)


def _arrays(
    people: Sequence[Person], languages: Mapping[str, int], clocks: Mapping[str, datetime],
    works: frozenset[int], now: datetime,
) -> Helpers:  # fmt: skip
    count = len(people)
    helpers = Helpers.blank(count, 1, now=now.timestamp())
    helpers.ids = np.array([one.id for one in people], np.int64)
    helpers.languages = np.array([_mask(one.languages, languages) for one in people], np.int64)
    helpers.blocked = np.array(
        [one.why_blocked(clocks[one.timezone], one.id in works) for one in people], np.uint8
    )
    helpers.active_at = np.array([-np.inf if one.seen_at is None else one.seen_at for one in people], float)
    helpers.asked_at = np.array([-np.inf if one.asked_at is None else one.asked_at for one in people], float)
    helpers.presence = np.array([_presence(one, clocks[one.timezone], now) for one in people], np.float32)
    helpers.own_limit = np.array(
        [
            habits.limit(_OWN_LIMIT if one.daily_limit is None else one.daily_limit, one.claimed, one.dropped)
            for one in people
        ],
        np.float32,
    )
    helpers.opened = np.array([one.opened for one in people], np.float32)
    helpers.exposure = np.array([one.exposure for one in people], np.float32)
    helpers.load = np.array([one.load for one in people], np.float32)
    return helpers


def _mask(spoken: Sequence[str], languages: Mapping[str, int]) -> int:
    """One bit a language; who names none may be asked in any."""
    return sum(1 << languages[one] for one in set(spoken) if one in languages) or ALL_LANGUAGES


def _presence(one: Person, local: datetime, now: datetime) -> float:
    here = one.seen_at is not None and one.seen_at >= (now - _ACTIVE).timestamp()
    if here or one.quiet_from is not None:
        return 1.0
    return _AT_NIGHT if is_quiet(local.time(), _NIGHT_FROM, _NIGHT_UNTIL) else 1.0
