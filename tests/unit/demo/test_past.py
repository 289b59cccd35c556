"""The two weeks before the demo's day."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from chimein.demo.recast import Recast
from chimein.demo.scenario import load_scenario
from chimein.demo.scenario.counting import LIMIT, weighted_length
from chimein.demo.seeding.past import DAYS, Judge, Past, past_of

NOW = datetime(2026, 3, 4, 15, 30, tzinfo=UTC)


def _past(waits: bool = False) -> list[Past]:
    judge = Judge(lambda person, language: f"{person}, {language}", lambda text, answered, private: waits)
    return past_of(load_scenario(), now=NOW, judge=judge)


def test_two_weeks_with_answers_of_many_people() -> None:
    found = _past()
    answers = [one for one in found if one.author is None]
    assert len(answers) >= 120
    assert len({one.text.rpartition("^")[2] for one in answers}) >= 30
    assert {(NOW - one.at).days for one in found} >= set(range(1, DAYS))
    assert any(one.private for one in found)


def test_everything_lies_in_the_past_and_in_order() -> None:
    found = _past()
    assert [one.at for one in found] == sorted(one.at for one in found)
    assert found[-1].at < NOW - timedelta(minutes=30)
    place = {one.key: number for number, one in enumerate(found)}
    assert len(place) == len(found)
    assert all(place[one.reply_to] < place[one.key] for one in found if one.reply_to)


def test_it_is_the_same_past_every_time() -> None:
    assert _past() == _past()


def test_posts_fit_with_their_signature() -> None:
    assert all(weighted_length(one.text) <= LIMIT for one in _past() if not one.private)


def test_what_would_leave_somebody_waiting_is_left_out() -> None:
    threads: dict[str, list[Past]] = {}
    for one in _past(waits=True):
        threads.setdefault(one.key.rpartition(":")[0], []).append(one)
    assert threads
    assert all(thread[-1].author is None for thread in threads.values())


@pytest.mark.parametrize("salt", ["past", "day:1"])
def test_recasting_keeps_the_named_and_gives_each_other_part_once(salt: str) -> None:
    scenario = load_scenario()
    recast = Recast(scenario, salt=salt)
    new = [recast(customer.handle) for customer in scenario.customers]
    assert sorted(new) == sorted(customer.handle for customer in scenario.customers)
    assert recast("grandma_joy") == "grandma_joy"
    languages = {customer.handle: customer.languages for customer in scenario.customers}
    changed = [c for c, other in zip(scenario.customers, new, strict=True) if c.handle != other]
    assert len(changed) > 200
    assert all(languages[recast(c.handle)] == c.languages for c in changed)
