"""The labels a person can correct: their values, and what each is called."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from chimein.triage.models import Topic, Triage

Words = str | Promise

NAMES: dict[str, Words] = {
    "intent": gettext_lazy("What it is"),
    "sentiment": gettext_lazy("How the customer feels"),
    "anger": gettext_lazy("Angry"),
    "vague_abuse": gettext_lazy("Only an insult"),
    "risks": gettext_lazy("What makes it risky"),
    "topic": gettext_lazy("What it is about"),
    "language": gettext_lazy("Language"),
    "urgency": gettext_lazy("How urgent"),
    "lane": gettext_lazy("Who should answer"),
}
_YES_NO: dict[str, Words] = {"1": gettext_lazy("Yes"), "0": gettext_lazy("No")}
VALUES: dict[str, dict[str, Words]] = {
    "intent": {
        "question": gettext_lazy("Question"),
        "request": gettext_lazy("Request"),
        "complaint": gettext_lazy("Complaint"),
        "praise": gettext_lazy("Praise"),
        "chatter": gettext_lazy("Small talk"),
        "spam": gettext_lazy("Spam"),
    },
    "sentiment": {
        "negative": gettext_lazy("Unhappy"),
        "neutral": gettext_lazy("Neutral"),
        "positive": gettext_lazy("Happy"),
    },
    "anger": _YES_NO,
    "vague_abuse": _YES_NO,
    "risks": {
        "account_data": gettext_lazy("Own order or account"),
        "money": gettext_lazy("Money"),
        "privacy": gettext_lazy("Privacy"),
        "legal": gettext_lazy("Legal"),
        "safety": gettext_lazy("Safety"),
        "press": gettext_lazy("Press"),
        "crisis": gettext_lazy("Many concerned"),
        "self_harm": gettext_lazy("Person in danger"),
    },
    "language": {
        "zh": gettext_lazy("Chinese"),
        "zh-Hans": gettext_lazy("Simplified Chinese"),
        "zh-Hant": gettext_lazy("Traditional Chinese"),
        "en": gettext_lazy("English"),
        "und": gettext_lazy("No words"),
    },
    "urgency": {
        "0": gettext_lazy("Can wait"),
        "1": gettext_lazy("Today"),
        "2": gettext_lazy("Soon"),
        "3": gettext_lazy("At once"),
    },
    "lane": {
        "crowd": gettext_lazy("Crowd"),
        "desk": gettext_lazy("Desk"),
        "expert": gettext_lazy("Experts"),
        "vip": gettext_lazy("VIP manager"),
        "crisis": gettext_lazy("Crisis"),
        "thank": gettext_lazy("Thank"),
        "none": gettext_lazy("No reply needed"),
    },
}
"""Label → value → its name. Topics are the brand's own and come from `values_of`."""
SEVERAL = frozenset({"risks"})
_FLAGS = frozenset({"anger", "vague_abuse"})


def values_of(label: str, topics: Sequence[Topic]) -> dict[str, str]:
    """What a label can be, with names in the reader's language."""
    if label == "topic":
        return {"": _("None of them"), **{one.slug: one.display_name for one in topics}}
    return {value: str(words) for value, words in VALUES[label].items()}


def read(triage: Triage, label: str) -> Any:
    """A label of a message, as JSON keeps it."""
    value = getattr(triage, label)
    return sorted(value) if label in SEVERAL else value


def parse(label: str, given: Sequence[str]) -> Any:
    """What a form sent for a label, as JSON keeps it."""
    if label in SEVERAL:
        return sorted(set(given) - {""})
    text = given[-1] if given else ""
    if label in _FLAGS:
        return text == "1"
    return int(text) if label == "urgency" and text.isdecimal() else text


def written(label: str, value: Any) -> list[str]:
    """The values of a form that stand for a label; the other way round from `parse`."""
    if label in SEVERAL:
        return list(value)
    return [str(int(value))] if label in _FLAGS else [str(value)]


def is_known(label: str, value: Any, topics: Sequence[Topic]) -> bool:
    """Whether the label can have this value."""
    if label not in NAMES:
        return False
    known = values_of(label, topics)
    if label == "language" and isinstance(value, str):
        return 2 <= len(value) <= 10
    return all(one in known for one in written(label, value))


def in_words(label: str, value: Any, names: Mapping[str, str]) -> str:
    """A value as people read it; `names` are the label's values by `values_of`."""
    said = [names.get(one, one) for one in written(label, value)]
    return ", ".join(said) if said else _("None of them")
