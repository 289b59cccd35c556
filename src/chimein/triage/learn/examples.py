"""Labelled messages, and the labels that a model of messages learns."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

RISKS = ("account_data", "money", "legal", "safety", "privacy", "crisis", "press", "self_harm")
_YES_NO = ("0", "1")
HEADS: dict[str, tuple[str, ...]] = {
    "lane": ("crowd", "desk", "expert", "crisis", "thank", "none"),
    "intent": ("question", "request", "complaint", "praise", "chatter", "spam"),
    "sentiment": ("negative", "neutral", "positive"),
    "anger": _YES_NO,
    "vague_abuse": _YES_NO,
    **{f"risk.{name}": _YES_NO for name in RISKS},
}
"""Head → its classes, for the shipped model. A brand's own topics are learned beside it."""


@dataclass(frozen=True, slots=True)
class Example:
    """One labelled message: head → class, only for heads that are known."""

    id: str
    text: str
    labels: Mapping[str, str]
    weight: float = 1.0


def from_row(row: Mapping[str, Any], text: str) -> Example:
    """A row of the project's labelled files; their keys are those of docs/explanation/models.md."""
    labels = {name: str(row[name]) for name in ("lane", "intent", "sentiment")}
    labels |= {name: str(int(row[name])) for name in ("anger", "vague_abuse")}
    labels |= {f"risk.{name}": str(int(name in row["risk"])) for name in RISKS}
    return Example(str(row["id"]), text, labels)


def read(path: Path) -> Iterator[Mapping[str, Any]]:
    """The rows of a JSON-lines file."""
    with path.open(encoding="utf-8") as file:
        for line in file:
            yield json.loads(line)


def with_text(rows: Iterable[Mapping[str, Any]]) -> list[Example]:
    """Rows that bring their text along, as examples."""
    return [from_row(row, row["text"]) for row in rows]
