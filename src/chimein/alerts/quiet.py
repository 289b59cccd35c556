"""When somebody is not to be disturbed: quiet hours in their own zone, and pauses they took.

A crisis reaches whoever is on duty all the same; being on duty is having a page of the console open.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from chimein.alerts.models import Look
from chimein.people.models import HelperSettings, Membership

ON_DUTY = timedelta(minutes=15)


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


def silence_until(settings: HelperSettings | None, brand_zone: str, now: datetime) -> datetime | None:
    """Until when somebody with these settings hears nothing; None when they can be told now."""
    if settings is None:
        return None
    zone = zone_of(settings.timezone, brand_zone)
    ends = quiet_until(settings.quiet_from, settings.quiet_until, zone, now)
    muted = settings.muted_until if settings.muted_until and settings.muted_until > now else None
    return max(filter(None, (ends, muted)), default=None)


def silences(members: Iterable[Membership], now: datetime) -> dict[int, datetime]:
    """Who of these is not to be disturbed, until when. The members come with their brands."""
    people = {one.pk: one for one in members}
    stored = HelperSettings.objects.filter(member__in=people)
    found = {one.member_id: silence_until(one, people[one.member_id].brand.timezone, now) for one in stored}
    return {pk: until for pk, until in found.items() if until is not None}


def on_duty(members: Iterable[int], now: datetime) -> set[int]:
    """Who of these is at work now."""
    return set(
        Look.objects.filter(member__in=list(members), seen_at__gt=now - ON_DUTY).values_list(
            "member_id", flat=True
        )
    )
