"""Claiming, answering, taking back, noting, handing over: with htmx and without any script."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from chimein.answering.models import Answer, Draft
from chimein.channels.models import Delivery
from chimein.conversations.models import Message, Note
from chimein.core import clock
from chimein.core.actor import Actor, Role
from chimein.people.models import Brand
from chimein.routing import services as routing
from chimein.routing.models import Lane, Presence, WorkItem
from tests.factories import people, traffic
from tests.integration.console.conftest import HTMX, Console

SignIn = Callable[[Actor], Client]


def item_of(console: Console, external_id: str) -> WorkItem:
    return WorkItem.objects.get(conversation=console.conversation(external_id))


def toast_of(response: Any) -> dict[str, Any]:
    shown: dict[str, Any] = json.loads(response["HX-Trigger"])["toast"]
    return shown


def test_claim_without_scripts_leads_back_to_the_page(
    console: Console, agent: Actor, signed_in: SignIn
) -> None:
    console.ask("q")
    response = signed_in(agent).post(console.of("q", "claim"))
    assert response.status_code == 302
    assert response["Location"] == console.of("q")
    assert item_of(console, "q").holder_id == agent.membership_id


def test_claim_with_htmx_answers_with_the_pane(console: Console, agent: Actor, signed_in: SignIn) -> None:
    console.ask("q")
    response = signed_in(agent).post(console.of("q", "claim"), headers=HTMX)
    html = response.content.decode()
    assert html.strip().startswith('<section class="pane pane-thread" id="work"')
    assert 'name="fence" value="1"' in html
    assert "Give back" in html


def test_a_lost_claim_says_who_was_faster(
    console: Console, brand: Brand, agent: Actor, signed_in: SignIn
) -> None:
    found = console.ask("q")
    routing.claim(actor=people.actor(brand, Role.AGENT, "Bo"), conversation_id=found.pk, now=clock.now())
    response = signed_in(agent).post(console.of("q", "claim"), headers=HTMX)
    assert response.status_code == 200
    assert toast_of(response) == {"text": "Bo is answering this.", "tone": "late"}


def test_give_back(console: Console, agent: Actor, signed_in: SignIn) -> None:
    console.ask("q")
    client = signed_in(agent)
    client.post(console.of("q", "claim"))
    client.post(console.of("q", "release"))
    assert item_of(console, "q").holder_id is None


def test_an_answer_is_held_and_can_be_taken_back(console: Console, agent: Actor, signed_in: SignIn) -> None:
    console.ask("q")
    client = signed_in(agent)
    client.post(console.of("q", "claim"))
    sent = client.post(console.of("q", "answer"), {"text": "Hold it.", "fence": "1"}, headers=HTMX)
    made = Answer.objects.get()
    assert (made.state, made.text) == ("held", "Hold it.")
    assert toast_of(sent)["undo_url"] == console.url("undo", made.pk)
    assert "You can still take it back." in sent.content.decode()
    assert client.post(console.url("undo", made.pk)).status_code == 204
    made.refresh_from_db()
    assert made.state == "cancelled"
    assert ">Hold it.</textarea>" in client.get(console.of("q")).content.decode()


def test_too_late_to_take_back(console: Console, agent: Actor, signed_in: SignIn) -> None:
    console.ask("q")
    client = signed_in(agent)
    client.post(console.of("q", "answer"), {"text": "Hold it."})
    Answer.objects.update(undo_until=clock.now())
    response = client.post(console.url("undo", Answer.objects.get().pk))
    assert response.status_code == 409
    assert Answer.objects.get().state == "held"


def test_nobody_takes_back_somebody_elses_answer(
    console: Console, brand: Brand, agent: Actor, signed_in: SignIn
) -> None:
    console.ask("q")
    signed_in(agent).post(console.of("q", "answer"), {"text": "Hold it."})
    other = signed_in(people.actor(brand, Role.AGENT, "Bo"))
    assert other.post(console.url("undo", Answer.objects.get().pk)).status_code == 403
    assert Answer.objects.get().state == "held"


def test_sending_without_a_claim_claims_what_is_free(
    console: Console, agent: Actor, signed_in: SignIn
) -> None:
    console.ask("q")
    response = signed_in(agent).post(console.of("q", "answer"), {"text": "Hold it."}, follow=True)
    assert Answer.objects.get().author_id == agent.membership_id
    assert "Your answer goes out in a moment" in response.content.decode()


def test_sending_with_a_lost_claim_keeps_the_text(
    console: Console, brand: Brand, agent: Actor, signed_in: SignIn
) -> None:
    found = console.ask("q")
    client = signed_in(agent)
    client.post(console.of("q", "claim"))
    WorkItem.objects.update(claim_until=clock.now())
    routing.claim(actor=people.actor(brand, Role.AGENT, "Bo"), conversation_id=found.pk, now=clock.now())
    response = client.post(console.of("q", "answer"), {"text": "My long answer", "fence": "1"}, headers=HTMX)
    assert "Your claim has run out" in toast_of(response)["text"]
    assert Draft.objects.get(author_id=agent.membership_id).text == "My long answer"
    assert ">My long answer</textarea>" in response.content.decode()
    assert not Answer.objects.exists()


def test_too_long_is_said_with_the_number_and_parts_send_it(
    console: Console, brand: Brand, agent: Actor, signed_in: SignIn, scripted: Any
) -> None:
    account = traffic.account(brand, "scripted")
    post = {"external_id": "q", "author": "mia", "text": "How?", "posted_at": clock.now().isoformat()}
    traffic.tell(account, post)
    client = signed_in(agent)
    client.post(console.of("q", "claim"))
    long = "Press the ring. " * 20
    refused = client.post(console.of("q", "answer"), {"text": long, "fence": "1"}, headers=HTMX)
    assert "over the limit" in toast_of(refused)["text"]
    preview = client.post(console.of("q", "parts"), {"text": long, "parts": "1"}).content.decode()
    client.post(console.of("q", "answer"), {"text": long, "fence": "1", "parts": "1"}, headers=HTMX)
    assert Delivery.objects.count() == preview.count("<li>") > 1


def test_the_chosen_message_is_answered(console: Console, agent: Actor, signed_in: SignIn) -> None:
    console.ask("a", thread="t", at=300)
    console.ask("b", thread="t", at=310)
    chosen = traffic.message("a")
    signed_in(agent).post(console.of("a", "answer"), {"text": "Hold it.", "reply_to": str(chosen.pk)})
    assert Answer.objects.get().reply_to_id == chosen.pk


def test_a_note_never_becomes_an_answer(console: Console, agent: Actor, signed_in: SignIn) -> None:
    console.ask("q")
    client = signed_in(agent)
    client.post(console.url("draft", console.conversation("q").public_id, "note"), {"text": "ask Tom"})
    html = client.post(console.of("q", "note"), {"text": "ask Tom"}, headers=HTMX).content.decode()
    assert Note.objects.get().text == "ask Tom"
    assert not Draft.objects.exists()
    assert html.count("ask Tom") == 1
    assert not Message.objects.filter(direction="out").exists()


def test_an_empty_note_is_refused_with_words(console: Console, agent: Actor, signed_in: SignIn) -> None:
    console.ask("q")
    response = signed_in(agent).post(console.of("q", "note"), {"text": "  "}, headers=HTMX)
    assert toast_of(response) == {"text": "The note is empty.", "tone": "late"}


def test_typing_keeps_the_claim_and_shows(console: Console, agent: Actor, signed_in: SignIn) -> None:
    console.ask("q")
    client = signed_in(agent)
    assert client.post(console.of("q", "typing")).status_code == 204
    client.post(console.of("q", "claim"))
    WorkItem.objects.update(claim_until=clock.now() + timedelta(seconds=5))
    before = item_of(console, "q").claim_until
    response = client.post(console.of("q", "typing"))
    after = item_of(console, "q").claim_until
    assert before
    assert after
    assert after > before
    assert f'id="claim-{console.conversation("q").pk}"' in response.content.decode()
    assert Presence.objects.get().typing_at is not None


def test_looking_does_not_hide_that_i_type(console: Console, agent: Actor, signed_in: SignIn) -> None:
    console.ask("q")
    client = signed_in(agent)
    client.post(console.of("q", "typing"))
    client.post(console.of("q", "here"))
    assert Presence.objects.get().typing_at is not None
    Presence.objects.update(typing_at=clock.now() - timedelta(minutes=1))
    client.post(console.of("q", "here"))
    assert Presence.objects.get().typing_at is None


def test_handing_over_needs_a_reason(console: Console, agent: Actor, signed_in: SignIn) -> None:
    console.ask("q")
    client = signed_in(agent)
    refused = client.post(console.of("q", "move"), {"lane": "desk", "reason": " "}, headers=HTMX)
    assert toast_of(refused)["tone"] == "late"
    assert item_of(console, "q").lane == Lane.CROWD
    client.post(console.of("q", "move"), {"lane": "desk", "reason": "an expert is needed"})
    assert item_of(console, "q").lane == Lane.DESK
    html = client.get(console.of("q")).content.decode()
    assert "Ann handed it to the desk: an expert is needed" in html


def test_a_private_conversation_never_goes_to_the_crowd(
    console: Console, agent: Actor, signed_in: SignIn
) -> None:
    console.ask("dm", "Where is it?", private=True)
    response = signed_in(agent).post(console.of("dm", "move"), {"lane": "crowd", "reason": "x"}, headers=HTMX)
    assert toast_of(response)["text"] == "A private conversation stays with staff."
    assert item_of(console, "dm").lane == Lane.DESK


def test_a_refused_answer_is_sent_again_whole(console: Console, agent: Actor, signed_in: SignIn) -> None:
    found = console.ask("q")
    refused = Answer.objects.create(
        conversation=found,
        author_id=agent.membership_id,
        text="Hold it.",
        state="failed",
        undo_until=clock.now(),
    )
    client = signed_in(agent)
    client.post(console.url("send-again", found.public_id, refused.pk), headers=HTMX)
    assert Answer.objects.filter(state="held", text="Hold it.").count() == 1
    again = client.post(console.url("send-again", found.public_id, 999_999), headers=HTMX)
    assert toast_of(again)["tone"] == "late"


@pytest.mark.parametrize("name", ["claim", "release", "move", "answer", "note", "typing", "here", "parts"])
def test_acts_are_posts(console: Console, agent: Actor, signed_in: SignIn, name: str) -> None:
    console.ask("q")
    assert signed_in(agent).get(console.of("q", name)).status_code == 405
