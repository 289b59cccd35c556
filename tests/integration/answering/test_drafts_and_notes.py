"""Note and reply are two things that never touch; what is being typed is kept."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chimein.answering import services
from chimein.answering.models import Draft
from chimein.channels.models import Delivery
from chimein.conversations.models import Conversation, Message, Note
from chimein.core import clock
from chimein.core.actor import Actor, Role
from chimein.core.errors import NotAllowed, UserError
from chimein.core.models import Event
from chimein.routing.models import WorkItem
from tests.factories import people
from tests.factories.desk import pump, send_off
from tests.factories.network import ScriptedNetwork

pytestmark = pytest.mark.django_db


def _save(actor: Actor, conversation: Conversation, kind: str, text: str) -> None:
    services.save_draft(actor=actor, conversation_id=conversation.pk, kind=kind, text=text, now=clock.now())


def test_reply_and_note_are_two_drafts(question: Conversation, agent: Actor, lead: Actor) -> None:
    _save(agent, question, "reply", "Hold the")
    _save(agent, question, "note", "seems to be the old model")
    _save(lead, question, "reply", "mine")
    _save(agent, question, "reply", "Hold the button")
    found = set(Draft.objects.values_list("author_id", "kind", "text"))
    assert found == {
        (agent.membership_id, "reply", "Hold the button"),
        (agent.membership_id, "note", "seems to be the old model"),
        (lead.membership_id, "reply", "mine"),
    }
    _save(agent, question, "note", "  ")
    assert not Draft.objects.filter(kind="note").exists()


def test_sending_forgets_the_reply_and_keeps_the_note(question: Conversation, agent: Actor) -> None:
    _save(agent, question, "reply", "Hold")
    _save(agent, question, "note", "old model")
    send_off(agent, question.pk)
    assert list(Draft.objects.values_list("kind", flat=True)) == ["note"]


def test_a_note_forgets_only_its_own_draft(question: Conversation, agent: Actor) -> None:
    _save(agent, question, "reply", "Hold")
    _save(agent, question, "note", "old model")
    services.add_note(actor=agent, conversation_id=question.pk, text="old model", now=clock.now())
    assert list(Draft.objects.values_list("kind", flat=True)) == ["reply"]


@pytest.mark.parametrize("kind", ["tweet", "", "REPLY"])
def test_there_are_no_other_drafts(question: Conversation, agent: Actor, kind: str) -> None:
    with pytest.raises(UserError):
        _save(agent, question, kind, "x")


def test_the_crowd_writes_nothing_at_the_desk(
    question: Conversation, colleague: Actor, trusted: Actor
) -> None:
    WorkItem.objects.update(lane="desk")
    for actor in (colleague, trusted, people.actor(people.brand("Elsewhere"))):
        with pytest.raises(NotAllowed):
            _save(actor, question, "reply", "x")
        with pytest.raises(NotAllowed):
            services.add_note(actor=actor, conversation_id=question.pk, text="x", now=clock.now())
    assert not Note.objects.exists()


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    note=st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1).filter(
        str.strip
    )
)
def test_the_words_of_a_note_leave_by_no_way(
    question: Conversation, scripted: ScriptedNetwork, brand: object, note: str
) -> None:
    """Not in a post, a delivery, a message, an event, nor in what an adapter is given."""
    word = f"<<{note}>>"
    asker = people.actor(question.brand, Role.AGENT, "Bob")
    WorkItem.objects.update(sending=False, holder=None, claim_until=None)
    services.add_note(actor=asker, conversation_id=question.pk, text=word, now=clock.now())
    _save(asker, question, "note", word + " and more")
    Message.objects.filter(external_id="q1").update(disposition="waiting")
    WorkItem.objects.update(is_open=True)
    send_off(asker, question.pk, "Hold the button.")
    pump()
    assert scripted.posted()
    assert not any(word in str(one["text"]) for one in scripted.posted())
    for texts in (
        Delivery.objects.values_list("text"),
        Message.objects.values_list("text"),
        Event.objects.values_list("data"),
    ):
        assert not any(word in str(one) for one in texts)
