"""What nobody can beat by asking: the mean time if all were known in advance.

Who would open which offer after how long, who would try, how long writing takes: with all of it known each question
is given to one person (Hungarian method), in blocks in which everybody answers once at most. Offers only, no visits,
nobody tired, no reviews. People who happen to be in the product can be quicker; it bounds what asking can do.
"""

from __future__ import annotations

import numpy as np
from scipy.optimize import linear_sum_assignment

from chimein.planner.crowdside import truly_capable
from chimein.planner.draws import About, log_normal
from chimein.planner.scenario import Scenario
from chimein.planner.simulation import Case, World, new_case
from chimein.planner.traffic import HOUR_S

_BLOCK = 60
_NEVER = 1e6
_DAYS = 4


def clairvoyant(scenario: Scenario, seed: int) -> float:
    """Mean minutes from question to answer over the harmless questions of the crowd lane; 0 when there are none."""
    world = World(scenario, seed)
    end = min(scenario.length, _DAYS) * 24 * HOUR_S
    cases = [
        new_case(item, doubtful=False)
        for item in world.items
        if item.at < end and item.risk < scenario.gate.low and not item.risky
    ]
    if not cases or not scenario.helpers:
        return 0.0
    spent: list[float] = []
    for start in range(0, len(cases), _BLOCK):
        costs = np.array([_minutes(world, case) for case in cases[start : start + _BLOCK]])
        rows, columns = linear_sum_assignment(costs)
        spent += [cost for cost in costs[rows, columns].tolist() if cost < _NEVER]
    return float(np.mean(spent)) if spent else 0.0


def _minutes(world: World, case: Case) -> list[float]:
    """Minutes until each helper's answer; never for the asleep, for who ignores the offer or leaves it to others."""
    model, key = world.response, case.item.id
    awake = world.people.awake[int(case.item.at // HOUR_S) % 24]
    found = [_NEVER] * world.scenario.helpers
    for one in np.flatnonzero(awake).tolist():
        if world.u(About.OPENS, key, one) >= world.people.willing[one]:
            continue
        if world.u(About.TRIES, key, one) >= model.tries * truly_capable(world, case, one):
            continue
        delay = log_normal(model.delay_median, model.delay_sigma, world.u(About.DELAY, key, one))
        found[one] = delay + log_normal(
            model.handling_median, model.handling_sigma, world.u(About.HANDLING, key, one)
        )
    return found
