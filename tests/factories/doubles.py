"""A model small enough to see through: it goes by the first word it knows, and learns words from examples."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import ClassVar
from unittest import mock

import numpy as np

from chimein.triage import learning, models_in_use, registry
from chimein.triage.learn.examples import HEADS, Example

_SURE = 0.9


@dataclass(frozen=True, slots=True)
class WordHead:
    """The classes of a head."""

    classes: tuple[str, ...]

    def chosen(self, likely: np.ndarray) -> np.ndarray:
        chosen: np.ndarray = likely.argmax(axis=1)
        return chosen


class WordModel:
    """Each head has a word for a class; without one the head's first class is meant."""

    heads: ClassVar = {head: WordHead(names) for head, names in HEADS.items()}
    thresholds: ClassVar[dict[str, float]] = {}

    def __init__(self, words: dict[str, dict[str, str]] | None = None) -> None:
        self.words = words or {}

    def _guess(self, head: str, text: str) -> str:
        for word, name in self.words.get(head, {}).items():
            if word in text.lower():
                return name
        return HEADS[head][0]

    def probabilities(self, texts: Sequence[str]) -> dict[str, np.ndarray]:
        found = {}
        for head, names in HEADS.items():
            rows = np.full((len(texts), len(names)), (1 - _SURE) / max(1, len(names) - 1))
            for number, text in enumerate(texts):
                rows[number, names.index(self._guess(head, text))] = _SURE
            found[head] = rows
        return found

    def dump(self) -> bytes:
        return json.dumps(self.words).encode()

    @classmethod
    def load(cls, data: bytes) -> WordModel:
        return cls(json.loads(data))


def adapt(base: WordModel, examples: Sequence[Example]) -> WordModel:
    """Remember the last word of each example for each of its labels."""
    words = {head: dict(known) for head, known in base.words.items()}
    for one in examples:
        for head, name in one.labels.items():
            words.setdefault(head, {})[one.text.lower().split()[-1]] = name
    return WordModel(words)


@contextmanager
def small_model() -> Iterator[None]:
    """The word model instead of the shipped one; new messages are labelled by the rules."""
    models_in_use.forget()
    models_in_use._shipped.cache_clear()
    with (
        registry.CLASSIFIER.override("rules"),
        mock.patch.object(models_in_use, "MessageModel", WordModel),
        mock.patch.object(models_in_use, "shipped", WordModel),
        mock.patch.object(learning, "adapt", adapt),
    ):
        yield
    models_in_use.forget()
    models_in_use._shipped.cache_clear()
