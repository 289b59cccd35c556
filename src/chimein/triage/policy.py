"""The lane policy: a table of rules, read from the top; the first whose conditions all hold chooses the lane.

Conditions look at labels only, so that a row can be read aloud. What stands in the table is data: `triage.policies` keeps
a brand's versions of it, this module says what a table means.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from chimein.triage.port import Labels, Reason, TriageInput

LANES = ("crowd", "desk", "expert", "vip", "crisis", "thank", "none")
ADVICE = ("", "friendly", "private_line")
NEVER_CROWD = frozenset(
    {"account_data", "legal", "safety", "money", "privacy", "press", "self_harm", "crisis"}
)


@dataclass(frozen=True, slots=True)
class Then:
    """What a rule decides. `no_reply`: the reason why nobody has to answer; empty when somebody has to."""

    lane: str
    priority: int = 0
    sla_minutes: int | None = None
    alarm: bool = False
    advice: str = ""
    no_reply: str = ""


@dataclass(frozen=True, slots=True)
class Rule:
    """One row: its name, its conditions by the name of `CONDITIONS`, its decision."""

    name: str
    when: Mapping[str, Any]
    then: Then


@dataclass(frozen=True, slots=True)
class Table:
    """A version of a policy."""

    rules: tuple[Rule, ...]
    version: int = 0
    _tests: tuple[tuple[Callable[[Labels, TriageInput], bool], ...], ...] = field(default=(), compare=False)

    def __post_init__(self) -> None:
        tests = tuple(
            tuple(CONDITIONS[name](value) for name, value in rule.when.items()) for rule in self.rules
        )
        object.__setattr__(self, "_tests", tests)

    def rule_for(self, labels: Labels, item: TriageInput) -> Rule:
        """The first rule that holds; the last resort, when none does, is the desk."""
        for rule, tests in zip(self.rules, self._tests, strict=True):
            if all(test(labels, item) for test in tests):
                return rule
        return LAST_RESORT

    def decide(self, labels: Labels, item: TriageInput) -> None:
        """Fill in what the policy decides."""
        rule = self.rule_for(labels, item)
        then = rule.then
        labels.rule, labels.lane, labels.priority = rule.name, then.lane, then.priority
        labels.sla_minutes, labels.alarm, labels.advice = then.sla_minutes, then.alarm, then.advice
        labels.no_reply_reason = ""
        if then.lane in {"none", "thank"} and then.no_reply:
            labels.no_reply_reason = then.no_reply
            labels.reasons.append(Reason(f"no_reply.{then.no_reply}"))
        labels.reasons.append(Reason(f"lane.{then.lane}"))


Test = Callable[[Labels, TriageInput], bool]


def _one_of(read: Callable[[Labels, TriageInput], str]) -> Callable[[Sequence[str]], Test]:
    def made(values: Sequence[str]) -> Test:
        wanted = frozenset(values)
        return lambda labels, item: read(labels, item) in wanted

    return made


def _is(read: Callable[[Labels, TriageInput], bool]) -> Callable[[bool], Test]:
    return lambda wanted: lambda labels, item: read(labels, item) is wanted


def _at_least(read: Callable[[Labels, TriageInput], float]) -> Callable[[float], Test]:
    return lambda least: lambda labels, item: read(labels, item) >= least


def _any_risk(values: Sequence[str]) -> Test:
    wanted = frozenset(values)
    return lambda labels, item: not wanted.isdisjoint(labels.risks)


CONDITIONS: dict[str, Callable[[Any], Test]] = {
    "risk": _any_risk,
    "gate": _one_of(lambda labels, item: labels.gate),
    "intent": _one_of(lambda labels, item: labels.intent),
    "sentiment": _one_of(lambda labels, item: labels.sentiment),
    "topic": _one_of(lambda labels, item: labels.topic),
    "language": _one_of(lambda labels, item: labels.language),
    "fit": _one_of(lambda labels, item: labels.fit),
    "no_reply": _one_of(lambda labels, item: labels.no_reply_reason),
    "anger": _is(lambda labels, item: labels.anger),
    "vague_abuse": _is(lambda labels, item: labels.vague_abuse),
    "private": _is(lambda labels, item: item.private),
    "found": _is(lambda labels, item: item.found),
    "verified": _is(lambda labels, item: item.verified),
    "influence_at_least": _at_least(lambda labels, item: labels.influence),
    "followers_at_least": _at_least(lambda labels, item: item.followers),
    "urgency_at_least": _at_least(lambda labels, item: labels.urgency),
    "risk_score_at_least": _at_least(lambda labels, item: labels.risk_score),
}
"""Name in a rule's `when` → a function of the wanted value that makes the test."""

LAST_RESORT = Rule("last_resort", {}, Then("desk", advice=""))

_NOBODY = ("spam", "repost", "thanks", "praise", "not_to_us", "no_words", "chatter")

DEFAULT = Table(
    (
        Rule(
            "life_in_danger", {"risk": ["self_harm"]}, Then("desk", 5, 5, alarm=True, advice="private_line")
        ),
        Rule("crisis", {"risk": ["crisis"]}, Then("crisis", 4, 10, alarm=True)),
        Rule("danger", {"risk": ["safety"]}, Then("desk", 4, 10, alarm=True, advice="private_line")),
        Rule("spam", {"no_reply": ["spam"]}, Then("none", no_reply="spam")),
        Rule("law_and_press", {"risk": ["legal", "press"]}, Then("desk", 3, 10, advice="private_line")),
        Rule("repost", {"no_reply": ["repost"]}, Then("none", no_reply="repost")),
        Rule("not_to_us", {"no_reply": ["not_to_us"]}, Then("none", no_reply="not_to_us")),
        Rule("thanks", {"no_reply": ["thanks"]}, Then("thank", no_reply="thanks")),
        Rule("praise", {"no_reply": ["praise"]}, Then("thank", no_reply="praise")),
        Rule(
            "small_talk",
            {"no_reply": ["no_words", "chatter"], "anger": False},
            Then("none", no_reply="chatter"),
        ),
        Rule("vip", {"followers_at_least": 100_000}, Then("vip", 3, 10)),
        Rule(
            "private_data",
            {"risk": ["account_data", "money", "privacy"]},
            Then("desk", 1, 30, advice="private_line"),
        ),
        Rule("private_message", {"private": True}, Then("desk", 0, 30)),
        Rule("insult", {"vague_abuse": True}, Then("desk", 1, 20, advice="friendly")),
        Rule("anger", {"anger": True}, Then("desk", 1, 20, advice="private_line")),
        Rule("surely_risky", {"gate": ["sure"]}, Then("desk", 1, 30)),
        Rule("doubtful", {"gate": ["doubtful"]}, Then("desk", 0, 30)),
        Rule(
            "complaint",
            {"intent": ["complaint"], "fit": ["desk"]},
            Then("desk", 0, 30, advice="private_line"),
        ),
        Rule("staff_matter", {"fit": ["desk"]}, Then("desk", 0, 30)),
        Rule("expert", {"fit": ["expert"]}, Then("expert", 0, 60)),
        Rule("everybody", {}, Then("crowd", 0, 15)),
    )
)
"""What a brand starts with: nothing with account data, law, danger, money, private data, press or a life in danger
ever reaches the crowd."""


def from_json(rows: Sequence[Mapping[str, Any]], *, version: int) -> Table:
    """A table from its stored form. Raises ValueError, naming the row, when a row makes no sense."""
    return Table(tuple(_rule(number, row) for number, row in enumerate(rows, 1)), version)


def _rule(number: int, row: Mapping[str, Any]) -> Rule:
    try:
        rule = Rule(str(row["name"]), dict(row["when"]), Then(**row["then"]))
    except (KeyError, TypeError) as error:
        raise ValueError(f"row {number}: {error}") from error
    unknown = set(rule.when) - set(CONDITIONS)
    if unknown:
        raise ValueError(f"row {number}: unknown condition {', '.join(sorted(unknown))}")
    if rule.then.lane not in LANES or rule.then.advice not in ADVICE:
        raise ValueError(f"row {number}: unknown lane or advice")
    if rule.then.lane in {"none"} and not rule.then.no_reply:
        raise ValueError(f"row {number}: the lane “none” needs a reason")
    return rule


def to_json(table: Table) -> list[dict[str, Any]]:
    """The stored form of a table."""
    return [
        {
            "name": rule.name,
            "when": dict(rule.when),
            "then": {name: getattr(rule.then, name) for name in Then.__dataclass_fields__},
        }
        for rule in table.rules
    ]
