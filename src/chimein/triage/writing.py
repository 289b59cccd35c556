"""Keeping what triage found."""

from __future__ import annotations

from collections.abc import Sequence

import orjson

from chimein.channels.models import ChannelAccount
from chimein.core import db
from chimein.people.models import Brand
from chimein.triage.models import Topic
from chimein.triage.port import BrandWords, Labels, TopicWords

_COLUMNS = (
    "message_id", "language", "intent", "sentiment", "anger", "vague_abuse", "risks", "risk_score", "gate", "topic",
    "influence", "urgency", "fit", "confidence", "lane", "rule", "advice", "priority", "sla_minutes", "alarm",
    "no_reply_reason", "no_reply_hint", "trusted_only", "reasons", "classifier",
)  # fmt: skip


def _row(message_id: int, labels: Labels, classifier: str) -> tuple[object, ...]:
    reasons = orjson.dumps([reason.as_json() for reason in labels.reasons]).decode()
    return (
        message_id, labels.language, labels.intent, labels.sentiment, labels.anger, labels.vague_abuse, labels.risks,
        labels.risk_score, labels.gate, labels.topic, labels.influence, labels.urgency, labels.fit, labels.confidence,
        labels.lane, labels.rule, labels.advice, labels.priority, labels.sla_minutes, labels.alarm,
        labels.no_reply_reason, labels.no_reply_hint, labels.trusted_only, reasons, classifier,
    )  # fmt: skip


def write(labelled: Sequence[tuple[int, Labels]], *, classifier: str) -> None:
    """Keep the labels of new messages."""
    if labelled:
        db.copy_rows("triage_triage", _COLUMNS, (_row(pk, labels, classifier) for pk, labels in labelled))


def rewrite(labelled: Sequence[tuple[int, Labels]], *, classifier: str) -> None:
    """Replace the labels of messages whose text has changed."""
    if labelled:
        db.execute("DELETE FROM triage_triage WHERE message_id = ANY(%s)", ([pk for pk, _ in labelled],))
        write(labelled, classifier=classifier)


def brand_words(brand_id: int) -> BrandWords:
    """What the classifier may know of a brand: names, handles, topics."""
    brand = Brand.objects.get(pk=brand_id)
    handles = ChannelAccount.objects.filter(brand_id=brand_id).values_list("handle", flat=True)
    names = {brand.name, brand.name_zh, brand.slug, *brand.listening_words, *handles}
    topics = tuple(
        TopicWords(
            topic.slug, tuple(word.lower() for word in (*topic.keywords, topic.name, topic.name_zh) if word)
        )
        for topic in Topic.objects.filter(brand_id=brand_id).order_by("slug")
    )
    return BrandWords(brand_id, tuple(sorted(name.lower().lstrip("@") for name in names if name)), topics)
