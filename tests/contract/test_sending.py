"""Getting a text out, whatever happens: once, or certainly not, or in doubt and then found again."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import timedelta

import httpx
import pytest

from chimein.channels.port import (
    AccountView,
    Adapter,
    HookRequest,
    Outgoing,
    SendError,
    SendErrorCode,
    SendUncertain,
    Sent,
)
from chimein.core import clock
from tests.contract.conftest import Warble
from tests.contract.kits import INSTALLED, KITS, SECRET, account
from tests.contract.servers import Receiver, address_of, allowing, hanging_up, impatient, listening_socket

Code = SendErrorCode
ANSWERING = [name for name in INSTALLED if KITS[name].adapter.capabilities.public_reply]
OVER_HTTP = [name for name in ANSWERING if KITS[name].adapter.capabilities.needs_base_url]


@dataclass(frozen=True)
class Place:
    """A question to be answered: where, and how many answers stand there by now."""

    adapter: Adapter
    account: AccountView
    reply_to: str
    recipient: str
    count: Callable[[], int]

    def answer(self, text: str = "Set it to channel 36, please. ^Ann", *, private: bool = False) -> Outgoing:
        reply_to = "" if private else self.reply_to
        return Outgoing(str(uuid.uuid4()), text, private, reply_to=reply_to, recipient=self.recipient)


def _on_warble(warble: Warble, receiver: Receiver) -> Place:
    brand = warble.brand()
    asker = warble.person(f"asker{brand.id}")
    question = warble.say(f"asker{brand.id}", f"@{brand.handle} does it do 5 GHz?")
    warble.write(f"asker{brand.id}", brand.handle, "my order is 48213")
    return Place(
        KITS["warble"].adapter, brand, question["id"], asker, lambda: len(warble.texts_of(brand.handle))
    )


def _on_webhook(warble: Warble, receiver: Receiver) -> Place:
    told = account("webhook", credentials={"secret": SECRET}, base_url=f"{receiver.address}/in")
    return Place(KITS["webhook"].adapter, told, "t-81", "c-5", lambda: receiver.distinct)


def _on_webform(warble: Warble, receiver: Receiver) -> Place:
    return Place(KITS["webform"].adapter, account("webform"), "5e0c", "form:v-77", lambda: 1)


PLACES = {"warble": _on_warble, "webhook": _on_webhook, "webform": _on_webform}


@pytest.fixture
def place(request: pytest.FixtureRequest, warble: Warble, receiver: Receiver) -> Place:
    return PLACES[request.param](warble, receiver)


answering = pytest.mark.parametrize("place", ANSWERING, indirect=True)
over_http = pytest.mark.parametrize("place", OVER_HTTP, indirect=True)


def refusal(place: Place, outgoing: Outgoing, client: httpx.Client) -> SendError:
    with pytest.raises(SendError) as caught:
        place.adapter.send(place.account, outgoing, client)
    assert str(caught.value)
    return caught.value


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


class TestWarble:
    """Its refusals and its bad weather."""

    @pytest.fixture
    def place(self, warble: Warble, receiver: Receiver) -> Place:
        return _on_warble(warble, receiver)

    @pytest.mark.parametrize("private", [False, True])
    def test_an_answer_lands_where_it_belongs(
        self, place: Place, warble: Warble, client: httpx.Client, private: bool
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
        self, place: Place, warble: Warble, client: httpx.Client, private: bool
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
        self, place: Place, warble: Warble, client: httpx.Client, fault: dict[str, object]
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

    def test_a_connection_that_breaks_leaves_doubt(self, place: Place, client: httpx.Client) -> None:
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

    def test_too_many_posts_wait_for_the_time_told(
        self, place: Place, warble: Warble, client: httpx.Client
    ) -> None:
        warble.faults(posts_per_minute=0)
        error = refusal(place, place.answer(), client)
        assert error.code is Code.RATE_LIMITED
        assert error.retry_at is not None
        assert timedelta(0) < error.retry_at - clock.now() <= timedelta(seconds=61)
        assert place.count() == 0

    def test_refusals_have_their_codes(self, place: Place, warble: Warble, client: httpx.Client) -> None:
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

    def test_wrong_credentials_are_told_so(self, place: Place, client: httpx.Client) -> None:
        wrong = {**place.account.credentials, "client_secret": "other"}
        locked_out = replace(place, account=replace(place.account, credentials=wrong))
        assert refusal(locked_out, locked_out.answer(), client).code is Code.AUTH_EXPIRED
        health = place.adapter.check(locked_out.account, client)
        assert not health.ok
        assert "client secret" in health.remedy

    def test_credentials_of_another_account_are_told_so(self, place: Place, client: httpx.Client) -> None:
        assert place.adapter.check(place.account, client).ok
        health = place.adapter.check(replace(place.account, external_id="1"), client)
        assert not health.ok
        assert place.account.handle in health.problem

    def test_a_token_is_used_again_and_renewed_once_when_refused(
        self, place: Place, client: httpx.Client
    ) -> None:
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

    def test_the_limit_is_the_networks_own(self, place: Place, client: httpx.Client) -> None:
        place.adapter.send(place.account, place.answer("长" * 140), client)
        link = "https://tamarind.example/" + "a" * 100
        place.adapter.send(place.account, place.answer(f"{link} {'b' * 256}"), client)
        assert place.count() == 2
        assert refusal(place, place.answer(f"{link} {'b' * 257}"), client).code is Code.TOO_LONG


class TestWebhook:
    """What a receiver may answer, and what it gets."""

    @pytest.fixture
    def place(self, warble: Warble, receiver: Receiver) -> Place:
        return _on_webhook(warble, receiver)

    def test_the_answer_is_signed_and_says_what_it_answers(
        self, place: Place, receiver: Receiver, client: httpx.Client
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
        self, place: Place, receiver: Receiver, client: httpx.Client, answer: bytes, external_id: str
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
        self, place: Place, receiver: Receiver, client: httpx.Client, status: int, code: SendErrorCode
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
        self,
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
        self, place: Place, receiver: Receiver, client: httpx.Client, header: str
    ) -> None:
        receiver.status, receiver.answer_headers = 429, {"retry-after": header.encode().decode("latin-1")}
        assert refusal(place, place.answer(), client).retry_at is None

    def test_silence_leaves_doubt(self, place: Place, receiver: Receiver, client: httpx.Client) -> None:
        receiver.delay_s = 1.2
        with impatient(client), pytest.raises(SendUncertain):
            place.adapter.send(place.account, place.answer(), client)

    def test_a_broken_connection_leaves_doubt(self, place: Place, client: httpx.Client) -> None:
        with hanging_up() as address, allowing(address), pytest.raises(SendUncertain):
            place.adapter.send(replace(place.account, base_url=address), place.answer(), client)

    @pytest.mark.parametrize("secret", ["", "whsec_c2hvcnQ=", "not base64!"])
    def test_what_cannot_be_signed_is_not_sent(
        self, place: Place, receiver: Receiver, client: httpx.Client, secret: str
    ) -> None:
        unsigned = replace(place, account=replace(place.account, credentials={"secret": secret}))
        assert refusal(unsigned, unsigned.answer(), client).code is Code.BAD_REQUEST
        assert receiver.heard == []
        assert not place.adapter.check(unsigned.account, client).ok

    def test_its_health_needs_an_address_for_answers(self, place: Place, client: httpx.Client) -> None:
        assert place.adapter.check(place.account, client).ok
        assert not place.adapter.check(replace(place.account, base_url=""), client).ok
