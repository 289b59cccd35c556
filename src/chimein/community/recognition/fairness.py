"""How the load is spread over helpers: numbers for a lead, never anybody's drafts.

Counted are offers made, questions opened, answers that went out, and the hours in which somebody did one of these.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from chimein.community.recognition.gini import gini_of
from chimein.community.recognition.weeks import begin_of
from chimein.core import db
from chimein.core.actor import Role
from chimein.people.models import Brand, in_language
from chimein.routing.habits import drops_often

HELPING = [Role.COLLEAGUE.value, Role.TRUSTED_CUSTOMER.value]
NEAR = 0.8
"""The share of the day's limit from which on somebody is near it."""


@dataclass(frozen=True, slots=True)
class Load:
    """One person's load in the span. `limit` and `today` are the day's own limit and what was brought today."""

    member_id: int
    name: str
    team: str
    role: str
    offers: int
    passed: int
    answers: int
    hours: int
    limit: int | None
    today: int
    takes_offers: bool
    has_quiet_hours: bool
    paid_hours_only: bool
    drops: bool

    @property
    def is_near_limit(self) -> bool:
        return self.limit is not None and self.today >= NEAR * self.limit and self.today > 0


@dataclass(frozen=True, slots=True)
class Kept:
    """Offers in the span, and those that fell into the quiet hours the person has now."""

    offers: int
    in_quiet: int
    with_quiet: int
    paid_only: int


_PEOPLE = """
WITH helping AS (
    SELECT m.* FROM people_membership m WHERE m.brand_id = %(brand)s AND m.is_active AND m.role = ANY(%(roles)s)
), asked AS (
    SELECT o.member_id, count(*) AS offers, count(o.passed_at) AS passed
    FROM routing_offer o JOIN helping m ON m.id = o.member_id
    WHERE o.offered_at >= %(since)s AND o.offered_at < %(until)s GROUP BY o.member_id
), answered AS (
    SELECT a.author_id AS member_id, count(*) AS answers
    FROM answering_answer a JOIN helping m ON m.id = a.author_id
    WHERE a.state = 'sent' AND a.created_at >= %(since)s AND a.created_at < %(until)s GROUP BY a.author_id
), active AS (
    SELECT member_id, count(DISTINCT date_trunc('hour', at)) AS hours FROM (
        SELECT o.member_id, o.opened_at AS at FROM routing_offer o JOIN helping m ON m.id = o.member_id
        WHERE o.opened_at >= %(since)s AND o.opened_at < %(until)s
        UNION ALL
        SELECT a.author_id, a.created_at FROM answering_answer a JOIN helping m ON m.id = a.author_id
        WHERE a.created_at >= %(since)s AND a.created_at < %(until)s) did
    GROUP BY member_id
)
SELECT m.id, m.public_name, t.name, t.name_zh, m.role, coalesce(o.offers, 0)::int, coalesce(o.passed, 0)::int,
       coalesce(a.answers, 0)::int, coalesce(h.hours, 0)::int, s.daily_limit,
       CASE WHEN l.day = (%(now)s AT TIME ZONE coalesce(nullif(s.timezone, ''), b.timezone))::date
            THEN l.offered_today ELSE 0 END,
       coalesce(s.takes_offers, true), s.quiet_from IS NOT NULL AND s.quiet_until IS NOT NULL,
       coalesce(s.paid_hours_only, false), coalesce(l.claimed, 0), coalesce(l.dropped, 0)
FROM helping m JOIN people_brand b ON b.id = m.brand_id
LEFT JOIN people_team t ON t.id = m.team_id
LEFT JOIN people_helpersettings s ON s.member_id = m.id
LEFT JOIN routing_helperload l ON l.member_id = m.id
LEFT JOIN asked o ON o.member_id = m.id
LEFT JOIN answered a ON a.member_id = m.id
LEFT JOIN active h ON h.member_id = m.id
ORDER BY coalesce(o.offers, 0) + coalesce(a.answers, 0) DESC, m.public_name LIMIT %(limit)s
"""


def loads(*, brand: Brand, since: datetime, until: datetime, now: datetime, limit: int = 200) -> list[Load]:
    """The load of each helper in a span, the heaviest first."""
    params = {
        "brand": brand.pk, "roles": HELPING, "since": since, "until": until, "now": now, "limit": limit
    }  # fmt: skip
    return [_load(row) for row in db.fetch(_PEOPLE, params)]


def _load(row: db.Row) -> Load:
    pk, name, team, team_zh, *rest, claimed, dropped = row
    told = [pk, name, in_language(team or "", team_zh or ""), *rest, drops_often(claimed, dropped)]
    return Load(*told)


# A helper counts from the week in which they joined; who wants no offers does not count among offers.
_SPREAD = """
WITH helping AS (
    SELECT m.id, date_trunc('week', m.created_at AT TIME ZONE %(zone)s)::date AS joined,
           coalesce(s.takes_offers, true) AS takes
    FROM people_membership m LEFT JOIN people_helpersettings s ON s.member_id = m.id
    WHERE m.brand_id = %(brand)s AND m.is_active AND m.role = ANY(%(roles)s)
), did AS (
    SELECT 'offers' AS what, o.member_id, date_trunc('week', o.offered_at AT TIME ZONE %(zone)s)::date AS week
    FROM routing_offer o JOIN helping h ON h.id = o.member_id WHERE o.offered_at >= %(since)s
    UNION ALL
    SELECT 'answers', a.author_id, date_trunc('week', a.created_at AT TIME ZONE %(zone)s)::date
    FROM answering_answer a JOIN helping h ON h.id = a.author_id
    WHERE a.state = 'sent' AND a.created_at >= %(since)s
), counted AS (SELECT what, week, member_id, count(*) AS n FROM did GROUP BY 1, 2, 3)
SELECT k.what, w.week::date, coalesce(c.n, 0)::int, count(*)::int
FROM generate_series(%(first)s::date, %(last)s::date, interval '7 days') w(week)
CROSS JOIN (VALUES ('offers'), ('answers')) k(what)
JOIN helping h ON h.joined <= w.week AND (h.takes OR k.what = 'answers')
LEFT JOIN counted c ON c.what = k.what AND c.week = w.week AND c.member_id = h.id
GROUP BY 1, 2, 3
"""


@dataclass(frozen=True, slots=True)
class Spread:
    """How evenly one week's load was spread: Gini coefficients, and how much there was."""

    week: date
    offers: float
    answers: float
    offered: int
    answered: int


def spread(*, brand: Brand, week: date, weeks: int = 12) -> list[Spread]:
    """Gini of offers and of answers over all helpers, week by week, the oldest first."""
    first = week - timedelta(days=7 * (weeks - 1))
    params = {
        "brand": brand.pk, "roles": HELPING, "zone": brand.timezone, "first": first, "last": week,
        "since": begin_of(first, brand.timezone),
    }  # fmt: skip
    found: dict[tuple[str, date], dict[float, int]] = defaultdict(dict)
    for what, monday, load, people in db.fetch(_SPREAD, params):
        found[(what, monday)][load] = people
    mondays = [first + timedelta(days=7 * number) for number in range(weeks)]
    return [
        Spread(
            monday, gini_of(found[("offers", monday)]), gini_of(found[("answers", monday)]),
            _sum(found[("offers", monday)]), _sum(found[("answers", monday)]),
        )
        for monday in mondays
    ]  # fmt: skip


def _sum(people: dict[float, int]) -> int:
    return round(sum(load * count for load, count in people.items()))


# Quiet hours may go over midnight; equal ends are none.
_KEPT = """
WITH asked AS (
    SELECT s.quiet_from AS f, s.quiet_until AS u,
           (o.offered_at AT TIME ZONE coalesce(nullif(s.timezone, ''), b.timezone))::time AS t
    FROM routing_offer o JOIN people_membership m ON m.id = o.member_id JOIN people_brand b ON b.id = m.brand_id
    LEFT JOIN people_helpersettings s ON s.member_id = m.id
    WHERE m.brand_id = %(brand)s AND o.offered_at >= %(since)s
)
SELECT count(*), count(*) FILTER (WHERE f < u AND t >= f AND t < u OR f > u AND (t >= f OR t < u)),
       (SELECT count(*) FROM people_helpersettings s JOIN people_membership m ON m.id = s.member_id
        WHERE m.brand_id = %(brand)s AND m.is_active AND s.quiet_from <> s.quiet_until),
       (SELECT count(*) FROM people_helpersettings s JOIN people_membership m ON m.id = s.member_id
        WHERE m.brand_id = %(brand)s AND m.is_active AND s.paid_hours_only)
FROM asked
"""


def kept(*, brand_id: int, since: datetime) -> Kept:
    """Whether quiet hours were kept, and how many people have set limits of that kind."""
    row = db.fetch_one(_KEPT, {"brand": brand_id, "since": since})
    return Kept(*row) if row else Kept(0, 0, 0, 0)
