"""Working calendars: when somebody works, and how working time is counted.

A week of shifts in a time zone; public holidays of a country, with the weekends China works instead (the `holidays`
library); own exceptions. Everything is computed from the rows each time, so that an edited calendar counts at once.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

DAY_MINUTES = 24 * 60
_FAR = 400
"""Days looked through for the next opening: more than a year without one is never."""

Shift = tuple[int, int]
"""From and until, in minutes after midnight. An end at or before the start is on the next day."""
Span = tuple[datetime, datetime]

_TIME = r"(\d{1,2}):(\d{2})"
_SHIFT = re.compile(rf"^\s*{_TIME}\s*[-–—~]\s*{_TIME}\s*$")


def parse_shifts(text: str) -> tuple[Shift, ...]:
    """``09:00-12:30, 13:30-18:00`` as shifts; nothing means closed. Raises ValueError for anything else."""
    return tuple(_parse_shift(part) for part in re.split(r"[,;，；、]", text) if part.strip())


def _parse_shift(text: str) -> Shift:
    found = _SHIFT.match(text)
    if found is None:
        raise ValueError(text.strip())
    hours, minutes, end_hours, end_minutes = map(int, found.groups())
    start, end = hours * 60 + minutes, end_hours * 60 + end_minutes
    if max(minutes, end_minutes) > 59 or start >= DAY_MINUTES or end > DAY_MINUTES or start == end:
        raise ValueError(text.strip())
    return start, end


def shifts_text(shifts: Sequence[Sequence[int]]) -> str:
    """Shifts as one writes them, such as ``09:00-12:30, 13:30-18:00``."""
    return ", ".join(f"{_clock(start)}-{_clock(end)}" for start, end in shifts)


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


@dataclass(frozen=True, slots=True)
class DayOff:
    """A public holiday or a weekend that is worked, with its name in the library's words."""

    works: bool
    name: str


@cache
def public_days(country: str, subdivision: str, year: int) -> dict[date, DayOff]:
    """The holidays of a year and the weekends that are worked instead; nothing for a country nobody knows.

    Swapped weekends are known only for the years a government has announced (China: each November for the next year).
    """
    if not country:
        return {}
    import holidays  # 8 MB that only calendars of a country need

    try:
        known = holidays.country_holidays(country, subdiv=subdivision or None, years=year)
    except (NotImplementedError, KeyError, ValueError):
        return {}
    days = {day: DayOff(False, name) for day, name in known.items()}
    worked = getattr(known, "weekend_workdays", None) or ()
    return days | {day: DayOff(True, "") for day in worked if day.year == year}


def knows_country(country: str, subdivision: str) -> bool:
    """Whether the holidays of a country, and of a part of it, are known. None are wanted without a country."""
    if not country:
        return not subdivision
    import holidays

    known = holidays.list_supported_countries()
    return country in known and (not subdivision or subdivision in known[country])


def knows_zone(name: str) -> bool:
    """Whether there is such a time zone."""
    return name in available_timezones()


@dataclass(frozen=True)
class WorkingTime:
    """Time to count with. `weekly`: seven lists of shifts, Monday first; `exceptions`: what a date has instead."""

    zone: str
    weekly: tuple[tuple[Shift, ...], ...]
    country: str = ""
    subdivision: str = ""
    exceptions: Mapping[date, tuple[Shift, ...]] = field(default_factory=dict)
    _spans: dict[date, tuple[Span, ...]] = field(default_factory=dict, compare=False, repr=False)

    def shifts_on(self, day: date) -> tuple[Shift, ...]:
        """The shifts that begin on a date: its own exception, else a worked weekend, else none on a holiday."""
        if day in self.exceptions:
            return self.exceptions[day]
        public = public_days(self.country, self.subdivision, day.year).get(day)
        if public is None:
            return self.weekly[day.weekday()]
        return self._first_workday() if public.works else ()

    def _first_workday(self) -> tuple[Shift, ...]:
        """What a worked weekend is like: the first day from Monday on that has shifts."""
        return next((shifts for shifts in self.weekly[:5] if shifts), ())

    def spans_on(self, day: date) -> tuple[Span, ...]:
        """The shifts that begin on a date as moments in UTC, in order, joined where they overlap."""
        if day not in self._spans:
            self._spans[day] = tuple(_joined(self._moments(day, shift) for shift in self.shifts_on(day)))
        return self._spans[day]

    def _moments(self, day: date, shift: Shift) -> Span:
        start, end = shift
        return self._at(day, start), self._at(day, end if end > start else end + DAY_MINUTES)

    def _at(self, day: date, minutes: int) -> datetime:
        # By the clock on the wall, so that a shift from nine is from nine on both sides of a change of the clocks.
        days, rest = divmod(minutes, DAY_MINUTES)
        local = datetime.combine(day + timedelta(days), time(rest // 60, rest % 60), ZoneInfo(self.zone))
        return local.astimezone(UTC)

    def spans_from(self, moment: datetime, days: int = _FAR) -> Iterator[Span]:
        """What is open from a moment on, in order and not overlapping, the first cut at the moment."""
        day = moment.astimezone(ZoneInfo(self.zone)).date() - timedelta(1)
        seen = moment.astimezone(UTC)
        for number in range(days + 1):
            for start, end in self.spans_on(day + timedelta(number)):
                if end > seen:
                    yield max(start, seen), end
                    seen = end

    def is_open(self, at: datetime) -> bool:
        """Whether somebody works at this moment."""
        return next((start == at for start, _end in self.spans_from(at, 2)), False)

    def next_opening(self, at: datetime) -> datetime | None:
        """When work goes on: this moment while it is open; None when it does not within a year."""
        return next((start for start, _end in self.spans_from(at)), None)

    def minutes_between(self, start: datetime, end: datetime) -> float:
        """Working minutes from one moment to a later one; none when it is not later."""
        total = timedelta()
        days = max(0, (end - start).days) + 3
        for opened, closed in self.spans_from(start, days):
            if opened >= end:
                break
            total += min(closed, end) - opened
        return total / timedelta(minutes=1)

    def due_after(self, start: datetime, minutes: float) -> datetime:
        """The moment by which so many working minutes have passed.

        A calendar without working time within a year counts round the clock: a promise must end some day.
        """
        left = timedelta(minutes=minutes)
        for opened, closed in self.spans_from(start):
            if closed - opened >= left:
                return opened + left
            left -= closed - opened
        return start.astimezone(UTC) + timedelta(minutes=minutes)


def _joined(spans: Iterator[Span]) -> Iterator[Span]:
    """Spans in order, with those that touch or overlap made one."""
    last: Span | None = None
    for start, end in sorted(spans):
        if end <= start:
            continue
        if last and start <= last[1]:
            last = (last[0], max(last[1], end))
            continue
        if last:
            yield last
        last = (start, end)
    if last:
        yield last


ROUND_THE_CLOCK = WorkingTime("UTC", (((0, DAY_MINUTES),),) * 7)
"""What counts where nobody has said otherwise."""
