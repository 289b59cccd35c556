"""Changing calendars and who works by them. Everything can be taken back by the moment it was done."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError
from django.utils.translation import gettext as _

from chimein.core import db
from chimein.core.actor import Actor
from chimein.core.errors import Conflict, NotAllowed, UserError
from chimein.core.events import Fact, emit
from chimein.core.models import Event
from chimein.people import duty, events
from chimein.people.calendars import Shift, knows_country, knows_zone, parse_shifts, shifts_text
from chimein.people.models import Calendar, Membership, Team

_CLOSED = re.compile(r"^(closed|休息|放假)\b", re.IGNORECASE)
_LINE = re.compile(r"^\s*(\d{4}-\d{2}-\d{2})\s+(.*)$")
_SHIFTS = re.compile(r"^((?:\s*\d{1,2}:\d{2}\s*[-–—~]\s*\d{1,2}:\d{2}\s*[,;，；、]?)+)(.*)$")
_FIELDS = ("name", "timezone", "weekly", "country", "subdivision", "exceptions")
_OF_MEMBER = ("calendar_id", "seats", "away_from", "away_until")


@dataclass(frozen=True, slots=True)
class Exceptional:
    """What one date has instead of what it would have. Without shifts it is free."""

    date: str
    shifts: Sequence[Shift]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Values:
    """A calendar as typed in; see `people.models.Calendar`."""

    name: str
    timezone: str
    weekly: Sequence[Sequence[Shift]]
    country: str = ""
    subdivision: str = ""
    exceptions: Sequence[Exceptional] = ()


def parse_exceptions(text: str) -> list[Exceptional]:
    """Lines such as ``2026-12-24 09:00-12:00 Christmas Eve`` or ``2026-12-25 closed``.

    Raises ValueError with the line that is neither.
    """
    found = {}
    for line in filter(None, (one.strip() for one in text.splitlines())):
        one = _parse_line(line)
        found[one.date] = one
    return [found[day] for day in sorted(found)]


def _parse_line(line: str) -> Exceptional:
    parts = _LINE.match(line)
    if parts is None:
        raise ValueError(line)
    day, rest = parts.groups()
    try:
        date.fromisoformat(day)
        if _CLOSED.match(rest):
            return Exceptional(day, (), _CLOSED.sub("", rest).strip())
        shifts = _SHIFTS.match(rest)
        if shifts is None:
            raise ValueError(line)
        return Exceptional(day, parse_shifts(shifts[1]), shifts[2].strip())
    except ValueError as error:
        raise ValueError(line) from error


def exceptions_text(rows: Sequence[Mapping[str, Any]]) -> str:
    """Stored exceptions as one writes them."""
    return "\n".join(
        " ".join(filter(None, (one["date"], shifts_text(one["shifts"]) or "closed", one.get("note", ""))))
        for one in rows
    )


def _check(actor: Actor) -> None:
    if not actor.is_lead:
        raise NotAllowed(_("Only owners and leads change working time."))


def save_calendar(*, actor: Actor, calendar_id: int | None, values: Values, now: datetime) -> Calendar:
    """Make a calendar (no id) or change one. What waits keeps its promised time.

    Raises NotAllowed for others than leads, UserError for an unknown zone or country, or a name that is taken.
    """
    _check(actor)
    if not knows_zone(values.timezone):
        raise UserError(_("There is no such time zone."))
    if not knows_country(values.country, values.subdivision):
        raise UserError(_("The holidays of this country or region are not known."))
    with db.atomic():
        row = _row(actor, calendar_id) if calendar_id else Calendar(brand_id=actor.brand_id)
        before = _stored(row) if row.pk else None
        _fill(row, asdict(values), now)
        data: dict[str, object] = {"calendar": row.pk, "name": row.name, "before": before}
        emit(Fact(events.CALENDAR_SAVED, now, actor.label, actor.brand_id, None, None, data))
    duty.forget()
    return row


def _row(actor: Actor, calendar_id: int) -> Calendar:
    row = Calendar.objects.select_for_update().filter(pk=calendar_id, brand_id=actor.brand_id).first()
    if row is None:
        raise NotAllowed(_("There is no such calendar."))
    return row


def _stored(row: Calendar) -> dict[str, Any]:
    return {name: getattr(row, name) for name in _FIELDS}


def _fill(row: Calendar, values: Mapping[str, Any], now: datetime) -> None:
    for name in _FIELDS:
        setattr(row, name, values[name])
    row.updated_at = now
    try:
        with db.atomic():
            row.save()
    except IntegrityError as error:
        raise UserError(_("Another calendar has this name already.")) from error


def delete_calendar(*, actor: Actor, calendar_id: int, now: datetime) -> None:
    """Take a calendar away; who worked by it works by the team's or round the clock."""
    _check(actor)
    with db.atomic():
        row = _row(actor, calendar_id)
        before = _stored(row) | {
            "members": list(row.members.values_list("pk", flat=True)),
            "teams": list(row.teams.values_list("pk", flat=True)),
        }
        data: dict[str, object] = {"calendar": row.pk, "name": row.name, "before": before}
        row.delete()
        emit(Fact(events.CALENDAR_SAVED, now, actor.label, actor.brand_id, None, None, data))
    duty.forget()


def set_hours(*, actor: Actor, member_id: int, values: Mapping[str, Any], now: datetime) -> None:
    """Change a member's calendar, seats or absence (`_OF_MEMBER`). Raises NotAllowed for others than leads."""
    _check(actor)
    with db.atomic():
        rows = Membership.objects.select_for_update().filter(pk=member_id, brand_id=actor.brand_id)
        row = rows.first()
        if row is None:
            raise NotAllowed(_("There is no such member."))
        before = {name: _plain(getattr(row, name)) for name in _OF_MEMBER}
        rows.update(**{name: values[name] for name in _OF_MEMBER})
        data: dict[str, object] = {"member": member_id, "team": None, "before": before}
        emit(Fact(events.HOURS_CHANGED, now, actor.label, actor.brand_id, None, None, data))
    duty.forget()


def set_team_calendar(*, actor: Actor, team_id: int, calendar_id: int | None, now: datetime) -> None:
    """Change the calendar of a team. Raises NotAllowed for others than leads."""
    _check(actor)
    with db.atomic():
        rows = Team.objects.select_for_update().filter(pk=team_id, brand_id=actor.brand_id)
        row = rows.first()
        if row is None or (
            calendar_id and not Calendar.objects.filter(pk=calendar_id, brand_id=actor.brand_id)
        ):
            raise NotAllowed(_("There is no such calendar."))
        before = {"calendar_id": row.calendar_id}
        rows.update(calendar_id=calendar_id)
        data: dict[str, object] = {"member": None, "team": team_id, "before": before}
        emit(Fact(events.HOURS_CHANGED, now, actor.label, actor.brand_id, None, None, data))
    duty.forget()


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, datetime) else value


def take_back(*, actor: Actor, done_at: datetime, now: datetime) -> None:
    """Undo what was changed at that moment. Raises Conflict when there is nothing, or it was changed again since."""
    _check(actor)
    kinds = [events.CALENDAR_SAVED.name, events.HOURS_CHANGED.name]
    with db.atomic():
        done = Event.objects.filter(brand_id=actor.brand_id, kind__in=kinds, at=done_at).first()
        if done is None:
            raise Conflict(_("There is nothing to take back."))
        later = Event.objects.filter(brand_id=actor.brand_id, kind=done.kind, at__gt=done_at)
        same = {key: done.data.get(key) for key in ("calendar", "member", "team") if key in done.data}
        if later.filter(**{f"data__{key}": value for key, value in same.items()}).exists():
            raise Conflict(_("Somebody has changed it since."))
        _restore(actor, done.data, now)
        data: dict[str, object] = {**done.data, "before": None}
        kind = events.CALENDAR_SAVED if done.kind == events.CALENDAR_SAVED.name else events.HOURS_CHANGED
        emit(Fact(kind, now, actor.label, actor.brand_id, None, None, data))
    duty.forget()


def _restore(actor: Actor, done: Mapping[str, Any], now: datetime) -> None:
    before = done["before"]
    if done.get("member"):
        Membership.objects.filter(pk=done["member"], brand_id=actor.brand_id).update(**before)
    elif done.get("team"):
        Team.objects.filter(pk=done["team"], brand_id=actor.brand_id).update(**before)
    elif before is None:
        Calendar.objects.filter(pk=done["calendar"], brand_id=actor.brand_id).delete()
    else:
        found = Calendar.objects.filter(pk=done["calendar"], brand_id=actor.brand_id).first()
        row = found or Calendar(pk=done["calendar"], brand_id=actor.brand_id)
        _fill(row, before, now)
        Membership.objects.filter(pk__in=before.get("members", ())).update(calendar=row)
        Team.objects.filter(pk__in=before.get("teams", ())).update(calendar=row)
