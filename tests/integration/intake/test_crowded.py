"""Several workers at once, and workers that die."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from chimein.channels.models import ChannelAccount, InboundEntry
from chimein.contacts.models import Contact, Identity
from chimein.conversations.models import Conversation, Message, ThreadRef
from chimein.core.models import Event
from chimein.insights.ledger import ledger
from chimein.intake import batch
from tests.factories import people, traffic, workers
from tests.factories.processes import run_script
from tests.factories.traffic import post, record

pytestmark = pytest.mark.django_db(transaction=True)
THREADS, LENGTH = 200, 10


@pytest.fixture
def account(transactional_db: None) -> ChannelAccount:
    return traffic.account(people.brand())


def _posts(thread: int) -> list[dict[str, object]]:
    """A thread by thread id or by parents, written by customers who also write elsewhere."""
    by_id = thread % 2 == 0
    return [
        post(
            f"t{thread}-{n}", f"How do I reset the speaker? ({thread}, {n})", by=f"c{(thread * 7 + n) % 61}", at=n,
            thread=f"t{thread}" if by_id else "", reply_to="" if by_id or n == 0 else f"t{thread}-{n - 1}",
        )
        for n in range(LENGTH)
    ]  # fmt: skip


def test_four_workers_lose_nothing_double_nothing_and_keep_the_order(account: ChannelAccount) -> None:
    threads = [_posts(number) for number in range(THREADS)]
    for n in range(LENGTH):
        record(account, *(one[n] for one in threads))
    outcome = workers.drain(4, limit=50)
    assert (outcome.entries, outcome.taken, outcome.repeated, outcome.aside) == (2000, 2000, 0, 0)
    ids = list(Message.objects.values_list("external_id", flat=True))
    assert (len(ids), len(set(ids))) == (2000, 2000)
    assert Conversation.objects.filter(merged_into=None).count() == THREADS
    assert (Identity.objects.count(), Contact.objects.count()) == (61, 61)
    for thread in Conversation.objects.filter(merged_into=None):
        told = thread.messages.order_by("posted_at").values_list("external_id", flat=True)
        assert [int(str(one).split("-")[1]) for one in told] == list(range(LENGTH))
    assert not InboundEntry.objects.exclude(state="done").exists()
    sums = ledger(account.brand_id)
    assert (sums.inbound, sums.waiting, sums.gap) == (2000, 2000, 0)


def test_a_thread_with_an_id_is_taken_in_in_the_order_it_came(account: ChannelAccount) -> None:
    for n in range(30):
        record(account, post(f"p{n}", at=100 - n, thread="same"))
    workers.drain(3, limit=4)
    told = Event.objects.filter(kind="message.received").order_by("id").values_list("message_id", flat=True)
    names = dict(Message.objects.values_list("pk", "external_id"))
    assert [names[pk] for pk in told if pk] == [f"p{n}" for n in range(30)]


def test_one_shard_belongs_to_one_worker_at_a_time(account: ChannelAccount) -> None:
    from chimein.core import clock, db
    from tests.factories.crowd import at_once

    record(account, post("q1"))
    (shard,) = batch.pending_shards()

    def look(_: int) -> batch.Outcome | None:
        return batch.run_batch(shard=shard, now=clock.now())

    with db.held_lock(batch.LOCK_SPACE, shard) as held:
        assert held
        assert at_once(look, [1]) == [None]
    assert batch.drain().taken == 1


def test_a_worker_killed_in_a_batch_leaves_nothing_half_done(account: ChannelAccount) -> None:
    for number in range(20):
        record(account, *_posts(number))
    worker = run_script(Path(__file__).with_name("dying_worker.py"))
    assert worker.returncode == -signal.SIGKILL, worker.stderr.decode()
    for model in (Message, Conversation, ThreadRef, Event):
        assert not model.objects.exists(), model
    assert InboundEntry.objects.filter(state="new").count() == 200
    assert workers.drain(2).taken == 200
    assert ledger(account.brand_id).gap == 0
