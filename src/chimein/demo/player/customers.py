"""The customers' half of the day: asking, following up, changing their minds, saying thank you."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from chimein.channels import journal
from chimein.channels.adapters.webform import envelope_for
from chimein.demo.player.day import Play
from chimein.demo.player.progress import Next, next_step, post_of
from chimein.demo.player.town import Post, Refused, Town
from chimein.demo.scenario.model import ANSWER_STEPS

log = logging.getLogger(__name__)

QUIET_S = 20.0
"""At the living pace, seconds after which something is asked even in a quiet hour of the written day."""


class Customers:
    """Begins plays as the day passes and does what customers do in them.

    `running` are the plays that have begun, by name; whoever is done with one takes it out with `end`.
    """

    def __init__(
        self, town: Town, coming: Iterable[Play], *, form_id: int | None, minute: timedelta, at: float
    ) -> None:
        self.running: dict[str, Play] = {}
        self.over: dict[str, str] = {}
        self._town = town
        self._coming: Iterator[Play] = iter(coming)
        self._waiting: Play | None = next(self._coming, None)
        self._form_id = form_id
        self._minute = minute
        self._at = at
        self._seen: datetime | None = None

    @property
    def minute(self) -> timedelta:
        """How long a written minute takes."""
        return self._minute

    @property
    def hour(self) -> float:
        """The hour of the written day."""
        return self._at / 60 % 24

    @property
    def is_over(self) -> bool:
        """Whether nothing more will happen."""
        return self._waiting is None and not self.running

    def resume(self, plays: Iterable[Play]) -> None:
        """Go on with plays that had begun before."""
        self.running.update({play.name: play for play in plays})

    def end(self, play: Play, how: str) -> None:
        """This play goes no further."""
        self.running.pop(play.name, None)
        self.over[play.name] = how

    def run(self, *, now: datetime) -> None:
        """Do what is due."""
        self._pass_time(now)
        while self._waiting is not None and self._waiting.minute <= self._at:
            play = self._waiting
            self._begin(play, now)
            self._waiting = next(self._coming, None)
        for play in list(self.running.values()):
            self._go_on(play, now)

    def _pass_time(self, now: datetime) -> None:
        """The written day's clock; quiet stretches are cut short."""
        if self._seen is not None:
            self._at += (now - self._seen) / self._minute
        self._seen = now
        if self._waiting is not None:
            longest = timedelta(seconds=QUIET_S) / _LIVING_MINUTE
            self._at = max(self._at, self._waiting.minute - longest)

    def _begin(self, play: Play, now: datetime) -> None:
        if play.by_form and self._form_id is not None:
            self._ask_by_form(play, self._form_id, now)
        elif play.name not in self.running and play.name not in self.over:
            self.running[play.name] = play

    def _ask_by_form(self, play: Play, form_id: int, now: datetime) -> None:
        step = play.episode.steps[0]
        text = step.text.replace(f"@{self._town.brand} ", "").replace(f" @{self._town.brand}", "")
        asked = envelope_for(ask_id=play.key(0), text=text, posted_at=now, visitor=play.name)
        journal.record(form_id, [asked], source="form", now=now)
        self.running[play.name] = play

    def _go_on(self, play: Play, now: datetime) -> None:
        if play.by_form and self._form_id is not None:
            return
        try:
            while (coming := next_step(play, self._town, minute=self._minute)) is not None:
                if coming.step.kind in ANSWER_STEPS or coming.due > now:
                    return
                self._do(play, coming)
        except Refused as refusal:
            log.info("%s ends early: %s", play.name, refusal)
            self.end(play, "refused")
        else:
            self.end(play, "finished")

    def _do(self, play: Play, coming: Next) -> None:
        step, key = coming.step, play.key(coming.number)
        who = play.who(step.by)
        if step.kind == "dm":
            self._town.write(who, step.text, key=key)
        elif step.kind in {"ask", "reply"}:
            target = post_of(play, step.to, self._town)
            if step.to is not None and target is None:
                raise Refused("what is replied to was never posted")
            self._town.say(who, step.text, key=key, reply_to=target.id if target else None)
        else:
            self._change(play, coming)

    def _change(self, play: Play, coming: Next) -> None:
        post = post_of(play, coming.step.to, self._town)
        if not isinstance(post, Post) or post.gone:
            raise Refused("what is to be changed is gone")
        if coming.step.kind == "edit":
            self._town.edit(post, coming.step.text)
        else:
            self._town.delete(post)


_LIVING_MINUTE = timedelta(seconds=10)
