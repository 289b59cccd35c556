"""Quiet hours, days and limits, for any clock."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from chimein.people.helping import end_of_today
from chimein.routing.candidates import Person, is_quiet
from chimein.routing.matching.facts import Why

TIMES = st.times()
ZONES = st.sampled_from(
    ["UTC", "Asia/Shanghai", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Pacific/Apia"]
)
_FIRST = datetime(2024, 1, 1, tzinfo=UTC)
MOMENTS = st.integers(0, 5 * 366 * 86_400).map(lambda seconds: _FIRST + timedelta(seconds=seconds))


def person(**fields: object) -> Person:
    known: dict[str, object] = {
        "id": 1, "role": "colleague", "team_id": None, "languages": [], "topics": [], "timezone": "UTC",
        "takes_offers": None, "daily_limit": None, "quiet_from": None, "quiet_until": None, "paid_hours_only": None,
        "muted": False, "paused": False, "seen_at": None, "asked_at": None, "opened": 0.0, "exposure": 0.0,
        "load": 0.0, "day": None, "offered_today": 0, "claimed": 0, "dropped": 0, "holds": False,
    }  # fmt: skip
    return Person(**(known | fields))  # type: ignore[arg-type]


@given(at=TIMES, begin=TIMES, end=TIMES)
def test_quiet_is_the_same_as_walking_the_clock(at: time, begin: time, end: time) -> None:
    """Going forward from the beginning one meets the moment before the end."""

    def after(one: time) -> timedelta:
        def seconds(of: time) -> timedelta:
            return timedelta(hours=of.hour, minutes=of.minute, seconds=of.second, microseconds=of.microsecond)

        return (seconds(one) - seconds(begin)) % timedelta(days=1)

    assert is_quiet(at, begin, end) == (begin != end and after(at) < after(end))


@given(at=TIMES, begin=TIMES, end=TIMES)
def test_every_moment_is_in_just_one_of_two_halves(at: time, begin: time, end: time) -> None:
    if begin != end:
        assert is_quiet(at, begin, end) != is_quiet(at, end, begin)


@given(moment=MOMENTS, zone=ZONES, begin=TIMES, end=TIMES)
def test_nobody_is_asked_in_their_quiet_hours(moment: datetime, zone: str, begin: time, end: time) -> None:
    local = moment.astimezone(ZoneInfo(zone))
    one = person(quiet_from=begin, quiet_until=end, timezone=zone)
    assert (one.why_blocked(local, works=True) == Why.QUIET_HOURS) == is_quiet(local.time(), begin, end)


@given(moment=MOMENTS, limit=st.integers(0, 50), asked=st.integers(0, 60), days_ago=st.integers(0, 3))
def test_the_limit_is_that_of_today(moment: datetime, limit: int, asked: int, days_ago: int) -> None:
    today = moment.date()
    one = person(daily_limit=limit, offered_today=asked, day=today - timedelta(days=days_ago))
    assert one.left_today(today) == limit - (asked if days_ago == 0 else 0)


@given(moment=MOMENTS, zone=ZONES)
def test_mute_for_today_ends_at_the_next_midnight_there(moment: datetime, zone: str) -> None:
    until = end_of_today(zone, now=moment)
    assert moment < until <= moment + timedelta(hours=26)
    assert until.astimezone(ZoneInfo(zone)).date() == moment.astimezone(ZoneInfo(zone)).date() + timedelta(
        days=1
    )
