"""Which messages come to stand in one conversation, whatever the order they come in."""

from __future__ import annotations

import pytest

from chimein.channels.models import ChannelAccount
from chimein.conversations.models import Conversation, Message
from chimein.insights.ledger import ledger
from chimein.routing.models import WorkItem
from tests.factories.traffic import conversation_of, message, minutes, own, post, standing, tell

pytestmark = pytest.mark.django_db


def test_a_reply_joins_its_parent(account: ChannelAccount) -> None:
    tell(account, post("q1"))
    tell(account, post("q2", "And how do I update it?", reply_to="q1", at=3))
    thread = conversation_of("q1")
    assert conversation_of("q2") == thread
    assert (thread.message_count, thread.waiting_count, thread.waiting_since) == (2, 2, minutes(0))
    assert WorkItem.objects.get(conversation=thread).is_open


def test_a_late_parent_joins_its_child(account: ChannelAccount) -> None:
    tell(account, post("child", "Does this work with a Mac?", reply_to="parent", by="ben", at=2))
    tell(account, post("parent", at=1))
    assert conversation_of("child") == conversation_of("parent")
    assert Conversation.objects.count() == 1


def test_a_late_parent_makes_one_of_two_conversations(account: ChannelAccount) -> None:
    tell(
        account,
        post("left", reply_to="top", by="ben", at=2),
        post("right", reply_to="middle", by="cleo", at=3),
    )
    assert conversation_of("left") != conversation_of("right")
    tell(account, post("middle", "Same here, how?", reply_to="top", by="dora", at=1))
    assert conversation_of("left") == conversation_of("right") == conversation_of("middle")
    left, right = Conversation.objects.order_by("pk")
    assert (left.merged_into, right.merged_into) == (None, left)
    assert (left.message_count, left.waiting_count) == (3, 3)
    assert (right.waiting_count, right.on_wall, right.close_reason) == (0, False, "merged")
    assert list(WorkItem.objects.values_list("conversation_id", flat=True)) == [left.pk]
    assert ledger(account.brand_id).gap == 0


def test_the_network_s_thread_id_joins_what_shares_it(account: ChannelAccount) -> None:
    tell(account, post("a", thread="t1"), post("b", thread="t1", at=1, by="ben"), post("c", thread="t2"))
    assert conversation_of("a") == conversation_of("b") != conversation_of("c")


def test_the_same_ids_on_two_accounts_are_two_threads(account: ChannelAccount) -> None:
    from tests.factories import traffic

    other = traffic.account(account.brand)
    tell(account, post("q1"))
    tell(other, post("q1"), post("q2", reply_to="q1"))
    assert Message.objects.filter(external_id="q1").values("conversation").distinct().count() == 2


def test_an_answer_to_one_leaves_the_other_customer_waiting(account: ChannelAccount) -> None:
    tell(
        account,
        post("mine", by="mia"),
        post("yours", "What about the blue one?", reply_to="mine", by="ben", at=1),
    )
    tell(account, own("o1", reply_to="mine", at=4))
    assert standing("mine") == ("answered", "")
    assert standing("yours") == ("waiting", "")
    thread = conversation_of("mine")
    assert (thread.state, thread.waiting_count, thread.waiting_since) == ("open", 1, minutes(1))
    assert WorkItem.objects.get(conversation=thread).is_open
    assert ledger(account.brand_id).gap == 0


def test_an_answer_settles_all_that_the_same_customer_wrote_before(account: ChannelAccount) -> None:
    tell(
        account,
        post("a"),
        post("b", "It is the black model, how?", reply_to="a", at=1),
        own("o", reply_to="b", at=2),
    )
    tell(account, post("c", "And where is the manual?", reply_to="o", at=3))
    assert (standing("a")[0], standing("b")[0], standing("c")[0]) == ("answered", "answered", "waiting")


def test_direct_messages_of_one_person_are_one_private_conversation(account: ChannelAccount) -> None:
    tell(
        account,
        post("d1", private=True, thread="dm-mia"),
        post("d2", "Hello? Anybody?", private=True, thread="dm-mia", at=1),
    )
    thread = conversation_of("d1")
    assert (thread.visibility, thread.title, thread.on_wall, thread.message_count) == (
        "private",
        "",
        False,
        2,
    )
    assert WorkItem.objects.get(conversation=thread).lane == "desk"
    tell(account, own("d3", private=True, thread="dm-mia", at=2))
    assert (standing("d1")[0], standing("d2")[0]) == ("private", "private")
    assert ledger(account.brand_id).private == 2


def test_the_owner_of_a_post_that_was_not_seen_is_still_one_conversation(account: ChannelAccount) -> None:
    """Two replies to a post that never comes belong together."""
    tell(account, post("a", reply_to="never", by="ben"))
    tell(account, post("b", reply_to="never", by="cleo", at=1))
    assert conversation_of("a") == conversation_of("b")
    assert message("a").parent_external_id == "never"
