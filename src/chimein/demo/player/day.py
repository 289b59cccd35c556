"""Which episode begins when: the written day, then days of the same texts by other people."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from chimein.demo.recast import Recast
from chimein.demo.scenario import Episode, Scenario
from chimein.demo.scenario.chance import dice

DAY_MINUTES = 24 * 60
_SHOPS_OPEN = range(8 * 60, 21 * 60)
_FORM_SHARE = 0.08
_FORM_KINDS = frozenset({"howto", "product", "stock"})
_SCENES_AT = 10 * 60
PREFIX = "play:"


@dataclass(frozen=True, slots=True)
class Play:
    """An episode on one day of the demo, counted from 0. `minute` counts from the first midnight."""

    day: int
    minute: int
    episode: Episode
    recast: Recast | None

    @property
    def name(self) -> str:
        return f"{PREFIX}{self.day}:{self.episode.id}"

    def key(self, number: int) -> str:
        """What a step's post is known by on the network, so that it is posted once."""
        return f"{self.name}:{number}"

    def who(self, handle: str) -> str:
        """Who plays the part of this customer today."""
        return self.recast(handle) if self.recast else handle

    @property
    def by_form(self) -> bool:
        """Whether it is asked by the form on the wall. Nobody can reply there, so only short episodes are."""
        episode = self.episode
        short = [step.kind for step in episode.steps[:3]] in (["ask", "answer"], ["ask", "answer", "reply"])
        fit = short and len(episode.steps) <= 3 and episode.kind in _FORM_KINDS
        return fit and dice(f"form:{self.name}").random() < _FORM_SHARE


def plays_of(scenario: Scenario, day: int) -> list[Play]:
    """All plays of a day in order. From the second day on they are shuffled, by day and by night."""
    episodes = scenario.episodes
    starts = [episode.start for episode in episodes]
    if day:
        for when in (True, False):
            places = [n for n, episode in enumerate(episodes) if (episode.start in _SHOPS_OPEN) is when]
            moved = places.copy()
            dice(f"day:{day}:{when}").shuffle(moved)
            for place, other in zip(places, moved, strict=True):
                starts[place] = episodes[other].start
    recast = Recast(scenario, salt=f"day:{day}") if day else None
    found = [
        Play(day, day * DAY_MINUTES + start, episode, recast)
        for start, episode in zip(starts, episodes, strict=True)
    ]
    return sorted(found, key=lambda play: (play.minute, play.episode.id))


def scenes_of(scenario: Scenario, day: int, minute: int) -> list[Play]:
    """The day's scenes, which begin when the day does: at this minute, counted from the first midnight."""
    recast = Recast(scenario, salt=f"day:{day}") if day else None
    return [Play(day, minute + one.episode.start, one.episode, recast) for one in scenario.scenes]


def plays_from(scenario: Scenario, minute: int) -> Iterator[Play]:
    """All plays from a minute on, day after day without end; those of later days with their scenes."""
    day = first = minute // DAY_MINUTES
    while True:
        coming = [play for play in plays_of(scenario, day) if play.minute >= minute]
        if day > first:
            coming += scenes_of(scenario, day, day * DAY_MINUTES + _SCENES_AT)
        yield from sorted(coming, key=lambda play: play.minute)
        day += 1
