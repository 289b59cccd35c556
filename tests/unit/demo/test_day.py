"""Days and how plays go on."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

import httpx
import pytest

from chimein.demo.player.day import DAY_MINUTES, Play, plays_from, plays_of
from chimein.demo.player.progress import asked_by, next_step
from chimein.demo.player.town import Refused, Town
from chimein.demo.scenario import load_scenario

MINUTE = timedelta(seconds=10)
NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)


def play(episode_id: str, day: int = 0) -> Play:
    return next(one for one in plays_of(load_scenario(), day) if one.episode.id == episode_id)


class Wire:
    """A network's answers, written down."""

    def __init__(self) -> None:
        self.posts: list[dict[str, Any]] = []
        client = httpx.Client(transport=httpx.MockTransport(self._answer), base_url="http://net")
        self.town = Town(client, brand="tamarind")

    def _answer(self, request: httpx.Request) -> httpx.Response:
        if request.method != "GET":
            return httpx.Response(410, json={"error": "target_gone"})
        data, self.posts = (self.posts, []) if "posts" in request.url.path else ([], self.posts)
        return httpx.Response(200, json={"data": data, "cursor": "c", "more": False})

    def post(self, number: int, by: str, root: int, at: datetime, key: str = "", **more: Any) -> None:
        self.posts.append(
            {
                "id": str(number),
                "conversation_id": str(root),
                "author": {"handle": by},
                "created_at": at.isoformat(),
                "revision": 1,
                "idempotency_key": key or None,
                "deleted": False,
                **more,
            }
        )


def test_the_first_day_is_as_written_and_later_days_hold_the_same_episodes_elsewhere() -> None:
    scenario = load_scenario()
    first, second = plays_of(scenario, 0), plays_of(scenario, 1)
    assert [one.minute for one in first] == [episode.start for episode in scenario.episodes]
    assert {one.episode.id for one in second} == {one.episode.id for one in first}
    assert sum(a.episode.id != b.episode.id for a, b in zip(first, second, strict=True)) > 200
    assert all(DAY_MINUTES <= one.minute < 2 * DAY_MINUTES for one in second)


def test_days_follow_one_another_without_end_and_no_key_comes_twice() -> None:
    scenario = load_scenario()
    found = list(islice(plays_from(scenario, 20 * 60), 3 * len(scenario.episodes)))
    assert [one.minute for one in found] == sorted(one.minute for one in found)
    assert found[0].minute >= 20 * 60
    assert len({one.key(0) for one in found}) == len(found)


def test_a_few_short_questions_are_asked_by_the_form() -> None:
    by_form = [one for one in plays_of(load_scenario(), 0) if one.by_form]
    assert 2 <= len(by_form) <= 20
    assert all(one.episode.steps[0].kind == "ask" for one in by_form)


def test_a_play_goes_on_by_what_stands_on_the_network() -> None:
    wire, one = Wire(), play("en-router-drops-after-update")
    first = next_step(one, wire.town, minute=MINUTE)
    assert first is not None
    assert (first.number, first.step.kind) == (0, "ask")

    wire.post(1, "mira_hollis", 1, NOON, one.key(0))
    wire.town.look()
    second = next_step(one, wire.town, minute=MINUTE)
    assert second is not None
    assert second.step.kind == "answer"
    assert second.due == NOON + (one.episode.steps[1].at - one.episode.steps[0].at) * MINUTE
    asked = asked_by(one, 1, wire.town)
    assert asked is not None
    assert asked.id == "1"

    wire.post(2, "tamarind", 1, NOON + timedelta(minutes=5))
    wire.town.look()
    third = next_step(one, wire.town, minute=MINUTE)
    assert third is not None
    assert (third.number, third.since) == (2, NOON + timedelta(minutes=5))


def test_an_answer_that_was_deleted_did_not_happen() -> None:
    wire, one = Wire(), play("en-router-drops-after-update")
    wire.post(1, "mira_hollis", 1, NOON, one.key(0))
    wire.post(2, "tamarind", 1, NOON)
    wire.post(2, "tamarind", 1, NOON, deleted=True)
    wire.town.look()
    coming = next_step(one, wire.town, minute=MINUTE)
    assert coming is not None
    assert coming.number == 1


@pytest.mark.parametrize(
    ("episode_id", "more"),
    [
        ("en-deleted-question", {"deleted": True}),
        ("zh-edit-city", {"edited_at": NOON.isoformat(), "revision": 2}),
    ],
)
def test_edits_and_deletions_are_known_again(episode_id: str, more: dict[str, Any]) -> None:
    wire, one = Wire(), play(episode_id)
    wire.post(1, one.episode.author, 1, NOON, one.key(0))
    wire.town.look()
    before = next_step(one, wire.town, minute=MINUTE)
    assert before is not None
    assert before.number == 1
    wire.post(1, one.episode.author, 1, NOON, one.key(0), **more)
    wire.town.look()
    after = next_step(one, wire.town, minute=MINUTE)
    assert after is None or after.number == 2


@pytest.mark.parametrize(
    "speak", [lambda town: town.say("a", "b", key="k"), lambda town: town.write("a", "b", key="k")]
)
def test_a_refusal_is_told_apart_from_trouble(speak: Callable[[Town], None]) -> None:
    with pytest.raises(Refused):
        speak(Wire().town)
