"""However often and in whatever way we are told of a message, it is one message."""

from __future__ import annotations

import pytest

from chimein.channels import journal
from chimein.channels.models import ChannelAccount, InboundEntry
from chimein.channels.port import Envelope
from chimein.conversations.models import Message
from chimein.core import clock
from chimein.intake import batch
from tests.factories.traffic import envelopes, message, post, record, tell

pytestmark = pytest.mark.django_db


def _by_another_way(account: ChannelAccount, key: str) -> None:
    (one,) = envelopes(account, [post("q1")])
    journal.record(account.pk, [Envelope(key, key, one.payload)], source="poll", now=clock.now())


def test_the_same_entry_twice_is_written_once(account: ChannelAccount) -> None:
    assert (record(account, post("q1")), record(account, post("q1"))) == (1, 0)
    assert record(account, post("q2"), post("q2")) == 1


def test_two_entries_for_one_message_in_one_batch(account: ChannelAccount) -> None:
    (one,) = envelopes(account, [post("q1")])
    same_shard = [Envelope(key, one.thread_key, one.payload) for key in ("hook:q1", "poll:q1", "again:q1")]
    journal.record(account.pk, same_shard, source="poll", now=clock.now())
    outcome = batch.drain()
    assert (outcome.entries, outcome.taken, outcome.repeated) == (3, 1, 2)
    assert Message.objects.count() == 1
    assert sorted(InboundEntry.objects.values_list("state", flat=True)) == ["done", "ignored", "ignored"]


def test_two_entries_for_one_message_in_two_batches(account: ChannelAccount) -> None:
    tell(account, post("q1"))
    _by_another_way(account, "poll:q1")
    assert batch.drain().repeated == 1
    assert Message.objects.count() == 1
    assert message("q1").conversation.message_count == 1
    assert InboundEntry.objects.get(dedup_key="poll:q1").reason == "known already"


def test_two_entries_in_two_shards(account: ChannelAccount) -> None:
    for key in ("one", "two", "three", "four"):
        _by_another_way(account, key)
    assert InboundEntry.objects.values("shard").distinct().count() > 1
    outcome = batch.drain()
    assert (outcome.taken, outcome.repeated) == (1, 3)
