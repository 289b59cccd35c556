"""How good a model's labels are, measured on rows whose right labels are known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

BINS = 10


@dataclass(frozen=True, slots=True)
class ClassScore:
    """Precision, recall and F1 (0 to 1) of one class, and how many rows belong to it."""

    label: str
    precision: float
    recall: float
    f1: float
    rows: int


@dataclass(frozen=True, slots=True)
class Bin:
    """The rows whose confidence lies in one tenth: their mean confidence, and the share that was right."""

    confidence: float
    accuracy: float
    rows: int


@dataclass(frozen=True, slots=True)
class Scores:
    """All figures of one evaluation. `confusion[i][j]`: rows of class i that were called class j."""

    rows: int
    accuracy: float
    macro_f1: float
    ece: float
    classes: tuple[ClassScore, ...]
    confusion: tuple[tuple[int, ...], ...]
    bins: tuple[Bin, ...]

    def as_json(self) -> dict[str, Any]:
        """Figures rounded to four digits."""
        return {
            "rows": self.rows,
            "accuracy": round(self.accuracy, 4),
            "macro_f1": round(self.macro_f1, 4),
            "ece": round(self.ece, 4),
            "classes": [_rounded(asdict(one)) for one in self.classes],
            "confusion": self.confusion,
            "bins": [_rounded(asdict(one)) for one in self.bins],
        }

    def worst(self, most: int = 20) -> list[tuple[str, str, int]]:
        """The commonest mistakes: right class, what the model said, how often."""
        names = [one.label for one in self.classes]
        mistakes = [
            (names[i], names[j], count)
            for i, row in enumerate(self.confusion)
            for j, count in enumerate(row)
            if i != j and count
        ]
        return sorted(mistakes, key=lambda one: -one[2])[:most]


def _rounded(figures: dict[str, Any]) -> dict[str, Any]:
    return {name: round(value, 4) if isinstance(value, float) else value for name, value in figures.items()}


def measure(right: Sequence[str], said: Sequence[str], confidence: Sequence[float]) -> Scores:
    """Compare what a model said with what is right, row by row. There must be at least one row.

    The average F1 is over every class that is right or was said at least once, as scikit-learn has it.
    """
    # Takes more than a second to load; pages that only show figures do without.
    from sklearn.metrics import accuracy_score, confusion_matrix, precision_recall_fscore_support

    labels = sorted({*right, *said})
    precision, recall, f1, rows = precision_recall_fscore_support(right, said, labels=labels, zero_division=0)
    classes = tuple(
        ClassScore(label, float(precision[i]), float(recall[i]), float(f1[i]), int(rows[i]))
        for i, label in enumerate(labels)
    )
    correct = np.array([a == b for a, b in zip(right, said, strict=True)])
    bins = reliability(correct, np.asarray(confidence, dtype=float))
    return Scores(
        rows=len(right),
        accuracy=float(accuracy_score(right, said)),
        macro_f1=float(np.mean(f1)),
        ece=calibration_error(bins),
        classes=classes,
        confusion=tuple(tuple(map(int, row)) for row in confusion_matrix(right, said, labels=labels)),
        bins=bins,
    )


def reliability(correct: np.ndarray, confidence: np.ndarray) -> tuple[Bin, ...]:
    """Rows by tenths of confidence; a tenth's upper end belongs to it. Empty ones are kept, with zeros."""
    tenth = np.clip(np.ceil(confidence * BINS) - 1, 0, BINS - 1)
    found = []
    for number in range(BINS):
        inside = tenth == number
        count = int(inside.sum())
        found.append(
            Bin(float(confidence[inside].mean()), float(correct[inside].mean()), count)
            if count
            else Bin(0.0, 0.0, 0)
        )
    return tuple(found)


def calibration_error(bins: Sequence[Bin]) -> float:
    """Expected calibration error: mean distance of confidence and share right, weighted by rows (0 is perfect).

    Guo et al., "On Calibration of Modern Neural Networks", ICML 2017, equation 3.
    """
    rows = sum(one.rows for one in bins)
    return sum(one.rows * abs(one.accuracy - one.confidence) for one in bins) / max(rows, 1)
