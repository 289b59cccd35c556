"""``python -m chimein.demo.scenario`` loads, checks and prints what the scenario holds."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator

from chimein.demo.scenario.loader import load_scenario
from chimein.demo.scenario.model import ANSWER_STEPS, Scenario, ScenarioError


def main() -> int:
    """Print the tables; 1 with the problems on stderr when the data are not sound."""
    try:
        scenario = load_scenario()
    except ScenarioError as error:
        print(error, file=sys.stderr)
        return 1
    for block in (_people, _kinds, _hours):
        print("\n".join(block(scenario)), end="\n\n")
    return 0


def _people(scenario: Scenario) -> Iterator[str]:
    followers = sorted(customer.followers for customer in scenario.customers)
    total = len(followers)
    helped = {step.by for e in scenario.episodes for step in e.steps if step.kind in ANSWER_STEPS}
    helped |= {item.answerer for item in scenario.history}
    yield f"{scenario.brand.name_en} / {scenario.brand.name_zh}  @{scenario.brand.handle}"
    kinds = Counter(site.kind for site in scenario.sites)
    yield f"  sites       {kinds['shop']} shops, {kinds['department']} departments"
    yield f"  colleagues  {len(scenario.colleagues)}  {dict(Counter(c.role for c in scenario.colleagues))}"
    yield f"  trusted     {len(scenario.trusted)}; {len(helped)} of all helpers answer something"
    yield f"  customers   {total}, followers: median {followers[total // 2]:,}, most {followers[-1]:,}"
    for limit in (10_000, 100_000):
        yield f"              from {limit:,} up: {sum(n >= limit for n in followers) / total:.1%}"
    yield f"  history     {len(scenario.history)} answered questions"


def _kinds(scenario: Scenario) -> Iterator[str]:
    languages = sorted({episode.language for episode in scenario.episodes})
    cells = Counter((episode.kind, episode.language) for episode in scenario.episodes)
    yield f"{'episodes':12}" + "".join(f"{language:>6}" for language in languages) + f"{'all':>6}  lanes"
    for kind in sorted({episode.kind for episode in scenario.episodes}):
        lanes = Counter(episode.lane for episode in scenario.episodes if episode.kind == kind)
        counts = [cells[kind, language] for language in languages]
        said = ", ".join(f"{lane} {n}" for lane, n in sorted(lanes.items()))
        yield f"{kind:12}" + "".join(f"{n:6}" for n in counts) + f"{sum(counts):6}  {said}"
    totals = Counter(episode.language for episode in scenario.episodes)
    yield f"{'all':12}" + "".join(f"{totals[lang]:6}" for lang in languages) + f"{len(scenario.episodes):6}"
    steps = Counter(step.kind for episode in scenario.episodes for step in episode.steps)
    yield f"written one by one: {sum(episode.handwritten for episode in scenario.episodes)}"
    yield "steps: " + ", ".join(f"{kind} {n}" for kind, n in steps.most_common())


def _hours(scenario: Scenario) -> Iterator[str]:
    hours = Counter(episode.start // 60 for episode in scenario.episodes)
    yield "posts by hour"
    for hour in range(24):
        yield f"  {hour:02} {hours[hour]:3} {'#' * hours[hour]}"


if __name__ == "__main__":
    raise SystemExit(main())
