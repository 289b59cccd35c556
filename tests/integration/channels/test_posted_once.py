"""Each text is posted once: with many workers, with workers that die, with workers that are slow."""

from __future__ import annotations

import signal
import threading
from datetime import timedelta
from pathlib import Path

import pytest

from chimein.channels import deliveries
from chimein.channels.models import ChannelAccount, Delivery
from chimein.channels.port import Outgoing
from chimein.core import clock
from chimein.core.http import safe_client
from chimein.core.models import Event
from tests.factories.crowd import at_once, kinds
from tests.factories.network import ScriptedNetwork
from tests.factories.processes import run_script

from .conftest import Queue

pytestmark = pytest.mark.django_db(transaction=True)
LATER = timedelta(minutes=5)


def test_fifty_pumps_send_each_text_once(queue: Queue, scripted: ScriptedNetwork) -> None:
    made = [queue(f"{order}-{n}", order=order) for order in range(12) for n in range(3)]
    results = at_once(lambda _: deliveries.run_due(now=clock.now()), range(50))
    assert kinds(results) == {"int": 50}, results
    while deliveries.run_due(now=clock.now()):
        pass
    assert sorted(scripted.keys()) == sorted(str(one.key) for one in made)
    assert Event.objects.filter(kind="delivery.sent").count() == len(made)
    for order in range(12):
        mine = [one["text"] for one in scripted.posted() if str(one["text"]).startswith(f"{order}-")]
        assert mine == [f"{order}-0", f"{order}-1", f"{order}-2"]


def test_fifty_at_once_share_the_bucket(queue: Queue, account: ChannelAccount) -> None:
    ChannelAccount.objects.update(tokens=7, burst=7, rate_per_minute=1, tokens_at=clock.now())
    now = clock.now()
    results = at_once(lambda _: deliveries.take_token(account.pk, now=now), range(50))
    assert results.count(True) == 7
    assert results.count(False) == 43


def test_killed_between_sent_and_stored(queue: Queue, scripted: ScriptedNetwork) -> None:
    made = queue()
    worker = run_script(Path(__file__).with_name("dying_sender.py"), str(scripted.file))
    assert worker.returncode == -signal.SIGKILL, worker.stderr.decode()
    made.refresh_from_db()
    assert (made.state, scripted.keys()) == ("sending", [str(made.key)])
    assert deliveries.run_due(now=clock.now()) == 0, "its lease has not run out"
    assert deliveries.run_due(now=clock.now() + LATER) == 1
    made.refresh_from_db()
    assert (made.state, scripted.keys()) == ("sent", [str(made.key)])


def test_a_worker_that_slept_over_its_lease_does_not_send(queue: Queue, scripted: ScriptedNetwork) -> None:
    made = queue()
    ((pk, look_first),) = deliveries.take_due(now=clock.now() - LATER + timedelta(minutes=4, seconds=59))
    assert deliveries.run_due(now=clock.now() + LATER) == 1, "another worker took over"
    with safe_client() as client:
        deliveries.deliver(pk, look_first=look_first, client=client)
    assert scripted.keys() == [str(made.key)]


def test_a_slow_network_does_not_let_the_next_lease_run_out(queue: Queue, scripted: ScriptedNetwork) -> None:
    """While one is being sent, the others are still queued, not leased and ageing."""
    queue(order=1), queue(order=2), queue(order=3)
    seen: list[dict[str, int]] = []

    def look(_: Outgoing) -> None:
        states = list(Delivery.objects.values_list("state", flat=True))
        seen.append({state: states.count(state) for state in set(states)})

    scripted.script = [look, look, look]
    deliveries.run_due(now=clock.now())
    assert [one["sending"] for one in seen] == [1, 1, 1]


def test_two_who_settle_at_once_tell_once(queue: Queue, scripted: ScriptedNetwork) -> None:
    from chimein.channels.port import Sent

    made = queue()
    deliveries.take_due(now=clock.now())
    told = threading.Lock()

    def settle(number: int) -> None:
        with told:
            found = Delivery.objects.select_related("account").get(pk=made.pk)
        deliveries.settle_sent(found, Sent(f"post-{number}"), found_again=False, now=clock.now())

    assert kinds(at_once(settle, range(8))) == {"NoneType": 8}
    assert Event.objects.filter(kind="delivery.sent").count() == 1
