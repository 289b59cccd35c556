"""Two texts side by side: what changed word by word, and how alike they are."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import pairwise
from typing import Literal

import regex

Change = Literal["same", "gone", "new"]

# A Chinese character is a word of its own, so that a change of one of them does not mark the whole sentence.
_PIECE = regex.compile(r"\p{Han}|[^\W\p{Han}]+|\s+|.", regex.DOTALL)
_BESIDE_THE_POINT = regex.compile(r"https?://\S+|@\w+|[\W_]+")
_HAN = regex.compile(r"\p{Han}")


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text that is in both versions, only in the old (gone) or only in the new one."""

    change: Change
    text: str


def changes(before: str, after: str) -> list[Piece]:
    """The words of both versions in reading order: same and gone make `before`, same and new make `after`."""
    old, new = _PIECE.findall(before), _PIECE.findall(after)
    found: list[Piece] = []
    for kind, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            _add(found, "same", old[a:b])
        else:
            _add(found, "gone", old[a:b])
            _add(found, "new", new[c:d])
    return found


def _add(found: list[Piece], change: Change, pieces: list[str]) -> None:
    if pieces:
        found.append(Piece(change, "".join(pieces)))


def similarity(one: str, other: str) -> float:
    """How alike two texts are, 0 to 1: shared groups of characters by all of both (Jaccard).

    Groups of three, of two where the text is mostly Chinese (routing.md, 2.8); names, links and punctuation left out.
    """
    first, second = _groups(one), _groups(other)
    if not first or not second:
        return 0.0
    return len(first & second) / len(first | second)


def _groups(text: str) -> set[str]:
    plain = _BESIDE_THE_POINT.sub(" ", text.lower()).strip()
    if 2 * len(_HAN.findall(plain)) > len(plain):
        return {a + b for a, b in pairwise(plain.replace(" ", ""))}
    return {plain[at : at + 3] for at in range(len(plain) - 2)}
