"""From the button to the held answer: who may, how long, and back again."""

from __future__ import annotations

from datetime import timedelta

import pytest

from chimein.answering import services
from chimein.answering.models import Answer, Draft
from chimein.channels.models import ChannelAccount, Delivery
from chimein.conversations.models import Conversation, Message
from chimein.core import clock
from chimein.core.actor import Actor
from chimein.core.errors import Conflict, NotAllowed, UserError
from chimein.core.text import measure
from chimein.insights.ledger import ledger
from chimein.routing import services as routing
from chimein.routing.models import WorkItem
from tests.factories import traffic
from tests.factories.desk import pump, send_off
from tests.factories.network import ScriptedNetwork, said

pytestmark = pytest.mark.django_db


def test_an_answer_is_signed_held_posted_and_counted(
    question: Conversation, agent: Actor, scripted: ScriptedNetwork
) -> None:
    made = send_off(agent, question.pk)
    assert (made.state, made.signature) == ("held", "Ann, Store 3")
    assert pump(timedelta()) == 0, "it is held"
    assert pump() == 1
    assert [one["text"] for one in scripted.posted()] == ["Hold the button. ^Ann, Store 3"]
    made.refresh_from_db()
    question.refresh_from_db()
    assert (made.state, question.state, question.waiting_count) == ("sent", "answered", 0)
    assert traffic.standing("q1") == ("answered", "")
    item = WorkItem.objects.get(conversation=question)
    assert (item.is_open, item.sending, item.holder_id) == (False, False, None)
    found = made.messages.get()
    assert (found.text, found.attribution, found.author_id) == (
        "Hold the button.",
        "Ann, Store 3",
        agent.membership_id,
    )
    sums = ledger(question.brand_id)
    assert (sums.inbound, sums.answered, sums.gap) == (1, 1, 0)


def test_too_long_says_by_how_much(question: Conversation, agent: Actor) -> None:
    text = "好" * 100
    over = measure.weighted(text + " ^Ann, Store 3") - 140
    with pytest.raises(UserError, match=f"{over} over the limit"):
        send_off(agent, question.pk, text)
    assert not Answer.objects.exists()


def test_in_parts_each_fits_and_they_go_in_order(
    question: Conversation, agent: Actor, scripted: ScriptedNetwork
) -> None:
    send_off(agent, question.pk, "First switch it off and wait. " * 12, split=True)
    pump()
    texts = [str(one["text"]) for one in scripted.posted()]
    assert len(texts) > 2
    assert all(measure.weighted(text) <= 140 for text in texts)
    assert [f"({n}/{len(texts)})" in text for n, text in enumerate(texts, 1)] == [True] * len(texts)
    assert [text.endswith(" ^Ann, Store 3") for text in texts] == [False] * (len(texts) - 1) + [True]
    assert Answer.objects.get().state == "sent"


def test_the_answer_is_published_with_its_last_part_only(question: Conversation, agent: Actor) -> None:
    from chimein.channels import deliveries

    made = send_off(agent, question.pk, "First switch it off and wait. " * 12, split=True)
    deliveries.run_due(now=clock.now() + timedelta(seconds=20), limit=1)
    made.refresh_from_db()
    assert (made.state, WorkItem.objects.get(conversation=question).sending) == ("held", True)


@pytest.mark.parametrize("text", ["", "   ", "\n\t"])
def test_an_empty_answer_is_none(question: Conversation, agent: Actor, text: str) -> None:
    with pytest.raises(UserError, match="empty"):
        send_off(agent, question.pk, text)


def test_nobody_answers_without_a_claim(question: Conversation, agent: Actor, colleague: Actor) -> None:
    now = clock.now()
    fence = routing.claim(actor=colleague, conversation_id=question.pk, now=now).fence
    for actor, number, at in (
        (agent, fence, now),
        (colleague, fence + 1, now),
        (colleague, None, now),
        (colleague, fence, now + timedelta(hours=1)),
    ):
        with pytest.raises(Conflict):
            services.answer(actor=actor, conversation_id=question.pk, text="Hi.", fence=number, now=at)
    assert not Answer.objects.exists()


def test_an_answer_of_an_older_claim_is_refused(question: Conversation, agent: Actor) -> None:
    """The holder's lease ran out, somebody else claimed and gave back, and the holder claims again."""
    now = clock.now()
    old = routing.claim(actor=agent, conversation_id=question.pk, now=now)
    later = now + timedelta(minutes=10)
    new = routing.claim(actor=agent, conversation_id=question.pk, now=later)
    assert new.fence > old.fence
    with pytest.raises(Conflict):
        services.answer(actor=agent, conversation_id=question.pk, text="Hi.", fence=old.fence, now=later)


def test_only_one_answer_is_on_its_way(question: Conversation, agent: Actor, lead: Actor) -> None:
    made = send_off(agent, question.pk)
    fence = WorkItem.objects.get(conversation=question).fence
    with pytest.raises(Conflict):
        services.answer(actor=agent, conversation_id=question.pk, text="Again.", fence=fence, now=clock.now())
    with pytest.raises(Conflict):
        routing.claim(actor=lead, conversation_id=question.pk, now=clock.now() + timedelta(hours=1))
    assert Answer.objects.get() == made


def test_undo_in_time_gives_the_text_back(
    question: Conversation, agent: Actor, scripted: ScriptedNetwork
) -> None:
    made = send_off(agent, question.pk, "Hold the buton.")
    services.undo(actor=agent, answer_id=made.pk, now=made.undo_until - timedelta(seconds=1))
    assert pump(timedelta(hours=1)) == 0
    assert scripted.posted() == []
    assert Draft.objects.get(kind="reply").text == "Hold the buton."
    item = WorkItem.objects.get(conversation=question)
    assert (item.sending, item.holder_id, item.is_open) == (False, agent.membership_id, True)
    assert Message.objects.filter(direction="out").count() == 0
    services.answer(
        actor=agent, conversation_id=question.pk, text="Hold the button.", fence=item.fence, now=clock.now()
    )
    pump()
    assert len(scripted.posted()) == 1


def test_undo_too_late_says_so(question: Conversation, agent: Actor, scripted: ScriptedNetwork) -> None:
    made = send_off(agent, question.pk)
    with pytest.raises(Conflict, match="too late"):
        services.undo(actor=agent, answer_id=made.pk, now=made.undo_until)
    pump()
    with pytest.raises(Conflict, match="too late"):
        services.undo(actor=agent, answer_id=made.pk, now=made.undo_until - timedelta(seconds=1))
    assert len(scripted.posted()) == 1


def test_nobody_takes_back_another_s_answer(question: Conversation, agent: Actor, lead: Actor) -> None:
    made = send_off(agent, question.pk)
    with pytest.raises(NotAllowed):
        services.undo(actor=lead, answer_id=made.pk, now=clock.now())


def test_a_held_answer_is_not_part_of_the_thread_yet(
    question: Conversation, account: ChannelAccount, agent: Actor
) -> None:
    send_off(agent, question.pk)
    traffic.tell(account, said("q2", "It is the black one, how?", parent_external_id="q1", at=1))
    question.refresh_from_db()
    assert (question.message_count, question.waiting_count) == (2, 2)


def test_a_deleted_question_cannot_be_answered(question: Conversation, agent: Actor) -> None:
    fence = routing.claim(actor=agent, conversation_id=question.pk, now=clock.now()).fence
    Message.objects.update(deleted_at=clock.now())
    with pytest.raises(Conflict, match="gone"):
        services.answer(actor=agent, conversation_id=question.pk, text="Hi.", fence=fence, now=clock.now())


def test_a_private_question_is_answered_in_private(
    account: ChannelAccount, agent: Actor, scripted: ScriptedNetwork
) -> None:
    traffic.tell(account, said("d1", private=True, thread="dm"))
    send_off(agent, traffic.conversation_of("d1").pk, "好" * 150)
    assert Delivery.objects.get().recipient == "mia"
    pump()
    assert [one["private"] for one in scripted.posted()] == [True]
    assert traffic.standing("d1") == ("private", "")
