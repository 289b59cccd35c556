"""Which messages people should label next: those the machine is least sure of, and none like the other.

Uncertainty sampling (Lewis and Gale, SIGIR 1994) narrowed by a greedy farthest-first walk (Gonzalez 1985), so that a
short game is not twenty times the same question.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from chimein.core import db

_LOOKED_AT = 100_000
_NEWEST = 5_000
_CANDIDATES = 200
_ALIKE = 0.25
"""Two texts whose pieces overlap by more than three quarters are one question."""

# Backwards along the primary key, so that a big history costs what the newest part costs.
_UNSURE = """
SELECT n.id, n.text, greatest(1 - t.confidence, 1 - 2 * abs(t.risk_score - 0.5)) AS doubt
FROM (
    SELECT m.id, m.text FROM conversations_message m
    WHERE m.id > (SELECT coalesce(max(id), 0) - %(looked_at)s FROM conversations_message)
      AND m.brand_id = %(brand)s AND m.direction = 'in' AND m.deleted_at IS NULL AND m.text <> ''
      AND (m.visibility = 'public' OR NOT %(public_only)s) AND m.id <> ALL(%(without)s::bigint[])
    ORDER BY m.id DESC LIMIT %(newest)s
) n JOIN triage_triage t ON t.message_id = n.id
WHERE NOT EXISTS (SELECT 1 FROM triage_correction c WHERE c.message_id = n.id)
ORDER BY doubt DESC, n.id DESC LIMIT %(candidates)s
"""


@dataclass(frozen=True, slots=True)
class Unsure:
    """A message nobody has labelled, and how much the machine doubts, 0 to 1."""

    id: int
    text: str
    doubt: float


def unsure(*, brand_id: int, public_only: bool, without: Sequence[int] = ()) -> list[Unsure]:
    """The messages the machine doubts most, of the newest few thousand that nobody has labelled."""
    params = {
        "brand": brand_id, "public_only": public_only, "without": list(without), "looked_at": _LOOKED_AT,
        "newest": _NEWEST, "candidates": _CANDIDATES,
    }  # fmt: skip
    return [Unsure(*row) for row in db.fetch(_UNSURE, params)]


def _pieces(text: str) -> frozenset[str]:
    """A text's runs of three characters, by which two texts are compared."""
    plain = "".join(text.lower().split())[:400]
    return frozenset(plain[at : at + 3] for at in range(max(1, len(plain) - 2)))


def _distance(one: frozenset[str], other: frozenset[str]) -> float:
    """Jaccard distance: 0 for the same pieces, 1 for none in common."""
    return 1 - len(one & other) / (len(one | other) or 1)


def spread(candidates: Sequence[Unsure], count: int, *, start: int = 0) -> list[Unsure]:
    """So many of the candidates, each far from those before it and doubted.

    `start` says with which of the ten most doubted ones to begin, so that two players get different ones.
    """
    if not candidates:
        return []
    pieces = [_pieces(one.text) for one in candidates]
    picked = [start % min(10, len(candidates))]
    nearest = [_distance(pieces[picked[0]], other) for other in pieces]
    while len(picked) < count:
        best = max(range(len(candidates)), key=lambda at: nearest[at] * (0.5 + candidates[at].doubt))
        if nearest[best] <= _ALIKE:
            break
        picked.append(best)
        nearest = [
            min(known, _distance(pieces[best], other)) for known, other in zip(nearest, pieces, strict=True)
        ]
    return [candidates[at] for at in picked]


def next_to_label(
    *, brand_id: int, public_only: bool, count: int, start: int = 0, without: Sequence[int] = ()
) -> list[int]:
    """The ids of the messages whose labels would teach most."""
    found = unsure(brand_id=brand_id, public_only=public_only, without=without)
    return [one.id for one in spread(found, count, start=start)]
