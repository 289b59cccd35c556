"""Quiet hours, by the clock on the wall of whoever wants quiet."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chimein.alerts.quiet import quiet_until, unpaid_until, zone_of
from chimein.people.calendars import WorkingTime

SHANGHAI, BERLIN = ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/Berlin")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("begins", "ends", "zone", "now", "until"),
    [
        ("22:00", "07:00", SHANGHAI, "2026-11-22T14:30", "2026-11-22T23:00"),  # 22:30 there
        ("22:00", "07:00", SHANGHAI, "2026-11-22T22:59", "2026-11-22T23:00"),  # 06:59 there
        ("22:00", "07:00", SHANGHAI, "2026-11-22T23:00", None),  # seven o'clock
        ("22:00", "07:00", SHANGHAI, "2026-11-22T13:59", None),
        ("12:00", "13:00", BERLIN, "2026-11-22T11:10", "2026-11-22T12:00"),
        ("12:00", "13:00", BERLIN, "2026-07-22T11:10", None),  # 13:10 in summer
        ("02:30", "06:00", BERLIN, "2026-03-29T00:45", None),  # 01:45, and 02:30 does not exist that night
        ("22:00", "02:30", BERLIN, "2026-03-28T23:00", "2026-03-29T01:30"),  # 03:30 by the wall
        ("09:00", "09:00", BERLIN, "2026-11-22T08:00", None),
    ],
)
def test_quiet(begins: str, ends: str, zone: ZoneInfo, now: str, until: str | None) -> None:
    found = quiet_until(time.fromisoformat(begins), time.fromisoformat(ends), zone, at(now))
    assert found == (at(until) if until else None)


def test_without_hours_there_is_no_quiet() -> None:
    assert quiet_until(None, None, BERLIN, at("2026-11-22T03:00")) is None
    assert quiet_until(time(22), None, BERLIN, at("2026-11-22T03:00")) is None


@given(
    begins=st.times(), ends=st.times(), zone=st.sampled_from([SHANGHAI, BERLIN, ZoneInfo("America/New_York")]),
    now=st.integers(0, 365 * 24 * 60).map(lambda minutes: at("2026-01-01T00:00") + timedelta(minutes=minutes)),
)  # fmt: skip
def test_quiet_ends_after_now_within_a_day_and_is_then_over(
    begins: time, ends: time, zone: ZoneInfo, now: datetime
) -> None:
    until = quiet_until(begins, ends, zone, now)
    if until is not None:
        assert now < until <= now + timedelta(hours=25)
        assert quiet_until(begins, ends, zone, until) is None


def test_unpaid_hours_end_with_the_next_shift() -> None:
    nine_to_five = WorkingTime("Europe/Berlin", (((540, 1020),),) * 5 + ((), ()))
    assert unpaid_until(nine_to_five, at("2026-11-20T10:00")) is None
    assert unpaid_until(nine_to_five, at("2026-11-20T17:00")) == at("2026-11-23T08:00")
    assert unpaid_until(None, at("2026-11-20T17:00")) is None


def test_a_zone_that_does_not_exist_gives_way_to_the_next() -> None:
    assert zone_of("Mars/Olympus", "Asia/Shanghai").key == "Asia/Shanghai"
    assert zone_of("", "../../etc/passwd").key == "UTC"
