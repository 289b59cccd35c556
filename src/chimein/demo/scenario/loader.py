"""Reads the data files into a Scenario.

``data/people.yaml`` holds brand, sites, colleagues, trusted and named customers; ``data/names.yaml`` what the
other customers are made from; ``data/day_*.yaml`` the episodes written one by one; ``data/patterns_*.yaml``
short exchanges of which each row becomes an episode; ``data/history.yaml`` what was answered before;
``data/scenes.yaml`` what happens in the first minutes, whatever the hour.

A step is written ``verb [who] [to N] [after MINUTES]: text``. Verbs: ask, reply, edit, delete, dm, answer,
answer-dm. Left out, ``who`` is the opener (customers' steps) or the topic's people (answers; the care desk's
agents in the desk lane); ``$name`` is some customer of the episode's language; N counts steps from 0.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from chimein.demo.scenario.casting import Casting, Person
from chimein.demo.scenario.chance import dice
from chimein.demo.scenario.checks import check
from chimein.demo.scenario.crowd import make_customers
from chimein.demo.scenario.model import (
    ANSWER_STEPS,
    Episode,
    HistoryItem,
    Lane,
    Scenario,
    ScenarioError,
    Site,
    Step,
    StepKind,
)
from chimein.demo.scenario.patterns import expand
from chimein.demo.scenario.people import (
    own_account,
    read_brand,
    read_colleague,
    read_customer,
    read_newcomer,
    read_trusted,
)
from chimein.demo.scenario.scenes import Practice, Scene, problems_of

DATA = Path(__file__).parent / "data"
CUSTOMERS = 300
# Posts per hour of the day, relative: two peaks, late morning and after work.
HOURS = (2, 1, 0.5, 0.3, 0.3, 0.5, 1, 3, 5, 7, 12, 11, 7, 5, 5, 5, 6, 7, 11, 12, 11, 7, 4, 3)
LANES: dict[str, Lane] = {
    "howto": "crowd",
    "product": "crowd",
    "stock": "crowd",
    "fault": "crowd",
    "complaint": "crowd",
    "praise": "crowd",
    "angry": "desk",
    "insult": "desk",
    "account": "desk",
    "legal": "desk",
    "safety": "desk",
    "vip": "desk",
    "outage": "desk",
    "chatter": "none",
    "repost": "none",
    "spam": "none",
}
# The safe loader in C is ten times as fast; not every build of PyYAML has it.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_NAMED = re.compile(r"answer(-dm)? (?!to |after )")
_STEP = re.compile(
    r"(?P<verb>ask|reply|edit|delete|dm|answer-dm|answer)"
    r"(?: (?!to |after )(?P<who>\S+))?(?: to (?P<to>\d+))?(?: after (?P<after>\d+))?"
)


@lru_cache(maxsize=1)
def load_scenario() -> Scenario:
    """The scenario that ships with the demo. Raises ScenarioError naming everything that is wrong in it."""
    return read_scenario(DATA)


def read_scenario(folder: Path) -> Scenario:
    """The scenario in ``folder``, checked."""
    people = _yaml(folder / "people.yaml")
    colleagues = tuple(read_colleague(row) for row in people["colleagues"])
    trusted = tuple(read_trusted(row) for row in people["trusted"])
    written = [read_customer(row) for row in people["customers"]] + [
        own_account(helper) for helper in trusted
    ]
    customers = make_customers(written, _yaml(folder / "names.yaml"), CUSTOMERS)
    newcomers = tuple(read_newcomer(row) for row in people["newcomers"])
    casting = Casting(colleagues, trusted, customers, newcomers)
    builder = _Builder(casting)
    scenes = _yaml(folder / "scenes.yaml")
    scenario = Scenario(
        brand=read_brand(people["brand"]),
        sites=tuple(Site(**row) for row in people["sites"]),
        colleagues=colleagues,
        trusted=trusted,
        customers=customers,
        episodes=builder.day(_day_rows(folder)),
        history=builder.history(_yaml(folder / "history.yaml")),
        newcomers=newcomers,
        scenes=builder.scenes(scenes["scenes"]),
        practice=builder.practice(scenes["practice"]),
    )
    problems = [*builder.problems, *check(scenario), *problems_of(scenario.scenes)]
    if problems:
        raise ScenarioError(problems)
    return scenario


def _yaml(path: Path) -> Any:  # the shape is checked where the rows are used
    try:
        return yaml.load(path.read_text(encoding="utf-8"), Loader=_LOADER)  # noqa: S506  # it is a safe one
    except (OSError, yaml.YAMLError) as error:
        raise ScenarioError([f"{path.name} can't be read: {error}"]) from error


def _day_rows(folder: Path) -> Iterator[dict[str, Any]]:
    for path in sorted(folder.glob("day_*.yaml")):
        content = _yaml(path)
        for row in content["episodes"]:
            yield {"language": content["language"], "handwritten": True, **row}
    for path in sorted(folder.glob("patterns_*.yaml")):
        yield from expand(_yaml(path))


class _Builder:
    """Turns rows into episodes and history; what is wrong is collected and reported together."""

    def __init__(self, casting: Casting) -> None:
        self.problems: list[str] = []
        self._casting = casting

    def day(self, rows: Iterable[dict[str, Any]]) -> tuple[Episode, ...]:
        """Every row as an episode; those without ``at`` get a minute by the day's curve."""
        every = list(rows)
        free = [row for row in every if "at" not in row]
        dice("tamarind-day").shuffle(free)
        minutes = _minutes(len(free))
        night = [minute for minute in minutes if not 8 * 60 <= minute < 21 * 60]
        late = [row for row in free if _fits_night(row)][: len(night)]
        daytime = [row for row in free if not any(row is chosen for chosen in late)]
        light = [minute for minute in minutes if 8 * 60 <= minute < 21 * 60]
        for row, minute in zip((*late, *daytime), (*night, *light), strict=True):
            row["at"] = minute
        episodes = [episode for row in every if (episode := self._episode(row)) is not None]
        return tuple(sorted(episodes, key=lambda episode: (episode.start, episode.id)))

    def history(self, rows: list[dict[str, Any]]) -> tuple[HistoryItem, ...]:
        """Answered questions, spread over the last 14 days by the same curve."""
        rng = dice("tamarind-history")
        minutes = _minutes(len(rows))
        rng.shuffle(minutes)
        items = []
        for index, (row, minute) in enumerate(zip(rows, minutes, strict=True)):
            try:
                items.append(self._history_item(row, 14 - index * 14 // len(rows), minute))
            except LookupError as error:
                self.problems.append(f"history {row['id']}: {error}")
        return tuple(items)

    def scenes(self, rows: list[dict[str, Any]]) -> tuple[Scene, ...]:
        """The scenes in the order in which they begin."""
        found = []
        for row in rows:
            episode = self._episode({"handwritten": True, **row})
            if episode is not None:
                given = {name: row[name] for name in ("draft", "advice", "hand_back", "rings") if name in row}
                found.append(Scene(episode, **given))
        return tuple(sorted(found, key=lambda scene: (scene.episode.start, scene.episode.id)))

    def practice(self, rows: list[dict[str, Any]]) -> tuple[Practice, ...]:
        """Answers of the days before, of named people at named times."""
        return tuple(
            Practice(
                self._history_item(row, row["days_ago"], row["minute"]),
                row.get("draft", ""),
                row["advice"],
                row.get("read_by", ""),
            )
            for row in rows
        )

    def _history_item(self, row: dict[str, Any], days_ago: int, minute: int) -> HistoryItem:
        person, _ = self._casting.answerer(row.get("by", row["topic"]), row["language"], minute)
        asker = row.get("asker") or self._casting.customer(row["language"])
        return HistoryItem(
            id=row["id"],
            language=row["language"],
            topic=row["topic"],
            days_ago=days_ago,
            minute=minute,
            asker=asker,
            question=row["q"],
            answerer=person.id,
            answer=row["a"],
            minutes_to_answer=_around(person.minutes, dice(f"answer:{row['id']}")),
            thanks=row.get("thanks", ""),
        )

    def _episode(self, row: dict[str, Any]) -> Episode | None:
        try:
            lane = row.get("lane") or LANES[row["kind"]]
            start = _minute_of_day(row["at"])
            steps = self._steps(row, lane, start)
        except (LookupError, ValueError) as error:
            self.problems.append(f"episode {row.get('id', row)}: {error}")
            return None
        if row["kind"] == "praise" and not any(step.kind in ANSWER_STEPS for step in steps):
            lane = "none"
        return Episode(
            row["id"], row["kind"], row["language"], row["topic"], lane, start, steps, row["handwritten"]
        )

    def _steps(self, row: dict[str, Any], lane: Lane, start: int) -> tuple[Step, ...]:
        cast: dict[str, str] = {}
        answering: dict[str, tuple[Person, str]] = {}
        steps: list[Step] = []
        rng = dice(f"steps:{row['id']}")
        for written in row["steps"]:
            ((key, text),) = written.items()
            match = _STEP.fullmatch(key)
            if match is None:
                raise ValueError(f"step {key!r} is not 'verb [who] [to N] [after MINUTES]'")
            verb: StepKind = match["verb"].replace("-", "_")  # type: ignore[assignment]
            now = steps[-1].at if steps else 0
            if verb in ANSWER_STEPS:
                wanted = match["who"] or ("agent" if lane == "desk" else row["topic"])
                if wanted not in answering:  # whoever began goes on
                    answering[wanted] = self._casting.answerer(wanted, row["language"], start + now)
                person, how = answering[wanted]
                by, pause = person.id, _around(person.minutes, rng)
            else:
                by, how = self._player(match["who"] or "$", row["language"], cast), ""
                pause = (rng.randint(2, 12) if verb in {"reply", "dm"} else rng.randint(1, 2)) if steps else 0
            at = now + (int(match["after"]) if match["after"] else pause)
            to = int(match["to"]) if match["to"] else _target(verb, by, steps)
            steps.append(Step(verb, by, at, text or "", to, how))
        return tuple(steps)

    def _player(self, who: str, language: str, cast: dict[str, str]) -> str:
        if not who.startswith("$"):
            self._casting.count_post(who)
            cast.setdefault("$", who)
            return who
        if who not in cast:
            cast[who] = self._casting.customer(language, cast.values())
        return cast[who]


def _fits_night(row: dict[str, Any]) -> bool:
    """Whether it may happen while shops are shut: no shop matter, nobody named who would be asleep."""
    named = any(_NAMED.match(key) for step in row["steps"] for key in step)
    return not named and row["kind"] in {"howto", "product", "praise", "chatter", "repost", "spam", "insult"}


def _target(verb: StepKind, by: str, steps: list[Step]) -> int | None:
    """Index of the step that is meant when none is named: the latest that fits."""
    fitting = [index for index, step in enumerate(steps) if _fits(verb, by, step)]
    return fitting[-1] if fitting else None


def _fits(verb: StepKind, by: str, step: Step) -> bool:
    match verb:
        case "answer":
            return step.kind in {"ask", "reply"}
        case "answer_dm":
            return step.kind == "dm"
        case "reply":
            return step.kind in {"ask", "reply", "answer"}
        case "edit" | "delete":
            return step.kind in {"ask", "reply"} and step.by == by
        case _:
            return False


def _around(minutes: int, rng: random.Random) -> int:
    """Somewhere near the usual time to answer: half of it to nearly double."""
    return max(1, round(minutes * rng.uniform(0.5, 1.9)))


def _minute_of_day(at: int | str) -> int:
    if isinstance(at, int):
        return at
    hour, minute = at.split(":")
    return int(hour) * 60 + int(minute)


def _minutes(count: int) -> list[int]:
    """``count`` minutes of the day, in order, as dense as the day's curve says."""
    total, result = sum(HOURS), []
    for index in range(count):
        left = (index + 0.5) / count * total
        hour = 0
        while left > HOURS[hour]:
            left -= HOURS[hour]
            hour += 1
        result.append(int((hour + left / HOURS[hour]) * 60))
    return result
