"""Lengths in each network's measure, and cutting by them."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chimein.core.text.measure import LINK_WEIGHT, Measure, length, split, weighted

MEASURES: list[Measure] = ["weighted", "graphemes", "characters"]
WORDS = st.lists(
    st.sampled_from(
        [
            "button",
            "Hold",
            "the",
            "请长按",
            "电源键。",
            "五秒钟，",
            "松开！",
            "👍🏽",
            "👨‍👩‍👧‍👦",
            "é",
            "e\u0301",
            "🇩🇪",
            "https://a.example/x",
            "supercalifragilistic" * 3,
            "\n",
        ]
    ),
    min_size=1,
    max_size=120,
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", 0),
        ("abc", 3),
        ("你好", 4),
        ("a你", 3),
        ("é", 1),
        ("e\u0301", 1),
        ("ｆｕｌｌ", 8),
        ("👍", 2),
        ("👍🏽", 2),
        ("👨‍👩‍👧‍👦", 2),
        ("🇩🇪", 2),
        ("see https://a.example/very/long/path?x=1 now", 8 + LINK_WEIGHT),
        ("http://x.y", LINK_WEIGHT),
        ("https://a.b https://c.d", 2 * LINK_WEIGHT + 1),
        ("。", 2),
    ],
)
def test_weighted(text: str, expected: int) -> None:
    assert weighted(text) == expected


@pytest.mark.parametrize(("text", "expected"), [("👨‍👩‍👧‍👦", 1), ("e\u0301", 1), ("你好", 2), ("a\r\nb", 3)])
def test_graphemes(text: str, expected: int) -> None:
    assert length(text, "graphemes") == expected


@given(text=st.text())
def test_weighted_does_not_depend_on_how_letters_are_composed(text: str) -> None:
    assert weighted(text) == weighted(unicodedata.normalize("NFD", text))


@given(text=st.text(st.characters(max_codepoint=0x24F)))
def test_latin_weighs_no_more_than_its_characters(text: str) -> None:
    assert weighted(text) <= len(unicodedata.normalize("NFC", text)) + text.count(
        "http"
    ) * LINK_WEIGHT + 2 * len(text)


def _without_spaces(text: str) -> str:
    return "".join(text.split())


@given(
    words=WORDS,
    limit=st.integers(40, 300),
    measure=st.sampled_from(MEASURES),
    suffix=st.sampled_from(["", " ^Ann", " ^小林, 三店"]),
)
def test_parts_fit_carry_marks_and_lose_nothing(
    words: list[str], limit: int, measure: Measure, suffix: str
) -> None:
    text = " ".join(words).strip() or "x"
    parts = split(text, limit=limit, measure=measure, suffix=suffix)
    assert all(length(part, measure) <= limit for part in parts)
    assert parts[-1].endswith(suffix)
    if length(text + suffix, measure) <= limit:
        assert parts == [text + suffix]
        return
    said = []
    for number, part in enumerate(parts, 1):
        bare = part.removesuffix(suffix) if number == len(parts) else part
        mark = f" ({number}/{len(parts)})"
        assert bare.endswith(mark)
        said.append(bare.removesuffix(mark))
    assert all(said)
    assert _without_spaces("".join(said)) == _without_spaces(text)


@given(text=st.text(st.sampled_from("👨‍👩‍👧‍👦🇩🇪👍🏽好a"), min_size=60, max_size=300))
def test_no_grapheme_is_cut_in_two(text: str) -> None:
    import regex

    whole = regex.findall(r"\X", text)
    parts = split(text, limit=60, measure="graphemes")
    if len(parts) > 1:
        said = [part.rsplit(" (", 1)[0] for part in parts]
        assert [one for part in said for one in regex.findall(r"\X", part)] == whole


def test_breaks_fall_between_sentences() -> None:
    text = "Switch it off first. " * 12
    parts = split(text, limit=100, measure="weighted")
    assert all(part.rsplit(" (", 1)[0].endswith(".") for part in parts)


def test_a_suffix_without_room_is_refused() -> None:
    with pytest.raises(ValueError, match="no room"):
        split("word " * 100, limit=40, measure="characters", suffix="s" * 30)
