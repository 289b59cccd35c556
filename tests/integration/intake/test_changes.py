"""Edits and deletions on the network are followed."""

from __future__ import annotations

import pytest

from chimein.channels.models import ChannelAccount
from chimein.conversations.models import Message
from chimein.core.models import Event
from chimein.core.text import analyse
from chimein.insights.ledger import ledger
from chimein.routing.models import WorkItem
from chimein.triage.models import Triage
from tests.factories.traffic import conversation_of, gone, message, post, standing, tell

pytestmark = pytest.mark.django_db

QUESTION = "How do I pair the headphones?"
PRAISE = "Love it, great service"


def _finds(words: str) -> int:
    query = analyse.tsquery(words)
    return Message.objects.extra(where=["search @@ %s::tsquery"], params=[query]).count()


def test_an_edit_changes_text_search_and_labels(account: ChannelAccount) -> None:
    tell(account, post("q1", QUESTION))
    tell(account, post("q1", "Where is the receipt for my order? My lawyer asks.", edited=2))
    found = message("q1")
    assert (found.text[:5], found.revision > 1, found.edited_at is not None) == ("Where", True, True)
    assert (_finds("lawyer"), _finds("headphones")) == (1, 0)
    assert "legal" in Triage.objects.get(message=found).risks
    assert WorkItem.objects.get(conversation=found.conversation).lane == "desk"


@pytest.mark.parametrize("together", [True, False], ids=["one batch", "three batches"])
def test_the_newest_edit_wins_in_whatever_order_they_come(account: ChannelAccount, together: bool) -> None:
    told = [
        post("q1", "Third: how do I reset it?", edited=3),
        post("q1", "First: my lawyer asks."),
        post("q1", "Second: my lawyer asks about the refund.", edited=2),
    ]
    if together:
        tell(account, *told)
    else:
        for one in told:
            tell(account, one)
    assert message("q1").text.startswith("Third")
    assert Triage.objects.get(message=message("q1")).risks == []
    assert WorkItem.objects.get(conversation=conversation_of("q1")).lane == "crowd"


def test_an_older_edit_does_not_wake_what_needs_no_reply(account: ChannelAccount) -> None:
    tell(account, post("q1", PRAISE, edited=5))
    assert standing("q1") == ("no_reply", "praise")
    tell(account, post("q1", QUESTION, edited=3))
    assert standing("q1") == ("no_reply", "praise")
    assert Triage.objects.get(message=message("q1")).intent == "praise"


def test_an_edit_makes_praise_a_question(account: ChannelAccount) -> None:
    tell(account, post("q1", PRAISE))
    assert conversation_of("q1").state == "closed"
    tell(account, post("q1", QUESTION, edited=2))
    assert standing("q1") == ("waiting", "")
    thread = conversation_of("q1")
    assert (thread.state, thread.waiting_count, thread.on_wall) == ("open", 1, True)
    assert WorkItem.objects.get(conversation=thread).is_open
    assert ledger(account.brand_id).gap == 0


def test_an_edit_in_the_same_batch_as_the_post(account: ChannelAccount) -> None:
    tell(account, post("q1", PRAISE), post("q1", QUESTION, edited=2))
    assert (message("q1").text, standing("q1")[0]) == (QUESTION, "waiting")
    assert conversation_of("q1").waiting_count == 1
    assert ledger(account.brand_id).gap == 0


def test_a_deletion_takes_text_and_search_away(account: ChannelAccount) -> None:
    tell(account, post("q1", QUESTION))
    tell(account, gone("q1"))
    found = message("q1")
    assert (found.text, found.search, found.is_gone) == ("", None, True)
    assert standing("q1") == ("no_reply", "deleted")
    assert _finds("headphones") == 0
    assert (found.conversation.state, found.conversation.waiting_count, found.conversation.on_wall) == (
        "closed",
        0,
        False,
    )
    assert not WorkItem.objects.get(conversation=found.conversation).is_open
    told = Event.objects.filter(message_id=found.pk).order_by("id").values_list("kind", flat=True)
    assert list(told) == ["message.received", "message.deleted", "message.disposed"]
    assert ledger(account.brand_id).gap == 0


def test_a_deleted_post_leaves_nothing_of_its_words_behind(account: ChannelAccount) -> None:
    tell(account, post("q1", "Where is Nightingale Street?"), gone("q1"))
    assert "Nightingale" not in conversation_of("q1").title


def test_a_deleted_message_stays_deleted(account: ChannelAccount) -> None:
    tell(account, post("q1"), gone("q1"))
    tell(account, post("q1", "Back again, how come?", edited=9))
    assert (message("q1").text, standing("q1")) == ("", ("no_reply", "deleted"))


def test_a_deletion_of_something_answered_leaves_the_answer_counted(account: ChannelAccount) -> None:
    from tests.factories.traffic import own

    tell(account, post("q1"), own("o1", reply_to="q1"))
    tell(account, gone("q1"))
    assert (standing("q1")[0], message("q1").text) == ("answered", "")
    assert ledger(account.brand_id).answered == 1


def test_a_deletion_before_its_message_is_no_error(account: ChannelAccount) -> None:
    outcome = tell(account, gone("q1"))
    assert (outcome.aside, outcome.repeated) == (0, 1)
