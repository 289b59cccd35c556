"""Which words carried a label, read from the model's own weights.

Each n-gram's share of the chosen class's score (against the mean of the head's other classes) is laid evenly over its
characters; words that gathered most are named. Chinese characters that stand side by side and all speak for the class
make one word.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import regex

from chimein.triage.learn import ngrams, shape
from chimein.triage.learn.message_model import Head, MessageModel

Array = npt.NDArray[Any]
_MOST = 3
_DIGITS = regex.compile(r"\d{5}")
_LONGEST_RUN = 24
_MANY = 50_000
_MARKS = ".,!?;:\\\"'()[]，。！？；：、“”（）…~～"
_WORTH = 0.25
"""A word must have gathered at least this share of the strongest word's weight."""


@dataclass(slots=True)
class Evidence:
    """A batch's n-grams with their places, ready to be asked about one head after the other."""

    model: MessageModel
    laid: ngrams.Laid
    found: ngrams.Found
    text: str
    values: Array
    inside: Array
    """Whether a character belongs to a word at all."""
    alone: Array
    """Whether a character may be a word by itself, as Chinese ones are."""

    @classmethod
    def of(cls, model: MessageModel, grams: shape.Grams) -> Evidence:
        laid, found = grams.laid, grams.found
        values = model.idf[found.column] / (found.end - found.start)
        codes = laid.codes
        alone = (
            (codes >= 0x2E80) & (codes <= 0x9FFF) | (codes >= 0xAC00) & (codes <= 0xD7A3) | (codes >= 0x20000)
        )
        outside = (codes <= 0x20) | (codes == ord(shape.LINK)) | (codes == ord(shape.MENTION))
        return cls(model, laid, found, grams.text, values, ~outside, alone)

    def words(self, head: Head, chosen: Array, wanted: Array) -> list[tuple[str, ...]]:
        """The words that spoke for class `chosen` of each text, for those that are `wanted`; none for the others."""
        told: list[tuple[str, ...]] = [()] * len(wanted)
        rows = np.flatnonzero(wanted[np.minimum(self.found.doc, len(wanted) - 1)])
        if not len(rows):
            return told
        heat = self._heat(head, chosen, rows)
        starts, ends, doc, total = self._units(heat)
        first = np.flatnonzero(np.diff(doc, prepend=-1))
        for k, at in enumerate(first):
            last = first[k + 1] if k + 1 < len(first) else len(doc)
            best = range(at, min(last, at + 2 * _MOST))
            told[doc[at]] = self._named(
                [(starts[u], ends[u]) for u in best if total[u] >= _WORTH * total[at]]
            )
        return told

    def _heat(self, head: Head, chosen: Array, rows: Array) -> Array:
        """How much each character of the batch spoke for its text's class."""
        table = self.model.weights[:, head.columns]
        column, doc = self.found.column[rows], self.found.doc[rows]
        picked = table[column, chosen[doc]]
        if len(head.classes) == 2:
            others = table[column, 1 - chosen[doc]]
        else:
            # For a batch it is cheaper to add up the whole table once than to fetch every n-gram's row.
            every = table.sum(1)[column] if len(rows) > _MANY else table[column].sum(1)
            others = (every - picked) / (len(head.classes) - 1)
        share = (picked - others) * self.values[rows]
        size = len(self.laid.codes) + 1
        edges = np.bincount(self.found.start[rows], share, size) - np.bincount(
            self.found.end[rows], share, size
        )
        return np.asarray(np.cumsum(edges)[:-1])

    def _units(self, heat: Array) -> tuple[Array, Array, Array, Array]:
        """Words that spoke for the class, the hottest of each text first: start, end, text, heat.

        A word stands between spaces; of Chinese it is a run of characters that all speak for the class.
        """
        runs = self.alone & (heat > 0)
        goes_on = _before(self.inside) & ~self.alone & ~_before(self.alone) | runs & _before(runs)
        starts = np.flatnonzero(self.inside & ~goes_on)
        outside = np.flatnonzero(~self.inside)
        ends = np.minimum(np.append(starts[1:], len(heat)), outside[np.searchsorted(outside, starts)])
        sums = np.concatenate([[0.0], np.cumsum(heat)])
        total = sums[ends] - sums[starts]
        kept = np.flatnonzero(total > 1e-9)
        kept = kept[np.lexsort((-total[kept], self.laid.doc[starts[kept]]))]
        return (
            starts[kept],
            np.minimum(ends, starts + _LONGEST_RUN)[kept],
            self.laid.doc[starts[kept]],
            total[kept],
        )

    def _named(self, units: Sequence[tuple[int, int]]) -> tuple[str, ...]:
        named: dict[str, None] = {}
        for start, end in units:
            word = self.text[start:end].strip(_MARKS)
            if word and not _DIGITS.search(word):  # long numbers may be private, and they explain nothing
                named.setdefault(word)
        return tuple(named)[:_MOST]


def _before(flags: Array) -> Array:
    """What holds for the character before each."""
    return np.concatenate([[False], flags[:-1]])
