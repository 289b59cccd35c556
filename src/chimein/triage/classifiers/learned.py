"""The classifier in use: a model that learned from labelled messages, with the word lists among what it looks at.

`classifier` reads quickly and is what intake uses. `careful` adds what sentence embeddings say (about 45 messages a
second on two cores): for files, and where there is time.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from chimein.triage import language, lexicon, models_in_use
from chimein.triage.classifiers.rules import influence, topic_of, urgency
from chimein.triage.learn.evidence import Evidence
from chimein.triage.learn.examples import RISKS
from chimein.triage.learn.message_model import Head, MessageModel, shipped, shipped_careful
from chimein.triage.port import Labels, Reason, TriageInput
from chimein.triage.said import Said

Array = npt.NDArray[Any]

_LAST_WORD = frozenset({"legal", "safety", "self_harm", "crisis", "press"})
_REACH_WORTH_NAMING = 4.0
_OF_NO_USE = frozenset({"chatter", "spam"})
_LIKELY, _SURE = 0.45, 0.9
_LISTED_ENOUGH = 0.05
"""A word of the lists of grave risks counts from this probability on: the model has seen few of them."""
_AT_ONCE = 400
"""Messages looked at together: their n-grams stay in the processor's cache, and memory stays small."""


@dataclass(slots=True)
class _Choice:
    """One head's decision for each message: the class and how likely it is."""

    head: Head
    likely: Array
    number: Array

    def label(self, row: int) -> str:
        return self.head.classes[int(self.number[row])]

    def sure(self, row: int) -> float:
        return float(self.likely[row, self.number[row]])


class LearnedClassifier:
    """Labels by the brand's model, reasons from its weights."""

    def __init__(self, name: str, *, careful: bool) -> None:
        self.name = name
        self._careful = careful

    def classify(self, inputs: Sequence[TriageInput]) -> list[Labels]:
        found: list[Labels | None] = [None] * len(inputs)
        for brand_id, rows in _by_brand(inputs):
            model = models_in_use.model_for(brand_id)
            said = [Said.of(inputs[row].text) for row in rows]
            for row, labels in zip(
                rows, self._label(model, [inputs[row] for row in rows], said), strict=True
            ):
                found[row] = labels
        return [labels for labels in found if labels is not None]

    def _label(
        self, model: MessageModel, inputs: Sequence[TriageInput], said: Sequence[Said]
    ) -> list[Labels]:
        sight = model.see(said)
        scores, heads, thresholds = model.scores(sight), model.heads, model.thresholds
        if (
            self._careful and model is shipped()
        ):  # a brand's own model was not measured together with the slow look
            heads, thresholds = shipped_careful().heads, shipped_careful().thresholds
            scores = scores + shipped_careful().scores(sight)
        choices = {name: _choose(head, scores) for name, head in heads.items()}
        labels = _label_by(choices, thresholds, inputs, said)
        _give_reasons(labels, choices, Evidence.of(model, sight.grams), said)
        return labels


def label_by(
    heads: Mapping[str, Head],
    thresholds: Mapping[str, float],
    scores: Array,
    inputs: Sequence[TriageInput],
    said: Sequence[Said],
) -> list[Labels]:
    """Labels from scores, without reasons: what a choice of heads and thresholds would make of messages."""
    choices = {name: _choose(head, scores) for name, head in heads.items()}
    return _label_by(choices, thresholds, inputs, said)


def _label_by(
    choices: Mapping[str, _Choice],
    thresholds: Mapping[str, float],
    inputs: Sequence[TriageInput],
    said: Sequence[Said],
) -> list[Labels]:
    risks, risk_score = _risks(choices, said, thresholds)
    labels = [_labels(row, item, said[row], choices, risks[row]) for row, item in enumerate(inputs)]
    for row, one in enumerate(labels):
        one.risk_score = round(float(risk_score[row]), 4)
        one.gate = _gate(one, thresholds)
        one.urgency = urgency(one)
        one.no_reply_reason = _no_reply(one, inputs[row], said[row])
        if one.fit == "none" and not one.no_reply_reason:
            one.fit = _second_best(choices["lane"], row)
    return labels


def _second_best(lane: _Choice, row: int) -> str:
    """Where a message goes that nobody dares to call small talk."""
    likely = lane.likely[row].copy()
    likely[[lane.head.classes.index(name) for name in ("none", "thank")]] = 0
    return lane.head.classes[int(likely.argmax())]


def _by_brand(inputs: Sequence[TriageInput]) -> Iterator[tuple[int, list[int]]]:
    rows: dict[int, list[int]] = {}
    for row, item in enumerate(inputs):
        rows.setdefault(item.brand.brand_id, []).append(row)
    for brand_id, found in rows.items():
        for at in range(0, len(found), _AT_ONCE):
            yield brand_id, found[at : at + _AT_ONCE]


def _choose(head: Head, scores: Array) -> _Choice:
    likely = head.likely(scores)
    return _Choice(head, likely, head.chosen(likely))


def _risks(
    choices: Mapping[str, _Choice], said: Sequence[Said], thresholds: Mapping[str, float]
) -> tuple[list[list[str]], Array]:
    """The risks of each message, and how likely it is that it must not reach the crowd."""
    names = [f"risk.{name}" for name in RISKS]
    likely = np.column_stack([choices[name].likely[:, 1] for name in names])
    least = np.array([thresholds.get(name, 0.5) for name in names])
    positive = likely >= least
    for k, name in enumerate(RISKS):
        if name in _LAST_WORD and name != "crisis":
            listed = np.array([one.has(lexicon.RISKS[name]) for one in said])
            positive[:, k] |= listed & (likely[:, k] >= _LISTED_ENOUGH)
    risks = [[RISKS[k] for k in np.flatnonzero(row)] for row in positive]
    for found, one in zip(risks, said, strict=True):
        if one.shows_private_data and "privacy" not in found:
            found.append("privacy")
    lane = choices["lane"]
    unsafe = (
        lane.likely[:, lane.head.classes.index("desk")] + lane.likely[:, lane.head.classes.index("crisis")]
    )
    together = 1 - np.prod(1 - likely, axis=1) * (1 - choices["anger"].likely[:, 1])
    return risks, (together + unsafe) / 2


def _gate(labels: Labels, thresholds: Mapping[str, float]) -> str:
    if labels.risk_score >= thresholds.get("gate.sure", 0.6):
        return "sure"
    return "doubtful" if labels.risk_score >= thresholds.get("gate.doubtful", 0.3) else "clean"


def _labels(
    row: int, item: TriageInput, said: Said, choices: Mapping[str, _Choice], risks: list[str]
) -> Labels:
    lane = choices["lane"]
    topic = topic_of(said.text, item.brand)
    if "topic" in choices and (not topic or choices["topic"].sure(row) > 0.6):
        learned = choices["topic"].label(row)
        topic = learned if any(learned == one.slug for one in item.brand.topics) else topic
    return Labels(
        language=language.detect(said.raw),
        intent=choices["intent"].label(row),
        sentiment=choices["sentiment"].label(row),
        anger=bool(choices["anger"].number[row] == 1),
        vague_abuse=bool(choices["vague_abuse"].number[row] == 1),
        risks=risks,
        topic=topic,
        influence=influence(item),
        fit=lane.label(row),
        confidence=round(lane.sure(row), 4),
    )


def _no_reply(labels: Labels, item: TriageInput, said: Said) -> str:
    """Why nobody has to answer; empty when somebody has to."""
    if _LAST_WORD.intersection(labels.risks):
        return ""
    if labels.intent == "spam" and labels.fit == "none":
        return "spam"
    if not labels.anger and (said.is_repost or (said.heads_chain and labels.fit == "none")):
        return "repost"
    if _is_thanks(labels, item, said):
        return "thanks" if item.follows_answer else "praise"
    if not item.to_us and not item.private:
        return "not_to_us"
    return _idle(labels, said)


def _is_thanks(labels: Labels, item: TriageInput, said: Said) -> bool:
    if said.asks or said.has(lexicon.STILL):
        return labels.fit == "thank" and not item.follows_answer
    return labels.fit == "thank" or (item.follows_answer and said.has(lexicon.THANKS) and not labels.risks)


def _idle(labels: Labels, said: Said) -> str:
    """Small talk, when there is little doubt: a question taken for it would never be answered."""
    if not said.has_words and not labels.risks:
        return "no_words"
    if labels.fit != "none" or labels.intent not in _OF_NO_USE:
        return ""
    wants = said.asks or said.has(lexicon.COMPLAINT) or said.has(lexicon.STILL)
    return "chatter" if labels.confidence >= (_SURE if wants else _LIKELY) else ""


def _give_reasons(
    labels: Sequence[Labels], choices: Mapping[str, _Choice], evidence: Evidence, said: Sequence[Said]
) -> None:
    telling = np.array([one.intent != "chatter" for one in labels], dtype=bool)
    intent, anger = choices["intent"], choices["anger"]
    for one, words in zip(labels, evidence.words(intent.head, intent.number, telling), strict=True):
        if one.intent != "chatter":
            one.reasons.append(Reason(f"intent.{one.intent}", words))
    for one, words in zip(labels, evidence.words(anger.head, anger.number, anger.number == 1), strict=True):
        if one.anger:
            one.reasons.append(Reason("anger", words))
    for risk in RISKS:
        rows = [row for row, one in enumerate(labels) if risk in one.risks]
        if rows:
            wanted = np.zeros(len(labels), dtype=int)
            wanted[rows] = 1
            named = evidence.words(choices[f"risk.{risk}"].head, wanted, wanted == 1)
            for row in rows:
                labels[row].reasons.append(_risk_reason(risk, named[row], said[row]))
    for one in labels:
        _give_plain_reasons(one)


def _give_plain_reasons(labels: Labels) -> None:
    if labels.vague_abuse:
        labels.reasons.append(Reason("vague_abuse"))
    if labels.gate == "doubtful" and not labels.risks:
        labels.reasons.append(Reason("gate.doubtful"))
    if labels.influence >= _REACH_WORTH_NAMING:
        labels.reasons.append(Reason("reach"))


def _risk_reason(risk: str, words: tuple[str, ...], said: Said) -> Reason:
    if risk == "privacy" and said.shows_private_data:
        # The words would be the private data.
        return Reason("risk.number")
    return Reason(f"risk.{risk}", words)


classifier = LearnedClassifier("learned-1", careful=False)
careful = LearnedClassifier("careful-1", careful=True)
