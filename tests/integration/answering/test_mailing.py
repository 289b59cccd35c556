"""Who leaves an address on the brand's page gets the answer by mail, once; nobody else sees the address."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core import mail
from django.core.mail import EmailMessage

from chimein.answering import mailing
from chimein.answering.models import AnswerMail
from chimein.channels import journal
from chimein.channels.adapters.webform import envelope_for
from chimein.channels.models import ChannelAccount
from chimein.conversations.models import Conversation, Message
from chimein.core import clock
from chimein.core.actor import Actor
from chimein.intake import batch
from chimein.people.models import Brand
from chimein.triage.models import Topic
from tests.factories.desk import pump, send_off

pytestmark = pytest.mark.django_db


def _ask(brand: Brand, text: str, email: str) -> Conversation:
    account = ChannelAccount.objects.create(
        brand=brand, adapter="webform", name="Ask us", hook_token=f"form{email}"
    )
    now = clock.now()
    made = envelope_for(ask_id="ask1", text=text, posted_at=now, name="Mia", email=email)
    journal.record(account.pk, [made], source="form", now=now)
    batch.drain()
    return Message.objects.get(account=account).conversation


def _later() -> int:
    return mailing.send_due(now=clock.now() + timedelta(hours=2))


def test_the_answer_comes_by_mail_once(brand: Brand, agent: Actor) -> None:
    asked = _ask(brand, "How do I pair the headphones?", "mia@example.com")
    send_off(agent, asked.pk, "Hold the button.")
    assert mail.outbox == []
    pump()
    assert _later() == 1
    (letter,) = mail.outbox
    assert letter.to == ["mia@example.com"]
    assert "How do I pair the headphones?" in letter.body
    assert "Hold the button." in letter.body
    assert asked.public_id in letter.body
    assert letter.extra_headers["Message-ID"].startswith("<answer-")
    assert _later() == 0
    assert "mia@example.com" not in Message.objects.filter(conversation=asked).values_list("text", flat=True)


def test_the_chosen_topic_is_kept_when_the_brand_has_it(brand: Brand) -> None:
    Topic.objects.create(brand=brand, slug="sound", name="Sound")
    account = ChannelAccount.objects.create(
        brand=brand, adapter="webform", name="Ask us", hook_token="topics"
    )
    now = clock.now()
    asked = {"a1": "sound", "a2": "nothing-of-ours"}
    journal.record(
        account.pk,
        [envelope_for(ask_id=pk, text="Hello?", posted_at=now, topic=slug) for pk, slug in asked.items()],
        source="form",
        now=now,
    )
    batch.drain()
    found = dict(Message.objects.filter(account=account).values_list("external_id", "conversation__topic"))
    assert {str(key).rpartition(":")[2]: topic for key, topic in found.items()} == {"a1": "sound", "a2": ""}


def test_anonymous_askers_read_on_the_page(brand: Brand, agent: Actor) -> None:
    asked = _ask(brand, "How do I pair the headphones?", "")
    send_off(agent, asked.pk, "Hold the button.")
    pump()
    assert (_later(), mail.outbox, AnswerMail.objects.count()) == (0, [], 0)


def test_a_mail_server_that_is_away_is_asked_again(
    brand: Brand, agent: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = _ask(brand, "耳机怎么配对？", "mia@example.com")
    send_off(agent, asked.pk, "按住按钮。")
    pump()
    with monkeypatch.context() as away:
        away.setattr(EmailMessage, "send", _refuse)
        assert mailing.send_due(now=clock.now() + timedelta(minutes=1)) == 1
    row = AnswerMail.objects.get()
    assert (row.sent_at, row.attempts, row.error) == (None, 1, "nobody there")
    assert _later() == 1
    assert "回答了您的问题" in mail.outbox[0].subject


def _refuse(_self: EmailMessage) -> int:
    raise ConnectionRefusedError("nobody there")
