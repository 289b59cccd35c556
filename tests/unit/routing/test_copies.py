"""Near copies are found, other questions on the same topic are not."""

from __future__ import annotations

import pytest

from chimein.routing.copies import BANDS, NO_PRINT, print_of

NEAR = [
    ("@tamarind How do I pair the Halo headphones with my phone?", "How do I pair the Halo headphones with my phone?? https://t.example/x"),
    (
        "RT @mia: my speaker does not turn on after the update, what can I do?",
        "My speaker does not turn on after the update - what can I do",
    ),
    ("耳机怎么和手机配对?一直连不上", "@tamarind 耳机怎么和手机配对？？一直连不上！"),
]  # fmt: skip
OTHER = [
    (
        "How do I pair the Halo headphones with my phone?",
        "How long does the battery of the Halo headphones last?",
    ),
    ("My order 4711 has not come yet, where is it?", "My order 4712 has not come yet, where is it?"),
    ("耳机怎么和手机配对?一直连不上", "耳机的电池可以用多久?充电要几个小时"),
    ("Help!", "Help!"),
    ("", ""),
]


@pytest.mark.parametrize(("one", "other"), NEAR)
def test_near_copies_share_a_mark_and_are_told(one: str, other: str) -> None:
    first, second = print_of(one), print_of(other)
    assert set(first.marks) & set(second.marks)
    assert first.is_copy_of(second)
    assert second.is_copy_of(first)


@pytest.mark.parametrize(("one", "other"), OTHER)
def test_other_questions_are_not(one: str, other: str) -> None:
    assert not print_of(one).is_copy_of(print_of(other))


def test_marks_fit_into_the_database() -> None:
    found = print_of("How do I pair the Halo headphones with my phone?")
    assert len(found.marks) == len(set(found.marks)) == BANDS
    assert all(0 <= mark < 2**63 for mark in found.marks)


def test_too_little_to_compare() -> None:
    assert print_of("thanks") is NO_PRINT


def test_case_and_signs_do_not_matter() -> None:
    one, other = (
        print_of("How do I pair the Halo headphones?"),
        print_of("how do i PAIR the Halo headphones!"),
    )
    assert one == other
