"""The labelling game: one message at a time, answers that teach, skip, undo, the end."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.test import Client

from chimein.conversations.models import Message
from chimein.core import clock
from chimein.core.actor import Actor
from chimein.triage.models import Correction, Triage
from tests.factories import doubles, traffic
from tests.factories.traffic import post, tell
from tests.integration.console.conftest import HTMX, Console

SignIn = Callable[[Actor], Client]
Read = Callable[[Client, str], str]
TEXTS = ("How do I pair the headphones?", "Is the lamp dimmable?", "这个台灯可以调色温吗？")


@pytest.fixture(autouse=True)
def _small_model() -> Iterator[None]:
    with doubles.small_model():
        yield


@pytest.fixture
def asked(console: Console) -> None:
    tell(
        console.account,
        *(post(f"g{at}", text, by=f"g{at}", thread=f"g{at}") for at, text in enumerate(TEXTS)),
    )


def on_table(client: Client) -> int:
    """The message shown now."""
    session = client.session["game"]
    (game,) = session.values()
    return int(game["hand"][0])


def begin(console: Console, client: Client) -> str:
    response = client.post(console.url("game-start"), headers=HTMX)
    return response.content.decode()


def answer(console: Console, client: Client, **data: object) -> str:
    given = {"message": on_table(client), **data}
    return client.post(console.url("game-answer"), given, headers=HTMX).content.decode()


def test_the_start_says_what_it_is(
    console: Console, asked: None, colleague: Actor, signed_in: SignIn, page_of: Read
) -> None:
    assert "Five minutes of labelling" in page_of(signed_in(colleague), console.url("game"))


def test_without_messages_it_says_so(
    console: Console, colleague: Actor, signed_in: SignIn, page_of: Read
) -> None:
    assert "Nothing to label" in page_of(signed_in(colleague), console.url("game"))


def test_a_whole_game(console: Console, asked: None, colleague: Actor, signed_in: SignIn) -> None:
    client = signed_in(colleague)
    html = begin(console, client)
    assert any(text in html for text in TEXTS)
    assert 'name="lane"' not in html
    assert " checked" not in html
    first = on_table(client)
    answer(console, client, intent="question", sentiment="neutral", risks="-")
    said = {row.label: (row.after, row.source) for row in Correction.objects.filter(message_id=first)}
    assert said == {
        "intent": ("question", "game"), "sentiment": ("neutral", "game"), "anger": (False, "game"),
        "risks": ([], "game"),
    }  # fmt: skip
    client.post(console.url("game-skip"), {"message": on_table(client)}, headers=HTMX)
    html = answer(console, client, intent="complaint")
    assert "Thank you!" in html
    assert Correction.objects.values("message_id").distinct().count() == 2


def test_an_empty_answer_is_none(console: Console, asked: None, colleague: Actor, signed_in: SignIn) -> None:
    client = signed_in(colleague)
    begin(console, client)
    assert "Choose at least one" in answer(console, client)
    assert not Correction.objects.exists()


def test_the_last_answer_comes_back(console: Console, asked: None, agent: Actor, signed_in: SignIn) -> None:
    client = signed_in(agent)
    assert 'name="lane"' in begin(console, client)
    first = on_table(client)
    answer(console, client, intent="praise", lane="none")
    assert Triage.objects.get(pk=first).intent == "praise"
    html = client.post(console.url("game-undo"), headers=HTMX).content.decode()
    assert on_table(client) == first
    assert "0 messages labelled" in html
    assert Triage.objects.get(pk=first).intent == "question"
    assert not Correction.objects.exists()


def test_the_time_ends_it(
    console: Console, asked: None, agent: Actor, signed_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = signed_in(agent)
    begin(console, client)
    later = clock.now() + timedelta(minutes=6)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert "That was it" in client.get(console.url("game"), headers=HTMX).content.decode()


def test_enough_and_once_more(console: Console, asked: None, agent: Actor, signed_in: SignIn) -> None:
    client = signed_in(agent)
    begin(console, client)
    answer(console, client, intent="question")
    html = client.post(console.url("game-end"), headers=HTMX).content.decode()
    assert "Another five minutes" in html
    assert "game-form-" in begin(console, client)


def test_helpers_see_public_messages_only(console: Console, colleague: Actor, signed_in: SignIn) -> None:
    tell(console.account, post("p", "my own matter", private=True))
    client = signed_in(colleague)
    assert "my own matter" not in begin(console, client)


def test_another_message_than_the_one_shown_is_not_taken(
    console: Console, asked: None, colleague: Actor, signed_in: SignIn
) -> None:
    client = signed_in(colleague)
    begin(console, client)
    other = Message.objects.exclude(pk=on_table(client)).first()
    assert other is not None
    client.post(console.url("game-answer"), {"message": other.pk, "intent": "spam"}, headers=HTMX)
    assert not Correction.objects.exists()


def test_a_message_taken_down_meanwhile_is_left_out(
    console: Console, asked: None, agent: Actor, signed_in: SignIn
) -> None:
    client = signed_in(agent)
    begin(console, client)
    gone = on_table(client)
    Message.objects.filter(pk=gone).update(deleted_at=clock.now(), text="")
    answer(console, client, intent="question")
    assert on_table(client) != gone


def test_it_works_without_scripts(
    console: Console, asked: None, trusted: Actor, signed_in: SignIn, page_of: Read
) -> None:
    client = signed_in(trusted)
    assert client.post(console.url("game-start"))["Location"] == console.url("game")
    html = page_of(client, console.url("game"))
    assert f'name="message" value="{on_table(client)}"' in html
    client.post(console.url("game-answer"), {"message": on_table(client), "intent": "question"})
    assert Correction.objects.filter(author_id=trusted.membership_id).exists()
    assert traffic.message("g0").disposition == "waiting"
