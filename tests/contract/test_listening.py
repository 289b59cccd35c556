"""Hearing of posts from a real Warble, by its webhooks and by reading its timelines: one and the same."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import httpx
import pytest

from chimein.channels.port import AccountView, Envelope, HookRequest, InboundRecord, SendError, SendErrorCode
from chimein.core import clock
from tests.contract.conftest import Warble
from tests.contract.kits import KITS, SECRET
from tests.contract.servers import Receiver, impatient, wait_for

adapter = KITS["warble"].adapter


def read(account: AccountView, envelope: Envelope) -> InboundRecord:
    record = adapter.parse(account, envelope.payload)
    assert record is not None
    return record


class Listener:
    """Reads one account's timelines as the product does, keeping its places."""

    def __init__(self, account: AccountView, client: httpx.Client) -> None:
        self.account = account
        self._client = client
        self._cursors: dict[str, str] = {}

    def new(self, stream: str) -> list[Envelope]:
        found: list[Envelope] = []
        more = True
        while more:
            page = adapter.poll(self.account, stream, self._cursors.get(stream, ""), self._client)
            self._cursors[stream], more = page.cursor, page.more
            found += page.envelopes
        return found

    def records(self, stream: str) -> list[InboundRecord]:
        return [read(self.account, envelope) for envelope in self.new(stream)]


def set_webhook(account: AccountView, url: str) -> None:
    form = {"grant_type": "client_credentials", **account.credentials}
    with httpx.Client(base_url=account.base_url, trust_env=False) as platform:
        token = platform.post("/oauth/token", data=form).json()["access_token"]
        answer = platform.put(
            "/api/webhook", json={"url": url, "secret": SECRET}, headers={"Authorization": f"Bearer {token}"}
        )
    assert answer.is_success


def told(account: AccountView, receiver: Receiver) -> list[Envelope]:
    """What the webhooks heard so far tell, each one verified."""
    found: list[Envelope] = []
    for heard in receiver.heard:
        assert adapter.verify(account, HookRequest("POST", heard.headers, {}, heard.body), clock.now())
        found += adapter.unpack(account, heard.body)
    return found


def test_by_hook_and_by_timeline_it_is_one_and_the_same(
    warble: Warble, receiver: Receiver, client: httpx.Client
) -> None:
    shop = warble.brand()
    set_webhook(shop, f"{receiver.address}/in")
    asker = f"mira{shop.id}"
    warble.person(asker)
    listener = Listener(shop, client)
    polled: list[Envelope] = []

    def both(expected: int) -> None:
        wait_for(lambda: len(receiver.heard) >= expected)
        polled.extend(listener.new("mentions") + listener.new("messages"))

    question = warble.say(asker, f"@{shop.handle} it drops every evening")["id"]
    both(1)
    warble.edit(asker, question, f"@{shop.handle} it drops every evening at NINE")
    both(2)
    answer = warble.say(shop.handle, "Channel 36, please. ^Ann", question)["id"]
    follow_up = warble.say(asker, "works, thanks!", answer)["id"]
    both(3)
    warble.delete(asker, follow_up)
    both(4)
    message = warble.write(asker, shop.handle, "order 48213")["id"]
    both(5)

    hooked = told(shop, receiver)
    expected = [
        f"post:{question}:1",
        f"post:{question}:2",
        f"post:{follow_up}:1",
        f"post:{follow_up}:gone",
        f"dm:{message}",
    ]
    assert [one.dedup_key for one in hooked] == expected
    by_key = {one.dedup_key: one for one in polled}
    assert {one.dedup_key: one for one in hooked} == {key: by_key[key] for key in expected}
    assert set(by_key) - set(expected) == {f"post:{answer}:1"}, "our own post is told by the timeline only"
    assert read(shop, by_key[f"post:{answer}:1"]).own
    posts = {one.thread_key for one in hooked if one.dedup_key.startswith("post:")}
    assert posts == {question}, "one thread keeps its order"


def test_a_webhook_told_twice_is_one_entry(warble: Warble, receiver: Receiver, client: httpx.Client) -> None:
    shop = warble.brand()
    set_webhook(shop, f"{receiver.address}/in")
    warble.person(f"dup{shop.id}")
    warble.faults(duplicate_rate=1.0)
    warble.say(f"dup{shop.id}", f"@{shop.handle} hello?")
    wait_for(lambda: len(receiver.heard) >= 2)
    first, second = told(shop, receiver)
    assert first == second


def test_listening_words_find_posts_that_do_not_call_us(warble: Warble, client: httpx.Client) -> None:
    shop = warble.brand(words=("罗望水壶", "Cardamom 14"))
    warble.person(f"lin{shop.id}")
    warble.say(f"lin{shop.id}", "罗望水壶能煮茶吗？")
    warble.say(f"lin{shop.id}", "my CARDAMOM 14 hums")
    warble.say(f"lin{shop.id}", "nice weather")
    warble.say(f"lin{shop.id}", f"@{shop.handle} does the Cardamom 14 hum?")
    records = Listener(shop, client).records("search")
    assert [(one.text, one.found, one.to_us) for one in records] == [
        ("罗望水壶能煮茶吗？", True, True),
        ("my CARDAMOM 14 hums", True, True),
        (f"@{shop.handle} does the Cardamom 14 hum?", False, True),
    ]


def test_without_listening_words_nothing_is_searched(warble: Warble, client: httpx.Client) -> None:
    page = adapter.poll(warble.brand(words=(" ",)), "search", "here", client)
    assert (list(page.envelopes), page.cursor, page.more) == ([], "here", False)


def test_a_long_timeline_is_read_to_its_end_without_gaps_or_repetitions(
    warble: Warble, client: httpx.Client
) -> None:
    shop = warble.brand()
    warble.person(f"many{shop.id}")
    listener = Listener(shop, client)
    assert listener.new("mentions") == []
    ids = warble.bulk([{"author": f"many{shop.id}", "text": f"@{shop.handle} no. {n}"} for n in range(230)])
    assert [one.dedup_key for one in listener.new("mentions")] == [f"post:{one}:1" for one in ids]
    assert listener.new("mentions") == []


def test_who_speaks_to_whom_in_a_thread(warble: Warble, client: httpx.Client) -> None:
    shop = warble.brand()
    asker, other = f"asker{shop.id}", f"other{shop.id}"
    warble.person(asker)
    warble.person(other)
    question = warble.say(asker, f"@{shop.handle} it drops")["id"]
    answer = warble.say(shop.handle, "Channel 36 ^Ann", question)["id"]
    warble.say(asker, "still drops", answer)
    warble.say(other, f"@{asker} move it off the fridge", question)
    warble.say(other, f"@{asker} @{shop.handle} same here", question)
    records = Listener(shop, client).records("mentions")
    shown = [
        (one.author.handle if one.author else "", one.own, one.to_us, one.thread_decides, one.found)
        for one in records
    ]
    assert shown == [
        (asker, False, True, False, False),
        (shop.handle, True, True, True, False),
        (asker, False, True, True, False),
        (other, False, False, True, False),
        (other, False, True, False, False),
    ]
    assert {one.root_external_id for one in records} == {question}


def test_direct_messages_of_both_sides_are_one_thread(warble: Warble, client: httpx.Client) -> None:
    shop = warble.brand()
    asker = warble.person(f"dm{shop.id}")
    warble.write(f"dm{shop.id}", shop.handle, "order 48213")
    warble.write(shop.handle, f"dm{shop.id}", "It leaves today. ^Ann")
    records = Listener(shop, client).records("messages")
    assert [(one.own, one.private, one.root_external_id) for one in records] == [
        (False, True, f"dm:{asker}"),
        (True, True, f"dm:{asker}"),
    ]


def test_an_account_that_is_known_by_its_handle_only(warble: Warble, client: httpx.Client) -> None:
    shop = replace(warble.brand(), external_id="")
    warble.say(shop.handle, "Good morning!")
    (record,) = Listener(replace(shop, handle=f"@{shop.handle.upper()}"), client).records("mentions")
    assert record.own


@pytest.mark.parametrize("stream", adapter.streams)
@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ({"outage": True}, SendErrorCode.TEMPORARY),
        ({"reads_per_minute": 0}, SendErrorCode.RATE_LIMITED),
        ({"latency_ms": 1500}, SendErrorCode.TEMPORARY),
    ],
    ids=["outage", "limit", "slowness"],
)
def test_bad_weather_is_told_as_such(
    warble: Warble, client: httpx.Client, stream: str, fault: dict[str, Any], code: SendErrorCode
) -> None:
    shop = warble.brand(words=("kettle",))
    warble.faults(**fault)
    with impatient(client), pytest.raises(SendError) as caught:
        adapter.poll(shop, stream, "", client)
    assert caught.value.code is code


def test_an_entry_without_sense_does_not_stop_its_page(client: httpx.Client) -> None:
    post = {
        "id": "5",
        "conversation_id": "5",
        "text": "hello",
        "author": {"id": "1"},
        "created_at": "2026-11-22T09:00:00Z",
    }
    pages = {"/oauth/token": {"access_token": "t", "expires_in": 7200}}
    pages["/api/mentions"] = {"data": [post, {"text": "no id"}, "odd", None], "cursor": "c", "more": False}
    transport = httpx.MockTransport(lambda request: httpx.Response(200, json=pages[request.url.path]))
    account = replace(KITS["warble"].account, base_url="https://warble.example")
    with httpx.Client(transport=transport) as made_up:
        page = adapter.poll(account, "mentions", "", made_up)
    keys = [one.dedup_key for one in page.envelopes]
    assert keys[0] == "post:5:1"
    assert len(set(keys)) == 4, "each keeps an entry of its own, to be set aside with its reason"


@pytest.mark.parametrize(
    "answer", [b"<html>", b"[]", b"{}", b'{"data":{},"cursor":"x"}', b'{"data":[],"cursor":5}']
)
def test_what_is_no_timeline_is_told_as_such(answer: bytes) -> None:
    def reply(request: httpx.Request) -> httpx.Response:
        token = b'{"access_token":"t","expires_in":7200}'
        return httpx.Response(200, content=token if request.url.path == "/oauth/token" else answer)

    account = replace(KITS["warble"].account, base_url="https://other.example")
    with httpx.Client(transport=httpx.MockTransport(reply)) as made_up, pytest.raises(SendError) as caught:
        adapter.poll(account, "mentions", "", made_up)
    assert caught.value.code is SendErrorCode.TEMPORARY
