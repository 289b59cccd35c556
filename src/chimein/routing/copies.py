"""Near copies: the same question in nearly the same words. Paraphrases are not found, and nothing but the text is read.

Sets of character pieces (three letters, or two of Han, kana or hangul) are compared by Jaccard's index. MinHash finds
the candidates (Broder 1997): 12 bands of 3 rows, so that texts that share 78 % of their pieces meet with a chance of
99.9 %, those that share 46 % with one of 70 % (and are then told apart by the index itself).
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass

import numpy as np
import regex
from numpy.typing import NDArray

BANDS, ROWS = 12, 3
ALIKE = 0.7
"""The share of pieces that two texts of which one answer does for both have in common (near copies: 0.78 and more)."""
_LONGEST = 600
_SHORTEST = 12
"""Letters, Han counted double: less says too little to be compared."""
_PRIME = (1 << 31) - 1
_NOISE = regex.compile(r"[@＠#＃][\p{L}\p{N}_\-.]+|https?://\S+|\bRT\b")
_SPACES = regex.compile(r"[^\p{L}\p{N}]+")
_NUMBERS = regex.compile(r"\p{N}+")
_WIDE = regex.compile(r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}]")

_draw = np.random.default_rng(2010)
_FACTORS = _draw.integers(1, _PRIME, (BANDS * ROWS, 1), dtype=np.uint64)
_SHIFTS = _draw.integers(0, _PRIME, (BANDS * ROWS, 1), dtype=np.uint64)


@dataclass(frozen=True, slots=True)
class Print:
    """What a text is compared by. `marks` are its bands; two texts that share one may be copies."""

    pieces: frozenset[str]
    numbers: frozenset[str]
    marks: tuple[int, ...]

    def is_copy_of(self, other: Print) -> bool:
        """Whether one answer does for both: nearly the same words, and the very same numbers."""
        if not self.pieces or not other.pieces or self.numbers != other.numbers:
            return False
        shared = len(self.pieces & other.pieces)
        return shared >= ALIKE * (len(self.pieces) + len(other.pieces) - shared)


NO_PRINT = Print(frozenset(), frozenset(), ())


def print_of(text: str) -> Print:
    """The print of a text; one without pieces for a text too short to be compared."""
    said = _SPACES.sub(" ", _NOISE.sub(" ", text[:_LONGEST])).strip().lower()
    wide = len(_WIDE.findall(said))
    if len(said) + wide < _SHORTEST:
        return NO_PRINT
    size = 2 if wide * 2 > len(said) else 3
    pieces = frozenset(said[at : at + size] for at in range(len(said) - size + 1))
    return Print(pieces, frozenset(_NUMBERS.findall(said)), _marks(pieces))


def _marks(pieces: frozenset[str]) -> tuple[int, ...]:
    hashed = np.array([zlib.crc32(piece.encode()) for piece in pieces], np.uint64)
    lowest: NDArray[np.uint64] = ((hashed * _FACTORS + _SHIFTS) % np.uint64(_PRIME)).min(axis=1)
    rows = lowest.reshape(BANDS, ROWS)
    # 63 bits: a band's own start value keeps equal rows of different bands apart.
    return tuple(zlib.crc32(band.tobytes(), number) << 31 | int(band[0]) for number, band in enumerate(rows))
