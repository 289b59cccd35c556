"""How well each helper fits a question right now: score = c² · p · ψ · ν, for everybody in one expression.

c   capability: the chance of a good answer, between a layman's and a specialist's curve over difficulty
p   the chance that an offer is opened soon
ψ   what is left of the personal limit, 1 - exp(load / limit - 1): the trade-off of Balance (Mehta, Saberi, Vazirani
    and Vazirani 2007), 0 when the limit is used up
ν   less than 1 for people whose answers wait for a review
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from math import exp, log

import numpy as np

from chimein.routing.matching.facts import DAY, Float32, Helpers, Index, Question, Trust
from chimein.routing.matching.settings import Settings

_NOISE_SIZE = 1 << 17
_TINY = np.float32(1e-6)
_USED_UP = np.float32(50)
"""More of a limit used than anybody can use: keeps the exponent within float32 for a limit of nothing."""


@dataclass(slots=True)
class Readiness:
    """What holds for every question at `now`: computed once, used for all that are decided together."""

    now: float
    p: Float32
    psi: Float32

    def note_asked(self, who: Index, helpers: Helpers, settings: Settings) -> None:
        """Bring it up to date for these, after `Helpers.note_asked`."""
        part = ready_of(helpers, self.now, settings, who)
        self.p[who], self.psi[who] = part.p, part.psi


def ready(helpers: Helpers, now: float, settings: Settings) -> Readiness:
    """Who would open an offer at `now`, and how much of a personal limit is left. O(N)."""
    return ready_of(helpers, now, settings, slice(None))


def ready_of(helpers: Helpers, now: float, settings: Settings, who: Index | slice) -> Readiness:
    """`ready` for some."""
    s = settings
    load = helpers.load[who] * np.float32(exp(-max(0.0, now - helpers.load_at) / DAY))
    willing = (helpers.opened[who] + np.float32(s.opens_weight * s.opens)) / (
        helpers.exposure[who] + np.float32(s.opens_weight)
    )
    presence = helpers.presence[who]
    p = willing / (1 + load * np.float32(1 / s.fatigue)) * presence
    active = np.flatnonzero((helpers.active_at[who] >= now - s.active_s) & (presence > 0))
    p[active] = np.minimum(s.active_most, s.active_floor + s.active_factor * p[active])
    limit = s.limit_base + np.float32(s.limit_slope) * willing
    np.maximum(limit, np.float32(s.limit_least), out=limit)
    np.minimum(limit, np.float32(s.limit_most), out=limit)
    np.minimum(limit, helpers.own_limit[who], out=limit)
    # Who wants nothing has the limit 0: the smallest of loads must use it up, and 0 / 0 must not happen.
    used = np.minimum((load + _TINY) / (limit + _TINY * _TINY), _USED_UP)
    psi = 1 - np.exp(used - 1)
    return Readiness(now=now, p=p, psi=psi)


def logistic(x: Float32) -> Float32:
    """1 / (1 + e⁻ˣ)."""
    y: Float32 = np.float32(1) / (np.float32(1) + np.exp(-x))
    return y


def answers_well(ability: float, difficulty: float, settings: Settings) -> float:
    """s(x): the chance that somebody of that ability answers a question of that difficulty well."""
    return 1 / (1 + exp(-settings.steepness * (ability - difficulty + settings.ease)))


def capability(log_odds: Float32, difficulty: float, settings: Settings) -> Float32:
    """c: a specialist's chance and a layman's, mixed by how likely somebody is a specialist."""
    low, high = _curves(difficulty, settings)
    return np.float32(low) + np.float32(high - low) * logistic(log_odds)


def log_odds_for(c: float, difficulty: float, settings: Settings) -> np.float32:
    """The log-odds from which capability is at least `c`; infinite where it never or always is."""
    low, high = _curves(difficulty, settings)
    share = (c - low) / (high - low)
    if not 0 < share < 1:
        return np.float32(-np.inf if share <= 0 else np.inf)
    return np.float32(log(share / (1 - share)))


def _curves(difficulty: float, settings: Settings) -> tuple[float, float]:
    return (
        answers_well(settings.layman, difficulty, settings),
        answers_well(settings.specialist, difficulty, settings),
    )


def with_noise(log_odds: Float32, question_id: int, settings: Settings) -> Float32:
    """Log-odds as drawn for this question: the same question meets the same draw."""
    start = (question_id * 7_919) % _NOISE_SIZE
    return log_odds + np.float32(settings.explore) * _noise(log_odds.size)[start : start + log_odds.size]


@lru_cache(maxsize=4)
def _noise(count: int) -> Float32:
    """Normal noise to take a window of `count` from; drawing it anew would cost more than all the rest."""
    return np.random.default_rng(2_010).standard_normal(_NOISE_SIZE + count, np.float32)


def review_factor(trust: np.ndarray, settings: Settings) -> Float32:
    """ν: from levels of trust."""
    least = np.float32(settings.needs_review)
    factor: Float32 = least + (1 - least) * (trust >= Trust.TRUSTED)
    return factor


def scores(helpers: Helpers, question: Question, readiness: Readiness, settings: Settings) -> Float32:
    """The score of everybody, whether or not they may be asked."""
    log_odds = helpers.skill[question.topic]
    if settings.explore > 0:
        log_odds = with_noise(log_odds, question.id, settings)
    c = capability(log_odds, question.difficulty, settings)
    trust = helpers.trust_doubtful if question.doubtful else helpers.trust
    score: Float32 = c * c * readiness.p * readiness.psi * review_factor(trust[question.topic], settings)
    if question.known.size:
        score[question.known] *= np.float32(settings.acquainted)
    return score
