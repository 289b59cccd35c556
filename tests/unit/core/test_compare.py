"""Two texts side by side."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chimein.core.text.compare import changes, similarity

TEXT = st.text(alphabet="ab 好你，.\n", max_size=60)


@given(TEXT, TEXT)
def test_both_versions_can_be_read_out_of_the_changes(before: str, after: str) -> None:
    found = changes(before, after)
    assert "".join(one.text for one in found if one.change != "new") == before
    assert "".join(one.text for one in found if one.change != "gone") == after


def test_only_the_words_that_changed_are_marked() -> None:
    found = changes("Hold the button.", "Mia, hold the big button.")
    assert [one.text for one in found if one.change == "gone"] == ["Hold"]
    assert "big" in "".join(one.text for one in found if one.change == "new")
    assert [(one.change, one.text) for one in changes("请长按电源键", "请短按电源键")] == [
        ("same", "请"), ("gone", "长"), ("new", "短"), ("same", "按电源键"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        (
            "Hold the button for ten seconds",
            "@mia Hold the button, for ten seconds! https://a.example/x",
            True,
        ),
        ("请长按电源键五秒再试", "请长按电源键五秒再试试", True),
        ("Hold the button for ten seconds", "Where did you buy the kettle?", False),
        ("", "Hold the button", False),
    ],
)
def test_near_copies_are_known(one: str, other: str, *, alike: bool) -> None:
    assert (similarity(one, other) >= 0.8) is alike
