"""The living demo, compressed: a real network, the real services, no worker but us."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from chimein.answering.models import Answer
from chimein.conversations.models import Conversation, Message
from chimein.core import clock
from chimein.demo.player import Player, living_day
from chimein.demo.player.customers import Customers
from chimein.demo.player.day import DAY_MINUTES, plays_of
from chimein.demo.player.helpers import Helpers
from chimein.demo.player.player import where_to_begin
from chimein.demo.player.progress import post_of
from chimein.insights.ledger import ledger
from chimein.routing import services as routing
from tests.integration.demo.conftest import Demo
from tests.unit.demo.test_day import play

ROUTER = "en-router-drops-after-update"


pytestmark = pytest.mark.usefixtures("without_a_past")


def texts_of_the_brand(demo: Demo, root: str) -> list[str]:
    answer = (
        demo.client.get("/persona/posts", params={"since": "0", "limit": "1000"}).raise_for_status().json()
    )
    ours = [row for row in answer["data"] if row["author"]["handle"] == "tamarind" and not row["deleted"]]
    return [row["text"] for row in ours if row["conversation_id"] == root]


def root_of(demo: Demo, episode_id: str, day: int = 0) -> str:
    post = post_of(play(episode_id, day), 0, demo.town)
    assert post is not None
    return post.root


def conversation_of(demo: Demo, external_id: str) -> Conversation:
    return Message.objects.get(account=demo.warble, external_id=external_id).conversation


def test_an_episode_is_asked_answered_and_thanked_for_once(demo: Demo) -> None:
    assert demo.play(ROUTER) == {f"play:0:{ROUTER}": "finished"}
    demo.work()
    root = root_of(demo, ROUTER)
    assert texts_of_the_brand(demo, root) == [f"{play(ROUTER).episode.steps[1].text} ^Ann, Store 12"]
    question = Message.objects.get(account=demo.warble, external_id=root)
    assert question.disposition == "answered"
    made = Answer.objects.get()
    assert (made.state, made.author and made.author.public_name) == ("sent", "Ann")
    assert ledger(demo.brand.pk).gap == 0

    # Once more, as after a crash: nothing is posted twice.
    before = len(demo.town.posts)
    assert demo.play(ROUTER) == {f"play:0:{ROUTER}": "finished"}
    assert len(demo.town.posts) == before


def test_a_thank_you_closes_the_case(demo: Demo) -> None:
    assert demo.play("zh-p-hours-1") == {"play:0:zh-p-hours-1": "finished"}
    demo.work()
    case = conversation_of(demo, root_of(demo, "zh-p-hours-1"))
    assert (case.state, case.close_reason, case.waiting_count) == ("closed", "thanked", 0)
    answer = Message.objects.get(conversation=case, direction="out")
    assert answer.attribution.endswith("号店")


def test_a_question_on_the_form_is_answered_on_the_wall(demo: Demo) -> None:
    asked = next(one for one in plays_of(demo.stage.scenario, 0) if one.by_form)
    assert demo.play(asked.episode.id) == {asked.name: "finished"}
    demo.work()
    question = Message.objects.get(external_id=asked.key(0))
    assert question.account.adapter == "webform"
    assert question.disposition == "answered"
    assert "@tamarind" not in question.text
    assert demo.play(asked.episode.id) == {asked.name: "finished"}
    assert Message.objects.filter(external_id=asked.key(0)).count() == 1


def test_messages_and_changes_of_mind(demo: Demo) -> None:
    found = demo.play("en-account-card-posted", "zh-edit-city", "zh-deleted")
    assert found["play:0:zh-edit-city"] == "finished"
    assert found["play:0:zh-deleted"] == "finished"
    assert found["play:0:en-account-card-posted"] == "finished"
    private = Message.objects.filter(visibility="private", direction="out", answer_parts__isnull=False)
    assert private.count() == 1
    answered = Message.objects.get(account=demo.warble, external_id=root_of(demo, "zh-edit-city"))
    assert answered.revision == 2
    assert answered.disposition == "answered"


def test_what_a_person_holds_is_left_alone(demo: Demo) -> None:
    customers = Customers(demo.stage.town, [play(ROUTER)], form_id=None, minute=timedelta(0.001), at=10**6)
    player = Player(demo.stage, customers)
    person = Helpers(demo.stage.scenario, demo.brand).named("ann")
    assert person is not None
    player.step()
    demo.work()
    case = conversation_of(demo, root_of(demo, ROUTER))
    claim = routing.claim(actor=person.actor, conversation_id=case.pk, now=clock.now())
    for _ in range(10):
        player.step()
        demo.work()
    assert not Answer.objects.exists()
    assert routing.extend(actor=person.actor, conversation_id=case.pk, now=clock.now()) is not None
    assert claim.conversation_id == case.pk


@pytest.mark.parametrize(
    ("text", "patience", "answered"),
    [
        ("@tamarind can I trade in a laptop that isn't a Tamarind one?", 0.0, True),
        ("@tamarind can I trade in a laptop that isn't a Tamarind one?", 600.0, False),
        ("@tamarind do you sponsor football clubs?", 0.0, False),
    ],
)
def test_a_visitor_waits_for_people_first(demo: Demo, text: str, patience: float, answered: bool) -> None:
    demo.client.post("/persona/accounts", json={"handle": "visitor", "name": "Vi"}).raise_for_status()
    row = demo.client.post("/persona/visitor/posts", json={"text": text}).raise_for_status().json()
    customers = Customers(demo.stage.town, [], form_id=None, minute=timedelta(0.001), at=0)
    player = Player(demo.stage, customers, patience=timedelta(seconds=patience))
    for _ in range(200 if answered else 12):
        player.step()
        demo.work()
        if said := texts_of_the_brand(demo, row["id"]):
            break
    assert len(said) == int(answered)


def test_the_day_goes_on_where_it_was(demo: Demo) -> None:
    stage, now = replace(demo.stage, speed=1.0), clock.now()
    living_day(stage, now=now).step()
    asked = {post.key for post in demo.town.posts.values() if post.key.startswith("play:0:")}
    assert asked
    again = living_day(stage, now=now)
    again.step()
    assert {post.key for post in demo.town.posts.values() if post.key.startswith("play:")} == asked
    assert {
        key.rpartition(":")[0] for key in asked
    } <= again.customers.running.keys() | again.customers.over.keys()


def test_after_a_pause_another_day_begins_at_the_present_hour(demo: Demo) -> None:
    now = datetime(2026, 3, 4, 11, 5, tzinfo=UTC)
    first, minute = where_to_begin(demo.stage, [], now)
    assert first < minute == 11 * 60 + 5
    demo.play("zh-deleted", seconds=10)
    later = clock.now().replace(hour=20, minute=15) + timedelta(days=1)
    assert where_to_begin(demo.stage, [play("zh-deleted")], later) == (DAY_MINUTES + 20 * 60 + 15,) * 2
