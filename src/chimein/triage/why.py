"""Everything that explains a message's labels: how sure, which words, which rule, who corrected it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from chimein.triage import labels, models_in_use, policies, policy_words, reasons
from chimein.triage.models import Topic, Triage


@dataclass(frozen=True, slots=True)
class Sure:
    """How sure the model in use is of a value, 0 to 1. `width`: of 1,000."""

    value: str
    share: float

    @property
    def percent(self) -> int:
        return round(100 * self.share)

    @property
    def width(self) -> int:
        return round(1000 * self.share)


@dataclass(frozen=True, slots=True)
class Line:
    """One label: what it is called, what it is, how sure, and the words that carried it."""

    label: str
    name: str
    value: str
    sure: list[Sure]
    words: list[str]


@dataclass(frozen=True, slots=True)
class Why:
    """A message explained.

    `parts`: its text in pieces, True for those that carried a label. `rule`: the name of the rule that chose the lane,
    `when`: its conditions, as the brand's policy has it now.
    """

    parts: list[tuple[str, bool]]
    lines: list[Line]
    said: list[reasons.Said]
    rule: str
    when: list[str]
    classifier: str


def marked(text: str, words: Sequence[str]) -> list[tuple[str, bool]]:
    """A text in pieces, those that are one of the words apart, whatever their case."""
    telling = sorted({word.strip() for word in words if word.strip()}, key=len, reverse=True)
    if not telling:
        return [(text, False)]
    pattern = re.compile("|".join(re.escape(word) for word in telling), re.IGNORECASE)
    parts, at = [], 0
    for found in pattern.finditer(text):
        parts += [(text[at : found.start()], False), (found.group(), True)]
        at = found.end()
    return [part for part in (*parts, (text[at:], False)) if part[0]]


def explain(triage: Triage, text: str, topics: Sequence[Topic], *, brand_id: int, followers: int) -> Why:
    """Why a message has its labels. Asks the brand's model once more how sure it is."""
    sure = models_in_use.surety(brand_id, text)
    words = [word for one in triage.reasons for word in one.get("words", ())]
    lines = [_line(triage, label, topics, sure) for label in labels.NAMES]
    return Why(
        parts=marked(text, words),
        lines=lines,
        said=reasons.explain(triage.reasons, followers=followers),
        rule=policy_words.rule_name(triage.rule) if triage.rule else "",
        when=_when(triage.rule, topics, brand_id),
        classifier=triage.classifier,
    )


def _when(name: str, topics: Sequence[Topic], brand_id: int) -> list[str]:
    rules = {rule.name: rule for rule in policies.current(brand_id).rules}
    names = {topic.slug: topic.display_name for topic in topics}
    return policy_words.when_words(rules[name].when, names) if name in rules else []


def _line(
    triage: Triage, label: str, topics: Sequence[Topic], sure: Mapping[str, Mapping[str, float]]
) -> Line:
    names, value = labels.values_of(label, topics), labels.read(triage, label)
    return Line(
        label=label,
        name=str(labels.NAMES[label]),
        value=labels.in_words(label, value, names),
        sure=_sure(label, value, names, sure),
        words=_words(triage.reasons, label),
    )


def _sure(
    label: str, value: Any, names: Mapping[str, str], sure: Mapping[str, Mapping[str, float]]
) -> list[Sure]:
    """How sure the model is of the label as it stands; of each risk where there may be several."""
    if label in labels.SEVERAL:
        found = [(risk, sure.get(f"risk.{risk}", {}).get("1")) for risk in value]
        return [Sure(names.get(risk, risk), share) for risk, share in found if share is not None]
    share = sure.get(label, {}).get(labels.written(label, value)[0])
    return [] if share is None else [Sure(labels.in_words(label, value, names), share)]


def _words(stored: Sequence[Mapping[str, Any]], label: str) -> list[str]:
    prefix = {"risks": "risk"}.get(label, label)
    found = [
        word
        for one in stored
        if str(one.get("code", "")).partition(".")[0] == prefix
        for word in one.get("words", ())
    ]
    return list(dict.fromkeys(found))
