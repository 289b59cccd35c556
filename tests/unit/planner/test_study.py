"""What several runs say together, and the figures the product promises."""

from __future__ import annotations

from dataclasses import replace

import pytest

from chimein.planner import study
from chimein.planner.scenario import Gate, Scenario
from chimein.planner.study import Target
from chimein.planner.traffic import BUILT_IN, MENTIONS, yearly

SMALL = Scenario(helpers=200, days=2)


def test_a_year_of_twelpforce_with_600_helpers() -> None:
    """One seed of three; the documented table is the mean of all three."""
    found = study.run_once(Scenario(helpers=600), 2)
    assert found["mean_minutes"] <= 8.0
    assert found["p90_minutes"] <= 14.5
    assert found["answered_within_15_min"] >= 0.92
    assert found["notifications_per_helper_day"] <= 0.8
    assert found["desk_items_day"] <= 45
    assert found["gini_load"] <= 0.5
    assert found["risky_to_crowd"] <= 0.03
    assert found["risky_answered_by_untrusted"] == 0


def test_the_built_in_desks() -> None:
    assert Scenario().agents == (1, 2, 2)
    assert Scenario(traffic=BUILT_IN[MENTIONS]).agents == (3, 10, 10)
    assert Scenario(desk=16).agents == (4, 16, 16)
    assert Scenario(traffic=yearly(1_000_000)).agents[1] > 5


def test_an_interval_needs_two() -> None:
    assert study.interval([4.0]) == (4.0, 4.0)
    low, high = study.interval([1.0, 2.0, 3.0])
    assert (low, high) == pytest.approx((2 - 4.30 / 3**0.5, 2 + 4.30 / 3**0.5))


def test_differences_are_paired() -> None:
    one = study.run(SMALL, (1, 2))
    same = study.difference(one, study.run(SMALL, (1, 2)))
    assert all(gap == (0, 0, 0) for gap in same.values())
    less = study.difference(one, study.run(replace(SMALL, helpers=60), (1, 2)))
    assert less["notifications_per_helper_day"][0] > 0


def test_progress_grows_to_the_end() -> None:
    told: list[float] = []
    study.run(SMALL, (1, 2), told.append)
    assert told == sorted(told)
    assert told[-1] > 0.5


def test_the_smallest_crowd_reaches_the_target_and_less_does_not() -> None:
    target = Target(within_15=0.9, notifications=4)
    least = study.smallest(SMALL, target)
    assert least is not None
    assert target.reached(study.run_once(replace(SMALL, helpers=least), 1))
    assert study.short_side(replace(SMALL, helpers=least // 2), target) == "helpers"


def test_a_desk_that_chokes_is_named() -> None:
    """What is risky and what the gate takes for risky fill a small desk; no number of helpers mends that."""
    choked = Scenario(helpers=1000, desk=1, traffic=yearly(500_000), days=1, gate=Gate(doubtful_lane=False))
    assert study.short_side(choked, Target()) == "desk"
    assert study.smallest(choked, Target(), most=100) is None
