"""Those who read others' drafts: the coach first, later whoever may. What people have written is left to people.

A draft is ours when its text is one of the scenario's. So nothing is kept in mind, and after a crash it goes on.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from chimein.answering import readings, reviewers, reviewing
from chimein.answering.models import Review
from chimein.answering.reviewing import Criteria
from chimein.core.errors import UserError
from chimein.demo.player import acts, words
from chimein.demo.player.helpers import Helper, Helpers
from chimein.demo.scenario import Scenario, Scene
from chimein.demo.scenario.chance import dice
from chimein.demo.scenario.model import ANSWER_STEPS

_EVERY = timedelta(seconds=3)
_THINKING = timedelta(seconds=8)
_AFTERWARDS = timedelta(seconds=40)
_MOST = 30
_FINE = Criteria(tone=True, solves=True, personal=True)
_TOO_SHORT = Criteria(tone=True, solves=True, personal=False)
Kind, Stage = Review.Kind, Review.Stage


class Coaching:
    """Reads drafts and samples. `free`: whether a persona has time and no person is in its place."""

    def __init__(
        self,
        scenario: Scenario,
        helpers: Helpers,
        free: Callable[[Helper], bool],
        *,
        brand_id: int,
        pace: float,
    ) -> None:
        self._helpers = helpers
        self._free = free
        self._brand_id = brand_id
        self._pace = pace
        self._drafts: dict[str, Scene] = {one.draft: one for one in scenario.scenes if one.draft}
        self._ours = _texts_of(scenario) | self._drafts.keys()
        self._next: datetime | None = None

    def run(self, *, now: datetime) -> None:
        """Decide what has been looked at long enough."""
        if self._next is not None and now < self._next:
            return
        self._next = now + _EVERY / self._pace
        rows = Review.objects.filter(brand_id=self._brand_id, verdict="").select_related(
            "answer__author__team", "answer__reply_to", "answer__conversation__work"
        )
        for review in rows.order_by("asked_at")[:_MOST]:
            if self._is_ours(review) and now >= review.asked_at + self._time_for(review) / self._pace:
                self._read(review, now)

    def _is_ours(self, review: Review) -> bool:
        return review.text in self._ours or words.is_ours(review.text)

    @staticmethod
    def _time_for(review: Review) -> timedelta:
        if review.kind != Kind.DRAFT:
            return _AFTERWARDS
        return _THINKING + timedelta(seconds=acts.seconds_for(review.text))

    def _read(self, review: Review, now: datetime) -> None:
        helper = self._reader(review, now)
        if helper is None:
            return
        try:
            if review.kind == Kind.DRAFT:
                self._approve(review, helper, now)
            else:
                reviewing.judge(actor=helper.actor, review_id=review.pk, criteria=_FINE, now=now)
        except UserError:
            return  # somebody was faster, or the question is settled

    def _reader(self, review: Review, now: datetime) -> Helper | None:
        """Whom it is with; else the first free one of those who may."""
        if review.reviewer_id is not None:
            named = self._helpers.member(review.reviewer_id)
            return named if named is not None and self._free(named) else None
        seen = readings.readers_of(review.of_id) if review.of_id else frozenset()
        able = reviewers.candidates(reviewers.case_of(review.answer), now=now)
        those = (self._helpers.member(one.pk) for one in able if one.pk not in seen)
        return next((one for one in those if one is not None and self._free(one)), None)

    def _approve(self, review: Review, helper: Helper, now: datetime) -> None:
        scene = self._drafts.get(review.text)
        language = reviewers.language_of(review.answer)
        reviewing.approve(
            actor=helper.actor, review_id=review.pk, now=now, anyway=words.anyway(language),
            criteria=_TOO_SHORT if scene else _FINE,
            text=scene.answer if scene else None,
            advice=scene.advice if scene else dice(f"advice:{review.text}").choice(words.ADVICE[language == "zh"]),
        )  # fmt: skip


def _texts_of(scenario: Scenario) -> set[str]:
    episodes = [*scenario.episodes, *(one.episode for one in scenario.scenes)]
    return {step.text for one in episodes for step in one.steps if step.kind in ANSWER_STEPS}
