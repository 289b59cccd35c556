"""From corrections to a model in use: what is held back, what may go live by itself, and the way back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chimein.channels.models import ChannelAccount
from chimein.conversations.models import Message
from chimein.core import clock
from chimein.core.actor import Actor
from chimein.core.errors import Conflict, NotAllowed
from chimein.core.models import Event
from chimein.people.models import Brand
from chimein.triage import comparing, learning, lessons, models_in_use, progress
from chimein.triage.learn.examples import Example
from chimein.triage.models import Correction, TrainedModel, TrainingRun
from tests.factories import doubles, traffic
from tests.factories.traffic import post, tell

pytestmark = pytest.mark.django_db
State = TrainedModel.State


@pytest.fixture(autouse=True)
def _few_are_enough() -> Iterator[None]:
    with comparing.LEAST_HELD_BACK.override(2):
        yield


def messages(account: ChannelAccount, count: int, word: str = "lamp") -> list[Message]:
    """So many questions that end with the same word; the newest last."""
    known = Message.objects.filter(account=account).count()
    names = [f"m{known + number}" for number in range(count)]
    tell(account, *(post(name, f"Question {name} on the {word}", by=name, thread=name) for name in names))
    return [traffic.message(name) for name in names]


def say(by: Actor, message: Message, label: str, after: Any, at: datetime | None = None) -> None:
    Correction.objects.create(
        brand_id=by.brand_id, message=message, label=label, before="", after=after, author_id=by.membership_id,
        at=at or clock.now(),
    )  # fmt: skip


def train(lead: Actor) -> TrainingRun:
    learning.ask(actor=lead, now=clock.now())
    assert learning.run_waiting(now=clock.now()) == 1
    run = TrainingRun.objects.order_by("pk").last()
    assert run is not None
    return run


def test_the_newest_word_on_each_label_is_learned(
    account: ChannelAccount, agent: Actor, colleague: Actor
) -> None:
    (message,) = messages(account, 1)
    early = clock.now() - timedelta(hours=1)
    say(agent, message, "intent", "spam", early)
    say(agent, message, "intent", "request")
    say(colleague, message, "risks", ["money"])
    say(agent, message, "urgency", 3)
    found = lessons.gather(agent.brand_id)
    (example,) = [*found.learn, *found.held_back]
    assert example.text == message.text
    assert example.labels["intent"] == "request"
    assert example.labels["risk.money"] == "1"
    assert example.labels["risk.legal"] == "0"
    assert "lane" not in example.labels
    assert "urgency" not in example.labels
    assert example.weight == 0.8
    assert found.corrections == 3


def test_what_was_changed_or_taken_down_since_teaches_nothing(account: ChannelAccount, agent: Actor) -> None:
    edited, gone = messages(account, 2)
    for message in (edited, gone):
        say(agent, message, "intent", "request")
    Message.objects.filter(pk=edited.pk).update(edited_at=clock.now() + timedelta(minutes=1))
    Message.objects.filter(pk=gone.pk).update(deleted_at=clock.now(), text="")
    found = lessons.gather(agent.brand_id)
    assert not found.learn
    assert not found.held_back


def test_about_a_quarter_is_held_back_and_always_the_same() -> None:
    held = [number for number in range(4000) if lessons.is_held_back(str(number))]
    assert 850 < len(held) < 1150
    assert held == [number for number in range(4000) if lessons.is_held_back(str(number))]


def test_a_better_model_goes_live_by_rule(account: ChannelAccount, lead: Actor) -> None:
    for message in messages(account, 24):
        say(lead, message, "lane", "desk")
    run = train(lead)
    assert run.stage == "done"
    model = TrainedModel.objects.get()
    assert (model.state, model.reason) == (State.LIVE, "better")
    lane = model.comparison["heads"]["lane"]
    assert (lane["old"], lane["new"]) == (0.0, 1.0)
    assert model.comparison["moved"] == lane["rows"] == 24 - model.corrections
    assert models_in_use.surety(lead.brand_id, "a lamp")["lane"]["desk"] == pytest.approx(0.9)
    kinds = list(Event.objects.filter(kind__regex="^(training|model)").values_list("kind", flat=True))
    assert kinds == ["training.asked", "model.live", "training.ended"]


def test_few_held_back_ones_wait_for_a_lead(account: ChannelAccount, lead: Actor, agent: Actor) -> None:
    with comparing.LEAST_HELD_BACK.override(1000):
        for message in messages(account, 24):
            say(lead, message, "lane", "desk")
        train(lead)
    model = TrainedModel.objects.get()
    assert (model.state, model.reason) == (State.CANDIDATE, "few")
    with pytest.raises(NotAllowed):
        learning.go_live(actor=agent, model_id=model.pk, now=clock.now())
    learning.go_live(actor=lead, model_id=model.pk, now=clock.now())
    model.refresh_from_db()
    assert (model.state, model.decided_by_id) == (State.LIVE, lead.membership_id)
    with pytest.raises(Conflict):
        learning.go_live(actor=lead, model_id=model.pk, now=clock.now())


def test_one_click_back_and_again(account: ChannelAccount, lead: Actor) -> None:
    for message in messages(account, 24):
        say(lead, message, "lane", "desk")
    train(lead)
    first = TrainedModel.objects.get()
    for message in messages(account, 40, "kettle"):
        say(lead, message, "lane", "expert")
    train(lead)
    second = TrainedModel.objects.latest("pk")
    assert (second.state, models_in_use.live_id(lead.brand_id)) == (State.LIVE, second.pk)
    learning.go_back(actor=lead, live_id=second.pk, now=clock.now())
    assert models_in_use.live_id(lead.brand_id) == first.pk
    with pytest.raises(Conflict):
        learning.go_back(actor=lead, live_id=second.pk, now=clock.now())
    learning.go_back(actor=lead, live_id=first.pk, now=clock.now())
    assert models_in_use.live_id(lead.brand_id) == 0
    learning.go_live(actor=lead, model_id=second.pk, now=clock.now())
    assert models_in_use.live_id(lead.brand_id) == second.pk
    learning.go_live(actor=lead, model_id=0, now=clock.now())
    assert models_in_use.live_id(lead.brand_id) == 0


def test_no_risk_may_get_worse() -> None:
    found: dict[str, Any] = {
        "heads": {"lane": {"rows": 100, "old": 0.5, "new": 0.9}},
        "risks": {"legal": {"rows": 4, "old": 1.0, "new": 0.75}},
        "leaks": {"rows": 4, "old": 0.0, "new": 0.25},
    }
    assert comparing.verdict(found) == "risk.legal"
    found["risks"]["legal"]["new"] = 1.0
    assert comparing.verdict(found) == "leaks"
    found["leaks"]["new"] = 0.0
    assert comparing.verdict(found) == "better"
    found["heads"]["lane"]["new"] = 0.505
    assert comparing.verdict(found) == "not_better"
    assert comparing.verdict({"heads": {}}) == "few"


def test_leaks_are_risky_messages_that_nothing_holds_from_the_crowd() -> None:
    held = [
        Example("1", "refund the lamp", {"risk.money": "1", "lane": "desk"}),
        Example("2", "sue the kettle", {"risk.legal": "1", "lane": "desk"}),
    ]
    sees = doubles.WordModel({"risk.money": {"refund": "1"}, "lane": {"sue": "desk"}})
    found = comparing.compare(doubles.WordModel(), sees, doubles.WordModel(), held)  # type: ignore[arg-type]
    assert found["leaks"] == {"rows": 2, "old": 1.0, "new": 0.0, "shipped": 1.0}
    assert found["risks"]["money"] == {"rows": 1, "old": 0.0, "new": 1.0, "shipped": 0.0}
    assert [(move["message"], move["before"], move["after"]) for move in found["moves"]] == [
        (2, "crowd", "desk")
    ]


def test_a_candidate_gives_way_to_the_next(account: ChannelAccount, lead: Actor) -> None:
    with learning.BY_RULE.override(False):
        for message in messages(account, 24):
            say(lead, message, "lane", "desk")
        train(lead)
        train(lead)
    first, second = TrainedModel.objects.order_by("pk")
    assert (first.state, first.reason) == (State.REJECTED, "superseded")
    assert second.state == State.CANDIDATE
    learning.turn_down(actor=lead, model_id=second.pk, now=clock.now())
    with pytest.raises(Conflict):
        learning.turn_down(actor=lead, model_id=second.pk, now=clock.now())


def test_only_a_few_old_models_keep_their_weights(account: ChannelAccount, lead: Actor) -> None:
    with learning.BY_RULE.override(False):
        for message in messages(account, 8):
            say(lead, message, "lane", "desk")
        for _ in range(7):
            train(lead)
    assert len(progress.kept(lead.brand_id)) == 5


def test_without_corrections_there_is_nothing_to_learn(account: ChannelAccount, lead: Actor) -> None:
    run = train(lead)
    assert (run.stage, run.model) == ("nothing", None)


def test_one_training_at_a_time(lead: Actor, agent: Actor) -> None:
    assert learning.ask(actor=lead, now=clock.now()) == learning.ask(actor=lead, now=clock.now())
    with pytest.raises(NotAllowed):
        learning.ask(actor=agent, now=clock.now())


def test_a_training_that_fails_says_so(
    account: ChannelAccount, lead: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_given: object) -> None:
        raise MemoryError("no room")

    monkeypatch.setattr(learning, "adapt", broken)
    for message in messages(account, 8):
        say(lead, message, "lane", "desk")
    run = train(lead)
    assert (run.stage, run.error) == ("failed", "MemoryError: no room")
    assert models_in_use.live_id(lead.brand_id) == 0


def test_the_night_asks_once_and_only_for_what_is_new(account: ChannelAccount, lead: Actor) -> None:
    Brand.objects.filter(pk=lead.brand_id).update(timezone="Asia/Shanghai")
    (message,) = messages(account, 1)
    evening = datetime(2026, 3, 3, 10, tzinfo=UTC)  # 18:00 in Shanghai
    say(lead, message, "lane", "desk", evening)
    assert learning.ask_for_nights(now=evening + timedelta(hours=1)) == 0
    night = datetime(2026, 3, 3, 19, 1, tzinfo=UTC)  # 03:01
    assert learning.ask_for_nights(now=night) == 1
    learning.run_waiting(now=night)
    assert learning.ask_for_nights(now=night + timedelta(minutes=1)) == 0
    assert learning.ask_for_nights(now=night + timedelta(days=1)) == 0
    say(lead, message, "lane", "crowd", night + timedelta(hours=5))
    assert learning.ask_for_nights(now=night + timedelta(days=1)) == 1


def test_what_the_page_shows(account: ChannelAccount, lead: Actor) -> None:
    # Which messages are held back hangs on their ids: of eighty there are practically always three.
    for message in messages(account, 80):
        say(lead, message, "lane", "desk")
    assert progress.standing(lead.brand_id) == progress.Standing(80, 80, 80)
    train(lead)
    assert progress.standing(lead.brand_id).new == 0
    found = progress.models(lead.brand_id)
    assert [point[1] for point in progress.curve(found, "new")] == [1.0]
    assert progress.by_day(Brand.objects.get(pk=lead.brand_id), clock.now())[-1][1] == 80
    assert progress.measured_as(found[-1].comparison, found[-1].pk, found[-1].pk) == "new"
    assert progress.weak(found[-1].comparison, "old")[0].label == "desk"


def test_an_unreadable_model_is_replaced_by_the_shipped_one_and_trained_again(
    account: ChannelAccount, lead: Actor
) -> None:
    for message in messages(account, 24):
        say(lead, message, "lane", "desk", clock.now() - timedelta(days=2))
    train(lead)
    TrainedModel.objects.update(weights=b"from another version")
    TrainingRun.objects.update(asked_at=clock.now() - timedelta(days=2))
    models_in_use.forget()
    found = models_in_use.in_use(lead.brand_id)
    assert (found.number, found.chosen) == (0, TrainedModel.objects.get().pk)
    assert learning.ask_for_nights(now=clock.now()) == 1
    learning.run_waiting(now=clock.now())
    assert not models_in_use.is_unread(lead.brand_id)
