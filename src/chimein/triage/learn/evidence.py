"""Which words carried a label, read from the model's own weights.

Each n-gram's share of the chosen class's score (against the mean of the head's other classes) is laid evenly over its
characters; words that gathered most are named. Chinese characters that stand side by side and all speak for the class
make one word.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from chimein.triage.learn import ngrams, shape
from chimein.triage.learn.message_model import BITS, Head, MessageModel

Array = npt.NDArray[Any]
_MOST = 3
_LONGEST = 8
_MARKS = ".,!?;:\\\"'()[]，。！？；：、“”（）…~～"
_WORTH = 0.25
"""A word must have gathered at least this share of the strongest word's weight."""


@dataclass(slots=True)
class Evidence:
    """A batch's n-grams with their places, ready to be asked about one head after the other."""

    model: MessageModel
    laid: ngrams.Laid
    found: ngrams.Found
    shaped: Sequence[str]
    values: Array

    @classmethod
    def of(cls, model: MessageModel, texts: Sequence[str]) -> Evidence:
        shaped = [shape.shaped(text) for text in texts]
        laid = ngrams.Laid.of(shaped)
        found = ngrams.find(laid, bits=BITS)
        values = model.idf[found.column] / (found.end - found.start)
        return cls(model, laid, found, shaped, values)

    def words(self, head: Head, chosen: Array, wanted: Array) -> list[tuple[str, ...]]:
        """The words that spoke for class `chosen` of each text, for those that are `wanted`; none for the others."""
        table = self.model.weights[:, head.columns]
        rows = np.flatnonzero(wanted[np.minimum(self.found.doc, len(wanted) - 1)])
        column, doc = self.found.column[rows], self.found.doc[rows]
        picked = table[column, chosen[doc]]
        share = (picked - (table[column].sum(1) - picked) / (len(head.classes) - 1)) * self.values[rows]
        size = len(self.laid.codes) + 1
        edges = np.bincount(self.found.start[rows], share, size) - np.bincount(
            self.found.end[rows], share, size
        )
        heat = np.cumsum(edges)
        return [
            _named(self.shaped[k], heat[start : start + len(self.shaped[k])]) if wanted[k] else ()
            for k, start in enumerate(self.laid.starts[: len(self.shaped)])
        ]


def _named(text: str, heat: Array) -> tuple[str, ...]:
    """The hottest words of a text."""
    values = heat.tolist()
    units = sorted(((sum(values[a:b]), text[a:b]) for a, b in _units(text, values)), reverse=True)
    named: dict[str, None] = {}
    for total, unit in units[: 2 * _MOST]:
        word = unit.strip(_MARKS)
        if word and total > 0 and total >= _WORTH * units[0][0]:
            named.setdefault(word)
    return tuple(named)[:_MOST]


def _units(text: str, values: Sequence[float]) -> Iterator[tuple[int, int]]:
    """Words between spaces; of Chinese, runs of characters that all speak for the class."""
    at, end = 0, len(text)
    while at < end:
        char, stop = text[at], at + 1
        if char.isspace() or char in shape.SIGNS:
            at = stop
            continue
        if _stands_alone(char):
            while (
                stop < min(end, at + _LONGEST) and values[at] > 0 < values[stop] and _stands_alone(text[stop])
            ):
                stop += 1
        else:
            while stop < end and not (
                text[stop].isspace() or text[stop] in shape.SIGNS or _stands_alone(text[stop])
            ):
                stop += 1
        yield at, stop
        at = stop


def _stands_alone(char: str) -> bool:
    return "\u2e80" <= char <= "\u9fff" or "\uac00" <= char <= "\ud7a3" or char >= "\U00020000"
