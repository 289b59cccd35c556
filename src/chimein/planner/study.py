"""Several runs and what they say together: means with intervals, comparisons, the smallest crowd, the short side."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from math import ceil, sqrt
from statistics import fmean, stdev

from chimein.planner import crowdside
from chimein.planner.figures import figures
from chimein.planner.scenario import Scenario
from chimein.planner.simulation import World

SEEDS = (1, 2, 3)
MOST_HELPERS = 30_000
_SHORT_DAYS = 4
_MANY = 8_000
# Student's t, two-sided 95 %, by degrees of freedom; beyond the table the normal value.
_T95 = (12.71, 4.30, 3.18, 2.78, 2.57, 2.45, 2.36, 2.31, 2.26, 2.23, 2.20, 2.18, 2.16, 2.14, 2.13)

Tell = Callable[[float], None]


@dataclass(frozen=True, slots=True)
class Target:
    """What shall be reached: the share answered within 15 minutes, at most so many offers per helper and day."""

    within_15: float = 0.90
    notifications: float = 4.0

    def reached(self, found: dict[str, float]) -> bool:
        return (
            found["answered_within_15_min"] >= self.within_15
            and found["notifications_per_helper_day"] <= self.notifications
        )


@dataclass(frozen=True, slots=True)
class Result:
    """Means over the seeds, 95 % intervals of them, and each run."""

    scenario: Scenario
    seeds: tuple[int, ...]
    means: dict[str, float]
    intervals: dict[str, tuple[float, float]]
    runs: tuple[dict[str, float], ...]


def run_once(scenario: Scenario, seed: int, tell: Tell | None = None) -> dict[str, float]:
    """The figures of one run."""
    world = World(scenario, seed)
    crowdside.play(world)
    world.run(tell)
    return figures(world)


def run(scenario: Scenario, seeds: Sequence[int] = SEEDS, tell: Tell | None = None) -> Result:
    """One run per seed. `tell` gets the share that is done."""
    runs = []
    for number, seed in enumerate(seeds):
        runs.append(run_once(scenario, seed, _part(tell, number, len(seeds))))
    means = {name: fmean(one[name] for one in runs) for name in runs[0]}
    return Result(
        scenario=scenario, seeds=tuple(seeds), means=means, runs=tuple(runs),
        intervals={name: interval([one[name] for one in runs]) for name in means},
    )  # fmt: skip


def _part(tell: Tell | None, number: int, of: int) -> Tell | None:
    return None if tell is None else lambda share: tell((number + share) / of)


def interval(values: Sequence[float]) -> tuple[float, float]:
    """95 % interval of the mean (Student's t); the value itself when there is only one."""
    mean = fmean(values)
    if len(values) < 2:
        return mean, mean
    t = _T95[len(values) - 2] if len(values) - 2 < len(_T95) else 1.96
    half = t * stdev(values) / sqrt(len(values))
    return mean - half, mean + half


def difference(one: Result, other: Result) -> dict[str, tuple[float, float, float]]:
    """Of each figure `other` minus `one`, with its interval, paired by seed: both had the same luck."""
    found = {}
    for name in one.means:
        gaps = [b[name] - a[name] for a, b in zip(one.runs, other.runs, strict=True)]
        low, high = interval(gaps)
        found[name] = (fmean(gaps), low, high)
    return found


def smallest(
    scenario: Scenario,
    target: Target,
    *,
    seed: int = SEEDS[0],
    most: int = MOST_HELPERS,
    tell: Tell | None = None,
) -> int | None:
    """The fewest helpers who reach the target within about 3 %, None when no number does: the desk is short then.

    One seed over four days each; doubling, then halving the gap.
    """
    short = replace(scenario, days=min(scenario.length, _SHORT_DAYS))
    tries = 0

    def enough(helpers: int) -> bool:
        nonlocal tries
        tries += 1
        found = run_once(replace(short, helpers=helpers), seed)
        if tell:
            tell(1 - 0.85**tries)
        return target.reached(found)

    low, high = 0, 50
    while not enough(high):
        low, high = high, high * 2
        if high > most:
            return None
    while high - low > max(1, ceil(0.03 * high)):
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle, high)
    return high


def short_side(scenario: Scenario, target: Target, *, seed: int = SEEDS[0]) -> str:
    """Which side keeps the target from being reached: "helpers", "desk", "both", or "none" when it is reached.

    Found by trying: very many helpers reach it: helpers are short; else ten times the desk does: the desk is.
    """
    short = replace(scenario, days=min(scenario.length, _SHORT_DAYS))
    if target.reached(run_once(short, seed)):
        return "none"
    many = replace(short, helpers=max(_MANY, 4 * scenario.helpers), days=min(short.length, 2))
    if target.reached(run_once(many, seed)):
        return "helpers"
    night, day, evening = (max(1, 10 * one) for one in scenario.agents)
    with_desk = replace(short, shifts=(night, day, evening))
    return "desk" if target.reached(run_once(with_desk, seed)) else "both"
