"""The webhook door: 200 means stored; everything else means nothing was."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import orjson
import psycopg
import pytest
from django.db import connection

from chimein.channels.models import ChannelAccount, InboundEntry, SeenSignature
from chimein.conversations.models import Message
from chimein.intake import batch
from tests.factories import people, traffic
from tests.factories.processes import test_database_url
from tests.factories.traffic import post

from .conftest import MOST_BYTES, Front, signed

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.xdist_group("front door")]
OTHER_SECRET = "whsec_" + base64.b64encode(b"another secret of thirty-two by!").decode()


@pytest.fixture
def account(front: Front) -> ChannelAccount:
    return traffic.account(people.brand())


def _nothing_stored() -> bool:
    return not InboundEntry.objects.exists() and not SeenSignature.objects.exists()


def test_a_signed_message_is_stored_before_the_answer(front: Front, account: ChannelAccount) -> None:
    body = orjson.dumps(post("q1"))
    response = front.hook(account, body, signed(body))
    assert (response.status_code, response.json()) == (200, {"ok": True})
    assert InboundEntry.objects.get().dedup_key == "msg:q1:1"
    assert batch.drain().taken == 1
    assert Message.objects.get().external_id == "q1"


FORGED: dict[str, Callable[[bytes], dict[str, str]]] = {
    "none": lambda _: {},
    "wrong": lambda body: signed(body) | {"webhook-signature": "v1,aaaa"},
    "of another body": lambda body: signed(body + b" "),
    "with another secret": lambda body: signed(body, secret=OTHER_SECRET),
    "stale": lambda body: signed(body, seconds_ago=301),
    "from the future": lambda body: signed(body, seconds_ago=-310),
    "of another id": lambda body: signed(body) | {"webhook-id": "msg_2"},
    "of another time": lambda body: (
        signed(body) | {"webhook-timestamp": signed(body, seconds_ago=9)["webhook-timestamp"]}
    ),
}


@pytest.mark.parametrize("how", FORGED)
def test_what_is_not_signed_is_not_stored(front: Front, account: ChannelAccount, how: str) -> None:
    body = orjson.dumps(post("q1"))
    assert front.hook(account, body, FORGED[how](body)).status_code == 401
    assert _nothing_stored()


def test_the_very_same_request_again_is_a_replay(front: Front, account: ChannelAccount) -> None:
    body = orjson.dumps(post("q1"))
    headers = signed(body)
    first, second = front.hook(account, body, headers), front.hook(account, body, headers)
    assert (first.status_code, second.status_code) == (200, 401)
    assert second.json() == {"error": "replayed"}
    assert InboundEntry.objects.count() == 1


def test_twenty_replays_at_once_store_once(front: Front, account: ChannelAccount) -> None:
    body = orjson.dumps(post("q1"))
    headers = signed(body)
    with ThreadPoolExecutor(20) as pool:
        found = list(pool.map(lambda _: front.hook(account, body, headers).status_code, range(20)))
    assert (found.count(200), found.count(401)) == (1, 19)
    assert InboundEntry.objects.count() == 1


def test_the_same_message_signed_anew_is_welcome_and_stored_once(
    front: Front, account: ChannelAccount
) -> None:
    body = orjson.dumps(post("q1"))
    codes = [front.hook(account, body, signed(body, id=f"msg_{n}")).status_code for n in range(3)]
    assert codes == [200, 200, 200]
    assert InboundEntry.objects.count() == 1


@pytest.mark.parametrize(
    "body", [b"", b"{", b"\xff\x00", b"[]", b'"x"', b'{"type":"message.created","data":{}}']
)
def test_what_cannot_be_read_is_kept_and_the_sender_thanked(
    front: Front, account: ChannelAccount, body: bytes
) -> None:
    assert front.hook(account, body, signed(body)).status_code == 200
    kept = InboundEntry.objects.get()
    assert (kept.state, bytes(kept.raw or b""), bool(kept.reason)) == ("aside", body, True)


@pytest.mark.parametrize("text", ["a\x00b", "\\u0000", "literally \\", "😀" * 500, "\u2028"])
def test_no_text_of_a_stranger_stops_the_others(front: Front, account: ChannelAccount, text: str) -> None:
    bodies = [orjson.dumps(post("odd", text)), *(orjson.dumps(post(f"q{n}")) for n in range(10))]

    def send(number: int) -> int:
        return front.hook(account, bodies[number], signed(bodies[number], id=f"msg_{number}")).status_code

    with ThreadPoolExecutor(11) as pool:
        assert set(pool.map(send, range(11))) == {200}
    assert InboundEntry.objects.count() == 11


def test_other_events_are_no_news(front: Front, account: ChannelAccount) -> None:
    body = orjson.dumps({"type": "customer.renamed", "data": {}})
    assert front.hook(account, body, signed(body)).status_code == 200
    assert not InboundEntry.objects.exists()


def test_too_large_is_not_read_to_the_end(front: Front, account: ChannelAccount) -> None:
    body = orjson.dumps(post("q1", "x" * MOST_BYTES))
    assert front.hook(account, body, signed(body)).status_code == 413
    assert _nothing_stored()


def test_addresses_that_do_not_exist(front: Front, account: ChannelAccount) -> None:
    body = orjson.dumps(post("q1"))
    account.hook_token = "unknown"
    assert front.hook(account, body, signed(body)).status_code == 404
    account.refresh_from_db()
    account.adapter = "warble"
    assert front.hook(account, body, signed(body)).status_code == 404, "another network's address"
    asleep = traffic.account(account.brand, is_active=False)
    assert front.hook(asleep, body, signed(body)).status_code == 404
    assert front.hook(traffic.account(account.brand, "archive"), body, signed(body)).status_code == 404
    assert _nothing_stored()


@contextmanager
def _database_away() -> Iterator[None]:
    """Nobody but this test reaches the database."""
    name = connection.settings_dict["NAME"]
    others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND pid <> %s"
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (mine,) = cursor.fetchone()
        with psycopg.connect(
            test_database_url().replace(f"/{name}", "/postgres"), autocommit=True
        ) as outside:
            outside.execute(f'ALTER DATABASE "{name}" WITH ALLOW_CONNECTIONS false')
            try:
                outside.execute(others, (name, mine))
                yield
            finally:
                outside.execute(f'ALTER DATABASE "{name}" WITH ALLOW_CONNECTIONS true')


def test_without_a_database_the_sender_tries_again(front: Front, account: ChannelAccount) -> None:
    """Nothing is stored and nothing is claimed to be; afterwards everything works as before."""
    bodies = [orjson.dumps(post(f"q{n}")) for n in range(3)]
    assert front.hook(account, bodies[0], signed(bodies[0], id="msg_0")).status_code == 200
    with _database_away():
        response = front.hook(account, bodies[1], signed(bodies[1], id="msg_1"))
    assert (response.status_code, response.headers.get("retry-after")) == (503, "2")
    assert InboundEntry.objects.count() == 1
    assert front.hook(account, bodies[1], signed(bodies[1], id="msg_1")).status_code == 200
    new = traffic.account(account.brand)
    assert front.hook(new, bodies[2], signed(bodies[2], id="msg_2")).status_code == 200
    assert InboundEntry.objects.count() == 3


def test_an_address_is_looked_up_without_a_database(front: Front, account: ChannelAccount) -> None:
    body = orjson.dumps(post("q1"))
    with _database_away():
        assert front.hook(account, body, signed(body)).status_code == 503
    assert front.hook(account, body, signed(body)).status_code == 200


def test_the_front_door_is_well(front: Front) -> None:
    assert front.get("/healthz").json() == {"ok": True}
