"""The shape in which n-grams see a text: links and handles become one sign each, spaces one space, letters small."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import regex
from scipy import sparse

from chimein.triage.learn import ngrams

LINK, MENTION = "\ue001", "\ue002"
SIGNS = LINK + MENTION
_LINK = regex.compile(r"https?://\S+|www\.\S+")
_MENTION = regex.compile(r"[@＠][\p{L}\p{N}_\-.]+")
LONGEST = 2000
_CHUNK = 2000


def shaped(text: str) -> str:
    """A text as n-grams see it, with a space at both ends so that word borders are n-grams too."""
    if "/" in text or "www." in text:
        text = _LINK.sub(f" {LINK} ", text)
    if "@" in text or "＠" in text:
        text = _MENTION.sub(f" {MENTION} ", text)
    words = text[:LONGEST].lower().replace("\0", " ").split()
    return f" {' '.join(words)} "


def counts(texts: Sequence[str], *, bits: int) -> sparse.csr_matrix:
    """How often each hashed n-gram occurs: one row a text, ``2 ** bits`` columns, damped as 1 + log(count)."""
    parts = [_counts(texts[at : at + _CHUNK], bits) for at in range(0, len(texts), _CHUNK)]
    return (
        sparse.vstack(parts, format="csr") if parts else sparse.csr_matrix((0, 1 << bits), dtype=np.float32)
    )


def _counts(texts: Sequence[str], bits: int) -> sparse.csr_matrix:
    return Grams.of(texts, bits=bits).counts(1 << bits)


@dataclass(frozen=True, slots=True)
class Grams:
    """A batch of texts with all their n-grams and where these stand."""

    text: str
    laid: ngrams.Laid
    found: ngrams.Found
    size: int

    @classmethod
    def of(cls, texts: Sequence[str], *, bits: int) -> Grams:
        made = [shaped(text) for text in texts]
        laid = ngrams.Laid.of(made)
        return cls("\0".join(["", *made, ""]), laid, ngrams.find(laid, bits=bits), len(texts))

    def known(self, row_of: ngrams.Ints) -> Grams:
        """Only the n-grams that `row_of` gives a row, with that row as their column."""
        rows = row_of[self.found.column]
        kept = np.flatnonzero(rows >= 0)
        found = self.found
        return replace(
            self, found=ngrams.Found(found.doc[kept], rows[kept], found.start[kept], found.end[kept])
        )

    def counts(self, columns: int) -> sparse.csr_matrix:
        """How often each occurs, damped as 1 + log(count): one row a text."""
        ones = np.ones(len(self.found.doc), dtype=np.float32)
        rows = sparse.csr_matrix((ones, (self.found.doc, self.found.column)), shape=(self.size, columns))
        rows.sum_duplicates()
        rows.data = 1 + np.log(rows.data)
        return rows


def of_length_one(rows: sparse.csr_matrix) -> sparse.csr_matrix:
    """Rows scaled to Euclidean length 1; an empty row stays empty."""
    lengths = np.sqrt(np.asarray(rows.multiply(rows).sum(axis=1)).ravel())
    lengths[lengths == 0] = 1
    return sparse.csr_matrix(sparse.diags((1 / lengths).astype(np.float32)) @ rows)


def inverse_document_frequency(rows: sparse.csr_matrix) -> np.ndarray:
    """ln((1 + n) / (1 + df)) + 1 for each column, 0 for columns that never occur (scikit-learn's smoothed form)."""
    frequency = np.bincount(rows.indices, minlength=rows.shape[1])
    weights = np.log((1 + rows.shape[0]) / (1 + frequency)) + 1
    return np.where(frequency > 0, weights, 0).astype(np.float32)
