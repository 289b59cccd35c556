"""How long a text is, each network measuring in its own way.

Sources: X's "Counting characters" page for the weighted count (links 23, wide characters 2);
Unicode Standard Annex 29 for grapheme clusters.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from typing import Literal

import regex

Measure = Literal["weighted", "graphemes", "characters"]

LINK_WEIGHT = 23
_LINK = regex.compile(r"https?://\S+")
_GRAPHEME = regex.compile(r"\X")
_EMOJI = regex.compile(r"\p{Extended_Pictographic}|\p{Regional_Indicator}")
_BREAKS = ("\n", "。", "！", "？", ". ", "! ", "? ", "；", "; ", "，", ", ", " ")


def _weight(cluster: str) -> int:
    if _EMOJI.search(cluster):
        return 2
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in cluster)


def weighted(text: str) -> int:
    """Wide characters and emoji count 2, links 23, everything else 1, after NFC."""
    normal = unicodedata.normalize("NFC", text)
    links = sum(1 for _ in _LINK.finditer(normal))
    return links * LINK_WEIGHT + sum(_weight(c) for c in _GRAPHEME.findall(_LINK.sub("", normal)))


def graphemes(text: str) -> int:
    """What a person would count as characters."""
    return len(_GRAPHEME.findall(text))


_MEASURES: dict[Measure, Callable[[str], int]] = {
    "weighted": weighted,
    "graphemes": graphemes,
    "characters": len,
}


def length(text: str, measure: Measure) -> int:
    """The length of a text in a network's own measure."""
    return _MEASURES[measure](text)


def _longest_fit(text: str, limit: int, measure: Measure) -> int:
    """How many characters (code points, at a grapheme's edge) of the text fit."""
    edges = [match.end() for match in _GRAPHEME.finditer(text)]
    low, high = 0, len(edges)
    while low < high:
        middle = (low + high + 1) // 2
        if length(text[: edges[middle - 1]], measure) <= limit:
            low = middle
        else:
            high = middle - 1
    return edges[low - 1] if low else 0


def _nice_break(text: str, fit: int) -> int:
    """The last sentence, clause or word end within the fit, unless it would waste half of it."""
    for mark in _BREAKS:
        at = text.rfind(mark, 0, fit)
        if at >= fit // 2:
            return at + len(mark)
    return fit


def split(text: str, *, limit: int, measure: Measure, suffix: str = "") -> list[str]:
    """Cut a text into parts that fit, each ending in ``(1/3)`` and the last one in the suffix.

    A text that fits stays one part. Raises ValueError when the suffix leaves no room for text.
    """
    if length(text + suffix, measure) <= limit:
        return [text + suffix]
    room = limit - length(f" (99/99){suffix}", measure)
    if room < limit // 4:
        raise ValueError("the suffix leaves no room for text")
    pieces: list[str] = []
    rest = text.strip()
    while rest:
        fit = _longest_fit(rest, room, measure)
        cut = len(rest) if fit >= len(rest) else _nice_break(rest, fit)
        pieces.append(rest[:cut].strip())
        rest = rest[cut:].strip()
    total = len(pieces)
    marked = [f"{piece} ({number}/{total})" for number, piece in enumerate(pieces, 1)]
    return [*marked[:-1], marked[-1] + suffix]
