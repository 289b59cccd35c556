"""The panel that explains and corrects a message's labels: with scripts, without, by role."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client

from chimein.core.actor import Actor
from chimein.people.models import User
from chimein.routing.models import WorkItem
from chimein.triage.models import Correction, Triage
from tests.factories import doubles, traffic
from tests.integration.console.conftest import HTMX, Console

SignIn = Callable[[Actor | User], Client]
Read = Callable[[Client, str], str]


@pytest.fixture(autouse=True)
def _small_model() -> Iterator[None]:
    with doubles.small_model():
        yield


def panel(console: Console, external_id: str) -> str:
    message = traffic.message(external_id)
    return console.url("labels", message.conversation.public_id, message.pk)


def form(external_id: str, **changed: Any) -> dict[str, Any]:
    """The panel's form as it was drawn, with some answers changed."""
    triage = Triage.objects.get(message__external_id=external_id)
    was = {
        "intent": triage.intent,
        "sentiment": triage.sentiment,
        "risks": sorted(triage.risks),
        "lane": triage.lane,
    }
    data: dict[str, Any] = {
        f"was-{label}": json.dumps(value, ensure_ascii=False) for label, value in was.items()
    }
    return data | was | changed


def told(response: Any) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(response["HX-Trigger"])
    return found


def test_the_panel_explains(console: Console, agent: Actor, signed_in: SignIn, page_of: Read) -> None:
    console.ask("q", "My refund is missing")
    html = page_of(signed_in(agent), panel(console, "q"))
    assert "<mark>refund</mark>" in html
    assert "The rule that chose the lane: Money and personal data." in html
    assert "Labelled by rules-1." in html
    assert "% likely" in html
    assert 'name="risks" value="money" checked' in html
    assert 'name="lane" value="desk" checked' in html


def test_a_change_is_kept_and_can_be_undone(console: Console, agent: Actor, signed_in: SignIn) -> None:
    console.ask("q")
    client = signed_in(agent)
    data = form("q", intent="request", why="They want us to do it")
    response = client.post(panel(console, "q"), data, headers=HTMX)
    assert response.status_code == 204
    assert told(response)["toast"]["seconds"] == 10
    assert "labelled" in told(response)
    row = Correction.objects.get()
    assert (row.label, row.after, row.why) == ("intent", "request", "They want us to do it")
    undo = told(response)["toast"]["undo_url"]
    assert client.post(undo).status_code == 204
    assert client.post(undo).status_code == 409
    assert Triage.objects.get().intent == "question"


def test_only_what_one_changed_counts(console: Console, agent: Actor, lead: Actor, signed_in: SignIn) -> None:
    console.ask("q")
    old = form("q", sentiment="negative")
    signed_in(lead).post(panel(console, "q"), form("q", intent="complaint"), headers=HTMX)
    signed_in(agent).post(panel(console, "q"), old, headers=HTMX)
    found = Triage.objects.get()
    assert (found.intent, found.sentiment) == ("complaint", "negative")


def test_nothing_changed_says_so_and_all_right_confirms(
    console: Console, agent: Actor, signed_in: SignIn
) -> None:
    console.ask("q")
    client = signed_in(agent)
    response = client.post(panel(console, "q"), form("q"), headers=HTMX)
    assert told(response)["toast"]["tone"] == "late"
    assert "labelled" not in told(response)
    client.post(panel(console, "q"), form("q", confirm="1"), headers=HTMX)
    assert set(Correction.objects.values_list("label", flat=True)) == {"intent", "sentiment", "risks", "lane"}
    assert all(row.before == row.after for row in Correction.objects.all())


def test_without_scripts_the_page_comes_back(
    console: Console, agent: Actor, signed_in: SignIn, page_of: Read
) -> None:
    console.ask("q")
    client = signed_in(agent)
    response = client.post(panel(console, "q"), form("q", risks=["legal"]))
    assert response["Location"] == console.of("q")
    assert WorkItem.objects.get().lane == "desk"
    html = page_of(client, panel(console, "q"))
    assert "Ann changed “What makes it risky” from None of them to Legal" in html


def test_a_colleague_corrects_labels_on_the_card(
    console: Console, colleague: Actor, signed_in: SignIn, page_of: Read
) -> None:
    console.ask("q")
    client = signed_in(colleague)
    assert panel(console, "q") in page_of(client, console.url("card"))
    html = page_of(client, panel(console, "q"))
    assert 'name="lane"' not in html
    client.post(panel(console, "q"), form("q", risks=["account_data"], lane="none"))
    assert set(Correction.objects.values_list("label", flat=True)) == {"risks"}
    assert WorkItem.objects.get().lane == "desk"


def test_helpers_open_only_what_they_could_take(
    console: Console, colleague: Actor, signed_in: SignIn
) -> None:
    console.ask("d", "refund me for order 88213")
    console.ask("p", private=True)
    client = signed_in(colleague)
    assert client.get(panel(console, "d")).status_code == 403
    assert client.get(panel(console, "p")).status_code == 404


def test_another_teams_message_is_not_there(console: Console, stranger: User, signed_in: SignIn) -> None:
    console.ask("q")
    assert signed_in(stranger).get(panel(console, "q")).status_code == 404
    assert Client().get(panel(console, "q")).status_code == 302


def test_private_messages_go_to_no_helpers_lane(
    console: Console, agent: Actor, signed_in: SignIn, page_of: Read
) -> None:
    console.ask("p", private=True)
    html = page_of(signed_in(agent), panel(console, "p"))
    assert 'name="lane" value="desk"' in html
    assert 'name="lane" value="crowd"' not in html


def test_the_panel_costs_few_statements(
    console: Console, agent: Actor, signed_in: SignIn, at_most: Callable[[int], Any]
) -> None:
    console.ask("q")
    client = signed_in(agent)
    for intent in ("request", "complaint", "question"):
        client.post(panel(console, "q"), form("q", intent=intent), headers=HTMX)
    with at_most(14):
        client.get(panel(console, "q"), headers=HTMX)
