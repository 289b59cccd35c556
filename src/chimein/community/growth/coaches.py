"""Who looks at whose drafts first: a named coach for everybody who is coached."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from chimein.community.growth import events
from chimein.community.growth import trust as changes
from chimein.core import db
from chimein.core.actor import Actor
from chimein.core.errors import UserError
from chimein.core.events import Fact, emit
from chimein.people import trust
from chimein.people.models import Membership

# Mentors first, then staff; nobody of the own team, which may not read each other's drafts; the least busy.
_CHOOSE = """
SELECT m.id FROM people_membership m
LEFT JOIN (SELECT coach_id, count(*) AS n FROM people_membership WHERE is_active GROUP BY coach_id) c
       ON c.coach_id = m.id
WHERE m.brand_id = %(brand)s AND m.is_active AND m.id <> %(me)s AND m.id = ANY(%(able)s)
  AND (m.team_id IS NULL OR m.team_id IS DISTINCT FROM %(team)s)
  AND (cardinality(m.languages) = 0 OR m.languages && %(languages)s::varchar[])
ORDER BY m.id = ANY(%(mentors)s) DESC, coalesce(c.n, 0), m.id LIMIT 1
"""


def able(brand_id: int, *, now: datetime) -> list[int]:
    """Members who may coach: mentors, and staff."""
    levels = trust.levels_of(brand_id, now=now)
    staff = set(
        Membership.objects.filter(brand_id=brand_id, role__in=trust.STAFF).values_list("pk", flat=True)
    )
    return [pk for pk, level in levels.items() if level >= trust.Level.MENTOR or pk in staff]


def give(member: Membership, *, now: datetime) -> int | None:
    """Somebody who has no coach gets the least busy one who speaks their language; who that is."""
    if member.coach_id is not None:
        return member.coach_id
    can = able(member.brand_id, now=now)
    mentors = [
        pk for pk, level in trust.levels_of(member.brand_id, now=now).items() if level >= trust.Level.MENTOR
    ]
    params = {
        "brand": member.brand_id, "me": member.pk, "able": can, "mentors": mentors, "team": member.team_id,
        "languages": list(member.languages) or ["en", "zh"],
    }  # fmt: skip
    row = db.fetch_one(_CHOOSE, params)
    if row is None:
        return None
    _write(member.pk, row[0], "system:trust", member.brand_id, now)
    return int(row[0])


def choose(*, actor: Actor, member_id: int, coach_id: int | None, now: datetime) -> None:
    """A lead names a coach, or none. Raises UserError for somebody who may not coach."""
    member = changes.helper_of(actor, member_id)
    if coach_id is not None and (coach_id == member_id or coach_id not in able(member.brand_id, now=now)):
        raise UserError(_("Mentors and staff can coach, nobody themselves."))
    _write(member_id, coach_id, actor.label, actor.brand_id, now)


def _write(member_id: int, coach_id: int | None, who: str, brand_id: int, now: datetime) -> None:
    with db.atomic():
        Membership.objects.filter(pk=member_id).update(coach_id=coach_id)
        data: dict[str, object] = {"member": member_id, "coach": coach_id}
        emit(Fact(events.COACH_GIVEN, now, who, brand_id, None, None, data))
