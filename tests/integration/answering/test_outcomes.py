"""What the network says about an answer reaches its author, the queue and the ledger."""

from __future__ import annotations

from datetime import timedelta

import pytest

from chimein.answering.models import Answer, Draft
from chimein.channels.models import ChannelAccount, Delivery
from chimein.channels.port import Outgoing, SendError, SendErrorCode, SendUncertain
from chimein.conversations.models import Conversation, Message
from chimein.core import clock
from chimein.core.actor import Actor
from chimein.core.models import Event
from chimein.insights.ledger import ledger
from chimein.routing.models import WorkItem
from tests.factories import traffic
from tests.factories.desk import pump, send_off
from tests.factories.network import ScriptedNetwork, said

pytestmark = pytest.mark.django_db
LONG = "First switch it off and wait. " * 12


def _refuse(_: Outgoing) -> None:
    raise SendError(SendErrorCode.NOT_ALLOWED, "You may not post here.")


def _take(_: Outgoing) -> None:
    return None


def _silence(_: Outgoing) -> None:
    raise SendUncertain("no answer came")


def test_a_refused_answer_is_a_draft_again_and_the_claim_is_kept(
    question: Conversation, agent: Actor, scripted: ScriptedNetwork
) -> None:
    made = send_off(agent, question.pk)
    scripted.script = [_refuse]
    pump()
    made.refresh_from_db()
    item = WorkItem.objects.get(conversation=question)
    assert (made.state, Draft.objects.get(kind="reply").text) == ("failed", "Hold the button.")
    assert (item.sending, item.is_open, item.holder_id) == (False, True, agent.membership_id)
    assert item.claim_until is not None
    assert item.claim_until > clock.now()
    assert Message.objects.filter(direction="out").count() == 0
    told = Event.objects.get(kind="answer.failed")
    assert (told.data["code"], told.data["error"]) == ("not_allowed", "You may not post here.")
    assert (traffic.standing("q1")[0], ledger(question.brand_id).gap) == ("waiting", 0)


def test_later_parts_of_a_refused_part_are_not_sent(
    question: Conversation, agent: Actor, scripted: ScriptedNetwork
) -> None:
    made = send_off(agent, question.pk, LONG, split=True)
    scripted.script = [_take, _refuse]
    pump()
    assert len(scripted.posted()) == 1
    states = list(Delivery.objects.order_by("part").values_list("state", flat=True))
    assert states == ["sent", "failed", *["cancelled"] * (len(states) - 2)]
    made.refresh_from_db()
    assert (made.state, Draft.objects.get(kind="reply").text) == ("failed", LONG.strip())
    assert Message.objects.filter(direction="out").count() == 1, (
        "what stands on the network stays in the thread"
    )


def test_our_own_post_comes_back_before_we_know(
    question: Conversation, account: ChannelAccount, agent: Actor, scripted: ScriptedNetwork
) -> None:
    made = send_off(agent, question.pk)
    scripted.after = [_silence]
    pump(limit=1)
    sent = scripted.posted()[0]
    traffic.tell(
        account, said("theirs-1", str(sent["text"]), by="brand", own=True, parent_external_id="q1", at=9)
    )
    made.refresh_from_db()
    assert (made.state, traffic.standing("q1")[0]) == ("sent", "answered")
    assert Message.objects.filter(direction="out").count() == 1
    assert traffic.message("theirs-1").author_id == agent.membership_id
    assert pump(timedelta(hours=1)) == 0
    assert len(scripted.posted()) == 1
    assert ledger(question.brand_id).gap == 0


def test_an_echo_with_our_key_needs_no_parent(
    question: Conversation, account: ChannelAccount, agent: Actor, scripted: ScriptedNetwork
) -> None:
    """The network says whose post it is, but not what it replies to."""
    made = send_off(agent, question.pk)
    scripted.after = [_silence]
    pump(limit=1)
    key = scripted.keys()[0]
    traffic.tell(account, said("theirs-1", "shown differently", by="brand", own=True, answers_key=key, at=9))
    made.refresh_from_db()
    assert made.state == "sent"
    assert traffic.conversation_of("theirs-1") == question
    assert Conversation.objects.count() == 1


def test_the_customer_answers_before_we_know_our_own_post_s_id(
    question: Conversation, account: ChannelAccount, agent: Actor, scripted: ScriptedNetwork
) -> None:
    made = send_off(agent, question.pk)
    scripted.after = [_silence]
    pump(limit=1)
    post_id = f"post-{scripted.keys()[0]}"
    traffic.tell(account, said("q2", "And the remote, how?", parent_external_id=post_id, at=600))
    assert traffic.conversation_of("q2") != question
    pump(timedelta(hours=1))
    made.refresh_from_db()
    assert (made.state, traffic.conversation_of("q2")) == ("sent", question)
    question.refresh_from_db()
    assert (question.state, question.waiting_count, question.message_count) == ("open", 1, 3)
    assert (traffic.standing("q1")[0], traffic.standing("q2")[0]) == ("answered", "waiting")
    assert ledger(question.brand_id).gap == 0


def test_echo_and_reply_in_one_batch(
    question: Conversation, account: ChannelAccount, agent: Actor, scripted: ScriptedNetwork
) -> None:
    send_off(agent, question.pk)
    scripted.after = [_silence]
    pump(limit=1)
    text = str(scripted.posted()[0]["text"])
    traffic.tell(
        account,
        said("q2", "And the remote, how?", parent_external_id="theirs-1", at=600),
        said("theirs-1", text, by="brand", own=True, parent_external_id="q1", at=599),
    )
    assert traffic.conversation_of("q2") == traffic.conversation_of("theirs-1") == question
    assert Conversation.objects.filter(merged_into=None).count() == 1


def test_an_echo_of_something_settled_is_no_second_message(
    question: Conversation, account: ChannelAccount, agent: Actor, scripted: ScriptedNetwork
) -> None:
    send_off(agent, question.pk)
    pump()
    sent = scripted.posted()[0]
    outcome = traffic.tell(
        account, said(f"post-{sent['key']}", str(sent["text"]), by="brand", own=True, parent_external_id="q1")
    )
    assert (outcome.taken, outcome.repeated, Message.objects.filter(direction="out").count()) == (0, 1, 1)


def test_somebody_else_s_post_with_other_words_is_no_echo(
    question: Conversation, account: ChannelAccount, agent: Actor, scripted: ScriptedNetwork
) -> None:
    made = send_off(agent, question.pk)
    scripted.script = [_silence]
    pump(limit=1)
    traffic.tell(
        account, said("other", "We sent you a letter.", by="brand", own=True, parent_external_id="q1", at=9)
    )
    made.refresh_from_db()
    assert (made.state, Message.objects.filter(direction="out").count()) == ("held", 2)


def test_what_stood_longer_than_the_answer_is_told_in_seconds(
    question: Conversation, account: ChannelAccount, agent: Actor
) -> None:
    send_off(agent, question.pk)
    pump()
    told = Event.objects.get(kind="message.disposed")
    posted = traffic.message("q1").posted_at
    assert told.data["after"] == "answered"
    assert told.data["seconds"] == pytest.approx((told.at - posted).total_seconds(), abs=1)
    assert Answer.objects.get().sent_at == told.at
