"""What a receiver of answers may say, and what it gets."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import httpx
import pytest

from chimein.channels.port import (
    HookRequest,
    SendErrorCode,
    SendUncertain,
)
from chimein.core import clock
from tests.contract.conftest import Warble
from tests.contract.places import Place, on_webhook, refusal
from tests.contract.servers import Receiver, allowing, hanging_up, impatient

Code = SendErrorCode


@pytest.fixture
def place(warble: Warble, receiver: Receiver) -> Place:
    return on_webhook(warble, receiver)


def test_the_answer_is_signed_and_says_what_it_answers(
    place: Place, receiver: Receiver, client: httpx.Client
) -> None:
    outgoing = place.answer("周日十点开门 ^小林")
    assert place.adapter.send(place.account, outgoing, client).external_id == f"out:{outgoing.key}"
    (heard,) = receiver.heard
    assert heard.headers["webhook-id"] == outgoing.key
    body = json.loads(heard.body)
    assert body["type"] == "answer.created"
    said = {key: body["data"][key] for key in ("id", "reply_to", "recipient", "text", "private")}
    assert said == {
        "id": outgoing.key,
        "reply_to": "t-81",
        "recipient": "c-5",
        "text": "周日十点开门 ^小林",
        "private": False,
    }
    request = HookRequest("POST", heard.headers, {}, heard.body)
    assert place.adapter.verify(place.account, request, clock.now()), "our own door would let it in"


@pytest.mark.parametrize(
    ("answer", "external_id"),
    [
        (b'{"id":"a-1"}', "a-1"),
        (b'{"id":17}', "17"),
        (b'{"id":true}', ""),
        (b"ok", ""),
        (b"[]", ""),
        (b'{"id":""}', ""),
    ],
)
def test_the_receiver_may_name_the_answer(
    place: Place, receiver: Receiver, client: httpx.Client, answer: bytes, external_id: str
) -> None:
    receiver.status, receiver.answer = 201, answer
    outgoing = place.answer()
    sent = place.adapter.send(place.account, outgoing, client)
    assert sent.external_id == (external_id or f"out:{outgoing.key}")


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (301, Code.BAD_REQUEST),
        (400, Code.BAD_REQUEST),
        (404, Code.BAD_REQUEST),
        (410, Code.TARGET_GONE),
        (429, Code.RATE_LIMITED),
        (500, Code.TEMPORARY),
        (503, Code.TEMPORARY),
    ],
)
def test_each_status_has_its_code(
    place: Place, receiver: Receiver, client: httpx.Client, status: int, code: SendErrorCode
) -> None:
    receiver.status = status
    assert refusal(place, place.answer(), client).code is code


@pytest.mark.parametrize(
    ("headers", "least", "most"),
    [
        ({"retry-after": "30"}, 29, 30),
        ({"retry-after": "Wed, 21 Oct 2015 07:28:00 GMT"}, -1, 0),
        ({"x-rate-limit-reset": "99999999999999"}, 86_399, 86_400),
        ({"retry-after": "9" * 30}, 86_399, 86_400),
    ],
    ids=["seconds", "past-date", "far-reset", "far-seconds"],
)
def test_it_waits_as_long_as_told_within_reason(
    place: Place,
    receiver: Receiver,
    client: httpx.Client,
    headers: dict[str, str],
    least: int,
    most: int,
) -> None:
    receiver.status, receiver.answer_headers = 429, headers
    before = clock.now()
    retry_at = refusal(place, place.answer(), client).retry_at
    assert retry_at is not None
    assert timedelta(seconds=least) <= retry_at - before <= timedelta(seconds=most + 2)


@pytest.mark.parametrize("header", ["soon", "-1", "１", "Wed, 99 Oct 2015"])
def test_a_senseless_retry_after_is_no_time(
    place: Place, receiver: Receiver, client: httpx.Client, header: str
) -> None:
    receiver.status, receiver.answer_headers = 429, {"retry-after": header.encode().decode("latin-1")}
    assert refusal(place, place.answer(), client).retry_at is None


def test_silence_leaves_doubt(place: Place, receiver: Receiver, client: httpx.Client) -> None:
    receiver.delay_s = 1.2
    with impatient(client), pytest.raises(SendUncertain):
        place.adapter.send(place.account, place.answer(), client)


def test_a_broken_connection_leaves_doubt(place: Place, client: httpx.Client) -> None:
    with hanging_up() as address, allowing(address), pytest.raises(SendUncertain):
        place.adapter.send(replace(place.account, base_url=address), place.answer(), client)


@pytest.mark.parametrize("secret", ["", "whsec_c2hvcnQ=", "not base64!"])
def test_what_cannot_be_signed_is_not_sent(
    place: Place, receiver: Receiver, client: httpx.Client, secret: str
) -> None:
    unsigned = replace(place, account=replace(place.account, credentials={"secret": secret}))
    assert refusal(unsigned, unsigned.answer(), client).code is Code.BAD_REQUEST
    assert receiver.heard == []
    assert not place.adapter.check(unsigned.account, client).ok


def test_its_health_needs_an_address_for_answers(place: Place, client: httpx.Client) -> None:
    assert place.adapter.check(place.account, client).ok
    assert not place.adapter.check(replace(place.account, base_url=""), client).ok
