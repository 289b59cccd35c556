"""A result as JSON and as text for a terminal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from chimein import __version__
from chimein.planner.figures import HEADLINE
from chimein.planner.scenario import Scenario
from chimein.planner.study import Result, Target

_DIGITS = 4
_WORDS = {
    "median_minutes": "half are answered within, min",
    "mean_minutes": "mean time to the answer, min",
    "p90_minutes": "nine in ten are answered within, min",
    "answered_within_15_min": "answered within 15 min",
    "answered_within_120_min": "answered within two hours",
    "crowd_share": "answered by helpers",
    "right_skill_share": "of these by somebody who knows the topic",
    "notifications_per_helper_day": "notifications per helper and day",
    "gini_load": "how unevenly they are spread (Gini)",
    "desk_utilisation": "time the desk is busy",
    "risky_to_crowd": "risky messages shown to people not trusted with them",
    "desk_items_day": "answered by the desk, a day",
}
_SHARES = frozenset(
    {"answered_within_15_min", "answered_within_120_min", "crowd_share", "right_skill_share", "desk_utilisation",
     "risky_to_crowd"}
)  # fmt: skip


def as_json(result: Result, *, target: Target, **more: Any) -> dict[str, Any]:
    """All figures, what they were computed from, and what it means. Nothing in it depends on the clock."""
    scenario = result.scenario
    return {
        **{
            name: round(result.means[name], _DIGITS)
            for name in (*HEADLINE, *sorted(set(result.means) - set(HEADLINE)))
        },
        "intervals": {
            name: [round(low, _DIGITS), round(high, _DIGITS)]
            for name, (low, high) in result.intervals.items()
        },
        "seeds": list(result.seeds),
        "by_seed": [{name: round(value, _DIGITS) for name, value in one.items()} for one in result.runs],
        **_inputs(scenario),
        "target": {**asdict(target), "reached": target.reached(result.means)},
        "version": __version__,
        **more,
    }


def _inputs(scenario: Scenario) -> dict[str, Any]:
    return {
        "helpers": scenario.helpers,
        "desk": scenario.agents[1],
        "desk_by_shift": list(scenario.agents),
        "policy": scenario.policy,
        "days": scenario.length,
        "traffic": asdict(scenario.traffic),
        "gate": asdict(scenario.gate),
        "settings": asdict(scenario.settings),
        "response": asdict(scenario.response),
    }


def as_text(result: Result, others: Mapping[str, Result]) -> list[str]:
    """A table: one line per figure, one column per setting, with intervals for the first."""
    columns = {"": result, **others}
    lines = []
    if others:
        lines.append(" " * 66 + "".join(f"{name[:18]:>19}" for name in columns if name))
    for name in HEADLINE:
        low, high = result.intervals[name]
        shown = f"{_show(name, result.means[name]):>9}  {_show(name, low)} to {_show(name, high)}"
        rest = "".join(f"{_show(name, one.means[name]):>19}" for key, one in columns.items() if key)
        lines.append(f"{_WORDS[name]:>52} {shown:<13}{rest}")
    return lines


def _show(name: str, value: float) -> str:
    return f"{value:.1%}" if name in _SHARES else f"{value:,.2f}"
