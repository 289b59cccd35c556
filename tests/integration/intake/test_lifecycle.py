"""Answers written elsewhere, thank-yous, closing and coming back."""

from __future__ import annotations

from typing import Any

import pytest
from django.test.utils import CaptureQueriesContext

from chimein.channels.models import ChannelAccount
from chimein.conversations.models import Conversation, Message
from chimein.core.actor import Role
from chimein.insights.ledger import ledger
from chimein.routing.models import WorkItem
from tests.factories import people
from tests.factories.traffic import conversation_of, message, minutes, own, post, standing, tell

pytestmark = pytest.mark.django_db
DAY = 24 * 60
THANKS = "Thank you, that worked!"


def test_an_answer_written_elsewhere_answers_what_it_replies_to(account: ChannelAccount) -> None:
    tell(account, post("q1"), own("o1", reply_to="q1", at=7))
    thread = conversation_of("q1")
    assert standing("q1") == ("answered", "")
    assert (thread.state, thread.first_response_s, thread.first_response_at) == ("answered", 420, minutes(7))
    assert message("o1").direction == "out"
    assert not WorkItem.objects.filter(conversation=thread, is_open=True).exists()


@pytest.mark.parametrize("apart", [True, False], ids=["two batches", "one batch"])
def test_the_answer_may_come_before_its_question(account: ChannelAccount, apart: bool) -> None:
    if apart:
        tell(account, own("o1", reply_to="q1", at=7))
        tell(account, post("q1", at=1))
    else:
        tell(account, own("o1", reply_to="q1", at=7), post("q1", at=1))
    assert standing("q1") == ("answered", "")
    thread = conversation_of("q1")
    assert (thread.state, thread.waiting_count, thread.first_response_s) == ("answered", 0, 360)
    assert not WorkItem.objects.filter(conversation=thread, is_open=True).exists()
    assert ledger(account.brand_id).gap == 0


def test_a_post_of_ours_before_the_question_answers_nothing(account: ChannelAccount) -> None:
    tell(account, own("o1", "New headphones in all shops!", at=0), post("q1", reply_to="o1", at=1))
    assert standing("q1") == ("waiting", "")
    assert conversation_of("q1").first_response_at is None


@pytest.mark.parametrize("signed", ["Ann, Store 3", "ann, store 3", "Ann, 三店"])
def test_the_signature_says_whose_answer_it_is(account: ChannelAccount, signed: str) -> None:
    ann = people.member(account.brand, Role.COLLEAGUE, "Ann", people.team(account.brand))
    tell(account, post("q1"), own("o1", f"Hold the button. ^{signed}", reply_to="q1"))
    found = message("o1")
    assert (found.author, found.attribution, found.text) == (ann, signed, "Hold the button.")


def test_an_unknown_signature_stays_part_of_the_text(account: ChannelAccount) -> None:
    tell(account, post("q1"), own("o1", "Hold the button. ^Zoe, Store 99", reply_to="q1"))
    found = message("o1")
    assert (found.author, found.attribution, found.text) == (None, "", "Hold the button. ^Zoe, Store 99")


def test_a_thank_you_closes_the_matter(account: ChannelAccount) -> None:
    tell(account, post("q1"), own("o1", reply_to="q1"))
    tell(account, post("t1", THANKS, reply_to="o1", at=9))
    thread = conversation_of("q1")
    assert standing("t1") == ("no_reply", "thanks")
    assert (thread.state, thread.close_reason, thread.closed_at is not None) == ("closed", "thanked", True)


def test_a_thank_you_with_a_but_keeps_it_open(account: ChannelAccount) -> None:
    tell(account, post("q1"), own("o1", reply_to="q1"))
    tell(account, post("t1", "Thank you, but it still does not work", reply_to="o1", at=9))
    assert standing("t1")[0] == "waiting"
    assert conversation_of("q1").state == "open"


def test_thanks_of_one_do_not_close_what_another_waits_for(account: ChannelAccount) -> None:
    tell(
        account,
        post("q1"),
        post("q2", "And the red one, when?", reply_to="q1", by="ben", at=1),
        own("o1", reply_to="q1"),
    )
    tell(account, post("t1", THANKS, reply_to="o1", at=9))
    assert conversation_of("q1").state == "open"


def _closed(account: ChannelAccount, **how: Any) -> Conversation:
    tell(account, post("q1", **how), own("o1", reply_to="q1", **how))
    tell(account, post("t1", THANKS, reply_to="o1", at=9, **how))
    return conversation_of("q1")


def test_a_follow_up_soon_reopens_the_matter(account: ChannelAccount) -> None:
    thread = _closed(account)
    tell(account, post("q2", "How do I reset it?", reply_to="o1", at=3 * DAY))
    assert conversation_of("q2") == thread
    thread.refresh_from_db()
    assert (thread.state, thread.closed_at, thread.close_reason, thread.waiting_count) == (
        "open",
        None,
        "",
        1,
    )


@pytest.mark.parametrize("thread_id", ["", "t1"], ids=["by parent", "by thread id"])
def test_a_follow_up_late_opens_a_new_matter(account: ChannelAccount, thread_id: str) -> None:
    old = _closed(account, thread=thread_id)
    tell(account, post("q2", "How do I reset it?", reply_to="o1", at=30 * DAY, thread=thread_id))
    new = conversation_of("q2")
    assert (new != old, new.previous) == (True, old)
    old.refresh_from_db()
    assert (old.state, new.state) == ("closed", "open")
    tell(account, post("q3", "And the remote, how?", reply_to="q2", at=30 * DAY + 1, thread=thread_id))
    assert conversation_of("q3") == new
    assert Conversation.objects.filter(merged_into=None).count() == 2


def test_direct_messages_go_on_in_the_new_matter(account: ChannelAccount) -> None:
    """A run of direct messages has one thread id for ever."""
    _closed(account, thread="dm-mia")
    Conversation.objects.update(visibility="private")
    for number in range(3):
        tell(account, post(f"d{number}", "How do I reset it?", thread="dm-mia", at=30 * DAY + number))
    assert conversation_of("d0") == conversation_of("d1") == conversation_of("d2") != conversation_of("q1")
    tell(account, own("o9", reply_to="d2", thread="dm-mia", at=30 * DAY + 9))
    assert conversation_of("o9") == conversation_of("d0")
    assert standing("d0")[0] == "answered"


def test_how_long_is_late_is_the_brand_s_choice(account: ChannelAccount) -> None:
    account.brand.reopen_days = 60
    account.brand.save()
    old = _closed(account)
    tell(account, post("q2", "How do I reset it?", reply_to="o1", at=30 * DAY))
    assert conversation_of("q2") == old


def test_a_batch_costs_the_same_statements_whatever_its_size(
    account: ChannelAccount, django_assert_max_num_queries: object
) -> None:
    from django.db import connection

    def cost(number: int, first: str) -> int:
        posts = [post(f"{first}{n}", by=f"{first}{n}", thread=f"{first}-same") for n in range(number)]
        from tests.factories.traffic import record

        record(account, *posts)
        with CaptureQueriesContext(connection) as found:
            from chimein.intake import batch

            batch.drain()
        return len(found)

    few, many = cost(5, "a"), cost(200, "b")
    assert many <= few + 2
    assert Message.objects.count() == 205
