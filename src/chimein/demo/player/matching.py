"""Has somebody asked this before? Questions are compared with those of the scenario by their rare words."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass

from chimein.core.text.analyse import index_words
from chimein.demo.scenario import Scenario

GOOD_ENOUGH = 0.5
"""Cosine of the two texts' words, each weighted by how rare it is. Better no answer than a wrong one."""


@dataclass(frozen=True, slots=True)
class Known:
    """A question that has been answered, and by whom."""

    question: str
    answer: str
    answerer: str
    language: str
    topic: str


class Memory:
    """All harmless questions of the scenario with their first answers."""

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        self._known = [*_from_history(scenario), *_from_day(scenario)]
        self._noise = {word for name in _names(scenario) for word in index_words(name)}
        words = [self._words(known.question) for known in self._known]
        seen = Counter(word for one in words for word in one)
        self._weight = {word: math.log(1 + len(words) / count) for word, count in seen.items()}
        self._rarest = math.log(1 + len(words))
        self._vectors = [self._vector(one) for one in words]

    def recall(self, text: str, language: str) -> Known | None:
        """The best match in this language, if it is a good one."""
        asked = self._vector(self._words(text))
        scored = (
            (sum(weight * vector.get(word, 0.0) for word, weight in asked.items()), number)
            for number, vector in enumerate(self._vectors)
            if self._known[number].language == language
        )
        score, number = max(scored, default=(0.0, -1))
        return self._known[number] if score >= GOOD_ENOUGH else None

    def _words(self, text: str) -> set[str]:
        return set(index_words(text)) - self._noise

    def _vector(self, words: set[str]) -> dict[str, float]:
        weights = {word: self._weight.get(word, self._rarest) for word in words}
        length = math.sqrt(sum(weight * weight for weight in weights.values())) or 1.0
        return {word: weight / length for word, weight in weights.items()}


def _from_history(scenario: Scenario) -> list[Known]:
    return [
        Known(item.question, item.answer, item.answerer, item.language, item.topic)
        for item in scenario.history
    ]


def _from_day(scenario: Scenario) -> list[Known]:
    found = []
    for episode in scenario.episodes:
        steps = episode.steps
        kinds = [step.kind for step in steps[:2]]
        if episode.lane == "crowd" and episode.kind in {"howto", "product"} and kinds == ["ask", "answer"]:
            found.append(Known(steps[0].text, steps[1].text, steps[1].by, episode.language, episode.topic))
    return found


def _names(scenario: Scenario) -> list[str]:
    """The brand's own names say nothing about what is asked."""
    return [scenario.brand.handle, scenario.brand.name_en, scenario.brand.name_zh, "罗望"]
