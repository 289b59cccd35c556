"""A person corrects a label: kept, told, followed by the queue, and taken back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from chimein.channels.models import ChannelAccount
from chimein.conversations.models import Message
from chimein.core import clock
from chimein.core.actor import Actor
from chimein.core.errors import Conflict, NotAllowed, UserError
from chimein.core.models import Event
from chimein.insights.ledger import ledger
from chimein.routing import correcting
from chimein.routing.models import WorkItem
from chimein.triage.models import Correction, Triage
from tests.factories import people, traffic
from tests.factories.traffic import post, tell

pytestmark = pytest.mark.django_db


def ask(account: ChannelAccount, text: str = "How do I pair the headphones?", **more: Any) -> Message:
    tell(account, post("q", text, **more))
    return traffic.message("q")


def say(actor: Actor, message: Message, source: str = "console", **values: Any) -> Any:
    return correcting.correct(
        actor=actor, message_id=message.pk, values=values, why="I know better", now=clock.now(), source=source
    )


def triage_of(message: Message) -> Triage:
    return Triage.objects.get(pk=message.pk)


def place_of(message: Message) -> tuple[str, bool, bool]:
    item = WorkItem.objects.get(pk=message.conversation_id)
    return item.lane, item.lane_by_person, item.is_open


def test_a_label_is_kept_with_who_and_why(account: ChannelAccount, agent: Actor) -> None:
    message = ask(account)
    made = say(agent, message, intent="request")
    assert made.changed == {"intent"}
    row = Correction.objects.get()
    assert (row.label, row.before, row.after) == ("intent", "question", "request")
    assert (row.why, row.author_id, row.source) == ("I know better", agent.membership_id, "console")
    assert triage_of(message).intent == "request"
    codes = [one["code"] for one in triage_of(message).reasons]
    assert "intent.request" in codes
    assert "intent.question" not in codes
    event = Event.objects.get(kind="label.corrected")
    assert event.actor == agent.label
    assert event.data == {"labels": {"intent": "request"}, "why": "I know better", "source": "console"}


def test_the_same_twice_is_once_and_sameness_confirms(account: ChannelAccount, agent: Actor) -> None:
    message = ask(account)
    say(agent, message, intent="request")
    assert say(agent, message, intent="request").rows == ()
    confirmed = say(agent, message, sentiment="neutral")
    assert confirmed.changed == frozenset()
    assert [(row.before, row.after) for row in confirmed.rows] == [("neutral", "neutral")]
    assert say(agent, message, sentiment="neutral").rows == ()
    assert Correction.objects.count() == 2


def test_a_risk_takes_a_question_from_the_crowd(account: ChannelAccount, agent: Actor) -> None:
    message = ask(account)
    assert place_of(message)[0] == "crowd"
    say(agent, message, risks=["account_data"])
    found = triage_of(message)
    assert (found.lane, found.rule, found.gate) == ("desk", "private_data", "sure")
    assert place_of(message) == ("desk", False, True)


def test_a_lane_by_a_person_moves_the_conversation(account: ChannelAccount, agent: Actor) -> None:
    message = ask(account)
    say(agent, message, lane="desk")
    assert place_of(message) == ("desk", True, True)
    assert triage_of(message).reasons[-1] == {"code": "lane.by_person", "words": []}
    assert Event.objects.get(kind="item.moved").data["after"] == "desk"


def test_nobody_has_to_answer_and_thinks_again(account: ChannelAccount, agent: Actor) -> None:
    message = ask(account)
    made = say(agent, message, lane="none")
    message.refresh_from_db()
    assert message.disposition == "no_reply"
    assert not place_of(message)[2]
    correcting.take_back(actor=agent, message_id=message.pk, at=made.rows[0].at, now=clock.now())
    message.refresh_from_db()
    assert message.disposition == "waiting"
    assert place_of(message) == ("crowd", False, True)
    assert ledger(agent.brand_id).gap == 0


def test_what_was_thought_to_be_spam_waits_after_all(account: ChannelAccount, agent: Actor) -> None:
    message = ask(account, "giveaway of free followers, click here")
    assert message.disposition == "no_reply"
    made = say(agent, message, intent="question")
    message.refresh_from_db()
    assert message.disposition == "waiting"
    assert place_of(message)[2]
    assert ledger(agent.brand_id).gap == 0
    correcting.take_back(actor=agent, message_id=message.pk, at=made.rows[0].at, now=clock.now())
    message.refresh_from_db()
    assert (message.disposition, message.disposition_reason) == ("no_reply", "spam")
    assert not place_of(message)[2]
    assert ledger(agent.brand_id).gap == 0


def test_taking_back_restores_labels_and_lane(account: ChannelAccount, agent: Actor) -> None:
    message = ask(account)
    before = Triage.objects.filter(pk=message.pk).values().get()
    made = say(agent, message, risks=["legal", "money"], intent="complaint", language="zh")
    assert place_of(message)[0] == "desk"
    correcting.take_back(actor=agent, message_id=message.pk, at=made.rows[0].at, now=clock.now())
    assert Triage.objects.filter(pk=message.pk).values().get() == before
    assert place_of(message) == ("crowd", False, True)
    assert not Correction.objects.exists()
    assert Event.objects.filter(kind="label.restored").count() == 1


def test_what_others_said_since_is_not_undone(account: ChannelAccount, agent: Actor, lead: Actor) -> None:
    message = ask(account)
    made = say(agent, message, intent="request")
    say(lead, message, intent="complaint")
    with pytest.raises(Conflict):
        correcting.take_back(actor=agent, message_id=message.pk, at=made.rows[0].at, now=clock.now())
    later = made.rows[0].at + timedelta(seconds=1)
    with pytest.raises(Conflict):
        correcting.take_back(actor=agent, message_id=message.pk, at=later, now=clock.now())
    assert triage_of(message).intent == "complaint"


def test_colleagues_correct_labels_but_no_lane(account: ChannelAccount, colleague: Actor) -> None:
    message = ask(account)
    say(colleague, message, sentiment="negative")
    with pytest.raises(NotAllowed):
        say(colleague, message, lane="desk")
    assert triage_of(message).sentiment == "negative"


def test_helpers_bring_nothing_before_the_crowd(account: ChannelAccount, colleague: Actor) -> None:
    message = ask(account, "refund me for order 88213")
    assert place_of(message)[0] == "desk"
    say(colleague, message, risks=[])
    assert triage_of(message).lane == "desk"
    assert place_of(message)[0] == "desk"


def test_private_messages_are_for_staff(account: ChannelAccount, colleague: Actor, agent: Actor) -> None:
    message = ask(account, private=True)
    with pytest.raises(NotAllowed):
        say(colleague, message, intent="request")
    say(agent, message, intent="request")


def test_others_brands_and_wrong_values(account: ChannelAccount, agent: Actor) -> None:
    message = ask(account)
    with pytest.raises(NotAllowed):
        say(people.actor(people.brand("Elsewhere")), message, intent="request")
    for wrong in ({"intent": "joke"}, {"risks": ["rain"]}, {"topic": "moon"}, {"priority": 3}):
        with pytest.raises(UserError):
            say(agent, message, **wrong)
    assert not Correction.objects.exists()


def test_the_game_teaches_lanes_without_moving_anybody(account: ChannelAccount, agent: Actor) -> None:
    message = ask(account)
    say(agent, message, source="game", lane="desk", intent="question")
    assert place_of(message) == ("crowd", False, True)
    assert triage_of(message).lane == "crowd"
    assert set(Correction.objects.values_list("label", "after")) == {("lane", "desk"), ("intent", "question")}
    assert say(agent, message, source="game", lane="desk", intent="question").rows == ()


def test_the_game_makes_no_old_message_wait(account: ChannelAccount, agent: Actor) -> None:
    message = ask(account, "giveaway of free followers, click here")
    say(agent, message, source="game", intent="question")
    message.refresh_from_db()
    assert message.disposition == "no_reply"
    assert triage_of(message).intent == "question"
