"""Getting a text out, whatever happens: once, or certainly not, or in doubt and then found again."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import httpx
import pytest

from chimein.channels.port import (
    SendErrorCode,
    Sent,
)
from tests.contract.conftest import Warble
from tests.contract.kits import INSTALLED, KITS
from tests.contract.places import PLACES, Place, refusal
from tests.contract.servers import Receiver, address_of, allowing, listening_socket

Code = SendErrorCode
ANSWERING = [name for name in INSTALLED if KITS[name].adapter.capabilities.public_reply]
OVER_HTTP = [name for name in ANSWERING if KITS[name].adapter.capabilities.needs_base_url]


@pytest.fixture
def place(request: pytest.FixtureRequest, warble: Warble, receiver: Receiver) -> Place:
    return PLACES[request.param](warble, receiver)


answering = pytest.mark.parametrize("place", ANSWERING, indirect=True)
over_http = pytest.mark.parametrize("place", OVER_HTTP, indirect=True)


@answering
def test_sent_once_it_stands_once(place: Place, client: httpx.Client) -> None:
    sent = place.adapter.send(place.account, place.answer(), client)
    assert isinstance(sent, Sent)
    assert isinstance(sent.external_id, str)
    assert 0 < len(sent.external_id) <= 200
    assert place.count() == 1


@answering
def test_the_same_key_again_is_the_same_answer(place: Place, client: httpx.Client) -> None:
    assert place.adapter.capabilities.idempotent
    outgoing = place.answer()
    first = place.adapter.send(place.account, outgoing, client)
    again = place.adapter.send(place.account, outgoing, client)
    assert again.external_id == first.external_id
    assert place.count() == 1


@answering
def test_two_keys_are_two_answers(place: Place, client: httpx.Client) -> None:
    first = place.adapter.send(place.account, place.answer("Open till eight."), client)
    second = place.adapter.send(place.account, place.answer("And on Sunday from ten."), client)
    assert first.external_id != second.external_id


@answering
def test_twenty_at_once_with_one_key_are_one_answer(place: Place, client: httpx.Client) -> None:
    outgoing = place.answer()
    with ThreadPoolExecutor(20) as pool:
        futures = [pool.submit(place.adapter.send, place.account, outgoing, client) for _ in range(20)]
        ids = {future.result().external_id for future in futures}
    assert len(ids) == 1
    assert place.count() == 1


@answering
def test_what_was_never_sent_is_not_found(place: Place, client: httpx.Client) -> None:
    assert place.adapter.find_sent(place.account, place.answer(), client) is None


@answering
def test_who_can_look_up_finds_what_was_sent(place: Place, client: httpx.Client) -> None:
    if not place.adapter.capabilities.can_look_up:
        assert place.adapter.find_sent(place.account, place.answer(), client) is None
        return
    for private in (False, True):
        outgoing = place.answer(private=private)
        sent = place.adapter.send(place.account, outgoing, client)
        assert place.adapter.find_sent(place.account, outgoing, client) == sent


@over_http
def test_without_a_connection_it_is_tried_again(place: Place, client: httpx.Client) -> None:
    with listening_socket() as unused:
        nobody = replace(place, account=replace(place.account, base_url=address_of(unused)))
        with allowing(nobody.account.base_url):
            assert refusal(nobody, nobody.answer(), client).code is Code.TEMPORARY


@over_http
@pytest.mark.parametrize(
    "address", ["", "warble.example", "ftp://127.0.0.1/x", "http://[::1", "http://127.0.0.1:9"]
)
def test_an_address_that_must_not_be_called_is_refused(
    place: Place, address: str, client: httpx.Client
) -> None:
    nowhere = replace(place, account=replace(place.account, base_url=address))
    assert refusal(nowhere, nowhere.answer(), client).code is Code.BAD_REQUEST
