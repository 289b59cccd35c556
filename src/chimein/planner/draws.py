"""Chance that depends on nothing but its name: the same person meets the same question alike under every policy.

Two settings are compared on the same luck (common random numbers), so that their difference shows with few seeds.
"""

from __future__ import annotations

from enum import IntEnum
from math import exp, log
from statistics import NormalDist

_MASK = (1 << 64) - 1
_NORMAL = NormalDist()


class About(IntEnum):
    """What is drawn."""

    OPENS = 1
    DELAY = 2
    TRIES = 3
    HANDLING = 4
    GOOD = 5
    DESERTS = 6
    BUTTON = 7
    REVIEW_TIME = 8
    VERDICT = 9
    ANOTHER = 10
    DESK_TIME = 11
    SESSION = 12


def uniform(seed: int, about: About, first: int, second: int = 0) -> float:
    """Between 0 and 1, both excluded (the finaliser of SplitMix64 over the four numbers)."""
    x = (seed * 0x9E3779B97F4A7C15 + about * 0xD1B54A32D192ED03) & _MASK
    x = (x ^ (first * 0x8CB92BA72F3D8DD7) ^ (second * 0xABC98388FB8FAC03)) & _MASK
    x = ((x ^ (x >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
    x = ((x ^ (x >> 27)) * 0x94D049BB133111EB) & _MASK
    x = ((x ^ (x >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
    return (((x ^ (x >> 31)) >> 11) + 0.5) / (1 << 53)


def log_normal(median: float, sigma: float, u: float) -> float:
    """The log-normal quantile at `u`, in the unit of the median."""
    return median * exp(sigma * _NORMAL.inv_cdf(u))


def exponential(mean: float, u: float) -> float:
    """The exponential quantile at `u`."""
    return -mean * log(1 - u)
