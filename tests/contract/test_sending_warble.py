"""Warble's refusals and its bad weather, while we send."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import httpx
import pytest

from chimein.channels.port import (
    SendError,
    SendErrorCode,
    SendUncertain,
)
from chimein.core import clock
from tests.contract.conftest import Warble
from tests.contract.places import Place, on_warble, refusal
from tests.contract.servers import Receiver, allowing, hanging_up, impatient

Code = SendErrorCode


@pytest.fixture
def place(warble: Warble, receiver: Receiver) -> Place:
    return on_warble(warble, receiver)


@pytest.mark.parametrize("private", [False, True])
def test_an_answer_lands_where_it_belongs(
    place: Place, warble: Warble, client: httpx.Client, private: bool
) -> None:
    sent = place.adapter.send(
        place.account, place.answer("看一下5GHz频道，谢谢 ^小林", private=private), client
    )
    assert warble.texts_of(place.account.handle) == ["看一下5GHz频道，谢谢 ^小林"]
    assert sent.posted_at is not None
    assert abs(sent.posted_at - clock.now()) < timedelta(seconds=10)
    assert sent.permalink == ("" if private else f"{warble.address}/p/{sent.external_id}")


@pytest.mark.parametrize("private", [False, True])
def test_a_lost_reply_leaves_doubt_and_is_found(
    place: Place, warble: Warble, client: httpx.Client, private: bool
) -> None:
    """Half of them hang until we give up, the other half answer 504 after the post was stored."""
    for number in range(6):
        outgoing = place.answer(f"Part {number}", private=private)
        warble.faults(lost_reply_rate=1.0)
        with impatient(client), pytest.raises(SendUncertain):
            place.adapter.send(place.account, outgoing, client)
        warble.faults(lost_reply_rate=0.0)
        found = place.adapter.find_sent(place.account, outgoing, client)
        assert found is not None
        assert place.adapter.send(place.account, outgoing, client).external_id == found.external_id
        assert place.count() == number + 1


@pytest.mark.parametrize("fault", [{"outage": True}, {"error_rate": 1.0}], ids=["outage", "errors"])
def test_what_certainly_failed_is_tried_again(
    place: Place, warble: Warble, client: httpx.Client, fault: dict[str, object]
) -> None:
    assert place.adapter.check(place.account, client).ok, "the token is there before the weather turns"
    warble.faults(**fault)
    outgoing = place.answer()
    assert refusal(place, outgoing, client).code is Code.TEMPORARY
    with pytest.raises(SendError):
        place.adapter.find_sent(place.account, outgoing, client)
    assert place.count() == 0
    health = place.adapter.check(place.account, client)
    assert (health.ok, bool(health.problem), bool(health.remedy)) == (False, True, True)


def test_a_connection_that_breaks_leaves_doubt(place: Place, client: httpx.Client) -> None:
    place.adapter.check(place.account, client)
    with hanging_up() as address, allowing(address):
        tokens = place.adapter._tokens  # type: ignore[attr-defined]
        elsewhere = replace(place.account, base_url=address)
        key = (address, elsewhere.credentials["client_id"], elsewhere.credentials["client_secret"])
        tokens._known[key] = ("a token", float("inf"))
        with pytest.raises(SendUncertain):
            place.adapter.send(elsewhere, place.answer(), client)
        tokens._known.pop(key)
        with pytest.raises(SendError) as caught:
            place.adapter.send(elsewhere, place.answer(), client)
        assert caught.value.code is Code.TEMPORARY, "without a token the text itself has not left"


def test_too_many_posts_wait_for_the_time_told(place: Place, warble: Warble, client: httpx.Client) -> None:
    warble.faults(posts_per_minute=0)
    error = refusal(place, place.answer(), client)
    assert error.code is Code.RATE_LIMITED
    assert error.retry_at is not None
    assert timedelta(0) < error.retry_at - clock.now() <= timedelta(seconds=61)
    assert place.count() == 0


def test_refusals_have_their_codes(place: Place, warble: Warble, client: httpx.Client) -> None:
    stranger = warble.person(f"stranger{place.account.id}")
    asker = f"asker{place.account.id}"
    gone = warble.say(asker, "never mind")["id"]
    warble.delete(asker, gone)
    public = place.answer()
    cases = [
        (replace(public, text="长" * 141), Code.TOO_LONG),
        (replace(public, reply_to=gone), Code.TARGET_GONE),
        (replace(public, reply_to="1"), Code.TARGET_GONE),
        (replace(public, text=" "), Code.BAD_REQUEST),
        (replace(public, private=True, recipient=stranger), Code.NOT_ALLOWED),
        (replace(public, private=True, recipient="0"), Code.TARGET_GONE),
        (replace(public, private=True, text="x" * 1001), Code.TOO_LONG),
    ]
    assert [(one, refusal(place, one, client).code) for one, _ in cases] == cases
    place.adapter.send(place.account, public, client)
    assert refusal(place, replace(public, text="something else"), client).code is Code.DUPLICATE
    warble.block(asker, place.account.handle)
    assert refusal(place, place.answer(), client).code is Code.NOT_ALLOWED


def test_wrong_credentials_are_told_so(place: Place, client: httpx.Client) -> None:
    wrong = {**place.account.credentials, "client_secret": "other"}
    locked_out = replace(place, account=replace(place.account, credentials=wrong))
    assert refusal(locked_out, locked_out.answer(), client).code is Code.AUTH_EXPIRED
    health = place.adapter.check(locked_out.account, client)
    assert not health.ok
    assert "client secret" in health.remedy


def test_credentials_of_another_account_are_told_so(place: Place, client: httpx.Client) -> None:
    assert place.adapter.check(place.account, client).ok
    health = place.adapter.check(replace(place.account, external_id="1"), client)
    assert not health.ok
    assert place.account.handle in health.problem


def test_a_token_is_used_again_and_renewed_once_when_refused(place: Place, client: httpx.Client) -> None:
    asked: list[str] = []
    client.event_hooks["request"] = [lambda request: asked.append(request.url.path)]
    place.adapter.send(place.account, place.answer("one"), client)
    place.adapter.send(place.account, place.answer("two"), client)
    assert asked == ["/oauth/token", "/api/posts", "/api/posts"]
    tokens = place.adapter._tokens  # type: ignore[attr-defined]
    for key in tokens._known:
        tokens._known[key] = ("worn-out", float("inf"))
    asked.clear()
    place.adapter.send(place.account, place.answer("three"), client)
    assert asked == ["/api/posts", "/oauth/token", "/api/posts"]
    assert place.count() == 3


def test_the_limit_is_the_networks_own(place: Place, client: httpx.Client) -> None:
    place.adapter.send(place.account, place.answer("长" * 140), client)
    link = "https://tamarind.example/" + "a" * 100
    place.adapter.send(place.account, place.answer(f"{link} {'b' * 256}"), client)
    assert place.count() == 2
    assert refusal(place, place.answer(f"{link} {'b' * 257}"), client).code is Code.TOO_LONG
