"""What a classifier is given and what it has to say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable


@dataclass(frozen=True, slots=True)
class TopicWords:
    """A topic's slug and the words it is known by, in lower case."""

    slug: str
    keywords: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class BrandWords:
    """What a classifier may know of the brand."""

    brand_id: int
    names: tuple[str, ...]
    """Names and handles in lower case, without ``@``."""
    topics: tuple[TopicWords, ...] = ()


@dataclass(frozen=True, slots=True)
class TriageInput:
    """One message to be labelled."""

    text: str
    brand: BrandWords
    followers: int = 0
    verified: bool = False
    shares: int = 0
    """How often the post has been passed on so far."""
    private: bool = False
    found: bool = False
    to_us: bool = True
    follows_answer: bool = False
    """The brand has answered this customer in this conversation before."""


@dataclass(frozen=True, slots=True)
class Reason:
    """A code with the words of the message that carried it; `triage.reasons` puts it into sentences."""

    code: str
    words: tuple[str, ...] = ()

    def as_json(self) -> dict[str, object]:
        return {"code": self.code, "words": list(self.words)}


@dataclass(slots=True)
class Labels:
    """What triage says of one message; fields as in `triage.models.Triage`.

    A classifier fills in everything down to `no_reply_reason`; the brand's lane policy does the rest.
    """

    language: str
    intent: str
    sentiment: str
    anger: bool
    risks: list[str]
    topic: str
    influence: float
    vague_abuse: bool = False
    urgency: int = 0
    fit: str = "crowd"
    gate: str = "clean"
    risk_score: float = 0.0
    confidence: float = 1.0
    no_reply_reason: str = ""
    """Why nobody has to answer: what the classifier says, until the policy has decided."""
    reasons: list[Reason] = field(default_factory=list)
    lane: str = ""
    priority: int = 0
    sla_minutes: int | None = None
    alarm: bool = False
    advice: str = ""
    rule: str = ""
    trusted_only: bool = False
    no_reply_hint: str = ""
    """What the classifier said in `no_reply_reason`; conditions of the policy look at this."""


@runtime_checkable
class Classifier(Protocol):
    """Labels messages by the batch. Registered by an entry point in the group ``chimein.classifiers``."""

    name: str

    def classify(self, inputs: Sequence[TriageInput]) -> list[Labels]:
        """One answer for each input, in order. Must not raise for any text."""
