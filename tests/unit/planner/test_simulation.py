"""The simulation keeps the rules, repeats itself, agrees with formulas, and moves the right way."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from chimein.planner import crowdside, erlang, study
from chimein.planner.deskside import answered
from chimein.planner.figures import HEADLINE, gini, times
from chimein.planner.response import Response
from chimein.planner.scenario import Gate, Scenario
from chimein.planner.simulation import State, World
from chimein.planner.traffic import BUILT_IN, MENTIONS, Profile, yearly
from chimein.routing.policies import registry

SMALL = Scenario(helpers=300, traffic=yearly(29_000), days=3)
BUSY = Scenario(helpers=150, traffic=yearly(200_000), days=1)


def _played(scenario: Scenario, seed: int = 1) -> World:
    world = World(scenario, seed)
    crowdside.play(world)
    world.run()
    return world


@pytest.mark.parametrize("policy", registry.names())
def test_every_policy_keeps_the_rules_in_a_whole_run(policy: str) -> None:
    """Two owners, offers to the asleep, the busy or the wrong lane, and second answers raise inside the run."""
    world = _played(replace(BUSY, policy=policy))
    assert all(case.state is State.ANSWERED for case in world.cases)
    assert world.unanswered == 0
    assert not world.holding
    assert world.unreviewed_by_coached == 0
    late = [case for case in world.cases if case.item.risk >= 1.6 and case.by >= 0]
    assert not late, "what is surely risky is never answered by the crowd"


def test_doubtful_questions_are_answered_by_trusted_people_only() -> None:
    world = _played(replace(BUSY, gate=Gate(doubtful_lane=True)))
    doubtful = [case for case in world.cases if case.question.doubtful and case.by >= 0]
    assert len(doubtful) > 10
    assert all(world.facts.trust_doubtful[case.item.topic, case.by] >= 2 for case in doubtful)


def test_the_same_seed_is_the_same_run_and_another_is_not() -> None:
    first = study.run_once(SMALL, 5)
    assert study.run_once(SMALL, 5) == first
    assert study.run_once(SMALL, 6) != first


def test_policies_are_compared_on_the_same_messages() -> None:
    ring, pool = World(SMALL, 3), World(replace(SMALL, policy="pool"), 3)
    assert [(i.at, i.topic, i.risk) for i in ring.items] == [(i.at, i.topic, i.risk) for i in pool.items]


def test_without_helpers_the_desk_does_all() -> None:
    found = study.run_once(replace(SMALL, helpers=0), 1)
    assert found["crowd_share"] == 0
    assert found["notifications_per_helper_day"] == 0
    assert found["desk_items_day"] == pytest.approx(found["questions_day"])


def test_without_anybody_nothing_is_answered_and_the_run_ends() -> None:
    found = study.run_once(replace(SMALL, helpers=0, desk=0), 1)
    assert (found["answered_within_120_min"], found["unanswered"]) == (0, found["questions_day"] * 3)


def test_without_questions_all_is_nought() -> None:
    assert study.run_once(replace(SMALL, traffic=Profile(name="none", per_day=0)), 1) == dict.fromkeys(
        HEADLINE, 0.0
    )


def test_the_desk_alone_waits_as_erlang_c_says() -> None:
    """69 an hour, five minutes each, seven agents: Erlang C is a formula, the simulation must find it by itself."""
    flat = Profile(
        name="flat", per_day=69 * 24, hours=(1,) * 24, week=(1,) * 7, vip=0, again=0, near_copies=0, praise=0
    )
    scenario = Scenario(
        helpers=0, shifts=(7, 7, 7), traffic=flat, days=25, gate=Gate(low=-99, high=-99),
        response=replace(Response(), desk_sigma=0),
    )  # fmt: skip
    minutes = times(_played(scenario, seed=2)).minutes
    load = 69 / 60 * 5
    assert erlang.waits(load, 7) == pytest.approx(0.532, abs=0.001)
    assert np.mean(minutes) == pytest.approx(5 + erlang.mean_wait(load, 7, 5), rel=0.02)
    assert erlang.waits_longer(load, 7, 5, 5) == pytest.approx(1 - 0.848, abs=0.001)


def test_formulas_at_their_edges() -> None:
    assert erlang.waits(8, 7) == erlang.waits_longer(8, 7, 5, 5) == 1
    assert erlang.mean_wait(8, 7, 5) == float("inf")
    assert erlang.smallest_desk(5.75, 5, within=5, share=0.84) == 7


def test_more_helpers_answer_sooner() -> None:
    means = [
        study.run_once(replace(SMALL, helpers=count, days=5), 1)["mean_minutes"] for count in (50, 300, 3000)
    ]
    assert means == sorted(means, reverse=True)


def test_endless_willingness_ends_at_the_time_it_takes_to_write() -> None:
    eager = replace(Response(), opens=0.95, opens_spread=200, delay_median=0.05, deserts=0, coached=0)
    found = study.run_once(replace(SMALL, helpers=2000, response=eager, gate=Gate(9, 9)), 1)
    assert 2.5 < found["median_minutes"] < 3.6


def test_near_copies_are_answered_with_the_first() -> None:
    copies = Profile(name="copies", per_day=200, near_copies=0.6)
    world = _played(replace(SMALL, traffic=copies, days=2))
    joined = [(case, world.cases[key]) for case in world.cases for key in case.joined]
    assert len(joined) > 8
    for first, other in joined:
        assert 0 < other.answered_at - first.answered_at < 10
        assert (other.by, other.offers) == (first.by, 0)
    assert not any(case.joined for case in _played(replace(SMALL, traffic=copies, days=2, once=False)).cases)


def test_nobody_answers_twice() -> None:
    world = _played(SMALL)
    with pytest.raises(AssertionError, match="twice"):
        answered(world, world.cases[0], by=-1, good=True)


def test_incidents_come_on_top_of_the_day_within_the_total() -> None:
    world = World(Scenario(helpers=1, traffic=BUILT_IN[MENTIONS], days=7), 1)
    assert len(world.items) == pytest.approx(115_257 / 28 * 7 * 0.65, rel=0.06)
    hours = Counter(int(item.at // 3600) for item in world.items)
    assert max(hours.values()) > 1.3 * np.median(sorted(hours.values())[-80:])


@pytest.mark.parametrize(("counts", "expected"), [([0, 0], 0), ([3, 3, 3], 0), ([0, 0, 9], 2 / 3)])
def test_gini(counts: list[int], expected: float) -> None:
    assert gini(np.array(counts)) == pytest.approx(expected)
