"""Counting working time, against a count minute by minute."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chimein.people.calendars import ROUND_THE_CLOCK, WorkingTime, parse_shifts, public_days, shifts_text

OFFICE = parse_shifts("09:00-12:30, 13:30-18:00")
MINUTE = timedelta(minutes=1)


def office(zone: str = "Asia/Shanghai", country: str = "", **more: object) -> WorkingTime:
    return WorkingTime(zone, (*(OFFICE,) * 5, (), ()), country, **more)  # type: ignore[arg-type]


def at(text: str, zone: str = "Asia/Shanghai") -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


shifts = st.lists(
    st.tuples(st.integers(0, 1439), st.integers(0, 1440)).filter(lambda pair: pair[0] != pair[1]), max_size=3
).map(tuple)
calendars = st.builds(
    WorkingTime,
    zone=st.sampled_from(
        ["UTC", "Asia/Shanghai", "Europe/Berlin", "America/St_Johns", "Australia/Lord_Howe"]
    ),
    weekly=st.tuples(*[shifts] * 7),
    country=st.sampled_from(["", "CN", "DE"]),
    exceptions=st.dictionaries(st.dates(date(2026, 3, 20), date(2026, 4, 10)), shifts, max_size=3),
)
moments = st.integers(0, 21 * 24 * 60).map(
    lambda minutes: datetime(2026, 3, 20, tzinfo=UTC) + timedelta(minutes=minutes)
)


@settings(max_examples=60, deadline=None)
@given(calendars, moments, st.integers(0, 2 * 24 * 60))
def test_counted_minute_by_minute(working: WorkingTime, start: datetime, length: int) -> None:
    spans = [span for day in range(-3, 5) for span in working.spans_on(start.date() + timedelta(day))]
    counted = sum(
        any(opened <= start + number * MINUTE < closed for opened, closed in spans)
        for number in range(length)
    )
    assert working.minutes_between(start, start + length * MINUTE) == counted


@settings(max_examples=150, deadline=None)
@given(calendars, moments, st.integers(1, 3000))
def test_due_is_when_so_many_minutes_have_passed(working: WorkingTime, start: datetime, minutes: int) -> None:
    due = working.due_after(start, minutes)
    assert due >= start + minutes * MINUTE
    if working.next_opening(start) is not None:
        assert working.minutes_between(start, due) == pytest.approx(minutes)
        assert working.is_open(due - timedelta(seconds=1))
    assert working.due_after(start, minutes + 7) >= due + 7 * MINUTE


@settings(max_examples=100, deadline=None)
@given(calendars, moments, moments, moments)
def test_parts_add_up(working: WorkingTime, one: datetime, two: datetime, three: datetime) -> None:
    first, middle, last = sorted((one, two, three))
    parts = working.minutes_between(first, middle) + working.minutes_between(middle, last)
    assert parts == pytest.approx(working.minutes_between(first, last))


@settings(max_examples=100, deadline=None)
@given(calendars, moments)
def test_the_next_opening_is_the_first_open_moment(working: WorkingTime, start: datetime) -> None:
    opening = working.next_opening(start)
    if opening is None:
        assert not working.is_open(start)
        return
    assert working.is_open(opening)
    assert working.minutes_between(start, opening) == 0
    assert (opening == start) == working.is_open(start)


def test_a_weekday_with_a_lunch_break() -> None:
    working = office()
    assert working.is_open(at("2026-03-02 09:00"))
    assert not working.is_open(at("2026-03-02 12:30"))
    assert working.next_opening(at("2026-03-02 12:45")) == at("2026-03-02 13:30")
    assert working.minutes_between(at("2026-03-02 12:00"), at("2026-03-02 14:00")) == 60
    # Friday evening to Monday morning.
    assert working.due_after(at("2026-03-06 17:50"), 30) == at("2026-03-09 09:20")


def test_holidays_and_worked_weekends_in_china() -> None:
    working = office(country="CN")
    assert not working.is_open(at("2025-10-01 10:00"))
    assert working.is_open(at("2025-09-28 10:00"))  # a Sunday, worked instead of 7 October
    assert public_days("CN", "", 2025)[date(2025, 9, 28)].works
    assert working.next_opening(at("2025-09-30 18:00")) == at("2025-10-09 09:00")


def test_own_exceptions_win() -> None:
    working = office(country="CN", exceptions={date(2025, 10, 1): ((600, 720),), date(2025, 9, 29): ()})
    assert working.minutes_between(at("2025-10-01 00:00"), at("2025-10-02 00:00")) == 120
    assert working.minutes_between(at("2025-09-29 00:00"), at("2025-09-30 00:00")) == 0


def test_a_night_shift_goes_over_midnight_and_a_change_of_the_clocks() -> None:
    nights = WorkingTime("Europe/Berlin", (((22 * 60, 6 * 60),),) * 7)
    assert nights.is_open(at("2026-03-29 05:59", "Europe/Berlin"))
    # The night of 28 to 29 March 2026 has seven hours from ten to six, not eight.
    start = at("2026-03-28 22:00", "Europe/Berlin").astimezone(UTC)
    assert nights.minutes_between(start, start + timedelta(hours=7)) == 420
    assert nights.next_opening(at("2026-03-29 06:00", "Europe/Berlin")) == at(
        "2026-03-29 22:00", "Europe/Berlin"
    )


def test_round_the_clock_is_the_clock() -> None:
    start = at("2026-03-28 22:13")
    assert ROUND_THE_CLOCK.due_after(start, 100_000) == start + timedelta(minutes=100_000)
    assert ROUND_THE_CLOCK.is_open(start)


def test_never_open_counts_round_the_clock() -> None:
    never = WorkingTime("UTC", ((),) * 7)
    assert never.next_opening(at("2026-03-01 00:00")) is None
    assert never.due_after(at("2026-03-01 00:00"), 10) == at("2026-03-01 00:10")


def test_a_country_nobody_knows_has_no_holidays() -> None:
    assert public_days("ZZ", "", 2026) == {}
    assert public_days("DE", "XX", 2026) == {}


@pytest.mark.parametrize("text", ["9-12", "09:00", "24:00-25:00", "09:60-10:00", "09:00-09:00", "abc"])
def test_what_is_no_shift(text: str) -> None:
    with pytest.raises(ValueError, match=text):
        parse_shifts(text)


def test_shifts_read_as_they_are_written() -> None:
    text = "00:00-06:00, 22:00-24:00"
    assert shifts_text(parse_shifts(text)) == text
    assert parse_shifts("9:00–12:30；13:30~18:00") == OFFICE
    assert parse_shifts(" ") == ()
