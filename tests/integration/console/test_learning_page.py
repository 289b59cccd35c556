"""The learning page in all its states, and its buttons by role."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client

from chimein.core import clock
from chimein.core.actor import Actor
from chimein.triage import comparing, learning
from chimein.triage.models import Correction, TrainedModel, TrainingRun
from tests.factories import doubles, traffic
from tests.factories.traffic import post, tell
from tests.integration.console.conftest import HTMX, Console

SignIn = Callable[[Actor], Client]
Read = Callable[[Client, str], str]


@pytest.fixture(autouse=True)
def _small_model() -> Iterator[None]:
    with doubles.small_model():
        yield


@pytest.fixture
def taught(console: Console, lead: Actor) -> None:
    """Enough corrections for a model."""
    names = [f"m{number}" for number in range(24)]
    tell(
        console.account, *(post(name, f"Question {name} on the lamp", by=name, thread=name) for name in names)
    )
    Correction.objects.bulk_create(
        Correction(
            brand_id=lead.brand_id, message=traffic.message(name), label="lane", before="crowd", after="desk",
            author_id=lead.membership_id,
        )
        for name in names
    )  # fmt: skip


def train(lead: Actor) -> TrainedModel:
    learning.ask(actor=lead, now=clock.now())
    learning.run_waiting(now=clock.now())
    return TrainedModel.objects.latest("pk")


def test_at_first_it_says_what_to_do(
    console: Console, agent: Actor, signed_in: SignIn, page_of: Read
) -> None:
    html = page_of(signed_in(agent), console.url("learning"))
    assert "No corrections yet" in html
    assert "Train now" not in html


def test_a_training_is_asked_for_watched_and_seen(
    console: Console, taught: None, lead: Actor, signed_in: SignIn, page_of: Read
) -> None:
    client = signed_in(lead)
    assert "Train now" in page_of(client, console.url("learning"))
    response = client.post(console.url("train"), headers=HTMX)
    assert response["HX-Redirect"] == console.url("learning")
    state = client.get(console.url("learning-run"), headers=HTMX)
    assert "A training goes on" in state.content.decode()
    assert "HX-Trigger" not in state
    learning.run_waiting(now=clock.now())
    assert "trained" in client.get(console.url("learning-run"), headers=HTMX)["HX-Trigger"]
    model = TrainedModel.objects.get()
    html = page_of(client, console.url("learning"))
    assert f"Candidate: model {model.pk}" in html
    assert "too few held-back messages" in html
    assert "messages change lane" in html
    assert "right now" in html
    assert "Learning curve" in html
    assert "Lanes mixed up" in html


def test_a_lead_takes_it_and_goes_back(
    console: Console, taught: None, lead: Actor, signed_in: SignIn, page_of: Read
) -> None:
    model, client = train(lead), signed_in(lead)
    client.post(console.url("model-use"), {"model": model.pk})
    html = page_of(client, console.url("learning"))
    assert f"In use: model {model.pk}" in html
    assert "Back to the shipped model" in html
    client.post(console.url("model-back"), {"model": model.pk})
    html = page_of(client, console.url("learning"))
    assert "In use: the model as shipped." in html
    response = client.post(console.url("model-back"), {"model": model.pk}, follow=True)
    assert "Another model is in use by now." in response.content.decode()


def test_a_lead_turns_it_down(
    console: Console, taught: None, lead: Actor, signed_in: SignIn, page_of: Read
) -> None:
    model, client = train(lead), signed_in(lead)
    client.post(console.url("model-reject"), {"model": model.pk})
    html = page_of(client, console.url("learning"))
    assert "Not taken" in html
    assert "A lead decided." in html
    client.post(console.url("model-use"), {"model": "nonsense"})
    assert not TrainedModel.objects.filter(state="live").exists()


def test_agents_read_and_do_not_decide(
    console: Console, taught: None, lead: Actor, agent: Actor, signed_in: SignIn, page_of: Read
) -> None:
    model, client = train(lead), signed_in(agent)
    html = page_of(client, console.url("learning"))
    assert f"Candidate: model {model.pk}" in html
    assert "Take it into use" not in html
    assert "Train now" not in html
    for name in ("train", "model-use", "model-back", "model-reject"):
        assert client.post(console.url(name), {"model": model.pk}).status_code == 403


def test_it_went_live_by_rule(
    console: Console, taught: None, lead: Actor, signed_in: SignIn, page_of: Read
) -> None:
    with comparing.LEAST_HELD_BACK.override(2):
        train(lead)
    html = page_of(signed_in(lead), console.url("learning"))
    assert "It is better by the margin" in html
    assert "Candidate" not in html


def test_what_failed_and_what_was_empty_is_said(
    console: Console, taught: None, lead: Actor, signed_in: SignIn, page_of: Read
) -> None:
    client = signed_in(lead)
    run = learning.ask(actor=lead, now=clock.now())
    TrainingRun.objects.filter(pk=run.pk).update(stage="failed", error="MemoryError", ended_at=clock.now())
    assert "The last training failed" in page_of(client, console.url("learning"))
    TrainingRun.objects.filter(pk=run.pk).update(stage="nothing")
    assert "found nothing to learn from" in page_of(client, console.url("learning"))


def test_the_page_costs_the_same_whatever_the_history(
    console: Console, taught: None, lead: Actor, signed_in: SignIn, at_most: Callable[[int], Any]
) -> None:
    for _ in range(3):
        train(lead)
    client = signed_in(lead)
    client.get(console.url("learning"))
    with at_most(24):
        client.get(console.url("learning"))
