"""The helpers of a simulation: what is true of them, and what the product believes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from chimein.planner.response import Response
from chimein.routing.matching import priors
from chimein.routing.matching.facts import Helpers, Trust

_DEPARTMENT = 4
"""Topics of a department."""
_DECLARED = 2.5
_HOURS_AWAKE = 16.5
# Share, usual hour of rising, spread in hours (several time zones).
_RISERS = ((0.70, 7.0, 1.5), (0.20, 10.5, 1.5), (0.10, 17.0, 2.0))
_PRIORS = np.array([priors.UNKNOWN, priors.NEIGHBOUR, priors.DEPARTMENT, priors.DECLARED], np.float32)


@dataclass(slots=True)
class People:
    """`facts` is what the product knows; the rest is the truth.

    specialist [T, N], willing [N], awake [24, N], visits: mean number a waking hour [N].
    """

    facts: Helpers
    specialist: NDArray[np.bool_]
    willing: NDArray[np.float64]
    awake: NDArray[np.bool_]
    visits: NDArray[np.float64]


def crowd(
    count: int,
    topics: int,
    *,
    response: Response,
    seed: int,
    profiles: bool = True,
    declared: tuple[float, ...] = (),
) -> People:
    """So many helpers, drawn from the response model.

    Without `profiles` the product knows nobody's topics. `declared`: how many helpers say they know each topic.
    """
    rng = np.random.default_rng([seed, 2])
    shares = np.array(declared) / max(count, 1) if declared else np.full(topics, _DECLARED / topics)
    relation = _relations(count, np.clip(shares, 0, 1), rng)
    odds = _PRIORS[relation]
    specialist = rng.random((topics, count)) < 1 / (1 + np.exp(-odds))
    mean, total = response.opens, response.opens_spread
    willing = rng.beta(mean * total, (1 - mean) * total, count)
    awake = _awake(count, rng)
    facts = Helpers.blank(count, topics)
    facts.skill[:] = odds if profiles else priors.UNKNOWN
    luck = rng.random(count)
    facts.trust[:] = np.where(luck < response.coached, Trust.COACHED, Trust.TRUSTED)
    facts.trust_doubtful[:] = np.where(luck > 1 - response.trusted_doubtful, Trust.TRUSTED, Trust.COACHED)
    facts.own_limit[:] = response.own_limit
    facts.presence[:] = awake[0]
    visits = response.visits_per_day / _HOURS_AWAKE * willing / response.opens
    return People(facts=facts, specialist=specialist, willing=willing, awake=awake, visits=visits)


def _relations(count: int, declared: NDArray[np.float64], rng: np.random.Generator) -> NDArray[np.intp]:
    """How each helper stands to each topic: 0 unknown, 1 neighbour, 2 own department, 3 declared."""
    topics = declared.size
    departments = max(1, -(-topics // _DEPARTMENT))
    own = rng.integers(departments, size=count)
    of_topic = np.arange(topics) // _DEPARTMENT
    relation = np.zeros((topics, count), np.intp)
    relation[of_topic[:, None] == (own + 1) % departments] = 1
    relation[of_topic[:, None] == own] = 2
    relation[rng.random((topics, count)) < declared[:, None]] = 3
    return relation


def _awake(count: int, rng: np.random.Generator) -> NDArray[np.bool_]:
    shares = np.array([share for share, _, _ in _RISERS])
    kind = rng.choice(len(_RISERS), count, p=shares)
    rises = rng.normal(np.array([r for _, r, _ in _RISERS])[kind], np.array([s for _, _, s in _RISERS])[kind])
    hour = np.arange(24)[:, None]
    awake: NDArray[np.bool_] = (hour - rises[None, :]) % 24 < _HOURS_AWAKE
    return awake
