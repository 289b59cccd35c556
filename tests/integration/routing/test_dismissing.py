"""A person says that no answer is needed, and may think again; the ledger keeps up."""

from __future__ import annotations

from datetime import timedelta

import pytest

from chimein.channels.models import ChannelAccount
from chimein.conversations.models import Conversation, Message
from chimein.core import clock
from chimein.core.actor import Actor
from chimein.core.errors import Conflict, NotAllowed
from chimein.core.models import Event
from chimein.insights.ledger import ledger
from chimein.routing import dismissing
from chimein.routing.models import WorkItem
from tests.factories import traffic
from tests.factories.traffic import post, tell

pytestmark = pytest.mark.django_db


@pytest.fixture
def pk(account: ChannelAccount) -> int:
    tell(account, post("q1"))
    return traffic.conversation_of("q1").pk


def test_it_leaves_the_queue_and_comes_back(pk: int, agent: Actor) -> None:
    at = clock.now()
    assert dismissing.dismiss(actor=agent, conversation_id=pk, reason="spam", now=at) == 1
    book = ledger(agent.brand_id)
    assert (book.no_reply, book.waiting, book.gap) == ({"spam": 1}, 0, 0)
    assert not WorkItem.objects.get(pk=pk).is_open
    assert Conversation.objects.get(pk=pk).close_reason == "spam"

    later = at + timedelta(seconds=5)
    assert dismissing.bring_back(actor=agent, conversation_id=pk, dismissed_at=at, now=later) == 1
    book = ledger(agent.brand_id)
    assert (sum(book.no_reply.values()), book.waiting, book.gap) == (0, 1, 0)
    assert WorkItem.objects.get(pk=pk).is_open
    assert Conversation.objects.get(pk=pk).state == "open"


def test_only_what_that_decision_touched_comes_back(pk: int, agent: Actor, account: ChannelAccount) -> None:
    first = clock.now()
    dismissing.dismiss(actor=agent, conversation_id=pk, reason="chatter", now=first)
    tell(account, post("q2", reply_to="q1"))
    second = first + timedelta(minutes=1)
    dismissing.dismiss(actor=agent, conversation_id=pk, reason="settled", now=second)
    dismissing.bring_back(actor=agent, conversation_id=pk, dismissed_at=second, now=second)
    assert list(Message.objects.filter(disposition="waiting").values_list("external_id", flat=True)) == ["q2"]
    with pytest.raises(Conflict):
        dismissing.bring_back(actor=agent, conversation_id=pk, dismissed_at=second, now=second)


def test_not_for_everybody_and_not_for_any_reason(pk: int, agent: Actor, colleague: Actor) -> None:
    now = clock.now()
    with pytest.raises(NotAllowed):
        dismissing.dismiss(actor=colleague, conversation_id=pk, reason="spam", now=now)
    with pytest.raises(NotAllowed):
        dismissing.dismiss(actor=agent, conversation_id=pk, reason="because", now=now)
    WorkItem.objects.filter(pk=pk).update(sending=True)
    with pytest.raises(Conflict):
        dismissing.dismiss(actor=agent, conversation_id=pk, reason="spam", now=now)


def test_a_question_in_a_closed_conversation_is_told_as_reopened(
    pk: int, agent: Actor, account: ChannelAccount
) -> None:
    dismissing.dismiss(actor=agent, conversation_id=pk, reason="settled", now=clock.now())
    tell(account, post("q2", reply_to="q1"))
    assert Event.objects.filter(kind="conversation.reopened", conversation_id=pk).count() == 1
    assert Conversation.objects.get(pk=pk).state == "open"
