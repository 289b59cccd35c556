"""``chimein plan``: what so many helpers would achieve, by simulation."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from chimein.config.management.filework import FileCommand
from chimein.core.errors import UserError
from chimein.planner import bound, history, report, study
from chimein.planner.scenario import Scenario
from chimein.planner.traffic import BUILT_IN, YEARLY, Profile, yearly
from chimein.routing.policies import registry

_MOST_HELPERS = 100_000
_MOST_QUESTIONS = 10_000_000
_MOST_DAYS = 366
_CHANGES = ("helpers", "desk", "policy", "budget", "multiplier")


class Command(FileCommand):
    help = "What so many helpers would achieve: a simulation that runs the product's own routing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--helpers", type=int, required=True, help="people who answer now and then")
        parser.add_argument("--desk", type=int, help="agents by day and in the evening; a quarter at night")
        traffic = parser.add_mutually_exclusive_group()
        traffic.add_argument(
            "--questions-per-year", type=float, metavar="N", help="questions a year (default: 29000)"
        )
        traffic.add_argument(
            "--profile", metavar="FILE",
            help=f"traffic: a .json of shares and hours, a .csv or .jsonl of messages, or {', '.join(BUILT_IN)}",
        )  # fmt: skip
        parser.add_argument(
            "--topics", type=Path, metavar="FILE", help="topics with their share, csv or json"
        )
        parser.add_argument("--policy", default=registry.PRODUCT, help="who is asked (default: ring)")
        parser.add_argument("--budget", type=float, help="offers per helper and day at most (default: 6)")
        parser.add_argument("--multiplier", type=float, help="size of the rings (default: 1)")
        parser.add_argument("--days", type=int, help="days to simulate (default: 28, mentions 7)")
        parser.add_argument("--seeds", type=int, default=3, help="runs with other luck (default: 3)")
        parser.add_argument("--seed", type=int, default=1, help="the first of them (default: 1)")
        parser.add_argument(
            "--against", action="append", default=[], metavar="CHANGES",
            help='another setting on the same traffic, such as "helpers=900 policy=balance"; may be repeated',
        )  # fmt: skip
        parser.add_argument("--smallest", action="store_true", help="also the fewest helpers for the target")
        parser.add_argument(
            "--bound", action="store_true", help="also what could not be beaten if all were known in advance"
        )
        parser.add_argument(
            "--target", type=float, default=0.9, help="share within 15 minutes to reach (default: 0.9)"
        )
        parser.add_argument(
            "--most-notifications", type=float, default=4.0, help="a helper and day to keep to (default: 4)"
        )
        parser.add_argument("--json", action="store_true", help="the figures as JSON")

    def work(self, options: dict[str, Any]) -> None:
        scenario = _scenario(options)
        seeds = tuple(range(options["seed"], options["seed"] + _within(options, "seeds", 1, 100)))
        target = study.Target(
            within_15=_within(options, "target", 0, 1),
            notifications=_within(options, "most_notifications", 0, 1000),
        )
        others = {words: _changed(scenario, words) for words in options["against"]}
        result = study.run(scenario, seeds, self._telling("simulated"))
        compared = {words: study.run(one, seeds, self._telling(words)) for words, one in others.items()}
        more: dict[str, Any] = {"short_side": "none"}
        if not target.reached(result.means):
            self.progress.show("looking for the short side", None)
            more["short_side"] = study.short_side(scenario, target, seed=seeds[0])
        if options["smallest"]:
            telling = self._telling("smallest number of helpers")
            more["smallest_helpers"] = study.smallest(scenario, target, seed=seeds[0], tell=telling)
        if options["bound"]:
            self.progress.show("what cannot be beaten", None)
            more["clairvoyant_mean_minutes"] = round(bound.clairvoyant(scenario, seeds[0]), 4)
        self.progress.end()
        if options["json"]:
            more["compared"] = {words: _compared(result, one, target) for words, one in compared.items()}
            self.stdout.write(json.dumps(report.as_json(result, target=target, **more)))
        else:
            self._say(result, compared, more)

    def _telling(self, words: str) -> Callable[[float], None]:
        return lambda share: self.progress.show(words, share)

    def _say(self, result: study.Result, compared: dict[str, study.Result], more: dict[str, Any]) -> None:
        scenario = result.scenario
        night, day, evening = scenario.agents
        self.stdout.write(
            f"{scenario.helpers:,} helpers, desk {night}/{day}/{evening} (night/day/evening), "
            f"{scenario.traffic.wanted_per_day:,.1f} questions a day, {scenario.length} days, policy {scenario.policy}"
        )
        self.stdout.write("\n".join(report.as_text(result, compared)))
        if more["short_side"] != "none":
            self.stdout.write(f"The target is not reached. What is short: {more['short_side']}.")
        if "smallest_helpers" in more:
            least = more["smallest_helpers"]
            found = f"{least:,} helpers" if least else "no number of helpers; look at the desk"
            self.stdout.write(f"For the target it takes: {found}.")
        if "clairvoyant_mean_minutes" in more:
            self.stdout.write(
                f"Asking alone cannot beat a mean of {more['clairvoyant_mean_minutes']:.2f} min in the crowd lane, "
                "even with all known in advance."
            )


def _scenario(options: dict[str, Any]) -> Scenario:
    scenario = Scenario(
        helpers=_within(options, "helpers", 0, _MOST_HELPERS),
        traffic=_traffic(options),
        policy=options["policy"],
    )
    if options["desk"] is not None:
        scenario = replace(scenario, desk=_within(options, "desk", 0, 10_000))
    if options["days"] is not None:
        scenario = replace(scenario, days=_within(options, "days", 1, _MOST_DAYS))
    given = {name: options[name] for name in ("budget", "multiplier") if options[name] is not None}
    return _with(scenario, {"policy": options["policy"], **given})


def _traffic(options: dict[str, Any]) -> Profile:
    try:
        if options["profile"] is not None:
            profile = history.built_in_or_file(options["profile"])
        elif options["questions_per_year"] is not None:
            profile = yearly(_within(options, "questions_per_year", 0, _MOST_QUESTIONS))
        else:
            profile = BUILT_IN[YEARLY]
        return history.with_topics(profile, options["topics"]) if options["topics"] else profile
    except history.WrongProfile as error:
        raise UserError(f"{error}.") from error


def _within(options: dict[str, Any], name: str, least: float, most: float) -> Any:
    value = options[name]
    if not math.isfinite(value) or not least <= value <= most:
        raise UserError(f"--{name.replace('_', '-')} must be {least:,} to {most:,}.")
    return value


def _changed(scenario: Scenario, words: str) -> Scenario:
    """The scenario with changes such as `helpers=900 policy=balance`."""
    changes: dict[str, Any] = {}
    for word in words.split():
        name, _, value = word.partition("=")
        if name not in _CHANGES or not value:
            raise UserError(f"{word}: --against takes {', '.join(f'{one}=…' for one in _CHANGES)}.")
        try:
            changes[name] = value if name == "policy" else float(value)
        except ValueError as error:
            raise UserError(f"{word}: {value} is no number.") from error
    return _with(scenario, changes)


def _with(scenario: Scenario, changes: dict[str, Any]) -> Scenario:
    for name, most in (("helpers", _MOST_HELPERS), ("desk", 10_000), ("budget", 1_000), ("multiplier", 100)):
        if name in changes:
            _within(changes, name, 0, most)
    whole: dict[str, Any] = {name: int(changes[name]) for name in ("helpers", "desk") if name in changes}
    settings = scenario.settings
    if "budget" in changes:
        settings = replace(settings, budget_per_day=changes["budget"])
    if "multiplier" in changes:
        settings = replace(settings, multiplier=changes["multiplier"])
    policy = changes.get("policy", scenario.policy)
    if policy not in registry.names():
        raise UserError(f"There is no routing policy {policy}. There are: {', '.join(registry.names())}.")
    return replace(scenario, settings=settings, policy=policy, **whole)


def _compared(result: study.Result, other: study.Result, target: study.Target) -> dict[str, Any]:
    """The other setting's figures, and how far each is from the first, with its interval."""
    gaps = study.difference(result, other)
    figures = report.as_json(other, target=target)
    figures["difference"] = {
        name: {"mean": round(mean, 4), "low": round(low, 4), "high": round(high, 4)}
        for name, (mean, low, high) in gaps.items()
    }
    return figures
