"""Which words of a published answer a practice answer has too, shown as they were written."""

from __future__ import annotations

from chimein.community.growth.practising import _compared


def test_words_are_compared_by_their_stems_and_shown_whole() -> None:
    shared, missing = _compared("Holding buttons helps.", "Hold the button for ten minutes.")
    assert shared == ["hold", "button"]
    assert missing == ["minutes"]


def test_chinese_is_compared_by_words() -> None:
    shared, missing = _compared("请按住按钮。", "按住按钮十秒，然后重新配对 Halo。")
    assert "按钮" in shared
    assert "配对" in missing
    assert "halo" in missing


def test_nothing_in_common_and_nothing_at_all() -> None:
    assert _compared("", "") == ([], [])
    assert _compared("x", "Look behind the counter")[0] == []
