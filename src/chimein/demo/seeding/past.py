"""What happened before the demo's day: two weeks of questions and answers with their times.

Nothing is written here; `network.py` puts it on the network, where ChimeIn finds it as it finds any history.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from chimein.demo.recast import Recast
from chimein.demo.scenario import Episode, HistoryItem, Scenario
from chimein.demo.scenario.chance import dice
from chimein.demo.scenario.counting import LIMIT, weighted_length
from chimein.demo.scenario.model import ANSWER_STEPS

DAYS = 14
_HANDWRITTEN_SHARE = 0.35
_QUIET = timedelta(minutes=40)
# What leaves traces that would look odd weeks later, or would be told twice.
_ONLY_TODAY = frozenset({"outage", "legal", "safety", "vip", "angry", "insult"})


@dataclass(frozen=True, slots=True)
class Past:
    """A post, or with `to` a direct message. `author` is None for the brand, `reply_to` another's `key`."""

    key: str
    author: str | None
    text: str
    at: datetime
    reply_to: str = ""
    to: str | None = None
    private: bool = False


@dataclass(frozen=True, slots=True)
class Judge:
    """What the past asks of the present: how people sign, and whether a text leaves somebody waiting."""

    sign: Callable[[str, str], str]
    """The signature of a person (by id) in a language."""
    waits: Callable[[str, bool, bool], bool]
    """Whether a text (after an answer of ours? private?) is one that somebody has to answer."""


def past_of(scenario: Scenario, *, now: datetime, judge: Judge) -> list[Past]:
    """Everything of the last two weeks, oldest first. `now` is aware; days begin at its midnight."""
    told = (*scenario.history, *(one.item for one in scenario.practice))
    found = [one for item in told for one in _told(item, now, judge)]
    recast = Recast(scenario, salt="past")
    for episode in scenario.episodes:
        if _is_worth_it(episode):
            found += _copied(episode, recast, now, judge)
    return sorted(found, key=lambda one: one.at)


def _is_worth_it(episode: Episode) -> bool:
    if episode.kind in _ONLY_TODAY or any(step.kind in {"edit", "delete"} for step in episode.steps):
        return False
    if len({step.by for step in episode.steps if step.kind not in ANSWER_STEPS}) > 1:
        return False  # whom of several customers an answer was for is not always to be seen
    return not episode.handwritten or dice(f"past:{episode.id}").random() < _HANDWRITTEN_SHARE


def _midnight(now: datetime, days_ago: int) -> datetime:
    return now.replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=days_ago)


def _told(item: HistoryItem, now: datetime, judge: Judge) -> Iterator[Past]:
    answer = f"{item.answer} ^{judge.sign(item.answerer, item.language)}"
    if weighted_length(answer) > LIMIT:
        return
    key = f"past:{item.id}"
    asked = _midnight(now, item.days_ago) + timedelta(minutes=item.minute)
    answered = asked + timedelta(minutes=item.minutes_to_answer)
    yield Past(f"{key}:0", item.asker, item.question, asked)
    yield Past(f"{key}:1", None, answer, answered, reply_to=f"{key}:0")
    if item.thanks and not judge.waits(item.thanks, True, False):
        pause = timedelta(minutes=dice(key).randint(2, 40))
        yield Past(f"{key}:2", item.asker, item.thanks, answered + pause, reply_to=f"{key}:1")


def _copied(episode: Episode, recast: Recast, now: datetime, judge: Judge) -> list[Past]:
    """The episode as it would have been on another day, among other customers; nobody is left waiting."""
    begin = _begin(episode, now)
    made: list[Past] = []
    for number, step in enumerate(episode.steps):
        answer = step.kind in ANSWER_STEPS
        private = step.kind in {"dm", "answer_dm"}
        text = f"{step.text} ^{judge.sign(step.by, episode.language)}" if answer else step.text
        answered = any(one.author is None for one in made)
        if not private and weighted_length(text) > LIMIT:
            return []
        last = not any(later.kind in ANSWER_STEPS for later in episode.steps[number:])
        if last and judge.waits(text, answered, private):
            break
        made.append(
            Past(
                key=f"past:{episode.id}:{number}",
                author=None if answer else recast(step.by),
                text=text,
                at=begin + timedelta(minutes=step.at),
                reply_to="" if private or step.to is None else f"past:{episode.id}:{step.to}",
                to=recast(episode.author) if answer and private else None,
                private=private,
            )
        )
    return made


def _begin(episode: Episode, now: datetime) -> datetime:
    rng = dice(f"past-day:{episode.id}")
    begin = _midnight(now, rng.randint(0, DAYS - 1)) + timedelta(minutes=episode.start)
    if begin + timedelta(minutes=episode.steps[-1].at) + _QUIET > now:
        begin -= timedelta(days=rng.randint(1, DAYS - 1))
    return begin
