"""The turns an answer can take, through ChimeIn's services."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from chimein.answering.models import Answer, Draft
from chimein.answering.services import UNDO_SECONDS
from chimein.core import clock
from chimein.core.errors import Conflict
from chimein.demo.player import Player, acts
from chimein.demo.player.customers import Customers
from chimein.demo.player.day import plays_of
from chimein.demo.player.desk import Item, busy_members, items_of, waiting_items
from chimein.demo.player.helpers import Helpers, Wish
from chimein.demo.scenario.chance import dice
from chimein.routing.models import WorkItem
from tests.integration.demo.conftest import Demo

TEXT = "Turn it off, count to ten, turn it on."
pytestmark = pytest.mark.usefixtures("without_a_past")


@pytest.fixture
def item(demo: Demo) -> Item:
    demo.town.say("mira_hollis", "@tamarind how do I restart the router?", key="visitor:1")
    demo.work()
    post = next(iter(demo.town.posts.values()))
    return items_of([demo.warble.pk], [post.id])[post.id]


def task(demo: Demo, item: Item, name: str) -> acts.Task:
    helper = Helpers(demo.stage.scenario, demo.brand).named("ann")
    assert helper is not None
    return acts.Task(name, helper, item.conversation_id, item.message_id, TEXT, "en", 1000)


def named(fits: Callable[[str], bool]) -> str:
    return next(name for name in map(str, range(10_000)) if fits(name))


def finish(act: acts.Act) -> int:
    return sum(1 for _ in act)


def test_an_ordinary_answer_shows_its_typing(demo: Demo, item: Item) -> None:
    name = named(lambda name: dice(f"act:{name}").random() > 0.5)
    act = acts.act_for(task(demo, item, name))
    next(act)
    next(act)
    draft = Draft.objects.get()
    assert TEXT.startswith(draft.text)
    assert len(draft.text) < len(TEXT)
    helper = task(demo, item, name).helper
    assert busy_members(demo.brand.pk, now=clock.now()) == {helper.member_id}
    finish(act)
    made = Answer.objects.get()
    assert (made.text, made.signature) == (TEXT, "Ann, Store 12")
    assert not Draft.objects.exists()


def test_second_thoughts_send_one_answer(demo: Demo, item: Item) -> None:
    name = named(lambda name: dice(f"act:{name}").random() < 0.03)
    with UNDO_SECONDS.override(10):
        finish(acts.act_for(task(demo, item, name)))
    assert sorted(Answer.objects.values_list("state", flat=True)) == ["cancelled", "held"]


def test_some_give_it_back(demo: Demo, item: Item) -> None:
    act = acts.detour_for(task(demo, item, named(lambda name: dice(f"detour:{name}").random() < 0.05)))
    assert act is not None
    finish(act)
    assert WorkItem.objects.get().holder_id is None
    assert not Draft.objects.exists()


def test_some_forget_it_and_nobody_else_can_take_it_meanwhile(demo: Demo, item: Item) -> None:
    act = acts.detour_for(task(demo, item, named(lambda name: 0.05 < dice(f"detour:{name}").random() < 0.07)))
    assert act is not None
    finish(act)
    held = waiting_items(demo.brand.pk, before=clock.now() + timedelta(seconds=1))[0]
    assert not held.is_free_for(0, staff=True, now=clock.now())
    assert held.is_free_for(0, staff=True, now=clock.now() + timedelta(minutes=10))
    other = Helpers(demo.stage.scenario, demo.brand).named("dev")
    assert other is not None
    with pytest.raises(Conflict):
        finish(acts.act_for(acts.Task("x", other, item.conversation_id, item.message_id, TEXT, "en", 1000)))


def test_who_is_asked(demo: Demo, item: Item) -> None:
    helpers = Helpers(demo.stage.scenario, demo.brand)
    named = helpers.choose(item, Wish("ann", "wifi", "en"), lambda _helper: True)
    assert named is not None
    assert named.id == "ann"
    assert helpers.choose(item, Wish("ann", "wifi", "en"), lambda helper: helper.id != "ann") is None
    someone = helpers.choose(item, Wish("", "wifi", "zh"), lambda _helper: True)
    assert someone is not None
    assert "zh" in someone.languages
    assert someone.topics["wifi"] == 3
    assert helpers.choose(item, Wish("", "wifi", "zh"), lambda _helper: False) is None


def test_play_needs_the_demo() -> None:
    with pytest.raises(CommandError, match="--demo"):
        call_command("play")
    with pytest.raises(CommandError, match="above 0"):
        call_command("play", speed=0)


def test_when_the_player_ends_nothing_stays_in_its_hands(demo: Demo) -> None:
    stage = replace(demo.stage, speed=1.0)
    episode = next(one for one in plays_of(stage.scenario, 0) if one.episode.id == "en-p-hours-1")
    player = Player(
        stage, Customers(stage.town, [episode], form_id=None, minute=timedelta(microseconds=1), at=10**6)
    )
    stage.town.say(episode.episode.author, episode.episode.steps[0].text, key=episode.key(0))
    demo.work()
    player.step()
    assert WorkItem.objects.get().holder_id is not None
    player.stop()
    assert WorkItem.objects.get().holder_id is None
    assert not busy_members(demo.brand.pk, now=clock.now())
