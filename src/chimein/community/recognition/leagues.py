"""Weekly leagues: people in divisions by what they won in the four weeks before, so that a newcomer can win; shops by
points a head, so that a small one can. Everything is read from the ledger; nothing is kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from chimein.community.recognition.rewards import recognition_of
from chimein.core import db
from chimein.core.actor import Role
from chimein.people.models import Brand, in_language

EARLIER_WEEKS = 4
SHOWN = 50
NEWCOMERS, SECOND, FIRST = "newcomers", "second", "first"
DIVISIONS = (FIRST, SECOND, NEWCOMERS)
CUSTOMERS, COLLEAGUES = "customers", "colleagues"


@dataclass(frozen=True, slots=True)
class Place:
    """Somebody's place in a division; people with the same points share it. `before`: points of the week before."""

    member_id: int
    name: str
    public_id: str
    team: str
    division: str
    place: int
    points: int
    before: int
    solved: int


@dataclass(frozen=True, slots=True)
class Division:
    """A division: who won something this week (and who asks), and how many people are in it."""

    key: str
    places: Sequence[Place]
    people: int


@dataclass(frozen=True, slots=True)
class TeamPlace:
    """A team's place. `goal`: solved questions wanted this week."""

    team_id: int
    name: str
    place: int
    people: int
    points: int
    a_head: float
    solved: int
    goal: int

    @property
    def share(self) -> float:
        """How much of the goal is reached, 0 to 1."""
        return min(1.0, self.solved / self.goal) if self.goal else 0.0


_SCORED = """
WITH units AS (
    SELECT member_id, answer_id, share, sum(points) FILTER (WHERE day >= %(week)s) AS week,
           sum(points) FILTER (WHERE day < %(week)s AND day >= %(week)s - 7) AS before,
           sum(points) FILTER (WHERE day < %(week)s) AS earlier,
           bool_or(reason = 'solved') FILTER (WHERE day >= %(week)s) AS solved
    FROM community_pointsrow
    WHERE brand_id = %(brand)s AND day >= %(week)s - 7 * %(weeks)s AND day < %(week)s + 7
    GROUP BY member_id, answer_id, share
), scored AS (
    SELECT member_id, coalesce(sum(week), 0)::int AS week, coalesce(sum(before), 0)::int AS before,
           coalesce(sum(earlier), 0)::int AS earlier, count(*) FILTER (WHERE solved AND week > 0)::int AS solved
    FROM units GROUP BY member_id
)"""

# Half of those who won something before are in the first division; who won nothing before is a newcomer.
_PEOPLE = f"""{_SCORED}, playing AS (
    SELECT m.id, m.public_name, m.public_id, m.role = '{Role.TRUSTED_CUSTOMER.value}' AS customer,
           t.name, t.name_zh, s.week, s.before, s.earlier, s.solved
    FROM scored s JOIN people_membership m ON m.id = s.member_id AND m.is_active
    LEFT JOIN people_team t ON t.id = m.team_id
    LEFT JOIN people_helpersettings h ON h.member_id = m.id
    WHERE coalesce(h.in_leagues, true) AND (s.week > 0 OR s.earlier > 0)
), halved AS (
    SELECT *, CASE WHEN earlier <= 0 THEN '{NEWCOMERS}'
                   WHEN percent_rank() OVER (PARTITION BY customer, earlier > 0 ORDER BY earlier) >= 0.5
                   THEN '{FIRST}' ELSE '{SECOND}' END AS division
    FROM playing
), placed AS (
    SELECT *, rank() OVER division_of AS place, count(*) OVER (PARTITION BY customer, division) AS people
    FROM halved WINDOW division_of AS (PARTITION BY customer, division ORDER BY week DESC)
)
SELECT id, public_name, public_id, name, name_zh, division, place, week, before, solved, people
FROM placed WHERE customer = %(customers)s AND (place <= %(shown)s OR id = %(me)s)
ORDER BY place, before DESC, public_name
"""
_TEAMS = f"""{_SCORED}
SELECT t.id, t.name, t.name_zh, count(m.id)::int, coalesce(sum(s.week), 0)::int, coalesce(sum(s.solved), 0)::int
FROM people_team t JOIN people_membership m ON m.team_id = t.id AND m.is_active
LEFT JOIN scored s ON s.member_id = m.id
WHERE t.brand_id = %(brand)s AND t.kind = ANY(%(kinds)s)
GROUP BY t.id ORDER BY coalesce(sum(s.week), 0)::float / count(m.id) DESC, t.name
"""


def people(*, brand: Brand, week: date, league: str, me: int | None = None) -> list[Division]:
    """The divisions of a league, best first; everybody who won nothing in five weeks, or opted out, is left out."""
    params = {
        "brand": brand.pk, "week": week, "weeks": EARLIER_WEEKS, "customers": league == CUSTOMERS, "shown": SHOWN,
        "me": me,
    }  # fmt: skip
    rows = db.fetch(_PEOPLE, params)
    return [_division(key, [row for row in rows if row[5] == key], me) for key in DIVISIONS]


def _division(key: str, rows: Sequence[db.Row], me: int | None) -> Division:
    places = [
        Place(pk, name, public_id, in_language(team or "", team_zh or ""), key, place, points, before, solved)
        for pk, name, public_id, team, team_zh, _key, place, points, before, solved, _people in rows
        if points > 0 or pk == me
    ]
    return Division(key, places, rows[0][10] if rows else 0)


def teams(*, brand: Brand, week: date, kinds: Sequence[str]) -> list[TeamPlace]:
    """Teams by points a head, with how far they are with the week's goal. Who opted out counts in, unnamed."""
    params = {"brand": brand.pk, "week": week, "weeks": EARLIER_WEEKS, "kinds": list(kinds)}
    goal = recognition_of(brand.pk).weekly_goal
    made: list[TeamPlace] = []
    for number, (pk, name, name_zh, heads, points, solved) in enumerate(db.fetch(_TEAMS, params), 1):
        a_head = points / heads
        tied = made and abs(made[-1].a_head - a_head) < 1e-9
        place = made[-1].place if tied else number
        made.append(
            TeamPlace(pk, in_language(name, name_zh), place, heads, points, a_head, solved, goal * heads)
        )
    return made


_WEEKS = """
SELECT date_trunc('week', day)::date, sum(points)::int FROM community_pointsrow
WHERE {who} = %(key)s AND day >= %(since)s GROUP BY 1
"""


def weeks_of(
    *, week: date, count: int, brand_id: int | None = None, member_id: int | None = None
) -> list[tuple[date, int]]:
    """Points by week, the oldest first, of a person or of a whole brand."""
    who, key = ("member_id", member_id) if member_id is not None else ("brand_id", brand_id)
    first = week - timedelta(days=7 * (count - 1))
    found: dict[date, int] = dict(db.fetch(_WEEKS.format(who=who), {"key": key, "since": first}))
    mondays = [first + timedelta(days=7 * number) for number in range(count)]
    return [(monday, max(0, found.get(monday, 0))) for monday in mondays]
