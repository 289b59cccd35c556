"""The picture of an evaluation: which classes are mistaken for which, and whether confidence can be believed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib import font_manager, rc_context
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from chimein.triage.evaluating import Scores

SUFFIXES = (".png", ".svg")
_ACCENT, _GREY, _INK = "#0f766e", "#9ca3af", "#1f2937"
_MOST_WRITTEN = 20
_MOST_NAMED = 100
_LONGEST_NAME = 24
_RELIABILITY_WIDTH = 4.2
# Fonts with Chinese characters on Linux, macOS and Windows; the first that is installed is used.
_CHINESE_FONTS = (
    "Noto Sans CJK SC", "Noto Sans CJK JP", "Noto Sans SC", "Source Han Sans SC", "WenQuanYi Zen Hei",
    "WenQuanYi Micro Hei", "Droid Sans Fallback", "PingFang SC", "Hiragino Sans GB",
    "Heiti SC", "Microsoft YaHei", "SimHei",
)  # fmt: skip


def draw(scores: Scores, path: Path, *, title: str) -> None:
    """Write a PNG or SVG, by the suffix of the path. Raises OSError when it cannot be written."""
    chinese = _chinese_font()
    fonts = ["DejaVu Sans", *([chinese] if chinese else [])]
    # Text of an SVG stays text, so that the reader's own fonts show it.
    with rc_context({"font.family": fonts, "svg.fonttype": "none", "text.color": _INK}):
        side = min(18.0, max(5.0, 2.6 + 0.22 * len(scores.classes)))
        figure = Figure(figsize=(side * 1.1 + _RELIABILITY_WIDTH, side), layout="constrained")
        FigureCanvasAgg(figure)
        left, right = figure.subplots(1, 2, width_ratios=(side, _RELIABILITY_WIDTH))
        drawable = chinese is not None or path.suffix == ".svg"
        _confusion(left, scores, _names(scores, title, drawable=drawable))
        _reliability(right, scores)
        figure.suptitle(title if drawable or title.isascii() else "", x=0.01, ha="left", fontsize=13)
        figure.savefig(path, dpi=130)


def _chinese_font() -> str | None:
    installed = {font.name for font in font_manager.fontManager.ttflist}
    return next((name for name in _CHINESE_FONTS if name in installed), None)


def _names(scores: Scores, title: str, *, drawable: bool) -> list[str]:
    """Class names; numbers, as in the printed table, when no font on this machine can draw them."""
    names = [one.label for one in scores.classes]
    if not drawable and not all(name.isascii() for name in (*names, title)):
        return [str(number) for number in range(1, len(names) + 1)]
    return [f"{name[: _LONGEST_NAME - 1]}…" if len(name) > _LONGEST_NAME else name for name in names]


def _confusion(axes: Axes, scores: Scores, names: Sequence[str]) -> None:
    counts = np.array(scores.confusion, dtype=float)
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    axes.imshow(shares, cmap="Greens", vmin=0, vmax=1, aspect="auto")
    axes.set(title="Confusion (each line adds up to its class)", xlabel="said", ylabel="right")
    if len(names) <= _MOST_WRITTEN:
        for (row, column), count in np.ndenumerate(counts):
            colour = "white" if shares[row, column] > 0.6 else _INK
            axes.text(column, row, f"{int(count)}", ha="center", va="center", color=colour, fontsize=8)
    if len(names) <= _MOST_NAMED:
        size = 9 if len(names) <= _MOST_WRITTEN else 6
        axes.set_xticks(range(len(names)), names, rotation=45, ha="right", fontsize=size, parse_math=False)
        axes.set_yticks(range(len(names)), names, fontsize=size, parse_math=False)


def _reliability(axes: Axes, scores: Scores) -> None:
    filled = [one for one in scores.bins if one.rows]
    most = max(one.rows for one in filled)
    axes.plot([0, 1], [0, 1], color=_GREY, linestyle="--", linewidth=1, label="perfectly calibrated")
    axes.bar(
        [(number + 0.5) / len(scores.bins) for number in range(len(scores.bins))],
        [0.25 * one.rows / most for one in scores.bins],
        width=0.9 / len(scores.bins),
        color="#e5e7eb",
        label=f"rows (highest: {most:,})",
    )
    axes.plot(
        [one.confidence for one in filled],
        [one.accuracy for one in filled],
        color=_ACCENT,
        marker="o",
        label="this model",
    )
    axes.set(
        title=f"Reliability: ECE {scores.ece:.3f}, macro-F1 {scores.macro_f1:.3f}",
        xlabel="confidence", ylabel="share that was right", xlim=(0, 1), ylim=(0, 1.02),
    )  # fmt: skip
    axes.legend(loc="upper left", frameon=False, fontsize=9)
