"""Weeks of a brand: Monday to Sunday where the brand is."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

WEEK = timedelta(days=7)


def week_of(moment: datetime, timezone: str) -> date:
    """The Monday of the moment's week."""
    day = moment.astimezone(ZoneInfo(timezone)).date()
    return day - timedelta(days=day.weekday())


def begin_of(monday: date, timezone: str) -> datetime:
    """The moment a week begins."""
    return datetime(monday.year, monday.month, monday.day, tzinfo=ZoneInfo(timezone))


def parse_week(text: str, latest: date) -> date:
    """``2026-11-16`` as its Monday, not after the latest; the latest for anything else."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return latest
    return min(latest, day - timedelta(days=day.weekday()))
