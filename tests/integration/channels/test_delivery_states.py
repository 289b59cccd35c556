"""queued → sending → sent | retry | failed | uncertain: what becomes of a text, whatever the network says."""

from __future__ import annotations

from datetime import datetime, timedelta

import httpx
import pytest

from chimein.channels import deliveries
from chimein.channels.health import is_healthy
from chimein.channels.models import ChannelAccount, Delivery
from chimein.channels.port import Outgoing, SendError, SendErrorCode, SendUncertain
from chimein.core import clock
from chimein.core.models import Event
from tests.factories.network import ScriptedNetwork, Step

from .conftest import Queue

pytestmark = pytest.mark.django_db
LATER = timedelta(hours=1)


def _refuse(code: SendErrorCode, *, retry_at: datetime | None = None) -> Step:
    def step(_: Outgoing) -> None:
        raise SendError(code, f"said {code}", retry_at=retry_at)

    return step


def _silence(_: Outgoing) -> None:
    raise SendUncertain("no answer came")


def _run(after: timedelta = timedelta()) -> int:
    return deliveries.run_due(now=clock.now() + after)


def _look(delivery: Delivery) -> Delivery:
    delivery.refresh_from_db()
    return delivery


def _kinds() -> list[str]:
    return [
        kind.removeprefix("delivery.") for kind in Event.objects.order_by("id").values_list("kind", flat=True)
    ]


def test_sent(queue: Queue, scripted: ScriptedNetwork, account: ChannelAccount) -> None:
    made = _look(queue())
    assert _run() == 1
    _look(made)
    assert (made.state, made.external_id, made.attempts) == ("sent", f"post-{made.key}", 1)
    assert made.permalink.startswith("https://scripted.example/")
    assert (scripted.keys(), _kinds()) == ([str(made.key)], ["sent"])
    account.refresh_from_db()
    assert is_healthy(account)
    assert _run(LATER) == 0


def test_a_temporary_fault_is_tried_again_ever_more_slowly(queue: Queue, scripted: ScriptedNetwork) -> None:
    made = queue()
    scripted.script = [_refuse(SendErrorCode.TEMPORARY)] * 4
    waits = []
    for _ in range(4):
        assert deliveries.run_due(now=clock.now() + LATER, limit=1) == 1
        waits.append((_look(made).due_at - clock.now()).total_seconds())
        assert (made.state, made.error_code) == ("retry", "temporary")
    assert [round(wait) for wait in waits] == [2, 4, 8, 16]
    assert _run() == 0, "not before its time"
    assert _run(LATER) == 1
    assert (_look(made).state, made.error, len(scripted.posted())) == ("sent", "", 1)


def test_a_rate_limit_pauses_the_whole_account_until_then(
    queue: Queue, scripted: ScriptedNetwork, account: ChannelAccount
) -> None:
    first, second = queue(order=1), queue(order=2)
    until = clock.now() + timedelta(minutes=15)
    scripted.script = [_refuse(SendErrorCode.RATE_LIMITED, retry_at=until)]
    assert _run() == 1, "the second is not even tried"
    account.refresh_from_db()
    assert (account.paused_until, _look(first).state, _look(second).state) == (until, "retry", "queued")
    assert _run(timedelta(minutes=14)) == 0
    assert _run(timedelta(minutes=16)) == 2
    assert len(scripted.posted()) == 2


@pytest.mark.parametrize(
    "code", [code for code in SendErrorCode if code not in {"rate_limited", "temporary"}]
)
def test_a_refusal_is_final(
    queue: Queue, scripted: ScriptedNetwork, code: SendErrorCode, account: ChannelAccount
) -> None:
    made = queue()
    scripted.script = [_refuse(code)]
    _run()
    assert (_look(made).state, made.error_code, made.error) == ("failed", code.value, f"said {code}")
    assert (_run(LATER), scripted.posted(), _kinds()) == (0, [], ["failed"])
    account.refresh_from_db()
    assert (is_healthy(account), account.last_error) == (False, f"said {code}")


def test_no_answer_but_it_stands_there(queue: Queue, scripted: ScriptedNetwork) -> None:
    made = queue()
    scripted.after = [_silence]
    _run()
    assert _look(made).state == "uncertain"
    _run(LATER)
    assert (_look(made).state, made.external_id) == ("sent", f"post-{made.key}")
    assert (len(scripted.posted()), _kinds()) == (1, ["uncertain", "sent"])
    assert Event.objects.get(kind="delivery.sent").data["found_again"] is True


def test_no_answer_and_it_does_not_stand_there(queue: Queue, scripted: ScriptedNetwork) -> None:
    made = queue()
    scripted.script = [_silence]
    _run()
    _run(LATER)
    assert (_look(made).state, len(scripted.posted())) == ("sent", 1)


@pytest.mark.parametrize(
    "trouble",
    [
        SendError(SendErrorCode.TEMPORARY, "the network is down"),
        SendError(SendErrorCode.RATE_LIMITED, "too many look-ups"),
        SendError(SendErrorCode.AUTH_EXPIRED, "log in again"),
        SendUncertain("no answer"),
        httpx.ReadTimeout("slow"),
        KeyError("id"),
    ],
    ids=lambda error: type(error).__name__ + getattr(error, "code", ""),
)
def test_while_the_network_cannot_say_nothing_is_sent_again(
    queue: Queue, scripted: ScriptedNetwork, trouble: Exception
) -> None:
    made = queue()
    scripted.after = [_silence]

    def fail() -> None:
        raise trouble

    scripted.on_look_up = [fail, fail]
    for _ in range(3):
        _run(LATER)
        assert len(scripted.posted()) == 1
        if scripted.on_look_up:
            assert _look(made).state == "uncertain"
    _run(LATER)
    assert (_look(made).state, len(scripted.posted())) == ("sent", 1)


def test_a_network_with_neither_look_up_nor_promise_is_not_asked_twice(
    queue: Queue, scripted: ScriptedNetwork
) -> None:
    scripted.can(can_look_up=False)
    made = queue()
    scripted.after = [_silence]
    _run()
    _run(LATER)
    assert (_look(made).state, made.error_code, len(scripted.posted())) == ("failed", "duplicate", 1)


def test_a_network_that_promises_one_post_a_key_is_sent_the_same_key(
    queue: Queue, scripted: ScriptedNetwork
) -> None:
    scripted.can(can_look_up=False, idempotent=True)
    made = queue()
    scripted.after = [_silence]
    _run()
    _run(LATER)
    assert (_look(made).state, set(scripted.keys())) == ("sent", {str(made.key)})


def test_a_fault_of_the_adapter_is_no_certainty(queue: Queue, scripted: ScriptedNetwork) -> None:
    made, other = queue(order=1), queue(order=2)

    def stumble(_: Outgoing) -> None:
        raise ZeroDivisionError

    scripted.after = [stumble]
    assert _run() == 2
    assert (_look(made).state, _look(other).state) == ("uncertain", "sent")
    _run(LATER)
    assert (_look(made).state, len(scripted.posted())) == ("sent", 2)


def test_an_uninstalled_adapter_fails_in_words(queue: Queue, account: ChannelAccount) -> None:
    made = queue()
    ChannelAccount.objects.update(adapter="carrier-pigeon")
    assert _run() == 1
    assert (_look(made).state, "carrier-pigeon" in made.error) == ("failed", True)


def test_after_a_day_it_is_given_up(queue: Queue, scripted: ScriptedNetwork) -> None:
    lost, unsure = queue(order=1), queue(order=2)
    Delivery.objects.update(created_at=clock.now() - timedelta(hours=25))
    scripted.script = [_refuse(SendErrorCode.TEMPORARY), _silence]
    _run()
    assert (_look(lost).state, _look(unsure).state) == ("failed", "failed")


def test_order_is_kept_inside_a_conversation_only(queue: Queue, scripted: ScriptedNetwork) -> None:
    first, second, other = queue("one", order=1), queue("two", order=1), queue("three", order=2)
    scripted.script = [_refuse(SendErrorCode.TEMPORARY)]
    _run()
    assert [one["text"] for one in scripted.posted()] == ["three"]
    assert (_look(first).state, _look(second).state, _look(other).state) == ("retry", "queued", "sent")
    _run(LATER)
    assert [one["text"] for one in scripted.posted()] == ["three", "one", "two"]


def test_taken_back_before_it_is_touched(queue: Queue, scripted: ScriptedNetwork) -> None:
    made, gone = queue(order=1), queue(order=2)
    assert deliveries.cancel([gone.pk]) == 1
    _run()
    assert deliveries.cancel([made.pk]) == 0
    assert scripted.keys() == [str(made.key)]


def test_the_bucket_lets_a_burst_through_and_then_so_many_a_minute(
    queue: Queue, scripted: ScriptedNetwork, account: ChannelAccount
) -> None:
    ChannelAccount.objects.update(tokens=3, burst=3, rate_per_minute=60, tokens_at=clock.now())
    made = [queue(order=n) for n in range(5)]
    _run()
    assert len(scripted.posted()) == 3
    waiting = [one for one in made if _look(one).state == "retry"]
    assert [(one.attempts, one.error_code) for one in waiting] == [(0, ""), (0, "")]
    now = clock.now()
    assert [
        deliveries.take_token(account.pk, now=now + timedelta(seconds=s))
        for s in (0.1, 1.2, 1.3, 60, 60, 60, 60)
    ] == [
        False,
        True,
        False,
        True,
        True,
        True,
        False,
    ]


def test_next_due_is_the_earliest_of_all(queue: Queue) -> None:
    assert deliveries.next_due() is None
    made = queue()
    assert deliveries.next_due() == _look(made).due_at
    deliveries.take_due(now=clock.now())
    assert deliveries.next_due() == _look(made).lease_until
