"""The arithmetic of points: what the formula says, whatever the order, and never more than the day's limit."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from chimein.community.recognition.formula import DAY_CAP, Fact, Score, Unit, Void, Worth, points_of, score

START = datetime(2026, 3, 2, 9, tzinfo=UTC)
ZONE = ZoneInfo("Europe/London")
ME = 1


def fact(answer: int, kind: str = "solved", *, minutes: float = 0, rater: str = "", **more: object) -> Fact:
    by = rater or f"contact:{answer}"
    pair = "+".join(sorted([by, f"member:{ME}"])) if kind not in {"reopened", "thanked", "rejected"} else ""
    made = Fact(ME, answer, "answer", kind, by, pair, False, START + timedelta(minutes=minutes))
    return replace(made, **more)  # type: ignore[arg-type]


def total(facts: list[Fact], *, worth: dict[int, Worth] | None = None, voids: tuple[Void, ...] = ()) -> int:
    return sum(one.points for one in units(facts, worth=worth, voids=voids).values())


def units(
    facts: list[Fact], *, worth: dict[int, Worth] | None = None, voids: tuple[Void, ...] = ()
) -> dict[Unit, Score]:
    return score(facts, member=ME, worth=worth or {}, voids=voids, zone=ZONE)


def test_the_formula_by_hand() -> None:
    assert points_of(Worth(difficulty=0.5), 1.0) == 20
    assert points_of(Worth(difficulty=0.0), 0.5) == 5
    assert points_of(Worth(difficulty=1.0), 1.0) == 30
    assert points_of(Worth(difficulty=0.5, overlap=0.81), 1.0) == 4
    assert points_of(Worth(difficulty=0.5, overlap=0.80), 1.0) == 20
    assert points_of(Worth(difficulty=0.5, in_time=True), 1.0) == 22


def test_the_best_outcome_counts_not_their_sum() -> None:
    assert total([fact(1, "accepted", rater="member:2"), fact(1, "solved", minutes=9)]) == 20
    assert total([fact(1, "accepted", rater="member:2"), fact(1, "rejected")]) == 10


def test_nothing_for_thanks_or_for_being_turned_down() -> None:
    assert total([fact(1, "thanked"), fact(2, "rejected"), fact(3, "reopened")]) == 0


def test_reopened_takes_the_solution_back_but_not_what_a_reader_said() -> None:
    facts = [fact(1, "accepted", rater="member:2"), fact(1), fact(1, "reopened", minutes=5)]
    assert total(facts) == 10
    assert total([*facts, fact(1, minutes=9)]) == 20


def test_votes_of_the_same_two_weigh_less_and_less() -> None:
    votes = [fact(n, "accepted", minutes=n, rater="member:2") for n in range(1, 5)]
    assert [one.points for one in units(votes).values()] == [10, 5, 3, 2]
    late = [*votes, fact(9, "accepted", minutes=31 * 24 * 60, rater="member:2")]
    assert units(late)[(ME, 9, "answer")].points == 10


def test_the_other_direction_counts_as_the_same_two() -> None:
    back = replace(fact(7, "accepted", minutes=-5, rater="member:1"), member=2, pair="member:1+member:2")
    vote = fact(8, "accepted", rater="member:2")
    assert total([back, vote]) == 5


def test_appointed_readers_always_weigh_in_full() -> None:
    votes = [fact(n, "accepted", minutes=n, rater="member:2", sworn=True) for n in range(1, 5)]
    assert total(votes) == 40


def test_used_again_adds_up_to_one_solved_question() -> None:
    again = [fact(1, "reused", minutes=n, rater=f"member:{n}", share="reused") for n in range(2, 12)]
    assert total(again[:1]) == 5
    assert total(again[:2]) == 10
    assert total(again) == 20


def test_the_day_counts_twenty_five_and_the_next_moves_up() -> None:
    facts = [fact(n, minutes=n) for n in range(1, 31)]
    found = units(facts)
    assert total(facts) == 20 * DAY_CAP
    assert found[(ME, 26, "answer")].capped
    assert found[(ME, 26, "answer")].parts["over"] == 20
    undone = [*facts, fact(3, "reopened", minutes=99)]
    assert total(undone) == 20 * DAY_CAP
    assert not units(undone)[(ME, 26, "answer")].capped
    assert units(undone)[(ME, 27, "answer")].capped


def test_a_better_outcome_later_does_not_cost_a_place_in_the_day() -> None:
    facts = [fact(n, "accepted", minutes=n, rater=f"member:{n}") for n in range(2, 30)]
    better = [*facts, fact(2, minutes=300)]
    assert units(better)[(ME, 2, "answer")].points == 20


def test_the_day_is_the_brand_s() -> None:
    night = [replace(fact(n), at=datetime(2026, 7, 1, 22, 30 + n, tzinfo=UTC)) for n in range(1, 26)]
    after = replace(fact(26), at=datetime(2026, 7, 1, 23, 30, tzinfo=UTC))
    assert total([*night, after]) == 26 * 20, "half past midnight in London is another day"


def test_votes_set_aside_do_not_count_nor_weigh_on_others() -> None:
    votes = [fact(n, "accepted", minutes=n, rater="member:2") for n in range(1, 4)]
    void = Void("member:1+member:2", votes[0].at, votes[1].at)
    found = units(votes, voids=(void,))
    assert [found[(ME, n, "answer")].points for n in (1, 2, 3)] == [0, 0, 10]
    assert found[(ME, 1, "answer")].lost == "void"


KINDS = st.sampled_from(
    ["solved", "accepted", "edited", "quiet", "reopened", "thanked", "rejected", "reused"]
)


@st.composite
def stories(draw: st.DrawFn) -> list[Fact]:
    made = []
    for _ in range(draw(st.integers(1, 60))):
        kind = draw(KINDS)
        rater = draw(st.sampled_from(["contact:1", "contact:2", "member:2", "member:3"]))
        minutes = draw(st.integers(0, 4000))
        share = "reused" if kind == "reused" else "answer"
        made.append(fact(draw(st.integers(1, 40)), kind, minutes=minutes, rater=rater, share=share))
    return list(dict.fromkeys(made))


@settings(max_examples=40)
@given(stories(), st.randoms(use_true_random=False))
def test_the_order_of_facts_does_not_matter(facts: list[Fact], chance: random.Random) -> None:
    mixed = list(facts)
    chance.shuffle(mixed)
    assert units(mixed) == units(facts)


@settings(max_examples=40)
@given(stories())
def test_hearing_of_something_twice_changes_nothing(facts: list[Fact]) -> None:
    assert units([*facts, *facts]) == units(facts)


@settings(max_examples=40)
@given(stories())
def test_no_day_counts_more_than_its_limit_and_no_unit_more_than_a_solved_question(facts: list[Fact]) -> None:
    found = units(facts)
    days: dict[object, int] = {}
    for one in found.values():
        assert 0 <= one.points <= 20
        days[one.day] = days.get(one.day, 0) + (one.points > 0)
    assert all(count <= DAY_CAP for count in days.values())


@settings(max_examples=40)
@given(
    st.lists(st.tuples(st.integers(1, 60), st.integers(0, 1500)), unique_by=lambda pair: pair[0]), st.data()
)
def test_what_falls_away_frees_its_place(answers: list[tuple[int, int]], data: st.DataObject) -> None:
    """Taking one answer's points away never lowers another's, and fills the day up again."""
    facts = [fact(answer, minutes=minutes) for answer, minutes in answers]
    if not facts:
        return
    gone = data.draw(st.sampled_from(answers))[0]
    before, after = units(facts), units([*facts, fact(gone, "reopened", minutes=2000)])
    assert after[(ME, gone, "answer")].points == 0
    assert all(after[unit].points >= one.points for unit, one in before.items() if unit[1] != gone)
    capped = any(one.capped for one in before.values())
    assert not capped or total(facts) - 20 <= sum(one.points for one in after.values()) <= total(facts)
