"""How long a text is, each network measuring in its own way.

Sources: X's "Counting characters" page for the weighted count (links 23, wide characters 2);
Unicode Standard Annex 29 for grapheme clusters.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from typing import Literal

import regex

Measure = Literal["weighted", "graphemes", "characters"]

LINK_WEIGHT = 23
_LINK = re.compile(r"https?://[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]*[A-Za-z0-9/_~=&#%+\-]", re.IGNORECASE)
_GRAPHEME = regex.compile(r"\X")
_PICTURE = (
    "[\u00a9\u00ae\u203c\u2049\u2122\u2139\u2190-\u21ff\u2300-\u27bf\u2900-\u297f\u2b00-\u2bff"
    "\u3030\u303d\u3297\u3299\U0001f000-\U0001faff]"
)
_EXTRA = "[\ufe0f\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f]"
_JOINED = f"\u200d{_PICTURE}{_EXTRA}*"
_EMOJI = re.compile(
    f"[\U0001f1e6-\U0001f1ff]{{2}}|[0-9#*]\ufe0f?\u20e3|{_PICTURE}(?:{_EXTRA}+(?:{_JOINED})*|(?:{_JOINED})+)"
)
_BREAKS = ("\n", "。", "！", "？", ". ", "! ", "? ", "；", "; ", "，", ", ", " ")


def weighted(text: str) -> int:
    """Emoji sequences and wide characters count 2, links 23, everything else 1, after NFC."""
    plain, links = _LINK.subn("", unicodedata.normalize("NFC", text))
    rest, emoji = _EMOJI.subn("", plain)
    wide = sum(1 for char in rest if unicodedata.east_asian_width(char) in "WF")
    return links * LINK_WEIGHT + emoji * 2 + len(rest) + wide


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
