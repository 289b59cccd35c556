"""The arithmetic of skill and trust: bounds, monotone where it must be, and the figures of the design."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chimein.community.growth import figures, levels
from chimein.community.growth.figures import (
    CLIP,
    HALF_LIFE_DAYS,
    KINDS,
    believed,
    chance,
    faded,
    step,
    wilson,
)
from chimein.community.growth.levels import Level, Rated, Standing
from chimein.routing.matching import priors

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
counts = st.integers(0, 400)
moves = st.lists(st.sampled_from(sorted(KINDS)), max_size=60)


def answers(*good: float, days: float = 1) -> list[Rated]:
    """Answers with these verdicts, the first of them the newest, so many days apart."""
    return [Rated(NOW - timedelta(days=days * (number + 1)), one) for number, one in enumerate(good)]


# ------------------------------------------------------------------ Wilson
@pytest.mark.parametrize(
    ("good", "count", "bound"),
    [(5, 5, 0.57), (9, 10, 0.60), (10, 10, 0.72), (19, 20, 0.76), (45, 50, 0.79), (48, 50, 0.87)],
)
def test_the_bounds_of_the_design(good: int, count: int, bound: float) -> None:
    assert round(wilson(good, count), 2) == bound


@given(counts, counts)
def test_the_bound_lies_below_the_share_and_in_its_range(good: int, poor: int) -> None:
    found = wilson(good, good + poor)
    assert 0 <= found <= 1
    if good + poor:
        assert found <= good / (good + poor) + 1e-12


@given(counts, counts)
def test_a_good_answer_never_lowers_the_bound_and_a_poor_one_never_raises_it(good: int, poor: int) -> None:
    before = wilson(good, good + poor)
    assert wilson(good + 1, good + 1 + poor) >= before - 1e-12
    assert wilson(good, good + poor + 1) <= before + 1e-12


@given(st.integers(1, 200), st.floats(0, 1))
def test_more_answers_at_the_same_share_say_more(count: int, share: float) -> None:
    assert wilson(2 * share * count, 2 * count) >= wilson(share * count, count) - 1e-12


# ------------------------------------------------------------------ posterior
def test_good_outcomes_raise_poor_ones_lower_and_a_rejection_weighs_most() -> None:
    steps = {kind: step(kind) for kind in KINDS}
    assert all((steps[kind] > 0) == found.good for kind, found in KINDS.items())
    assert min(steps, key=lambda kind: steps[kind]) == "rejected"
    assert steps["accepted"] > steps["thanked"] > steps["solved"]


@given(moves, st.sampled_from([priors.DECLARED, priors.DEPARTMENT, priors.NEIGHBOUR, priors.UNKNOWN]))
def test_belief_stays_in_its_range_and_does_not_depend_on_order(kinds: list[str], prior: float) -> None:
    forward = believed(prior, [step(kind) for kind in kinds])
    assert -CLIP <= forward <= CLIP
    assert forward == pytest.approx(believed(prior, [step(kind) for kind in reversed(kinds)]))
    assert 0 < chance(forward) < 1


@given(moves)
def test_one_more_good_outcome_never_lowers_a_belief(kinds: list[str]) -> None:
    before = [step(kind) for kind in kinds]
    assert believed(0, [*before, step("thanked")]) >= believed(0, before)


@given(st.floats(-50, 50), st.floats(0, 5000))
def test_what_is_known_fades_towards_the_prior(amount: float, days: float) -> None:
    assert abs(faded(amount, days)) <= abs(amount)
    assert faded(amount, days + HALF_LIFE_DAYS) == pytest.approx(faded(amount, days) / 2)


def test_a_clock_that_jumps_back_makes_nothing_grow() -> None:
    assert faded(3.0, -20) == 3.0


def test_being_asked_is_no_evidence() -> None:
    assert not {"offered", "claimed", "answered"} & set(KINDS)
    with pytest.raises(KeyError):
        step("offered")


# ------------------------------------------------------------------ levels
def test_five_good_ones_in_a_row_make_somebody_coached_trusted() -> None:
    coached = Standing(Level.COACHED)
    assert levels.harmless(answers(1, 1, 1, 1), coached) is None
    move = levels.harmless(answers(1, 1, 1, 1, 1), coached)
    assert move is not None
    assert (move.level, move.why, move.reason) == (Level.TRUSTED, "earned", "5/5")
    assert levels.harmless(answers(1, 1, 0.5, 1, 1), coached) is None


def test_a_good_share_of_many_does_too() -> None:
    assert levels.harmless(answers(0.5, *[1] * 12), Standing(Level.COACHED)) is not None
    assert levels.harmless(answers(0, 0, 0, *[1] * 6), Standing(Level.COACHED)) is None


def test_nobody_new_is_trusted_by_answers() -> None:
    assert levels.harmless(answers(*[1] * 30), Standing(Level.NEW)) is None


def test_trust_is_lost_step_by_step_and_never_by_a_few_answers() -> None:
    assert levels.harmless(answers(0, 0, 0), Standing(Level.TRUSTED)) is None
    mixed = answers(*[0, 1] * 6)
    for before, after in ((Level.TRUSTED, Level.COACHED), (Level.MENTOR, Level.TRUSTED)):
        move = levels.harmless(mixed, Standing(before))
        assert move is not None
        assert (move.level, move.why) == (after, "fell")


def test_only_the_newest_thirty_count_for_losing_it() -> None:
    assert levels.harmless(answers(*[1] * 30, *[0] * 100), Standing(Level.TRUSTED)) is None


@given(
    st.lists(st.sampled_from([0.0, 0.5, 1.0]), max_size=80),
    st.sampled_from([Level.NEW, Level.COACHED, Level.TRUSTED, Level.MENTOR]),
)
def test_a_step_is_taken_once(good: list[float], level: Level) -> None:
    """After a move nothing moves again on the same answers: the job may run twice, and levels do not flap."""
    rated = answers(*good)
    move = levels.harmless(rated, Standing(level))
    if move is not None:
        assert abs(move.level - level) == 1
        assert levels.harmless(rated, Standing(move.level, NOW)) is None


def test_doubtful_questions_want_many_good_answers_many_days_and_the_quiz() -> None:
    enough = answers(*[1] * 20)
    new = Standing(Level.NEW)

    def earned(rated: list[Rated], *, level: Level = Level.TRUSTED, knows: bool = True) -> bool:
        move = levels.doubtful(rated, new, harmless_level=level, knows_risk=knows)
        return move is not None and move.level == Level.TRUSTED

    assert earned(enough)
    assert not earned(enough[:19])
    assert not earned(answers(*[1] * 20, days=0.4)), "too few days"
    assert not earned(enough, knows=False)
    assert not earned(enough, level=Level.COACHED)
    assert not earned(answers(0, 0, *[1] * 18)), "the bound is too low"


def test_who_loses_harmless_trust_loses_the_doubtful_one() -> None:
    move = levels.doubtful([], Standing(Level.TRUSTED, NOW), harmless_level=Level.COACHED, knows_risk=True)
    assert move is not None
    assert move.level == Level.COACHED


def test_long_silence_takes_one_level_at_a_time() -> None:
    days = timedelta(days=levels.IDLE_DAYS.get())
    mentor = Standing(Level.MENTOR, NOW - 3 * days)
    move = levels.idle(mentor, None, NOW)
    assert move is not None
    assert move.level == Level.TRUSTED
    assert levels.idle(mentor, NOW - days / 2, NOW) is None, "an answer in between"
    assert levels.idle(Standing(Level.TRUSTED, NOW), None, NOW + days / 2) is None
    assert levels.idle(Standing(Level.COACHED, NOW - 9 * days), None, NOW) is None


def test_mentors_are_proposed_to_a_lead_only() -> None:
    assert levels.may_be_mentor(answers(*[1] * 50))
    assert not levels.may_be_mentor(answers(*[1] * 49))
    assert not levels.may_be_mentor(answers(*[0] * 10, *[1] * 40))


def test_chances_and_log_odds_agree_with_the_design() -> None:
    assert chance(priors.DECLARED) == pytest.approx(0.85)
    assert figures.success(0.7) > 0.9
    assert figures.success(0.25) < 0.5
