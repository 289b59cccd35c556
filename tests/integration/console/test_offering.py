"""A question on the card that was brought to somebody: why, passing it on, handing it over, objecting, its copies."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from chimein.core import clock
from chimein.core.actor import Actor, Role
from chimein.people.models import Brand
from chimein.routing import offers_router
from chimein.routing.models import HelperLoad, Offer, WorkItem
from tests.factories import people
from tests.integration.console.conftest import HTMX, Console

SignIn = Callable[[Actor], Client]
Read = Callable[[Client, str], str]


@pytest.fixture(autouse=True)
def _no_pools() -> Iterator[None]:
    offers_router.forget_pools()
    yield
    offers_router.forget_pools()


def _bring(console: Console, *names: str) -> None:
    """Questions that have just come in, brought to whom they fit."""
    now = clock.now()
    for name in names:
        console.ask(name)
    WorkItem.objects.update(
        waiting_since=now, due_at=now.replace(year=now.year + 1), next_ring_at=now, lane="crowd"
    )
    offers_router.run_due(now=now)


def _toast(response: object) -> dict[str, str]:
    found: dict[str, str] = json.loads(response["HX-Trigger"])["toast"]  # type: ignore[index]
    return found


def test_the_card_says_why_and_counts_as_opened(
    console: Console, colleague: Actor, signed_in: SignIn, page_of: Read
) -> None:
    _bring(console, "q")
    client = signed_in(colleague)
    pulse = {**HTMX, "HX-Trigger": "helpers-pulse"}
    assert "For you: can you answer this?" in client.get(console.url("card"), headers=pulse).content.decode()
    offer = Offer.objects.get()
    assert (offer.seen_at is not None, offer.opened_at) == (True, None)
    html = page_of(client, console.url("card"))
    assert "You take questions at this time of the day." in html
    page_of(client, console.url("card"))
    load = HelperLoad.objects.get(member_id=colleague.membership_id)
    assert (load.opened, load.last_seen_at is not None) == (1, True)


def test_passing_on_and_back(console: Console, brand: Brand, colleague: Actor, signed_in: SignIn) -> None:
    _bring(console, "q")
    client = signed_in(colleague)
    assert (
        "There is no such reason"
        in _toast(client.post(console.of("q", "pass"), {"reason": "x"}, headers=HTMX))["text"]
    )
    response = client.post(console.of("q", "pass"), {"reason": "topic"}, headers=HTMX)
    assert Offer.objects.get().pass_reason == "topic"
    assert "question-title" not in response.content.decode()
    assert client.post(_toast(response)["undo_url"]).status_code == 204
    assert Offer.objects.get().passed_at is None
    assert "For you" in client.get(console.url("card")).content.decode()


def test_handing_over_and_objecting(
    console: Console, brand: Brand, colleague: Actor, signed_in: SignIn, page_of: Read
) -> None:
    other = people.actor(brand, Role.COLLEAGUE, "Bea")
    _bring(console, "q")
    first = signed_in(colleague)
    first.post(console.of("q", "claim"), {"from": "card"})
    response = first.post(console.of("q", "hand-over"), {"reason": "It needs an expert"}, headers=HTMX)
    assert "The others may say that they can answer" in _toast(response)["text"]
    html = page_of(signed_in(other), console.url("card"))
    assert "Cai thinks that it is for the desk" in html
    assert "It needs an expert" in html
    assert "I can answer" in html
    assert first.post(_toast(response)["undo_url"]).status_code == 204
    assert "thinks that it is for the desk" not in page_of(signed_in(other), console.url("card"))
    assert first.post(_toast(response)["undo_url"]).status_code == 409


def test_handing_over_needs_a_word_and_the_right(
    console: Console, colleague: Actor, signed_in: SignIn
) -> None:
    _bring(console, "q")
    client = signed_in(colleague)
    assert "Say in a word why" in _toast(client.post(console.of("q", "hand-over"), headers=HTMX))["text"]
    response = client.post(console.of("q", "hand-over"), {"reason": "an order"}, headers=HTMX)
    assert _toast(response)["text"] == "Handed to the desk"
    assert WorkItem.objects.get().lane == "desk"
    assert client.post(_toast(response)["undo_url"]).status_code == 204
    assert WorkItem.objects.get().lane == "crowd"


def test_my_answer_for_the_others_who_asked_the_same(
    console: Console, colleague: Actor, signed_in: SignIn
) -> None:
    _bring(console, "q", "r", "s")
    client = signed_in(colleague)
    name = next(one for one in "qrs" if not WorkItem.objects.get(pk=console.conversation(one).pk).copy_of_id)
    sent = client.post(console.of(name, "answer"), {"from": "card", "text": "Hold the button."}, headers=HTMX)
    html = sent.content.decode()
    assert "Send it to 2 others who asked the same" in html
    url = html.split('action="')[1:]
    copies = next(one.split('"')[0] for one in url if "/copies/" in one)
    assert _toast(client.post(copies, headers=HTMX))["text"] == "Your answer goes to 2 more customers."
    assert "already" in _toast(client.post(copies, headers=HTMX))["text"]
    assert signed_in(people.actor(console.brand, Role.COLLEAGUE)).post(copies).status_code == 404


def test_the_card_asks_little_of_the_database(console: Console, colleague: Actor, signed_in: SignIn) -> None:
    _bring(console, *(f"q{n}" for n in range(6)))
    client = signed_in(colleague)
    client.get(console.url("card"))
    with CaptureQueriesContext(connection) as queries:
        client.get(console.url("card"), headers=HTMX)
    assert len(queries) <= 26
