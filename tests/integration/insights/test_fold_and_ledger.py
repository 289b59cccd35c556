"""Every event is counted exactly once, and the ledger closes at any moment."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import connection, connections

from chimein.channels.models import ChannelAccount
from chimein.core import db
from chimein.insights import metrics
from chimein.insights.fold import fold, fold_all
from chimein.insights.ledger import Ledger, ledger
from chimein.insights.models import Tally
from tests.factories import wall_network as net
from tests.factories.wall_network import NOW, minutes

QUESTION = "@tamarind how do I reset my router?"


@pytest.fixture(autouse=True)
def _networks() -> Iterator[None]:
    with net.plain_networks():
        yield


def _day(account: ChannelAccount) -> None:
    """Four questions (one answered after 7 minutes, one in private, one deleted) and a piece of spam."""
    for number in range(1, 5):
        author = {"external_id": f"c{number}", "handle": f"customer{number}"}
        net.tell(account, f"q{number}", QUESTION, author=author, at=NOW - minutes(60))
    net.tell(
        account,
        "noise",
        "love it, great service",
        author={"external_id": "c9", "handle": "c9"},
        at=NOW - minutes(50),
    )
    net.take_in()
    own = {"own": True, "author": {"external_id": "us"}}
    net.tell(account, "a1", "Hold the button.", parent_external_id="q1", at=NOW - minutes(53), **own)
    net.tell(
        account, "d1", "Sent you a code.", parent_external_id="q2", private=True, at=NOW - minutes(30), **own
    )
    net.tell(account, "q3", action="delete")
    net.take_in()


def _count_all(*, limit: int = 1000) -> None:
    """Count everything. Transactions elsewhere on the server may hold the counting back for a moment."""
    deadline = time.monotonic() + 60
    while db.fetch(f"WITH {metrics.TAIL_SQL} SELECT 1 FROM batch LIMIT 1"):
        assert time.monotonic() < deadline
        fold_all(limit=limit)


def _check(found: Ledger) -> None:
    assert found.gap == 0
    assert found.inbound == found.answered + found.private + sum(found.no_reply.values()) + found.waiting


@pytest.mark.django_db(transaction=True)
def test_ledger_closes_before_and_after_folding() -> None:
    brand = net.a_brand()
    _day(net.an_account(brand))
    before = ledger(brand.pk, now=NOW)
    _check(before)
    assert (before.inbound, before.answered, before.private, before.waiting) == (5, 1, 1, 1)
    assert before.no_reply["deleted"] == 1
    assert before.oldest_waiting == NOW - minutes(60)
    assert before.overdue == 1
    assert [(owner.lane, owner.membership_id, owner.count) for owner in before.owners] == [("crowd", None, 1)]
    _count_all()
    assert ledger(brand.pk, now=NOW) == before


@pytest.mark.django_db(transaction=True)
def test_a_message_lost_without_an_event_is_a_gap() -> None:
    brand = net.a_brand()
    _day(net.an_account(brand))
    db.execute("UPDATE conversations_message SET disposition = '' WHERE external_id = 'q4'")
    assert ledger(brand.pk).gap == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("limit", [1, 3, 1000])
def test_events_are_counted_exactly_once(limit: int) -> None:
    brand = net.a_brand()
    _day(net.an_account(brand))
    _count_all(limit=limit)
    assert fold(limit=limit) == 0
    hour = metrics._hour(NOW - minutes(60))
    found = {
        (tally.metric, tally.key): tally.count for tally in Tally.objects.filter(brand_id=brand.pk, hour=hour)
    }
    assert found["received", ""] == 5
    assert found["answered", ""] == 1
    assert found["waiting", ""] == 1
    assert found["no_reply", "deleted"] == 1
    assert found["response", str(metrics.bucket_of(7 * 60))] == 1
    ever = Tally.objects.get(brand_id=brand.pk, metric="ever.received", hour=metrics.EVER)
    assert ever.count == 5


@pytest.mark.django_db(transaction=True)
def test_headline_numbers() -> None:
    brand = net.a_brand()
    account = net.an_account(brand)
    _day(account)
    old = {"external_id": "old", "handle": "old"}
    net.tell(account, "q0", QUESTION, author=old, at=NOW - timedelta(days=3))
    net.take_in()
    unfolded = metrics.headline(brand.pk, NOW)
    _count_all()
    folded = metrics.headline(brand.pk, NOW)
    assert folded == unfolded
    assert (folded.day.questions, folded.day.answered) == (3, 2)
    assert folded.day.share_answered == pytest.approx(200 / 3)
    assert folded.day.median_minutes == pytest.approx(7, rel=0.011)
    assert (folded.ever.questions, folded.ever.answered) == (4, 2)
    median = metrics.median_minutes(brand.pk, since=NOW - minutes(90), until=NOW)
    assert median == folded.day.median_minutes
    nobody = metrics.headline(net.a_brand().pk, NOW)
    assert nobody.ever.share_answered is None
    assert nobody.ever.median_minutes is None


@pytest.mark.django_db(transaction=True)
def test_an_edit_that_asks_again_leaves_no_gap() -> None:
    brand = net.a_brand()
    account = net.an_account(brand)
    net.tell(account, "n1", "love it, great service", at=NOW - minutes(9))
    net.take_in()
    assert ledger(brand.pk).waiting == 0
    net.tell(account, "n1", QUESTION, revision=2, edited_at=NOW.isoformat(), at=NOW - minutes(9))
    net.take_in()
    found = ledger(brand.pk)
    assert (found.waiting, found.inbound) == (1, 1)
    _check(found)


def _write(account: ChannelAccount, worker: int, failures: list[BaseException]) -> None:
    chance = random.Random(worker)
    try:
        for number in range(12):
            name = f"w{worker}-{number}"
            net.tell(account, name, QUESTION, author={"external_id": name, "handle": name})
            if number and chance.random() < 0.6:
                net.tell(
                    account, f"{name}-a", "Try this.", own=True, parent_external_id=f"w{worker}-{number - 1}"
                )
            if chance.random() < 0.3:
                net.tell(account, name, action="delete")
            net.take_in()
    except BaseException as error:
        failures.append(error)
    finally:
        connections.close_all()


def _fold_along(stop: threading.Event, failures: list[BaseException]) -> None:
    try:
        while not stop.is_set():
            fold(limit=7)
    except BaseException as error:
        failures.append(error)
    finally:
        connections.close_all()


@pytest.mark.django_db(transaction=True)
def test_gap_is_zero_while_others_write_and_fold() -> None:
    brand = net.a_brand()
    account = net.an_account(brand)
    failures: list[BaseException] = []
    stop = threading.Event()
    writers = [threading.Thread(target=_write, args=(account, worker, failures)) for worker in range(3)]
    folder = threading.Thread(target=_fold_along, args=(stop, failures))
    for thread in (*writers, folder):
        thread.start()
    seen = set()
    while any(thread.is_alive() for thread in writers):
        found = ledger(brand.pk)
        _check(found)
        seen.add(found.inbound)
    stop.set()
    for thread in (*writers, folder):
        thread.join()
    assert not failures
    net.take_in()
    _count_all()
    found = ledger(brand.pk)
    _check(found)
    assert found.inbound == 36
    assert found.in_journal == 0
    assert len(seen) > 3, "the ledger was read while it grew"
    with connection.cursor() as cursor:
        cursor.execute("SELECT sum(count) FROM insights_tally WHERE metric = 'received'")
        assert cursor.fetchone()[0] == 36
