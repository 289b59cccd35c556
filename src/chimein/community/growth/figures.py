"""The arithmetic of skill and trust, without a database.

Sources: routing.md 2.6 (a two-state posterior: a specialist or not) and 2.7 (levels of trust); the Wilson bound is
E. B. Wilson, Probable inference, the law of succession, and statistical inference (JASA 22, 1927).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import exp, log, sqrt

SPECIALIST, LAYMAN = 0.7, 0.25
"""The ability of one and the other, on the scale of difficulty 0 to 1."""
MIDDLING = 0.5
"""The difficulty of a question whose difficulty is not known."""
CLIP = 6.0
HALF_LIFE_DAYS = 180.0
OTHER_LANGUAGE = 0.5
"""What came of answers in one language says half as much about another (an assumption)."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """How much one kind of outcome says. `good`: what it speaks for; `error`: how often it errs, 0 to .5."""

    good: bool
    weight: float
    error: float


KINDS = {
    "accepted": Evidence(True, 1.0, 0.05),
    "edited": Evidence(True, 0.25, 0.05),
    "rejected": Evidence(False, 1.0, 0.05),
    "thanked": Evidence(True, 1.0, 0.15),
    # Silence is a weaker word than thanks, and a further question is not yet a complaint: assumptions.
    "solved": Evidence(True, 0.5, 0.15),
    "reopened": Evidence(False, 0.5, 0.15),
    "reused": Evidence(True, 0.5, 0.15),
    "passed": Evidence(False, 0.7, 0.10),
}
"""What counts. Being asked does not, nor does an answer that nobody said a word on: they would feed themselves."""


def success(ability: float, difficulty: float = MIDDLING) -> float:
    """The chance, 0 to 1, that somebody of this ability answers well."""
    return 1 / (1 + exp(-8 * (ability - difficulty + 0.15)))


def step(kind: str, difficulty: float = MIDDLING) -> float:
    """By how much the log-odds of being a specialist move with one outcome. Raises KeyError for an unknown kind."""
    found = KINDS[kind]
    chances = []
    for ability in (SPECIALIST, LAYMAN):
        seen_good = found.error + (1 - 2 * found.error) * success(ability, difficulty)
        chances.append(seen_good if found.good else 1 - seen_good)
    return found.weight * log(chances[0] / chances[1])


def faded(amount: float, days: float) -> float:
    """What is left of it after so many days; a clock that jumps back changes nothing."""
    return amount * exp(-log(2) * max(0.0, days) / HALF_LIFE_DAYS)


def believed(prior: float, moves: Iterable[float]) -> float:
    """The prior's log-odds after these moves, kept within ±6."""
    return min(CLIP, max(-CLIP, prior + sum(moves)))


def chance(log_odds: float) -> float:
    return 1 / (1 + exp(-log_odds))


def wilson(good: float, count: float, z: float = 1.96) -> float:
    """The lower bound of the share of good ones, 0 to 1, that `count` of them leave with 97.5 % certainty.

    5 of 5: .57, 10 of 10: .72, 19 of 20: .76. Of none it is 0.
    """
    if count <= 0:
        return 0.0
    share = min(1.0, max(0.0, good / count))
    middle = share + z * z / (2 * count)
    spread = z * sqrt((share * (1 - share) + z * z / (4 * count)) / count)
    return max(0.0, (middle - spread) / (1 + z * z / count))
