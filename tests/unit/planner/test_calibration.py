"""The one calibrated value: how often people come by themselves, set so that an open list answers as Twelpforce did."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from chimein.planner import crowdside
from chimein.planner.figures import times
from chimein.planner.scenario import Gate, Scenario
from chimein.planner.simulation import World
from chimein.routing.matching.settings import DEFAULT

LANE_ALONE = Scenario(
    policy="pool", assist=False, once=False, gate=Gate(low=1.0, high=1.0),
    settings=replace(DEFAULT, fallback_min=1e9),
)  # fmt: skip


def _minutes(helpers: int, seeds: tuple[int, ...]) -> np.ndarray:
    found = []
    for seed in seeds:
        world = World(replace(LANE_ALONE, helpers=helpers), seed)
        crowdside.play(world)
        world.run()
        lane = np.array([case.item.risk < 1.0 for case in world.cases])
        found.append(times(world).minutes[lane])
    return np.concatenate(found)


def test_an_open_list_with_1600_helpers_answers_in_12_6_minutes() -> None:
    assert np.mean(_minutes(1600, (1, 2, 3))) == pytest.approx(12.6, abs=0.5)


@pytest.mark.parametrize(("helpers", "mean"), [(600, 27.2), (2600, 9.6)])
def test_what_was_not_calibrated_follows(helpers: int, mean: float) -> None:
    """The same value gives what the research notes have for fewer and for more helpers."""
    assert np.mean(_minutes(helpers, (1, 2))) == pytest.approx(mean, rel=0.12)
