"""What to label next: doubted messages, none like the other."""

from __future__ import annotations

from chimein.triage.sampling import Unsure, spread


def unsure(*texts: str, doubt: float = 0.5) -> list[Unsure]:
    return [Unsure(number, text, doubt) for number, text in enumerate(texts)]


def test_none_is_like_the_other() -> None:
    found = spread(
        unsure("where is my parcel", "where is my parcel?", "the lamp flickers", "我的包裹在哪里"), 4
    )
    assert [one.id for one in found] == [0, 3, 2] or [one.id for one in found] == [0, 2, 3]


def test_the_doubted_come_first_among_equally_different_ones() -> None:
    candidates = [Unsure(0, "aaaa", 0.9), Unsure(1, "bbbb", 0.1), Unsure(2, "cccc", 0.8)]
    assert [one.id for one in spread(candidates, 2)] == [0, 2]


def test_two_players_begin_with_different_ones() -> None:
    candidates = unsure("one thing", "another matter", "something else entirely")
    assert {spread(candidates, 1, start=member)[0].id for member in (4, 5, 6)} == {0, 1, 2}


def test_nothing_to_choose_from() -> None:
    assert spread([], 5) == []
    assert [one.text for one in spread(unsure("好"), 5)] == ["好"]
