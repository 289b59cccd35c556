"""Scenes: short episodes with a stage direction, which happen in the first minutes whatever the hour is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from chimein.demo.scenario.model import ANSWER_STEPS, Episode, HistoryItem


@dataclass(frozen=True, slots=True)
class Scene:
    """An episode that begins `episode.start` minutes after the day does.

    `draft`: what somebody coached writes, of which the reviewer makes the step's text, with this `advice`.
    `hand_back`: why somebody gives it back first. `rings`: it waits until so many rings of people were asked.
    """

    episode: Episode
    draft: str = ""
    advice: str = ""
    hand_back: str = ""
    rings: int = 0

    @property
    def answer(self) -> str:
        """The first answer as it is published."""
        return next(step.text for step in self.episode.steps if step.kind in ANSWER_STEPS)


@dataclass(frozen=True, slots=True)
class Practice:
    """An answer of the days before. `read_by`: who read it first; `draft`: what that was, if it was changed."""

    item: HistoryItem
    draft: str
    advice: str
    read_by: str


def problems_of(scenes: tuple[Scene, ...]) -> Iterator[str]:
    """What a direction says that the steps don't hold."""
    for scene in scenes:
        kinds = [step.kind for step in scene.episode.steps]
        if kinds[:2] != ["ask", "answer"]:
            yield f"scene {scene.episode.id}: begins with a question and its answer"
        if bool(scene.draft) != bool(scene.advice):
            yield f"scene {scene.episode.id}: a draft wants advice, and the other way round"
