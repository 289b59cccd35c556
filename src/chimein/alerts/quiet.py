"""When somebody is not to be disturbed: quiet hours in their own zone, pauses they took, hours they are not paid for.

A crisis reaches whoever is on duty all the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from chimein.people import duty
from chimein.people.calendars import WorkingTime
from chimein.people.models import HelperSettings, Membership
from chimein.routing.models import HelperLoad

HERE = timedelta(minutes=15)
_NEVER_OPEN = timedelta(days=7)


def zone_of(*names: str) -> ZoneInfo:
    """The first zone of these that exists; else UTC."""
    for name in filter(None, names):
        try:
            return ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            continue
    return ZoneInfo("UTC")


def quiet_until(begins: time | None, ends: time | None, zone: ZoneInfo, now: datetime) -> datetime | None:
    """When the quiet hours end in which `now` lies; None outside of them.

    They may run over midnight; from and until the same hour is no quiet at all. Where a clock change removes the hour
    at which they end, they end an hour later by the wall.
    """
    if begins is None or ends is None or begins == ends:
        return None
    here = now.astimezone(zone)
    for days in (-1, 0):
        day = here.date() + timedelta(days=days)
        last = day if begins < ends else day + timedelta(days=1)
        start = datetime.combine(day, begins, zone).astimezone(UTC)
        end = datetime.combine(last, ends, zone).astimezone(UTC)
        if start <= now < end:
            return end
    return None


def unpaid_until(calendar: WorkingTime | None, now: datetime) -> datetime | None:
    """When the next paid hour begins; None within one, and for somebody without a calendar."""
    if calendar is None:
        return None
    opens = calendar.next_opening(now)
    if opens is None:
        return now + _NEVER_OPEN
    return opens if opens > now else None


def silence_until(
    settings: HelperSettings | None, brand_zone: str, calendar: WorkingTime | None, now: datetime
) -> datetime | None:
    """Until when somebody with these settings hears nothing; None when they can be told now."""
    if settings is None:
        return None
    zone = zone_of(settings.timezone, brand_zone)
    ends = quiet_until(settings.quiet_from, settings.quiet_until, zone, now)
    muted = settings.muted_until if settings.muted_until and settings.muted_until > now else None
    unpaid = unpaid_until(calendar, now) if settings.paid_hours_only else None
    return max(filter(None, (ends, muted, unpaid)), default=None)


def silences(members: Iterable[Membership], now: datetime) -> dict[int, datetime]:
    """Who of these is not to be disturbed, until when. The members come with their brands and teams."""
    people = {one.pk: one for one in members}
    found = {}
    for one in HelperSettings.objects.filter(member__in=people):
        member = people[one.member_id]
        found[one.member_id] = silence_until(one, member.brand.timezone, _calendar(member), now)
    return {pk: until for pk, until in found.items() if until is not None}


def _calendar(member: Membership) -> WorkingTime | None:
    """Somebody's own calendar, else the team's; None without either."""
    known: Mapping[int, WorkingTime] = duty.calendars(member.brand_id)
    chosen = member.calendar_id or (member.team.calendar_id if member.team else None)
    return known.get(chosen) if chosen else None


def on_duty(members: Iterable[Membership], now: datetime) -> set[int]:
    """Who of these is at work: by their calendar, or because they had a page of the console open a moment ago."""
    people = list(members)
    loads = HelperLoad.objects.filter(member__in=people, last_seen_at__gt=now - HERE)
    here = set(loads.values_list("member_id", flat=True))
    for one in people:
        calendar = _calendar(one)
        if calendar is not None and calendar.is_open(now):
            here.add(one.pk)
    return here
