"""The helpers' one card: what they are given, in which order, and what they must never see."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

import pytest
from django.test import Client

from chimein.answering import services as answering
from chimein.answering.models import Answer
from chimein.core import clock
from chimein.core.actor import Actor, Role
from chimein.people.models import Brand, Membership
from chimein.routing import services as routing
from chimein.routing.models import WorkItem
from tests.factories import people, traffic
from tests.integration.console.conftest import HTMX, Console

SignIn = Callable[[Actor], Client]
Read = Callable[[Client, str], str]


def card_of(html: str) -> int | None:
    found = re.search(r'id="question-(\d+)"', html)
    return int(found[1]) if found else None


def test_one_card_with_why_and_what_to_do(
    console: Console, trusted: Actor, signed_in: SignIn, page_of: Read
) -> None:
    asked = console.ask("q", "How do I pair the Halo?")
    html = page_of(signed_in(trusted), console.url("card"))
    assert card_of(html) == asked.pk
    assert "Nothing personal, angry or risky in it: anybody of us may answer." in html
    assert html.count("How do I pair the Halo?") == 1


def test_never_the_desk_never_private_never_notes(
    console: Console, colleague: Actor, agent: Actor, signed_in: SignIn, page_of: Read
) -> None:
    console.ask("law", "my LAWYERWORD lawyer will call")
    secret = console.ask("dm", "PRIVATEWORD where is it?", private=True)
    WorkItem.objects.filter(conversation=secret).update(lane="crowd")
    shown = console.ask("q", "How do I pair it?", followers=54_321)
    answering.add_note(actor=agent, conversation_id=shown.pk, text="NOTEWORD", now=clock.now())
    client, seen = signed_in(colleague), ""
    for _ in range(4):
        html = page_of(client, console.url("card"))
        seen += html
        client.post(console.url("skip"), {"conversation": str(card_of(html) or 0)})
    assert card_of(seen) == shown.pk
    for word in ("LAWYERWORD", "PRIVATEWORD", "NOTEWORD", "54,321", "54321"):
        assert word not in seen


@pytest.mark.parametrize("name", ["conversation", "work", "queue", "ledger", "channels", "aside", "unsent"])
def test_staff_pages_are_closed_to_helpers(
    console: Console, colleague: Actor, signed_in: SignIn, name: str
) -> None:
    console.ask("q")
    url = console.of("q", name) if name in {"conversation", "work"} else console.url(name)
    assert signed_in(colleague).get(url).status_code == 403


@pytest.mark.parametrize("name", ["claim", "answer", "draft", "typing"])
def test_desk_and_private_conversations_cannot_be_worked_on(
    console: Console, colleague: Actor, signed_in: SignIn, name: str
) -> None:
    console.ask("law", "my lawyer will call")
    console.ask("dm", "where is it?", private=True)
    client = signed_in(colleague)
    for external_id, status in (("law", 403), ("dm", 404)):
        args = [console.conversation(external_id).public_id, *(["reply"] if name == "draft" else [])]
        # The box is told in words that it is not theirs (409), so that it stops trying to save.
        expected = 409 if name == "draft" and status == 403 else status
        assert client.post(console.url(name, *args), {"text": "x"}).status_code == expected
    assert not Answer.objects.exists()
    assert WorkItem.objects.filter(holder=None).count() == 2


def test_notes_and_presence_are_not_for_helpers(
    console: Console, colleague: Actor, signed_in: SignIn
) -> None:
    console.ask("q")
    client = signed_in(colleague)
    assert client.post(console.of("q", "note"), {"text": "x"}).status_code == 403
    assert client.post(console.of("q", "here")).status_code == 403
    url = console.url("draft", console.conversation("q").public_id, "note")
    assert client.post(url, {"text": "x"}).status_code == 403


def test_answer_on_the_card_thanks_and_goes_on(
    console: Console, colleague: Actor, signed_in: SignIn, page_of: Read
) -> None:
    first = console.ask("a", at=300)
    second = console.ask("b", at=310)
    client = signed_in(colleague)
    assert card_of(page_of(client, console.url("card"))) == first.pk
    mine = client.post(console.of("a", "claim"), {"from": "card"}, headers=HTMX).content.decode()
    assert "Your question" in mine
    fence = re.search(r'name="fence" value="(\d+)"', mine)
    assert fence
    values = {"from": "card", "fence": fence[1], "text": "Hold the button."}
    sent = client.post(console.of("a", "answer"), values, headers=HTMX)
    assert "undo_url" in json.loads(sent["HX-Trigger"])["toast"]
    html = sent.content.decode()
    assert card_of(html) == second.pk
    assert re.search(r"Thank you! You answered after \d+ minutes|The customer had waited for \d+ hours", html)
    assert "Hold the button." in page_of(client, console.url("answers"))


def test_without_scripts_the_thanks_offer_the_way_back(
    console: Console, colleague: Actor, signed_in: SignIn, page_of: Read
) -> None:
    found = console.ask("q")
    client = signed_in(colleague)
    client.post(console.of("q", "claim"), {"from": "card"})
    client.post(console.of("q", "answer"), {"from": "card", "fence": "1", "text": "Hold it."})
    assert "Take it back" in page_of(client, console.url("card"))
    client.post(console.url("undo", Answer.objects.get().pk), {"from": "card"})
    html = page_of(client, console.url("card"))
    assert card_of(html) == found.pk
    assert ">Hold it.</textarea>" in html
    assert "Thank you!" not in html


def test_skipped_is_remembered_until_asked_for(
    console: Console, colleague: Actor, signed_in: SignIn, page_of: Read
) -> None:
    asked = console.ask("q")
    client = signed_in(colleague)
    client.post(console.url("skip"), {"conversation": str(asked.pk)})
    html = page_of(client, console.url("card"))
    assert card_of(html) is None
    assert "You have seen them all" in html
    client.post(console.url("skip-forget"))
    assert card_of(page_of(client, console.url("card"))) == asked.pk


def test_not_ours_goes_to_the_desk(
    console: Console, colleague: Actor, signed_in: SignIn, page_of: Read
) -> None:
    console.ask("q")
    client = signed_in(colleague)
    values = {"from": "card", "lane": "desk", "reason": "It needs an expert"}
    html = client.post(console.of("q", "move"), values, headers=HTMX).content.decode()
    assert "All answered" in html
    assert WorkItem.objects.get().lane == "desk"


def test_a_follow_up_comes_first_to_who_answered(
    console: Console, brand: Brand, colleague: Actor, signed_in: SignIn, page_of: Read
) -> None:
    console.ask("older", at=10)
    console.ask("q", at=20, thread="t")
    name = Membership.objects.get(user=colleague.user_id).public_name
    traffic.tell(
        console.account, traffic.own("a", f"Hold it. ^{name}, Store 12", reply_to="q", at=25, thread="t")
    )
    again = traffic.post("again", "And how do I stop it?", by="by-q", at=330, reply_to="a", thread="t")
    traffic.tell(console.account, again)
    html = page_of(signed_in(colleague), console.url("card"))
    assert card_of(html) == console.conversation("q").pk
    assert "Back to you: a follow-up" in html
    other = people.actor(brand, Role.COLLEAGUE, "Dora")
    assert card_of(page_of(signed_in(other), console.url("card"))) == console.conversation("older").pk


def test_what_somebody_holds_is_not_offered_to_others(
    console: Console, colleague: Actor, trusted: Actor, signed_in: SignIn, page_of: Read
) -> None:
    asked = console.ask("q")
    routing.claim(actor=colleague, conversation_id=asked.pk, now=clock.now())
    assert card_of(page_of(signed_in(trusted), console.url("card"))) is None
    assert card_of(page_of(signed_in(colleague), console.url("card"))) == asked.pk


def test_ones_own_language_comes_first(
    console: Console, brand: Brand, signed_in: SignIn, page_of: Read
) -> None:
    console.ask("en", "How do I pair it?", at=10)
    chinese = console.ask("zh", "请问耳机怎么配对？", at=300)
    lin = people.member(brand, Role.COLLEAGUE, "小林", languages=["zh"])
    client = signed_in(lin.user)  # type: ignore[arg-type]
    assert card_of(page_of(client, console.url("card"))) == chinese.pk


def test_the_card_being_read_stays_when_a_more_urgent_one_comes(
    console: Console, colleague: Actor, signed_in: SignIn
) -> None:
    read = console.ask("read", at=300)
    console.ask("urgent", at=10)
    html = signed_in(colleague).get(console.url("card"), {"at": read.pk}, headers=HTMX).content.decode()
    assert card_of(html) == read.pk


def test_a_card_that_is_gone_brings_the_next_with_a_word(
    console: Console, colleague: Actor, signed_in: SignIn
) -> None:
    console.ask("a", at=10)
    second = console.ask("b", at=20)
    WorkItem.objects.filter(conversation=console.conversation("a")).update(lane="desk")
    response = signed_in(colleague).post(console.of("a", "claim"), {"from": "card"}, headers=HTMX)
    assert card_of(response.content.decode()) == second.pk
    assert json.loads(response["HX-Trigger"])["toast"]["tone"] == "late"


def test_nothing_waits(console: Console, trusted: Actor, signed_in: SignIn, page_of: Read) -> None:
    assert "All answered" in page_of(signed_in(trusted), console.url("card"))
    assert "Take the first question" in page_of(signed_in(trusted), console.url("answers"))


def test_a_private_question_i_once_answered_is_not_repeated(
    console: Console, colleague: Actor, signed_in: SignIn, page_of: Read
) -> None:
    found = console.ask("dm", "SECRETWORD?", private=True)
    Answer.objects.create(
        conversation=found, reply_to=traffic.message("dm"), author_id=colleague.membership_id, text="Done",
        state="sent", undo_until=clock.now(),
    )  # fmt: skip
    assert "SECRETWORD" not in page_of(signed_in(colleague), console.url("answers"))
