"""Ranks by how sure one can be of somebody's answers, not by how many there are."""

from __future__ import annotations

import math
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Z = 1.96
"""95 % confidence."""


def wilson(good: int, rated: int) -> float:
    """The lower bound of the share of good answers, 0 to 1: 5 of 5 is .57, 9 of 10 .60, 45 of 50 .79.

    Source: E. B. Wilson, Probable inference, JASA 22 (1927), with z = 1.96; routing.md, 2.6.
    """
    if rated <= 0:
        return 0.0
    share = good / rated
    middle = share + Z * Z / (2 * rated)
    spread = Z * math.sqrt(share * (1 - share) / rated + Z * Z / (4 * rated * rated))
    return (middle - spread) / (1 + Z * Z / rated)


@dataclass(frozen=True, slots=True)
class Rank:
    """A name for a lower bound of at least `bar`."""

    key: str
    name: str | Promise
    bar: float


RANKS = (
    Rank("new", _("Newcomer"), 0.0),
    Rank("helper", _("Helper"), 0.40),
    Rank("reliable", _("Reliable"), 0.55),
    Rank("seasoned", _("Seasoned"), 0.70),
    Rank("expert", _("Expert"), 0.78),
)
"""3 good of 3 make a helper (.44), 5 of 5 reliable (.57), 10 of 10 seasoned (.72), 45 of 50 an expert (.79)."""


def rank_of(good: int, rated: int) -> Rank:
    """The highest rank whose bar is reached."""
    bound = wilson(good, rated)
    return next(rank for rank in reversed(RANKS) if bound >= rank.bar)


def next_rank(good: int, rated: int) -> tuple[Rank, int] | None:
    """The rank above, and how many good answers in a row reach it; None at the top."""
    now = rank_of(good, rated)
    above = RANKS[RANKS.index(now) + 1 :]
    if not above:
        return None
    more = 1
    while wilson(good + more, rated + more) < above[0].bar:
        more += 1
    return above[0], more
