"""Figures against an example worked out by hand, and the table and picture made of them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from chimein.runtime.terminal import columns
from chimein.triage import drawing, score_table
from chimein.triage.evaluating import Scores, calibration_error, measure, reliability

_RIGHT = ["a", "a", "a", "a", "b", "b", "投诉", "投诉"]
_SAID = ["a", "a", "a", "b", "b", "a", "投诉", "c"]
_SURE = [0.9, 0.9, 0.9, 0.6, 0.6, 0.6, 0.3, 0.3]


def _many(classes: int) -> Scores:
    right = [f"class {number}" for number in range(classes)] * 2
    said = [*right[:classes], *right[classes + 1 :], right[0]]
    return measure(right, said, [0.5] * len(right))


def test_figures_by_hand() -> None:
    scores = measure(_RIGHT, _SAID, _SURE)
    by_label = {one.label: one for one in scores.classes}
    assert (by_label["a"].precision, by_label["a"].recall, by_label["a"].rows) == (0.75, 0.75, 4)
    assert (by_label["b"].precision, by_label["b"].recall, by_label["b"].f1) == (0.5, 0.5, 0.5)
    assert (by_label["投诉"].precision, by_label["投诉"].recall) == (1.0, 0.5)
    assert (by_label["c"].f1, by_label["c"].rows) == (0.0, 0)
    assert scores.accuracy == 5 / 8
    assert scores.macro_f1 == pytest.approx((0.75 + 0.5 + 0 + 2 / 3) / 4)
    # |1 − 0.9|·3/8 + |1/3 − 0.6|·3/8 + |1/2 − 0.3|·2/8
    assert scores.ece == pytest.approx(0.1 * 3 / 8 + (0.6 - 1 / 3) * 3 / 8 + 0.2 * 2 / 8)
    assert scores.confusion == ((3, 1, 0, 0), (1, 1, 0, 0), (0, 0, 0, 0), (0, 0, 1, 1))
    assert scores.worst()[0] == ("a", "b", 1)


def test_a_bin_ends_where_it_says() -> None:
    bins = reliability(np.array([True, False, True]), np.array([0.0, 0.1, 1.0]))
    assert [one.rows for one in bins] == [2, *[0] * 8, 1]
    assert calibration_error(bins) == pytest.approx((2 * abs(0.5 - 0.05)) / 3)


def test_the_table_lines_up_with_chinese_labels() -> None:
    text = score_table.table(measure(_RIGHT, _SAID, _SURE))
    head, *classes = text.split("\n\n", maxsplit=1)[0].splitlines()
    assert {columns(line) for line in classes} == {columns(head)}
    assert "macro-F1 0.479" in text
    assert "4 投诉" in text
    assert "Confusion" in text


def test_many_classes_show_only_the_worst_confusions() -> None:
    text = score_table.table(_many(30))
    assert "commonest mistakes" in text
    assert len(text.split("model said\n")[1].splitlines()) == 20
    right = [f"{number}" for number in range(21)]
    assert "No mistakes." in score_table.table(measure(right, right, [1.0] * 21))


@pytest.mark.parametrize(("suffix", "head"), [(".png", b"\x89PNG"), (".svg", b"<?xml")])
@pytest.mark.parametrize("classes", [0, 30, 80])
def test_pictures(tmp_path: Path, suffix: str, head: bytes, classes: int) -> None:
    scores = _many(classes) if classes else measure(_RIGHT, _SAID, _SURE)
    path = tmp_path / f"picture{suffix}"
    drawing.draw(scores, path, title="意图 $x")
    assert path.read_bytes().startswith(head)


def test_without_a_chinese_font_classes_are_numbered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drawing, "_CHINESE_FONTS", ())
    # A character that cannot be drawn would be a warning, and warnings are errors here.
    drawing.draw(measure(_RIGHT, _SAID, _SURE), tmp_path / "a.png", title="意图")
