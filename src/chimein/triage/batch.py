"""Triage of messages from a file: no conversation, no contact, nothing stored."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

from chimein.triage import reasons
from chimein.triage.policy import Table
from chimein.triage.port import BrandWords, Classifier, Labels, TriageInput
from chimein.triage.textfile import Row

SIZE = 500
NO_BRAND = BrandWords(0, ())


def batches(rows: Iterable[Row]) -> Iterator[list[Row]]:
    """Rows by the batch."""
    waiting = iter(rows)
    while batch := list(islice(waiting, SIZE)):
        yield batch


def item_of(row: Row, text_column: str, brand: BrandWords) -> TriageInput:
    """A row as a message to the brand: a file has no thread, so what stands in it counts as addressed to us.

    Columns named followers, verified and private are used where a file has them.
    """
    return TriageInput(
        text=row.text(text_column),
        brand=brand,
        followers=row.number_in("followers"),
        verified=row.flag("verified"),
        private=row.flag("private"),
        to_us=True,
    )


def label(items: Sequence[TriageInput], *, classifier: Classifier, table: Table) -> list[Labels]:
    """The labels of messages, each with the lane that the policy chooses."""
    found = classifier.classify(items)
    for item, labels in zip(items, found, strict=True):
        table.decide(labels, item)
    return found


def as_json(id: str | int, item: TriageInput, labels: Labels) -> dict[str, Any]:
    """What the command line says of a message; sentences are in the current language."""
    return {
        "id": id,
        "language": labels.language,
        "intent": labels.intent,
        "sentiment": labels.sentiment,
        "anger": labels.anger,
        "vague_abuse": labels.vague_abuse,
        "risk": labels.risks,
        "topic": labels.topic,
        "urgency": labels.urgency,
        "lane": labels.lane,
        "rule": labels.rule,
        "confidence": round(labels.confidence, 4),
        "reasons": _reasons(labels, item),
    }


def _reasons(labels: Labels, item: TriageInput) -> list[dict[str, Any]]:
    """Each reason once, the weightiest first."""
    once = dict.fromkeys(labels.reasons)
    said = [(one, reasons.say(one.code, one.words, followers=item.followers)) for one in once]
    said.sort(key=lambda pair: -pair[1].weight)
    return [{"code": one.code, "words": list(one.words), "sentence": text.why} for one, text in said]
