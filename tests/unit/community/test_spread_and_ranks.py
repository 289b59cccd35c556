"""Gini, Wilson's bound and the signs of arranged votes, against numbers worked out by hand."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chimein.community.recognition import collusion, ranks
from chimein.community.recognition.collusion import Votes
from chimein.community.recognition.gini import gini, gini_of


@pytest.mark.parametrize(
    ("loads", "expected"),
    [([], 0), ([0, 0], 0), ([5], 0), ([2, 2, 2], 0), ([0, 0, 0, 4], 0.75), ([1, 2, 3], 2 / 9), ([0, 1], 0.5)],
)
def test_gini_by_hand(loads: list[float], expected: float) -> None:
    assert gini(loads) == pytest.approx(expected)


@given(st.lists(st.integers(0, 30), min_size=1, max_size=40))
def test_gini_is_the_mean_difference(loads: list[int]) -> None:
    """The definition: half of the relative mean absolute difference of all pairs."""
    number, total = len(loads), sum(loads)
    differences = sum(abs(one - other) for one in loads for other in loads)
    expected = differences / (2 * number * total) if total else 0
    assert gini(loads) == pytest.approx(expected, abs=1e-12)
    assert gini(loads) == pytest.approx(gini_of({load: loads.count(load) for load in loads}), abs=1e-12)


@pytest.mark.parametrize(
    ("good", "rated", "bound"),
    [(5, 5, 0.57), (9, 10, 0.60), (10, 10, 0.72), (19, 20, 0.76), (45, 50, 0.79), (48, 50, 0.87), (0, 0, 0)],
)
def test_wilson_as_in_the_design(good: int, rated: int, bound: float) -> None:
    assert ranks.wilson(good, rated) == pytest.approx(bound, abs=0.006)


def test_every_rank_can_be_reached_and_says_how() -> None:
    assert ranks.rank_of(0, 0).key == "new"
    assert ranks.rank_of(3, 3).key == "helper"
    assert ranks.rank_of(45, 50).key == "expert"
    above = ranks.next_rank(3, 3)
    assert above is not None
    assert (above[0].key, above[1]) == ("reliable", 2)
    assert ranks.next_rank(48, 50) is None


def votes(rater: str, member: str, answers: int) -> Votes:
    at = datetime(2026, 3, 2, tzinfo=UTC)
    return Votes(rater, member, "+".join(sorted([rater, member])), answers, at, at)


A, B, C = "member:1", "member:2", "member:3"


@pytest.mark.parametrize(
    ("there", "back", "flagged"), [(6, 6, 1), (8, 5, 1), (5, 5, 0), (20, 3, 0), (10, 5, 0), (11, 0, 0)]
)
def test_two_who_vote_for_one_another(there: int, back: int, flagged: int) -> None:
    """More than ten votes, and the fewer more than half of the more."""
    given_votes = [votes(A, B, there), votes(B, A, back)] if back else [votes(A, B, there)]
    assert len(collusion.pairs(given_votes)) == flagged


def test_three_in_a_circle_are_found_once() -> None:
    circle = [votes(A, B, 5), votes(B, C, 4), votes(C, A, 5)]
    assert [one.key for one in collusion.rings(circle)] == ["member:1+member:2+member:3"]
    assert collusion.rings(circle[:2]) == []
    assert collusion.rings([votes(A, B, 3), votes(B, C, 3), votes(C, A, 3)]) == []


def test_most_votes_from_one_person() -> None:
    assert len(collusion.fans([votes("contact:9", A, 12)], {A: 20})) == 1
    assert collusion.fans([votes("contact:9", A, 12)], {A: 24}) == []
    assert collusion.fans([votes("contact:9", A, 10)], {A: 10}) == []


def test_a_burst_is_far_above_the_usual() -> None:
    assert collusion.burst_z(8, 0.01) > 4
    assert collusion.burst_z(8, 4) < 2
