"""How far a play has come, told by what stands on the network alone; so it goes on after any crash."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from chimein.demo.player.day import Play
from chimein.demo.player.town import LONG_AGO, Letter, Post, Town
from chimein.demo.scenario import Step


@dataclass(frozen=True, slots=True)
class Next:
    """The step to come. `since`: when the one before it happened; `due`: when this one may."""

    number: int
    step: Step
    since: datetime
    due: datetime


def next_step(play: Play, town: Town, *, minute: timedelta) -> Next | None:
    """The first step that has not happened; None when all have. `minute`: how long a written minute takes."""
    since = LONG_AGO
    steps = play.episode.steps
    for number, step in enumerate(steps):
        happened = _happened(play, number, town)
        if happened is None:
            written = step.at - (steps[number - 1].at if number else 0)
            return Next(number, step, since, since + written * minute)
        since = max(since, happened)
    return None


def _happened(play: Play, number: int, town: Town) -> datetime | None:
    """When this step happened."""
    step = play.episode.steps[number]
    if step.kind in {"answer", "answer_dm"}:
        found = answer_of(play, number, town)
        return found.at if found else None
    if step.kind in {"ask", "reply", "dm"}:
        said = town.keyed.get(play.key(number))
        return said.at if said else None
    post = post_of(play, step.to, town)
    if post is None or post.gone:
        return post.at if post else None
    return post.edited_at if step.kind == "edit" else None


def answer_of(play: Play, number: int, town: Town) -> Post | Letter | None:
    """The answer meant by an answer step: the n-th of the brand in the thread, whoever wrote it."""
    steps = play.episode.steps
    kind = steps[number].kind
    place = sum(step.kind == kind for step in steps[:number])
    found: list[Post] | list[Letter] = []
    if kind == "answer":
        root = post_of(play, 0, town)
        found = town.answers_in(root.root) if root else []
    else:
        first = next(n for n, step in enumerate(steps) if step.kind == "dm")
        asked = town.keyed.get(play.key(first))
        found = town.letters_to(asked.by, asked.at) if asked else []
    return found[place] if place < len(found) else None


def post_of(play: Play, number: int | None, town: Town) -> Post | None:
    """The post that a step made, be it a customer's or the brand's."""
    if number is None:
        return None
    if play.episode.steps[number].kind == "answer":
        found = answer_of(play, number, town)
    else:
        found = town.keyed.get(play.key(number))
    return found if isinstance(found, Post) else None


def asked_by(play: Play, number: int, town: Town) -> Post | Letter | None:
    """What an answer step answers, as it stands on the network: the newest the asker said before it."""
    steps, author = play.episode.steps, play.episode.author
    kinds = {"dm"} if steps[number].kind == "answer_dm" else {"ask", "reply"}
    said = [n for n in range(number) if steps[n].kind in kinds and steps[n].by == author]
    return town.keyed.get(play.key(said[-1])) if said else None
