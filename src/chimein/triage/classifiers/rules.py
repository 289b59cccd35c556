"""The first classifier: rules that can be read, the same for Chinese and English.

It errs to the side of the desk: what looks like account data, money, law, safety or anger is never offered to the
crowd, even where a person would have seen that it was harmless.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import regex

from chimein.core.text.redact import MASK, redact
from chimein.triage import language, lexicon
from chimein.triage.port import BrandWords, Labels, Reason, TriageInput

_MENTION = regex.compile(r"[@＠][\p{L}\p{N}_\-.]+")
_LINK = regex.compile(r"https?://\S+")
_QUESTION_MARK = regex.compile(r"[?？]")
_WORDS = regex.compile(r"\p{L}")
_CAPITALS = regex.compile(r"\p{Lu}")
_REACH_WORTH_NAMING = 4.0
_DESK_RISKS = frozenset({"legal", "safety", "money", "account_data", "privacy", "press", "self_harm", "crisis"})
_URGENT = frozenset({"legal", "safety", "self_harm", "crisis", "press"})
_MAX_TEXT = 2000


def _found(pattern: regex.Pattern[str], text: str, limit: int = 3) -> tuple[str, ...]:
    seen = dict.fromkeys(match.group().strip().lower() for match in pattern.finditer(text))
    return tuple(word for word in seen if word)[:limit]


def influence(followers: int, verified: bool) -> float:
    """Base-10 logarithm of the followers, plus one when the network vouches for the account."""
    return round(math.log10(max(followers, 1)) + (1.0 if verified else 0.0), 2)


class RulesClassifier:
    """Word lists and a few rules of order; see `triage.lexicon`."""

    name = "rules-1"

    def classify(self, inputs: Sequence[TriageInput]) -> list[Labels]:
        return [self._one(item) for item in inputs]

    def _one(self, item: TriageInput) -> Labels:
        raw = item.text[:_MAX_TEXT]
        text = _LINK.sub(" ", _MENTION.sub(" ", raw)).strip()
        labels = Labels(
            language=language.detect(raw),
            intent="chatter",
            sentiment="neutral",
            anger=False,
            risks=[],
            topic=_topic(text, item.brand),
            influence=influence(item.followers, item.verified),
            lane="none",
            priority=0,
        )
        _find_risks(labels, raw, text)
        _find_intent(labels, item, raw, text)
        _choose_lane(labels, item, raw, text)
        return labels


def _topic(text: str, brand: BrandWords) -> str:
    lowered = text.lower()
    best, hits = "", 0
    for topic in brand.topics:
        count = sum(1 for word in topic.keywords if word in lowered)
        if count > hits:
            best, hits = topic.slug, count
    return best


def _find_risks(labels: Labels, raw: str, text: str) -> None:
    for risk, pattern in lexicon.RISKS.items():
        words = _found(pattern, text)
        if words:
            labels.risks.append(risk)
            labels.reasons.append(Reason(f"risk.{risk}", words))
    if "privacy" not in labels.risks and MASK in redact(raw):
        labels.risks.append("privacy")
        labels.reasons.append(Reason("risk.number"))
    anger = _found(lexicon.ANGER, text)
    if anger or (_is_shouting(text) and lexicon.COMPLAINT.search(text)):
        labels.anger = True
        labels.reasons.append(Reason("anger", anger))


def _is_shouting(text: str) -> bool:
    capitals = len(_CAPITALS.findall(text))
    return capitals > max(12, 0.6 * len(_WORDS.findall(text))) or text.count("!") > 3


def _find_intent(labels: Labels, item: TriageInput, raw: str, text: str) -> None:
    complaint, praise = _found(lexicon.COMPLAINT, text), _found(lexicon.PRAISE, text)
    question = _found(lexicon.QUESTION, text) or _found(_QUESTION_MARK, text)
    if lexicon.SPAM.search(text) and not (labels.anger or labels.risks):
        _label(labels, "spam", "neutral", _found(lexicon.SPAM, text))
    elif labels.anger:
        _label(labels, "complaint", "negative", complaint)
    elif item.follows_answer and _is_thanks(text):
        _label(labels, "praise", "positive", _found(lexicon.THANKS, text))
    elif question:
        _label(labels, "question", "negative" if complaint else "neutral", question)
    elif complaint:
        _label(labels, "complaint", "negative", complaint)
    elif praise:
        _label(labels, "praise", "positive", praise)
    elif lexicon.REQUEST.search(text):
        _label(labels, "request", "neutral", _found(lexicon.REQUEST, text))
    elif labels.risks or item.private or item.follows_answer:
        _label(labels, "request", "neutral", ())


def _is_thanks(text: str) -> bool:
    return bool(
        lexicon.THANKS.search(text) and not lexicon.STILL.search(text) and not _QUESTION_MARK.search(text)
    )


def _label(labels: Labels, intent: str, sentiment: str, words: tuple[str, ...]) -> None:
    labels.intent, labels.sentiment = intent, sentiment
    labels.reasons.append(Reason(f"intent.{intent}", words))


def _no_reply(labels: Labels, item: TriageInput, raw: str, text: str) -> str:
    """Why nobody has to answer; empty when somebody has to."""
    if labels.intent == "spam":
        return "spam"
    if lexicon.REPOST.search(raw) and not labels.anger:
        return "repost"
    if labels.intent == "praise":
        return "thanks" if item.follows_answer else "praise"
    if not item.to_us and not item.private:
        return "not_to_us"
    if not _WORDS.search(text) and not labels.risks:
        return "no_words"
    return "chatter" if labels.intent == "chatter" and not labels.risks else ""


def _choose_lane(labels: Labels, item: TriageInput, raw: str, text: str) -> None:
    labels.no_reply_reason = _no_reply(labels, item, raw, text)
    if labels.no_reply_reason and not _URGENT.intersection(labels.risks):
        labels.reasons.append(Reason(f"no_reply.{labels.no_reply_reason}"))
        return
    labels.no_reply_reason = ""
    if item.private:
        labels.reasons.append(Reason("lane.private"))
    if labels.intent == "complaint" and not labels.risks and not labels.anger:
        labels.reasons.append(Reason("lane.complaint"))
    desk = item.private or labels.anger or labels.intent == "complaint" or _DESK_RISKS.intersection(labels.risks)
    labels.lane = "desk" if desk else "crowd"
    labels.reasons.append(Reason(f"lane.{labels.lane}"))
    labels.priority = _priority(labels, text)


def _priority(labels: Labels, text: str) -> int:
    priority = 3 if _URGENT.intersection(labels.risks) else 0
    priority += 1 if labels.anger else 0
    if labels.influence >= _REACH_WORTH_NAMING:
        priority += 2
        labels.reasons.append(Reason("reach"))
    return priority


classifier = RulesClassifier()
