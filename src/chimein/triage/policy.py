"""The lane policy: a table of rules, read from the top; the first whose conditions all hold chooses the lane.

Conditions look at labels only, so that a row can be read aloud. What stands in the table is data: `triage.policies`
keeps a brand's versions of it, this module says what a table means.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Any

from chimein.triage.port import BrandWords, Labels, Reason, TriageInput

LANES = ("crowd", "desk", "expert", "vip", "crisis", "thank", "none")
UNANSWERED = ("none", "thank")
"""Lanes in which a message may need no reply."""
ADVICE = ("", "friendly", "private_line")
NO_REPLY = ("spam", "repost", "thanks", "praise", "not_to_us", "no_words", "chatter")
RISKS = ("account_data", "money", "privacy", "legal", "safety", "press", "self_harm", "crisis")
MOST_PRIORITY = 9
MOST_MINUTES = 14 * 24 * 60
NEVER_CROWD = frozenset(
    {"account_data", "legal", "safety", "money", "privacy", "press", "self_harm", "crisis"}
)


@dataclass(frozen=True, slots=True)
class Then:
    """What a rule decides.

    `sla_minutes`: None is the lane's own time. `no_reply`: the reason why nobody has to answer; empty when somebody
    has to. `trusted_only`: the crowd without outsiders, so colleagues and staff may take it, trusted customers not.
    """

    lane: str
    priority: int = 0
    sla_minutes: int | None = None
    alarm: bool = False
    advice: str = ""
    no_reply: str = ""
    trusted_only: bool = False


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
        labels.no_reply_hint = labels.no_reply_reason
        rule = self.rule_for(labels, item)
        then = rule.then
        labels.rule, labels.lane, labels.priority = rule.name, then.lane, then.priority
        labels.sla_minutes, labels.alarm, labels.advice = then.sla_minutes, then.alarm, then.advice
        labels.trusted_only = then.trusted_only
        labels.no_reply_reason = then.no_reply if then.lane in UNANSWERED else ""
        labels.reasons = [one for one in labels.reasons if not one.code.startswith(("no_reply.", "lane."))]
        labels.reasons.extend(Reason(code) for code in _codes(then, item))


def _codes(then: Then, item: TriageInput) -> Iterator[str]:
    """The reasons a decision leaves."""
    if then.no_reply:
        yield f"no_reply.{then.no_reply}"
    elif item.private:
        yield "lane.private"
    yield "lane.colleagues" if then.trusted_only else f"lane.{then.lane}"


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
    "no_reply": _one_of(lambda labels, item: labels.no_reply_hint),
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

VALUES: dict[str, tuple[str, ...]] = {
    "risk": RISKS,
    "gate": ("clean", "doubtful", "sure"),
    "intent": ("question", "request", "complaint", "praise", "chatter", "spam"),
    "sentiment": ("negative", "neutral", "positive"),
    "topic": (),
    "language": (),
    "fit": LANES,
    "no_reply": NO_REPLY,
}
"""Conditions that ask for one of several words → the words there are; none: any word, such as a brand's own topic."""

FLAGS = frozenset({"anger", "vague_abuse", "private", "found", "verified"})
"""Conditions that ask for yes or no."""

NUMBERS = {
    "influence_at_least": 10.0,
    "followers_at_least": 1e10,
    "urgency_at_least": 3.0,
    "risk_score_at_least": 1.0,
}
"""Conditions that ask for a number from 0 → the highest that makes sense."""

LAST_RESORT = Rule("last_resort", {}, Then("desk", advice=""))

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
            Then("desk", 1, advice="private_line"),
        ),
        Rule("private_message", {"private": True}, Then("desk")),
        Rule("insult", {"vague_abuse": True}, Then("desk", 1, 20, advice="friendly")),
        Rule("anger", {"anger": True}, Then("desk", 1, 20, advice="private_line")),
        Rule("surely_risky", {"gate": ["sure"]}, Then("desk", 1)),
        Rule("doubtful", {"gate": ["doubtful"]}, Then("desk")),
        Rule(
            "complaint",
            {"intent": ["complaint"], "fit": ["desk"]},
            Then("desk", advice="private_line"),
        ),
        Rule("staff_matter", {"fit": ["desk"]}, Then("desk")),
        Rule("expert", {"fit": ["expert"]}, Then("expert")),
        Rule("wide_reach", {"influence_at_least": 4.0}, Then("crowd", 2)),
        Rule("everybody", {}, Then("crowd")),
    )
)
"""What a brand starts with: nothing with account data, law, danger, money, private data, press or a life in danger
ever reaches the crowd."""


def from_json(rows: Sequence[Mapping[str, Any]], *, version: int) -> Table:
    """A table from its stored form. Raises ValueError, naming the row, when a row makes no sense."""
    rules = tuple(_rule(number, row) for number, row in enumerate(rows, 1))
    for number, rule in enumerate(rules, 1):
        if any(rule.name == other.name for other in rules[: number - 1]):
            raise ValueError(f"row {number}: there is another row called {rule.name!r}")
    return Table(rules, version)


def _rule(number: int, row: Mapping[str, Any]) -> Rule:
    try:
        rule = Rule(str(row["name"]).strip(), dict(row["when"]), Then(**row["then"]))
        _check(rule)
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"row {number}: {error}") from error
    return rule


def _check(rule: Rule) -> None:
    if not 0 < len(rule.name) <= 60:
        raise ValueError("a row needs a name of at most 60 characters")
    for name, value in rule.when.items():
        if problem := _wrong(name, value):
            raise ValueError(f"{name}: {problem}")
    _check_then(rule.then)


def _wrong(name: str, value: Any) -> str:
    """What is wrong with a condition; empty when nothing is."""
    if name not in CONDITIONS:
        return "there is no such condition"
    if name in FLAGS:
        return "" if isinstance(value, bool) else "yes or no is wanted"
    if name in NUMBERS:
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        fits = is_number and 0 <= value <= NUMBERS[name]
        return "" if fits else f"a number from 0 to {NUMBERS[name]:g} is wanted"
    if not isinstance(value, list | tuple) or not value or not all(isinstance(one, str) for one in value):
        return "a list of words is wanted"
    unknown = set(value) - set(VALUES[name]) if VALUES[name] else set()
    return f"there is no {', '.join(sorted(unknown))}" if unknown else ""


def _check_then(then: Then) -> None:
    if then.lane not in LANES:
        raise ValueError(f"there is no lane {then.lane!r}")
    if then.advice not in ADVICE:
        raise ValueError(f"there is no advice {then.advice!r}")
    if then.no_reply and (then.lane not in UNANSWERED or then.no_reply not in NO_REPLY):
        raise ValueError("a reason for no reply belongs to the lanes none and thank, and must be a known one")
    if then.lane == "none" and not then.no_reply:
        raise ValueError("the lane none needs a reason why nobody replies")
    if not _is_whole(then.priority, 0, MOST_PRIORITY):
        raise ValueError(f"the priority is a whole number from 0 to {MOST_PRIORITY}")
    if then.sla_minutes is not None and not _is_whole(then.sla_minutes, 1, MOST_MINUTES):
        raise ValueError(f"the minutes are a whole number from 1 to {MOST_MINUTES}")
    if {type(then.alarm), type(then.trusted_only)} != {bool}:
        raise ValueError("alarm and trusted_only are yes or no")
    if then.trusted_only and then.lane != "crowd":
        raise ValueError("trusted_only belongs to the crowd lane")


def _is_whole(value: object, least: int, most: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and least <= value <= most


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


def lanes_with_work(table: Table) -> set[str]:
    """The lanes in which something can wait by this table."""
    works = {rule.then.lane for rule in table.rules if not rule.then.no_reply}
    return (works | {LAST_RESORT.then.lane}) - {"none"}


def holes(table: Table) -> list[str]:
    """What must not reach the crowd but could by this table: risks of `NEVER_CROWD` and ``anger``, sorted.

    For each row that sends to the crowd messages are made up that fit its conditions and carry the danger as well; a
    danger is a hole when one of them ends in the crowd.
    """
    open_to = [rule for rule in table.rules if rule.then.lane == "crowd"]
    dangers = (*sorted(NEVER_CROWD), "anger")
    return sorted(danger for danger in dangers if any(_leaks(table, rule, danger) for rule in open_to))


_VARIED = ("gate", "intent", "sentiment", "fit")


def _leaks(table: Table, rule: Rule, danger: str) -> bool:
    anger = danger == "anger"
    if anger and rule.when.get("anger") is False:
        return False
    item = _author(rule.when)
    for words in product(*(rule.when.get(name, VALUES[name]) for name in _VARIED)):
        labels = _made_up(rule.when, dict(zip(_VARIED, words, strict=True)))
        if anger:
            labels.anger = True
        else:
            labels.risks.append(danger)
        if table.rule_for(labels, item).then.lane == "crowd":
            return True
    return False


def _made_up(when: Mapping[str, Any], words: Mapping[str, str]) -> Labels:
    """Labels that fit a rule's conditions, with these words where there is a choice."""
    return Labels(
        language=_first(when, "language"), topic=_first(when, "topic"), no_reply_hint=_first(when, "no_reply"),
        intent=words["intent"], sentiment=words["sentiment"], fit=words["fit"], gate=words["gate"],
        risks=list(when.get("risk", ()))[:1], anger=bool(when.get("anger")),
        vague_abuse=bool(when.get("vague_abuse")), influence=when.get("influence_at_least", 0.0),
        urgency=when.get("urgency_at_least", 0), risk_score=when.get("risk_score_at_least", 0.0),
    )  # fmt: skip


def _author(when: Mapping[str, Any]) -> TriageInput:
    """The rest of a message that fits a rule's conditions."""
    return TriageInput(
        "", BrandWords(0, ()), followers=when.get("followers_at_least", 0), verified=bool(when.get("verified")),
        private=bool(when.get("private")), found=bool(when.get("found")),
    )  # fmt: skip


def _first(when: Mapping[str, Any], name: str) -> str:
    return str(when[name][0]) if name in when else ""
