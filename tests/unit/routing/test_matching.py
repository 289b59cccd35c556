"""Scores, rings, budget and the order of queues, by hand and against plain arithmetic."""

from __future__ import annotations

from dataclasses import replace
from math import exp

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chimein.routing.matching import queues, rings, scoring
from chimein.routing.matching.budget import Bucket
from chimein.routing.matching.deciding import highest, offer
from chimein.routing.matching.facts import DAY, HOUR, Helpers, Question, Seat, Trust, Why
from chimein.routing.matching.queues import Waiting
from chimein.routing.matching.settings import DEFAULT
from tests.unit.routing.matching_facts import NOW, some_helpers

STILL = replace(DEFAULT, explore=0.0)


def _question(**fields: object) -> Question:
    return replace(Question(id=7, topic=0, arrived_at=NOW, difficulty=0.4), **fields)  # type: ignore[arg-type]


def test_the_score_is_the_formula() -> None:
    helpers = Helpers.blank(1, 1, now=NOW)
    helpers.skill[0, 0], helpers.load[0] = 1.0, 2.0
    helpers.opened[0], helpers.exposure[0] = 3.0, 10.0
    helpers.trust[0, 0], helpers.presence[0] = Trust.COACHED, 0.5
    row = offer(helpers, _question(), now=NOW, ring=7, settings=STILL).decision.rows[0]
    specialist, layman = 1 / (1 + exp(-8 * (0.70 - 0.25))), 1 / (1 + exp(-8 * (0.25 - 0.25)))
    pi = 1 / (1 + exp(-1))
    c = pi * specialist + (1 - pi) * layman
    w = (3 + 6 * 0.22) / (10 + 6)
    p = w / (1 + 2 / 4) * 0.5
    limit = min(8, max(4, 2 + 25 * w))
    psi = 1 - exp(2 / limit - 1)
    assert (row["c"], row["p"], row["psi"], row["nu"]) == pytest.approx((c, p, psi, 0.6), abs=1e-4)
    assert row["score"] == pytest.approx(c * c * p * psi * 0.6, rel=1e-3)


def test_who_is_in_the_product_opens_sooner() -> None:
    helpers = Helpers.blank(2, 1, now=NOW)
    helpers.active_at[1] = NOW - 179
    ready = scoring.ready(helpers, NOW, STILL)
    assert ready.p.tolist() == pytest.approx([0.22, 0.2 + 2.2 * 0.22])
    assert scoring.ready(helpers, NOW + 2, STILL).p[1] == pytest.approx(0.22)


def test_fatigue_decays_over_a_day_and_never_backwards() -> None:
    helpers = Helpers.blank(2, 1, now=NOW)
    helpers.note_asked(np.array([0]), now=NOW)
    helpers.note_asked(np.array([0]), now=NOW + DAY)
    assert helpers.load_now(NOW + DAY).tolist() == pytest.approx([1 + exp(-1), 0])
    assert helpers.load_now(NOW - 10 * DAY)[0] == pytest.approx(1 + exp(-1), rel=1e-3)
    assert helpers.exposure[0] == pytest.approx(1 + 1 / (1 + exp(-1) / 4), rel=1e-3)


def test_load_may_be_written_at_any_moment() -> None:
    """Many small steps give what one formula gives: the shared decay loses nothing."""
    helpers = Helpers.blank(3, 1, now=NOW)
    times = [NOW + 600.0 * step for step in range(400)]
    for step, now in enumerate(times):
        helpers.note_asked(np.array([step % 3]), now=now)
    expected = [sum(exp(-(times[-1] - t) / DAY) for t in times[one::3]) for one in range(3)]
    assert helpers.load_now(times[-1]).tolist() == pytest.approx(expected, rel=1e-4)


def test_the_ring_asks_the_best_and_one_who_waited() -> None:
    helpers = Helpers.blank(10, 1, now=NOW)
    helpers.skill[0] = np.linspace(4, 1, 10)
    helpers.asked_at[:] = NOW - np.arange(10)
    offers = offer(helpers, _question(), now=NOW, ring=0, settings=STILL)
    assert offers.who.tolist() == [0, 1, 9]
    assert offers.seats == (Seat.FIT, Seat.FIT, Seat.OPEN)


def test_the_unfit_only_fill_empty_seats() -> None:
    helpers = Helpers.blank(5, 1, now=NOW)
    helpers.skill[0] = [-6, -6, 4, -6, -6]
    helpers.active_at[0] = NOW
    offers = offer(helpers, _question(difficulty=0.6), now=NOW, ring=0, settings=STILL)
    assert offers.who[0] == 2
    assert offers.seats == (Seat.FIT, Seat.FILLED, Seat.FILLED)
    assert offers.who[1] == 0


def test_the_log_tells_why_somebody_was_not_asked() -> None:
    helpers = Helpers.blank(8, 1, now=NOW)
    helpers.blocked[1], helpers.presence[2], helpers.load[3] = Why.QUIET_HOURS, 0, 100
    helpers.languages[4] = 2
    helpers.trust_doubtful[0, :] = [2, 2, 2, 2, 2, 1, 2, 2]
    question = _question(
        language=1, doubtful=True, asked=np.array([6], np.intp), excluded=np.array([7], np.intp)
    )
    rows = {row["id"]: row["why_not"] for row in offer(helpers, question, now=NOW, ring=0).decision.rows}
    assert rows == {
        0: None, 1: "quiet_hours", 2: "asleep", 3: "limit_reached", 4: "language", 5: "not_trusted",
        6: "asked_before", 7: "excluded",
    }  # fmt: skip


def test_the_log_names_twenty_at_most_beside_the_asked() -> None:
    rows = offer(some_helpers(300, 3), _question(), now=NOW, ring=4).decision.rows
    assert 20 <= len(rows) <= 32
    assert rows == offer(some_helpers(300, 3), _question(), now=NOW, ring=4).decision.rows


def test_nobody_wants_nothing_means_nobody_is_asked() -> None:
    helpers = Helpers.blank(3, 1, now=NOW)
    helpers.own_limit[:] = 0
    assert len(offer(helpers, _question(), now=NOW, ring=0)) == 0
    assert len(offer(Helpers.blank(0, 1), _question(), now=NOW, ring=0)) == 0


def test_known_people_come_first() -> None:
    helpers = Helpers.blank(4, 1, now=NOW)
    question = _question(known=np.array([3], np.intp))
    assert offer(helpers, question, now=NOW, ring=0, seats=1, settings=STILL).who.tolist() == [3]


@pytest.mark.parametrize(
    ("fields", "ring", "phi", "seats"),
    [
        ({}, 0, 1, 3),
        ({}, 4, 1, 12),
        ({}, 8, 1, 0),
        ({"vip": True}, 0, 1, 6),
        ({"praise": True}, 3, 1, 2),
        ({}, 0, 0, 0),
    ],
)
def test_ring_sizes(fields: dict[str, object], ring: int, phi: float, seats: int) -> None:
    assert rings.size(_question(**fields), ring, phi, DEFAULT) == seats


def test_a_part_of_a_seat_is_a_chance() -> None:
    sizes = [rings.size(_question(id=number), 0, 0.5, DEFAULT) for number in range(2000)]
    assert set(sizes) == {1, 2}
    assert np.mean(sizes) == pytest.approx(1.5, abs=0.05)


def test_rings_come_in_time_and_end() -> None:
    question = _question()
    assert rings.next_ring(question, 1, NOW, DEFAULT) == NOW + 180
    assert rings.next_ring(question, 1, NOW + 400, DEFAULT) == NOW + 400
    assert rings.next_ring(question, 8, NOW, DEFAULT) is None


def test_the_budget_thins_and_recovers() -> None:
    bucket = Bucket.full(100, NOW, DEFAULT)
    assert bucket.phi(NOW, DEFAULT) == 1
    bucket.take(245)
    assert bucket.phi(NOW, DEFAULT) == pytest.approx(0.1)
    bucket.take(100)
    assert bucket.phi(NOW, DEFAULT) == 0
    assert bucket.phi(NOW + 20 * HOUR, DEFAULT) == 1
    assert Bucket.full(0, NOW, DEFAULT).phi(NOW, DEFAULT) == 0


@given(st.lists(st.floats(0, 1, width=32), max_size=2000), st.integers(0, 30))
def test_highest_is_sorting(values: list[float], count: int) -> None:
    array = np.array(values, np.float32)
    expected = [one for one in np.argsort(-array, kind="stable").tolist() if array[one] > 0][:count]
    assert highest(array, count).tolist() == expected


def test_decisions_of_one_moment_share_what_they_can() -> None:
    alone, shared = some_helpers(200, 5), some_helpers(200, 5)
    readiness = scoring.ready(shared, NOW, DEFAULT)
    for number in range(20):
        question = _question(id=number, topic=number % 4)
        one = offer(alone, question, now=NOW, ring=1)
        other = offer(shared, question, now=NOW, ring=1, readiness=readiness)
        assert one.who.tolist() == other.who.tolist()
        alone.note_asked(one.who, now=NOW)
        shared.note_asked(other.who, now=NOW)
        readiness.note_asked(other.who, shared, DEFAULT)


def _waiting() -> list[Waiting]:
    return [
        Waiting(key=1, arrived_at=0, due_at=100),
        Waiting(key=2, arrived_at=900, due_at=5000, weight=1),
        Waiting(key=3, arrived_at=950, due_at=4000, weight=4),
        Waiting(key=4, arrived_at=990, due_at=9000, first=True),
    ]


def test_the_desk_goes_by_deadline() -> None:
    assert queues.next_for_desk(_waiting(), now=1000, overload=False, picks=0, settings=DEFAULT) == 0
    assert queues.next_for_desk([], now=1000, overload=False, picks=0, settings=DEFAULT) is None


def test_an_overloaded_desk_saves_what_can_be_saved_and_starves_nobody() -> None:
    waiting, order = _waiting(), []
    for picks in range(1, 5):
        at = queues.next_for_desk(waiting, now=20_00, overload=True, picks=picks, settings=DEFAULT)
        assert at is not None
        order.append(waiting.pop(at).key)
    assert order == [4, 3, 2, 1]
    assert queues.next_for_desk(_waiting(), now=2000, overload=True, picks=4, settings=DEFAULT) == 0


def test_overload_begins_when_it_cannot_be_caught_up_with() -> None:
    assert not queues.overloaded(40, 10, 2, DEFAULT)
    assert queues.overloaded(42, 10, 2, DEFAULT)


def test_the_desk_steps_in_sooner_where_fewer_may_answer() -> None:
    minutes = [
        queues.assist_at(0, 900, DEFAULT) / 60,
        queues.assist_at(0, 900, DEFAULT, doubtful=True) / 60,
        queues.assist_at(0, 900, DEFAULT, vip=True, doubtful=True) / 60,
    ]
    assert minutes == [7, 3, 1.5]
    assert queues.assist_at(0, 60, DEFAULT) == 0
    assert not queues.may_assist(1, DEFAULT)


@pytest.mark.parametrize("ability", [0.25, 0.7])
def test_the_level_of_a_capability_is_its_inverse(ability: float) -> None:
    level = scoring.log_odds_for(0.6, 0.5, DEFAULT)
    assert scoring.capability(np.array([level]), 0.5, DEFAULT)[0] == pytest.approx(0.6, abs=1e-5)
    assert scoring.log_odds_for(0, 0.5, DEFAULT) == -np.inf
    assert scoring.log_odds_for(1, 0.5, DEFAULT) == np.inf
    assert scoring.answers_well(ability, 0, DEFAULT) > scoring.answers_well(ability, 1, DEFAULT)
