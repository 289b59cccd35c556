"""What is due is found by an index, however many items are open; what moves an item sets its timer."""

from __future__ import annotations

from datetime import timedelta

import pytest

from chimein.channels.models import ChannelAccount
from chimein.config import work
from chimein.core import clock, db
from chimein.core.actor import Actor
from chimein.people.models import Brand
from chimein.routing import offers_router, services, timers
from chimein.routing.models import WorkItem
from chimein.routing.services import LEASE_SECONDS
from tests.factories import traffic
from tests.factories.traffic import own, post, tell
from tests.integration.routing.conftest import NOON, Ask, at, helpers, offered

pytestmark = pytest.mark.django_db


def _plan(sql: str, *params: object) -> str:
    db.execute("SELECT set_config('enable_seqscan', 'off', true)")
    return "\n".join(row[0] for row in db.fetch(f"EXPLAIN {sql}", params))


def test_when_the_next_is_due_stands_in_the_index(account: ChannelAccount) -> None:
    tell(account, post("q1"))
    db.execute("ANALYZE routing_workitem")
    assert "Index Only Scan using queue_rings" in _plan(timers._NEXT)
    assert "Index Only Scan using queue_leases" in _plan(timers._NEXT_LEASE)
    assert "using queue_rings" in _plan(
        timers._DUE_BRANDS.replace("%s", "$1", 1).replace("$1", "now()").replace("%s", "10")
    )


def test_intake_only_sets_the_time(account: ChannelAccount, brand: Brand) -> None:
    helpers(brand, 4)
    tell(
        account,
        post("q1"),
        post("law", "My lawyer wants a refund", by="l"),
        post("dm", "Where?", by="d", private=True),
    )
    rows = {name: WorkItem.objects.get(pk=traffic.conversation_of(name).pk) for name in ("q1", "law", "dm")}
    assert rows["q1"].next_ring_at is not None
    assert offered(rows["q1"]) == [], "asking is the worker's"
    assert (rows["law"].next_ring_at, rows["dm"].next_ring_at) == (None, None)


def test_the_worker_sleeps_until_the_next_is_due(account: ChannelAccount, brand: Brand) -> None:
    helpers(brand, 12)
    assert work.offer() > 1
    tell(account, post("q1"))
    now = clock.now()
    WorkItem.objects.update(waiting_since=now, due_at=now + timedelta(minutes=15))
    assert work.offer() == 0, "there may be more"
    assert 0 < work.offer() <= 5
    item = WorkItem.objects.get()
    assert len(offered(item)) == 3
    WorkItem.objects.update(next_ring_at=now + timedelta(seconds=1.2))
    assert 0.1 < work.offer() <= 1.3


def test_a_lease_wakes_the_sweeper_in_time(new_question: Ask, agent: Actor) -> None:
    item = new_question()
    services.claim(
        actor=agent, conversation_id=item.pk, now=clock.now() - timedelta(seconds=LEASE_SECONDS.get() - 0.5)
    )
    assert work.sweep() <= 0.5
    assert timers.next_lease_end() is not None


def test_moving_and_closing_set_the_timer(
    account: ChannelAccount, brand: Brand, new_question: Ask, agent: Actor
) -> None:
    helpers(brand, 3)
    item = new_question()
    offers_router.run_due(now=NOON)
    services.move(actor=agent, conversation_id=item.pk, lane="desk", reason="x", now=at(1))
    offers_router.run_due(now=at(1))
    assert offered(item, live=True) == []
    services.move(actor=agent, conversation_id=item.pk, lane="crowd", reason="x", now=at(2))
    offers_router.run_due(now=at(2))
    assert len(offered(item, live=True)) == 3, "who was asked before may answer again"
    tell(account, own("o1", reply_to="q1"))
    assert WorkItem.objects.get(pk=item.pk).next_ring_at is not None
