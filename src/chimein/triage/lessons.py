"""What there is to learn from: people's corrections as examples, and the part that is kept for measuring."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import F, Q

from chimein.core.actor import Role
from chimein.triage.labels import SEVERAL, VALUES, written
from chimein.triage.learn.examples import HEADS, Example
from chimein.triage.models import Correction

HELD_BACK = 0.25
"""The share of corrected messages that no model ever learns from. Changing it would spoil every comparison."""
_WEIGHTS = {Role.TRUSTED_CUSTOMER.value: 0.5, Role.COLLEAGUE.value: 0.8}
"""How much a word counts by who says it; staff count 1."""


@dataclass(frozen=True, slots=True)
class Lessons:
    """Examples to learn from, and those held back; `corrections` counts every label given."""

    learn: list[Example]
    held_back: list[Example]
    corrections: int


def is_held_back(message_id: str) -> bool:
    """Whether a message is only ever measured on: by its id alone, so that the answer never changes."""
    digest = hashlib.blake2b(f"held back {message_id}".encode(), digest_size=4).digest()
    return int.from_bytes(digest) < HELD_BACK * 2**32


def heads_of(label: str, value: Any) -> dict[str, str]:
    """A label as classes of the model's heads; empty when no head learns it."""
    if label in SEVERAL:
        named = set(value)
        found = {f"risk.{risk}": str(int(risk in named)) for risk in VALUES["risks"]}
    else:
        found = {label: written(label, value)[0]}
    return {head: name for head, name in found.items() if _is_learned(head, name)}


def _is_learned(head: str, name: str) -> bool:
    """Topics are the brand's own, the classes of all other heads are known."""
    return bool(name) if head == "topic" else name in HEADS.get(head, ())


def gather(brand_id: int) -> Lessons:
    """What people of the brand said, the newest word on each label of a message.

    Labels nobody looked at are not taken for true. What was said of a text that its author changed since is left out,
    and so are messages that were taken down.
    """
    rows = Correction.objects.filter(brand_id=brand_id, message__deleted_at=None).exclude(message__text="")
    rows = rows.filter(Q(message__edited_at=None) | Q(at__gte=F("message__edited_at")))
    newest = rows.order_by("message_id", "label", "-at", "-pk").distinct("message_id", "label")
    fields = newest.values_list("message_id", "message__text", "label", "after", "author__role")
    examples, count = _as_examples(fields.iterator(chunk_size=2000))
    held_back = [one for one in examples if is_held_back(one.id)]
    return Lessons([one for one in examples if not is_held_back(one.id)], held_back, count)


def _as_examples(rows: Iterable[Sequence[Any]]) -> tuple[list[Example], int]:
    texts: dict[int, str] = {}
    known: dict[int, dict[str, str]] = {}
    weights: dict[int, float] = {}
    count = 0
    for message_id, text, label, after, role in rows:
        count += 1
        texts[message_id] = text
        known.setdefault(message_id, {}).update(heads_of(label, after))
        weights[message_id] = min(weights.get(message_id, 1.0), _WEIGHTS.get(role, 1.0))
    examples = [Example(str(pk), texts[pk], heads, weights[pk]) for pk, heads in known.items() if heads]
    return examples, count
