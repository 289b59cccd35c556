"""Who works at a moment: own calendar, else the team's, else round the clock; and nobody who is away."""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import date, datetime

from chimein.core import db
from chimein.people.calendars import ROUND_THE_CLOCK, WorkingTime
from chimein.people.models import Calendar

_FRESH_S = 3.0
_remembered: dict[int, tuple[datetime, WorkingTime]] = {}
_known: dict[int, tuple[float, dict[int, WorkingTime]]] = {}

_MEMBERS = """
SELECT m.id, coalesce(m.calendar_id, t.calendar_id),
       m.away_until > %(now)s AND (m.away_from IS NULL OR m.away_from <= %(now)s)
FROM people_membership m LEFT JOIN people_team t ON t.id = m.team_id
WHERE m.brand_id = %(brand)s AND m.is_active
"""


def working_time(row: Calendar) -> WorkingTime:
    """A calendar to count with. What it has worked out is remembered until it is edited."""
    known = _remembered.get(row.pk)
    if known is not None and known[0] == row.updated_at:
        return known[1]
    made = WorkingTime(
        row.timezone, tuple(_shifts(day) for day in row.weekly), row.country, row.subdivision,
        {date.fromisoformat(one["date"]): _shifts(one["shifts"]) for one in row.exceptions},
    )  # fmt: skip
    if row.pk is not None:
        _remembered[row.pk] = (row.updated_at, made)
    return made


def _shifts(stored: list[list[int]]) -> tuple[tuple[int, int], ...]:
    return tuple((start, end) for start, end in stored)


def calendars(brand_id: int) -> Mapping[int, WorkingTime]:
    """A brand's calendars by id, as of a few seconds ago."""
    until, found = _known.get(brand_id, (0.0, {}))
    if time.monotonic() > until:
        found = {row.pk: working_time(row) for row in Calendar.objects.filter(brand_id=brand_id)}
        _known[brand_id] = (time.monotonic() + _FRESH_S, found)
    return found


def forget() -> None:
    """Read the calendars anew the next time."""
    _known.clear()
    _remembered.clear()


def calendar_of(brand_id: int, calendar_id: int | None) -> WorkingTime:
    """The calendar with this id; round the clock without one, or when it is gone."""
    if calendar_id is None:
        return ROUND_THE_CLOCK
    return calendars(brand_id).get(calendar_id, ROUND_THE_CLOCK)


def on_duty(brand_id: int, *, now: datetime) -> frozenset[int]:
    """The members of a brand who work at this moment."""
    rows = db.fetch(_MEMBERS, {"brand": brand_id, "now": now})
    here = [(member, calendar) for member, calendar, away in rows if not away]
    # Asked once for each calendar, however many work by it.
    is_open = {one: calendar_of(brand_id, one).is_open(now) for one in {calendar for _, calendar in here}}
    return frozenset(member for member, calendar in here if is_open[calendar])
