"""Items that share an id, directly or through others, are one group."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from chimein.conversations.threading import Key, group
from chimein.intake.messages import title_of

LINKS = st.lists(
    st.lists(st.tuples(st.integers(1, 2), st.sampled_from("abcdefgh")), min_size=1, max_size=4), max_size=14
)


def _connected(links: list[list[Key]], one: int, other: int) -> bool:
    """The plain way: grow the set of ids until it grows no more."""
    known, before = set(links[one]), 0
    while len(known) != before:
        before = len(known)
        for keys in links:
            if known & set(keys):
                known |= set(keys)
    return bool(known & set(links[other]))


@given(links=LINKS)
def test_groups_are_what_is_connected(links: list[list[Key]]) -> None:
    found = group(links)
    for one in range(len(links)):
        for other in range(len(links)):
            assert (found[one] == found[other]) == _connected(links, one, other)


@given(links=LINKS, data=st.data())
def test_the_order_does_not_matter(links: list[list[Key]], data: st.DataObject) -> None:
    order = data.draw(st.permutations(range(len(links))))
    plain, mixed = group(links), group([links[n] for n in order])
    for one in range(len(order)):
        for other in range(len(order)):
            assert (mixed[one] == mixed[other]) == (plain[order[one]] == plain[order[other]])


def test_a_long_chain_is_one_group_in_little_time() -> None:
    links = [[(1, str(n)), (1, str(n + 1))] for n in range(50_000)]
    assert len(set(group(links))) == 1


def test_titles_are_short_masked_and_without_mentions() -> None:
    assert title_of("@tamarind @other  How do\nI pair it?") == "How do I pair it?"
    assert "5550" not in title_of("Call me on 0171 5550 1234 please")
    assert len(title_of("word " * 100)) <= 140
    assert title_of("@tamarind") == ""
