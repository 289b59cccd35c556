"""The first classifier: rules that can be read, the same for Chinese and English.

It errs to the side of the desk: what looks like account data, money, law, safety or anger is never offered to
the crowd, even where a person would have seen that it was harmless.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from chimein.triage import language, lexicon
from chimein.triage.port import BrandWords, Labels, Reason, TriageInput
from chimein.triage.said import Said

_REACH_WORTH_NAMING = 4.0
_DESK_RISKS = frozenset(
    {"legal", "safety", "money", "account_data", "privacy", "press", "self_harm", "crisis"}
)
_URGENT = frozenset({"legal", "safety", "self_harm", "crisis", "press"})


def influence(item: TriageInput) -> float:
    """How far a message may spread: base-10 logarithm of the followers, plus one when the network vouches for the
    account, plus that of the times it was passed on already."""
    spread = math.log10(1 + max(item.shares, 0))
    return round(math.log10(max(item.followers, 1)) + (1.0 if item.verified else 0.0) + spread, 2)


class RulesClassifier:
    """Word lists and a few rules of order; see `triage.lexicon`."""

    name = "rules-1"

    def classify(self, inputs: Sequence[TriageInput]) -> list[Labels]:
        return [self._one(item) for item in inputs]

    def _one(self, item: TriageInput) -> Labels:
        said = Said.of(item.text)
        labels = Labels(
            language=language.detect(said.raw),
            intent="chatter",
            sentiment="neutral",
            anger=False,
            risks=[],
            topic=topic_of(said.text, item.brand),
            influence=influence(item),
            fit="none",
        )
        _find_risks(labels, said)
        _find_intent(labels, item, said)
        _choose_lane(labels, item, said)
        return labels


_NEUTRAL = TriageInput("", BrandWords(0, ()))


def verdict(said: Said) -> Labels:
    """What the rules alone make of the words: intent, risks, anger. Not the lane, and no language."""
    labels = Labels("", "chatter", "neutral", anger=False, risks=[], topic="", influence=0.0, fit="none")
    _find_risks(labels, said)
    _find_intent(labels, _NEUTRAL, said)
    return labels


def topic_of(text: str, brand: BrandWords) -> str:
    lowered = text.lower()
    best, hits = "", 0
    for topic in brand.topics:
        count = sum(1 for word in topic.keywords if word in lowered)
        if count > hits:
            best, hits = topic.slug, count
    return best


def _find_risks(labels: Labels, said: Said) -> None:
    for risk, listed in lexicon.RISKS.items():
        words = said.found(listed)
        if words:
            labels.risks.append(risk)
            labels.reasons.append(Reason(f"risk.{risk}", words))
    if "privacy" not in labels.risks and said.shows_private_data:
        labels.risks.append("privacy")
        labels.reasons.append(Reason("risk.number"))
    anger = said.found(lexicon.ANGER)
    if anger or (said.is_shouted and said.has(lexicon.COMPLAINT)):
        labels.anger = True
        labels.reasons.append(Reason("anger", anger))


def _find_intent(labels: Labels, item: TriageInput, said: Said) -> None:
    spam = said.found(lexicon.SPAM)
    if spam and not labels.anger and not _URGENT.intersection(labels.risks):
        _label(labels, "spam", "neutral", spam)
    elif labels.anger:
        _label(labels, "complaint", "negative", said.found(lexicon.COMPLAINT))
    elif item.follows_answer and _is_thanks(said):
        _label(labels, "praise", "positive", said.found(lexicon.THANKS))
    else:
        _find_plain_intent(labels, item, said)


def _find_plain_intent(labels: Labels, item: TriageInput, said: Said) -> None:
    complaint, praise = said.found(lexicon.COMPLAINT), said.found(lexicon.PRAISE)
    question = said.found(lexicon.QUESTION) or (("?",) if said.asks else ())
    if praise and not question and not complaint and not said.has(lexicon.STILL):
        _label(labels, "praise", "positive", praise)
    elif complaint and said.has(lexicon.BLAME):
        _label(labels, "complaint", "negative", complaint)
    elif question:
        _label(labels, "question", "negative" if complaint else "neutral", question)
    elif complaint and said.has(lexicon.TECHNICAL):
        # A fault of a thing, described and blamed on nobody: whoever knows the thing can help.
        _label(labels, "request", "negative", complaint)
    elif complaint:
        _label(labels, "complaint", "negative", complaint)
    elif said.has(lexicon.REQUEST) or praise:
        _label(labels, "request", "neutral", said.found(lexicon.REQUEST))
    elif labels.risks or item.private or item.follows_answer or said.has(lexicon.TECHNICAL):
        _label(labels, "request", "neutral", ())
    elif item.to_us and (labels.topic or not item.found):
        # Whoever turns to the brand, or speaks of what it sells, is worth a word even without asking for one.
        _label(labels, "request", "neutral", ())


def _is_thanks(said: Said) -> bool:
    return said.has(lexicon.THANKS) and not said.has(lexicon.STILL) and not said.asks


def _label(labels: Labels, intent: str, sentiment: str, words: tuple[str, ...]) -> None:
    labels.intent, labels.sentiment = intent, sentiment
    labels.reasons.append(Reason(f"intent.{intent}", words))


def _no_reply(labels: Labels, item: TriageInput, said: Said) -> str:
    """Why nobody has to answer; empty when somebody has to."""
    if labels.intent == "spam":
        return "spam"
    if not labels.anger and (said.is_repost or (said.heads_chain and not labels.risks)):
        return "repost"
    if labels.intent == "praise":
        return "thanks" if item.follows_answer else "praise"
    if not item.to_us and not item.private:
        return "not_to_us"
    if not said.has_words and not labels.risks:
        return "no_words"
    return "chatter" if labels.intent == "chatter" and not labels.risks else ""


def _choose_lane(labels: Labels, item: TriageInput, said: Said) -> None:
    labels.no_reply_reason = _no_reply(labels, item, said)
    if labels.no_reply_reason and not _URGENT.intersection(labels.risks):
        labels.reasons.append(Reason(f"no_reply.{labels.no_reply_reason}"))
        labels.fit = "thank" if labels.intent == "praise" else "none"
        return
    labels.no_reply_reason = ""
    if not labels.risks and said.has(lexicon.OWN_CASE) and not said.has(lexicon.TECHNICAL):
        # A story of one's own that is not about a thing: to answer it, one has to look into it.
        labels.risks.append("account_data")
        labels.reasons.append(Reason("risk.account_data", said.found(lexicon.OWN_CASE)))
    risky = bool(labels.anger or _DESK_RISKS.intersection(labels.risks))
    labels.gate, labels.risk_score = ("sure", 1.0) if risky else ("clean", 0.0)
    labels.fit = "desk" if risky or item.private or labels.intent == "complaint" else "crowd"
    labels.urgency = urgency(labels)
    if labels.influence >= _REACH_WORTH_NAMING:
        labels.reasons.append(Reason("reach"))


def urgency(labels: Labels) -> int:
    """0 can wait, 1 today, 2 soon, 3 at once."""
    if _URGENT.intersection(labels.risks):
        return 3
    return 2 if labels.anger else 1 if labels.intent in {"question", "request", "complaint"} else 0


classifier = RulesClassifier()
