"""The conversation page: the thread as the network shows it, what staff see besides, and what it costs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from chimein.answering import services as answering
from chimein.channels import deliveries
from chimein.channels.port import Outgoing, SendError, SendErrorCode
from chimein.core import clock
from chimein.core.actor import Actor, Role
from chimein.people.models import Brand
from chimein.routing import presence
from chimein.routing import services as routing
from chimein.web.console.panes import render_presence, render_thread
from chimein.web.console.thread import full_thread
from tests.factories import people, traffic
from tests.integration.console.conftest import Console

SignIn = Callable[[Actor], Client]
Read = Callable[[Client, str], str]


def forked(console: Console, replies: int = 3) -> None:
    """A question several others join, and a note of a colleague."""
    posts = [traffic.post("root", "Does the TV stand fit 55 inch?", by="root", at=300, thread="t")]
    posts += [
        traffic.post(
            f"r{i}",
            f"same question number {i}, how?",
            by=f"other{i}",
            at=301 + i / 100,
            reply_to="root",
            thread="t",
        )
        for i in range(replies)
    ]
    posts.append(traffic.post("below", "and mine, how?", by="deep", at=340, reply_to="r0", thread="t"))
    traffic.tell(console.account, *posts)


def test_replies_stand_below_what_they_answer(console: Console) -> None:
    forked(console)
    entries = full_thread(console.conversation("root")).entries
    order = [(entry.message.external_id, entry.depth) for entry in entries if entry.message]
    assert order == [("root", 0), ("r0", 1), ("below", 1), ("r1", 1), ("r2", 1)]


def test_notes_stand_where_they_were_written(console: Console, agent: Actor) -> None:
    forked(console)
    found = console.conversation("root")
    answering.add_note(actor=agent, conversation_id=found.pk, text="ask Tom", now=traffic.minutes(320))
    kinds = [
        entry.message.external_id if entry.message else entry.kind for entry in full_thread(found).entries
    ]
    assert kinds.index("note") == kinds.index("r2") + 1


def test_replies_in_a_ring_are_all_shown(console: Console) -> None:
    forked(console, 2)
    traffic.message("root").__class__.objects.filter(external_id="root").update(parent_external_id="below")
    entries = full_thread(console.conversation("root")).entries
    assert len([entry for entry in entries if entry.message]) == 4


def test_staff_see_note_reasons_and_customer(
    console: Console, agent: Actor, signed_in: SignIn, page_of: Read
) -> None:
    found = console.ask("q", "my refund is missing", followers=12_345)
    answering.add_note(actor=agent, conversation_id=found.pk, text="Billing knows.", now=clock.now())
    html = page_of(signed_in(agent), console.of("q"))
    assert "Billing knows." in html
    assert ">Money<" in html
    assert "12345 followers" in html
    assert "Reply publicly on Webhook as Tamarind ^Ann, Store 3" in html


@pytest.mark.parametrize("replies", [1, 80])
def test_it_costs_the_same_however_long(
    console: Console, agent: Actor, signed_in: SignIn, at_most: Callable[[int], Any], replies: int
) -> None:
    forked(console, replies)
    found = console.conversation("root")
    for number in range(min(replies, 20)):
        answering.add_note(actor=agent, conversation_id=found.pk, text=f"note {number}", now=clock.now())
    client = signed_in(agent)
    with at_most(25):
        assert client.get(console.of("root")).status_code == 200
    with at_most(25):
        assert client.get(console.of("root", "work"), headers={"HX-Request": "true"}).status_code == 200


def test_a_deleted_post_leaves_its_place_without_its_words(
    console: Console, agent: Actor, signed_in: SignIn, page_of: Read
) -> None:
    console.ask("q", "How do I sing louder?")
    traffic.tell(console.account, traffic.gone("q"))
    html = page_of(signed_in(agent), console.of("q"))
    assert "Taken down by its author." in html
    assert "Nobody waits for an answer here." in html


def test_a_private_message_says_so_on_the_button(
    console: Console, agent: Actor, signed_in: SignIn, page_of: Read
) -> None:
    console.ask("dm", "Where is my parcel?", private=True)
    html = page_of(signed_in(agent), console.of("dm"))
    assert "Send a private message on Webhook as Tamarind ^Ann, Store 3" in html
    assert "A private conversation stays with staff." in html


def test_a_merged_conversation_leads_on(console: Console, agent: Actor, signed_in: SignIn) -> None:
    first, second = console.ask("a", thread="one"), console.ask("b", thread="two")
    traffic.tell(console.account, traffic.post("joint", "how?", reply_to="a", thread="two", at=350))
    response = signed_in(agent).get(console.url("conversation", second.public_id))
    assert response.status_code == 302
    assert response["Location"] == console.url("conversation", first.public_id)


def test_several_waiting_customers_can_be_chosen_from(
    console: Console, agent: Actor, signed_in: SignIn, page_of: Read
) -> None:
    forked(console, 2)
    html = page_of(signed_in(agent), console.of("root"))
    assert html.count("<option value=") == 4


def test_earlier_conversations_of_the_customer_are_listed(
    console: Console, agent: Actor, signed_in: SignIn, page_of: Read
) -> None:
    console.ask("old", "How do I charge the reader?", by="mia", at=10)
    console.ask("new", "How do I switch it off?", by="mia", at=300)
    assert "How do I charge the reader?" in page_of(signed_in(agent), console.of("new"))


def test_the_draft_of_another_is_read_only_beside_the_box(
    console: Console, brand: Brand, agent: Actor, signed_in: SignIn, page_of: Read
) -> None:
    other = people.actor(brand, Role.AGENT, "Bo")
    found = console.ask("q")
    answering.save_draft(
        actor=other, conversation_id=found.pk, kind="reply", text="Half an idea", now=clock.now()
    )
    html = page_of(signed_in(agent), console.of("q"))
    assert "Draft by Bo" in html
    assert '<p class="other-draft-text">Half an idea</p>' in html


def test_my_draft_is_back_after_a_reload(
    console: Console, agent: Actor, signed_in: SignIn, page_of: Read
) -> None:
    console.ask("q")
    client = signed_in(agent)
    for kind in ("reply", "note"):
        url = console.url("draft", console.conversation("q").public_id, kind)
        assert client.post(url, {"text": f"begun {kind}"}).status_code == 204
    html = page_of(client, console.of("q"))
    assert ">begun reply</textarea>" in html
    assert ">begun note</textarea>" in html


def test_while_somebody_else_answers_there_is_no_box(
    console: Console, brand: Brand, agent: Actor, signed_in: SignIn, page_of: Read
) -> None:
    found = console.ask("q")
    other = people.actor(brand, Role.AGENT, "Bo")
    routing.claim(actor=other, conversation_id=found.pk, now=clock.now())
    html = page_of(signed_in(agent), console.of("q"))
    assert "Bo is answering this." in html
    assert "Reply publicly" not in html
    assert 'class="box box-note"' in html


def test_but_what_i_had_written_stays(
    console: Console, brand: Brand, agent: Actor, signed_in: SignIn, page_of: Read
) -> None:
    found = console.ask("q")
    answering.save_draft(
        actor=agent, conversation_id=found.pk, kind="reply", text="my words", now=clock.now()
    )
    routing.claim(actor=people.actor(brand, Role.AGENT, "Bo"), conversation_id=found.pk, now=clock.now())
    html = page_of(signed_in(agent), console.of("q"))
    assert ">my words</textarea>" in html
    assert "Your text is kept until the conversation is free again." in html


def test_a_refused_answer_says_why_and_what_to_do(
    console: Console, brand: Brand, agent: Actor, signed_in: SignIn, page_of: Read, scripted: Any
) -> None:
    def refuse(_outgoing: Outgoing) -> None:
        raise SendError(SendErrorCode.WINDOW_CLOSED, "too late")

    scripted.script.append(refuse)
    console.account = traffic.account(brand, "scripted")
    now = clock.now()
    traffic.tell(
        console.account,
        {
            "external_id": "q",
            "author": "mia",
            "text": "How do I pair it?",
            "posted_at": (now - timedelta(minutes=3)).isoformat(),
        },
    )
    found = console.conversation("q")
    lease = routing.claim(actor=agent, conversation_id=found.pk, now=now)
    answering.answer(actor=agent, conversation_id=found.pk, text="Press it", fence=lease.fence, now=now)
    deliveries.run_due(now=now + timedelta(seconds=60))
    html = page_of(signed_in(agent), console.of("q"))
    assert "The time in which the network lets us answer is over." in html
    assert "Wait until the customer writes again" in html
    assert ">Press it</textarea>" in html


def test_the_live_thread_has_no_box_and_leads_each_viewer_to_their_own(
    console: Console, agent: Actor
) -> None:
    found = console.ask("q")
    answering.save_draft(
        actor=agent, conversation_id=found.pk, kind="reply", text="secret draft", now=clock.now()
    )
    drawn = render_thread(found.pk, "en")
    assert f'id="thread-{found.pk}"' in drawn
    assert console.of("q", "work") in drawn
    assert "secret draft" not in drawn
    assert "textarea" not in drawn


def test_presence_tells_who_looks_and_who_types(console: Console, brand: Brand, agent: Actor) -> None:
    found, now = console.ask("q"), clock.now()
    presence.show_up(actor=agent, conversation_id=found.pk, typing=False, now=now)
    presence.show_up(
        actor=people.actor(brand, Role.AGENT, "Bo"), conversation_id=found.pk, typing=True, now=now
    )
    drawn = render_presence(found.pk, "en")
    assert "Ann is looking" in drawn
    assert "Bo is typing" in drawn
