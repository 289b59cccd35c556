"""One question to the planner in a process of its own, so that it takes no time from a worker's other work.

JSON comes in as one line, JSON lines go out: {"share": 0.4} now and then, {"figures": {…}} at the end. When standard
input closes, whoever asked is gone, and so is this process.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from dataclasses import replace
from typing import Any

from chimein.planner import history, report, study
from chimein.planner.scenario import Scenario
from chimein.routing.matching.settings import DEFAULT

_TELL_S = 0.3
_CURVE = (0.25, 0.5, 1.0, 2.0, 4.0)
_CURVE_DAYS = 7
_RUNS_PART = 0.7


class Teller:
    """Says how far it is, a few times a second at most."""

    def __init__(self) -> None:
        self._told = 0.0

    def __call__(self, share: float) -> None:
        if time.monotonic() - self._told >= _TELL_S:
            self._told = time.monotonic()
            _say({"share": round(share, 3)})


def _say(what: dict[str, Any]) -> None:
    print(json.dumps(what), flush=True)


def scenario_of(asked: dict[str, Any]) -> Scenario:
    """From helpers, desk, budget and the fields of a traffic profile."""
    return Scenario(
        helpers=asked["helpers"],
        desk=asked["desk"],
        traffic=history.from_fields(asked["traffic"], name="brand"),
        settings=replace(DEFAULT, budget_per_day=asked["budget"]),
    )


def answer(asked: dict[str, Any], tell: study.Tell) -> dict[str, Any]:
    """The figures of the command with --json, and the same over other numbers of helpers."""
    scenario, target = scenario_of(asked), study.Target()
    result = study.run(scenario, study.SEEDS, lambda share: tell(share * _RUNS_PART))
    short = "none" if target.reached(result.means) else study.short_side(scenario, target)
    curve = []
    for number, part in enumerate(_CURVE):
        count = round(scenario.helpers * part)
        other = replace(scenario, helpers=count, days=min(scenario.length, _CURVE_DAYS))
        found = study.run_once(other, study.SEEDS[0])
        curve.append([count, round(found["answered_within_15_min"], 4), round(found["crowd_share"], 4)])
        tell(_RUNS_PART + (1 - _RUNS_PART) * (number + 1) / len(_CURVE))
    figures = report.as_json(result, target=target, short_side=short, curve=curve)
    for big in ("settings", "response", "gate", "traffic"):
        del figures[big]
    return figures


def _end_with_parent() -> None:
    sys.stdin.read()
    os._exit(1)


def main() -> None:
    """Read, simulate, answer."""
    os.nice(10)
    asked = json.loads(sys.stdin.readline())
    threading.Thread(target=_end_with_parent, daemon=True).start()
    _say({"figures": answer(asked, Teller())})
    # The thread above may hold standard input; leave without waiting for it.
    os._exit(0)


if __name__ == "__main__":
    main()
