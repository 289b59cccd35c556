"""How long a post is."""

from __future__ import annotations

import unicodedata

import pytest

from chimein.demo.simnet.counting import length


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", 0),
        ("hello", 5),
        ("two\nlines", 9),
        ("你好", 4),
        ("ＡＢ", 4),
        ("한국", 4),
        ("カタ", 4),
        ("ｶﾀ", 2),
        ("，。", 4),
        ("é", 1),
        (unicodedata.normalize("NFD", "é"), 1),
        (unicodedata.normalize("NFD", "한"), 2),
        ("😀", 2),
        ("❤", 1),
        ("❤️", 2),
        ("👍🏽", 2),
        ("👨‍👩‍👧‍👦", 2),
        ("🇨🇳", 2),
        ("🇨🇳🇬🇧", 4),
        ("1️⃣", 2),
        ("🏴󠁧󠁢󠁳󠁣󠁴󠁿", 2),
        ("1 + 1", 5),
        ("http://a.b", 23),
        ("https://example.com/a/very/long/path?with=query&and=more#anchor", 23),
        ("see https://example.com.", 4 + 23 + 1),
        ("看https://example.com/a，谢谢", 2 + 23 + 2 + 4),
        ("(https://example.com)", 25),
        ("http://", 7),
    ],
)
def test_length(text: str, expected: int) -> None:
    assert length(text) == expected


def test_zero_width_joiner_between_letters_is_no_emoji() -> None:
    assert length("ن\u200cم") == 3
    assert length("क्\u200dष") == 4
