"""The coach's page, what the author sees of it, and the page of the lists."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from chimein.answering import reviewing, word_lists
from chimein.answering.models import Answer, ListedWord, Review
from chimein.core import clock
from chimein.core.actor import Actor, Role
from chimein.people.models import Brand
from tests.factories import people
from tests.factories.reviews import GOOD, NOT_PERSONAL, coached, draft, mentor
from tests.integration.console.conftest import HTMX, Console

pytestmark = pytest.mark.django_db

SignIn = Callable[[Actor], Client]
Read = Callable[[Client, str], str]
YES = {"tone": "yes", "solves": "yes", "personal": "yes"}


@pytest.fixture
def nora(brand: Brand) -> Actor:
    return coached(brand, "Nora", people.team(brand))


@pytest.fixture
def lee(brand: Brand) -> Actor:
    return mentor(brand, "Lee")


@pytest.fixture
def review(console: Console, nora: Actor, lee: Actor) -> Review:
    return draft(nora, console.ask("q", "How do I pair the Halo?", at=358).pk)


def toast(response: Any) -> str:
    return str(json.loads(response.headers["HX-Trigger"])["toast"]["text"])


def test_the_reader_sees_question_draft_and_questions_others_do_not(
    console: Console, review: Review, lee: Actor, nora: Actor, trusted: Actor, lead: Actor, signed_in: SignIn,
    page_of: Read,
) -> None:  # fmt: skip
    html = page_of(signed_in(lee), console.url("reviews"))
    for words in (
        "How do I pair the Halo?",
        "Hold the button.",
        "For you first",
        "^Nora, Store 3 · with Lee",
    ):
        assert words in html
    assert len(re.findall(r"data-flip", html)) == 3
    assert "Nora" in page_of(signed_in(lead), console.url("reviews")), "a lead sees all"
    for other in (nora, trusted):
        assert "Hold the button." not in page_of(signed_in(other), console.url("reviews"))
    newcomer = page_of(signed_in(nora), console.url("reviews"))
    assert "Nothing to review yet" in newcomer
    assert "All read" in page_of(signed_in(trusted), console.url("reviews"))


def test_approving_takes_three_answers_and_offers_an_undo(
    console: Console, review: Review, lee: Actor, signed_in: SignIn
) -> None:
    client, url = signed_in(lee), console.url("review", review.pk)
    missing = client.post(url, {"act": "approve", "tone": "yes", "text": "Mine."}, headers=HTMX)
    assert toast(missing) == "Answer the three questions first."
    assert "Mine." in missing.content.decode(), "what was typed stays"
    done = client.post(url, {"act": "approve", **YES, "text": "Hold the button."}, headers=HTMX)
    assert "signed by Nora with you" in toast(done)
    assert "All read" in done.content.decode()
    assert client.post(console.url("review-undo", review.pk)).status_code == 204
    assert "Hold the button." in client.get(console.url("reviews"), headers=HTMX).content.decode()
    review.refresh_from_db()
    assert review.verdict == ""


def test_without_scripts_the_page_comes_again_with_a_word(
    console: Console, review: Review, lee: Actor, signed_in: SignIn
) -> None:
    given = {"act": "back", **YES, "advice": "Say her name."}
    response = signed_in(lee).post(console.url("review", review.pk), given, follow=True)
    assert "Sent back with your advice" in response.content.decode()


def test_whoever_comes_too_late_is_told_who_was_faster(
    console: Console, review: Review, lee: Actor, lead: Actor, signed_in: SignIn, page_of: Read
) -> None:
    reviewing.approve(actor=lee, review_id=review.pk, criteria=GOOD, now=clock.now())
    client = signed_in(lead)
    late = client.post(console.url("review", review.pk), {"act": "approve", **YES}, headers=HTMX)
    assert toast(late) == "Lee has decided this already."
    assert "Lee has decided this already." in page_of(client, f"{console.url('reviews')}?at={review.pk}")


@pytest.mark.parametrize("act", ["ring", "desk"])
def test_turning_down_wants_a_reason(
    console: Console, review: Review, lee: Actor, signed_in: SignIn, act: str
) -> None:
    client, url = signed_in(lee), console.url("review", review.pk)
    assert toast(client.post(url, {"act": act, **YES}, headers=HTMX)) == "Say in a word why."
    done = client.post(url, {"act": act, **YES, "advice": "It is about another device."}, headers=HTMX)
    assert toast(done) == "Turned down; the question goes on"


def test_the_author_sees_state_advice_and_difference(
    console: Console, review: Review, lee: Actor, nora: Actor, signed_in: SignIn, page_of: Read
) -> None:
    author = signed_in(nora)
    html = page_of(author, console.url("answers"))
    assert "A colleague reads it first" in html
    assert "With Lee" in html
    reviewing.approve(
        actor=lee, review_id=review.pk, criteria=NOT_PERSONAL, advice="Greet <b>her</b>.",
        text="Mia, hold the button.", now=clock.now(),
    )  # fmt: skip
    html = page_of(author, console.url("answers"))
    assert "<del>Hold</del><ins>Mia, hold</ins>" in html.replace("</ins><ins>", "")
    assert "Greet &lt;b&gt;her&lt;/b&gt;." in html
    assert "Work on writing personally." in html


def test_what_came_back_is_on_the_card_with_its_advice(
    console: Console, review: Review, lee: Actor, nora: Actor, signed_in: SignIn, page_of: Read
) -> None:
    reviewing.send_back(
        actor=lee, review_id=review.pk, criteria=NOT_PERSONAL, advice="Say her name.", now=clock.now()
    )
    html = page_of(signed_in(nora), console.url("card"))
    assert "Lee sent it back:" in html
    assert "Say her name." in html
    assert "Hold the button." in html


def test_the_author_takes_it_back_to_change_it(
    console: Console, review: Review, nora: Actor, signed_in: SignIn
) -> None:
    response = signed_in(nora).post(console.url("undo", review.answer_id), {"from": "card"}, follow=True)
    assert "Hold the button." in response.content.decode()
    assert Answer.objects.get().state == Answer.State.CANCELLED


def test_the_page_costs_little_however_much_waits(
    console: Console, brand: Brand, lee: Actor, signed_in: SignIn, at_most: Callable[[int], Any]
) -> None:
    for number in range(6):
        draft(coached(brand, f"N{number}"), console.ask(f"m{number}", at=300).pk)
    client = signed_in(lee)
    client.get(console.url("reviews"))
    with at_most(30):
        assert client.get(console.url("reviews")).status_code == 200


# ---------------------------------------------------------------- checks and lists
def test_checks_speak_while_somebody_types(
    console: Console, agent: Actor, lead: Actor, signed_in: SignIn
) -> None:
    word_lists.add(actor=lead, kind="competitor", word="Norbit", note="Say what we can.", now=clock.now())
    console.ask("q")
    client, url = signed_in(agent), console.of("q", "checks")
    warned = client.post(url, {"text": "Norbit is cheaper"}, headers=HTMX).content.decode()
    assert "Another brand is named: Norbit." in warned
    assert "Say what we can." in warned
    assert 'name="anyway"' in warned
    blocked = client.post(url, {"text": "mia@example.com"}, headers=HTMX).content.decode()
    assert "in public for ever" in blocked
    assert 'name="anyway"' not in blocked
    assert 'name="anyway"' not in client.post(url, {"text": "Hold it."}, headers=HTMX).content.decode()


def test_a_warned_answer_goes_out_with_a_reason(
    console: Console, agent: Actor, lead: Actor, signed_in: SignIn
) -> None:
    word_lists.add(actor=lead, kind="competitor", word="Norbit", now=clock.now())
    console.ask("q")
    client, url = signed_in(agent), console.of("q", "answer")
    first = client.post(url, {"text": "Norbit is cheaper"}, headers=HTMX)
    assert "say why" in toast(first)
    assert "Norbit is cheaper" in first.content.decode()
    client.post(url, {"text": "Norbit is cheaper", "anyway": "She asked."}, headers=HTMX)
    assert Answer.objects.get().anyway == "She asked."


def test_leads_keep_the_lists(console: Console, lead: Actor, signed_in: SignIn, page_of: Read) -> None:
    client = signed_in(lead)
    assert page_of(client, console.url("lists")).count("Nothing on this list") == 5
    client.post(
        console.url("list-add"),
        {"kind": "taboo", "word": "<b>never</b>", "until": "2030-01-02"},
        headers=HTMX,
    )
    row = ListedWord.objects.get()
    html = page_of(client, console.url("lists"))
    assert "&lt;b&gt;never&lt;/b&gt;" in html
    table = client.get(console.url("list-export")).content.decode()
    assert table.splitlines() == ["kind,word,note,until", "taboo,<b>never</b>,,2030-01-02"]
    client.post(console.url("list-remove", row.pk), headers=HTMX)
    assert not ListedWord.objects.exists()
    assert client.post(console.url("list-restore")).status_code == 204
    assert str(ListedWord.objects.get().until) == "2030-01-02"
    file = SimpleUploadedFile("x.csv", "kind,word\nfine,罗望\n".encode())
    assert "1 word brought in" in toast(client.post(console.url("list-import"), {"file": file}, headers=HTMX))
    wrong = client.post(
        console.url("list-add"), {"kind": "taboo", "word": "x", "until": "soon"}, headers=HTMX
    )
    assert "not a date" in toast(wrong)


def test_the_lists_are_tried_on_a_text(console: Console, lead: Actor, signed_in: SignIn) -> None:
    html = signed_in(lead).get(f"{console.url('lists')}?try=mia@example.com", headers=HTMX).content.decode()
    assert "in public for ever" in html


def test_agents_do_not_change_the_lists(console: Console, brand: Brand, signed_in: SignIn) -> None:
    client = signed_in(people.actor(brand, Role.AGENT))
    for name in ("lists", "list-export"):
        assert client.get(console.url(name)).status_code == 403
