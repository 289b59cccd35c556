"""Mails: in the reader's language and zone, with a way out that works with one click, and one digest a day."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.core import mail
from django.core.mail import EmailMessage
from django.test import Client
from django.urls import reverse

from chimein.alerts import digest, unsubscribing
from chimein.alerts.models import Alert, Choice
from chimein.answering.models import Answer
from chimein.conversations.models import Conversation
from chimein.core import clock
from chimein.core.actor import Actor, Role
from chimein.people.models import Brand, HelperSettings, User
from chimein.routing.models import WorkItem
from tests.factories import people
from tests.factories.desk import send_off
from tests.integration.alerts.conftest import MINUTE, member_of, offer, run, states

pytestmark = pytest.mark.django_db


def _mailed(question: Conversation, to: Actor) -> EmailMessage:
    offer(question, [to])
    run()
    run(4 * MINUTE)
    (letter,) = mail.outbox
    return letter


def test_the_letter_says_what_and_until_when_in_the_reader_s_own_words(
    question: Conversation, colleague: Actor
) -> None:
    User.objects.filter(memberships=member_of(colleague)).update(language="zh-hans")
    HelperSettings.objects.create(member_id=member_of(colleague), timezone="Asia/Shanghai")
    due = datetime(2026, 11, 22, 9, 5, tzinfo=UTC)
    WorkItem.objects.filter(pk=question.pk).update(due_at=due)
    letter = _mailed(question, colleague)
    assert "有个问题请您回答" in letter.subject
    assert "17:05" in letter.body, "nine o'clock in Shanghai is five in the afternoon there"
    assert "How do I pair the headphones?" in letter.body
    assert letter.extra_headers["Auto-Submitted"] == "auto-generated"
    assert letter.extra_headers["Message-ID"].startswith("<alert-")


def test_a_private_message_is_never_quoted(question: Conversation, agent: Actor) -> None:
    Conversation.objects.filter(pk=question.pk).update(visibility="private")
    Choice.objects.create(member_id=member_of(agent), kind="offer", way="mail", wanted=True)
    letter = _mailed(question, agent)
    assert "headphones" not in f"{letter.body}{letter.subject}"
    assert "private message" in letter.body


def test_one_click_stops_such_mails_without_a_login(question: Conversation, colleague: Actor) -> None:
    letter = _mailed(question, colleague)
    assert letter.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    address = letter.extra_headers["List-Unsubscribe"].strip("<>")
    path = address.removeprefix("http://127.0.0.1:8000")
    client = Client(enforce_csrf_checks=True)
    assert client.get(path).status_code == 200
    assert not Choice.objects.exists(), "looking is not unsubscribing"
    assert client.post(path, {"List-Unsubscribe": "One-Click"}).status_code == 200
    choice = Choice.objects.get()
    assert (choice.kind, choice.way, choice.wanted) == ("offer", "mail", False)
    assert client.post(path, {"back": "1"}).status_code == 200
    assert not Choice.objects.exists()


@pytest.mark.parametrize("token", ["nonsense", "WzEsIm9mZmVyIl0:1a:xx"])
def test_a_forged_link_does_nothing(token: str) -> None:
    response = Client().post(reverse("alerts-off", args=[token]))
    assert response.status_code == 404
    assert "This link does not work" in response.content.decode()


def test_a_link_of_somebody_who_left_does_nothing() -> None:
    assert (
        Client().post(reverse("alerts-off", args=[unsubscribing.token_for(999_999, "offer")])).status_code
        == 404
    )


def test_a_mail_server_that_is_away_is_asked_again(
    question: Conversation, colleague: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    offer(question, [colleague])
    run()
    with monkeypatch.context() as away:
        away.setattr(EmailMessage, "send", _refuse)
        run(4 * MINUTE)
    assert states(colleague)["mail"] == "waiting"
    run(5 * MINUTE)
    assert len(mail.outbox) == 1


def _refuse(_self: EmailMessage) -> int:
    raise ConnectionRefusedError("nobody there")


# ---------------------------------------------------------------- the day in one mail
def _morning(zone: str, hour: int = 8) -> datetime:
    from zoneinfo import ZoneInfo

    here = clock.now().astimezone(ZoneInfo(zone))
    return here.replace(hour=hour, minute=10, second=0).astimezone(UTC)


def _digest(now: datetime) -> int:
    from chimein.alerts import sending

    digest.plan(now=now)
    return sending.run_due(("mail",), now=now)


def test_the_day_comes_once_at_eight_where_the_reader_is(question: Conversation, brand: Brand) -> None:
    here = people.member(brand, Role.COLLEAGUE, "小林", languages=["zh"])
    HelperSettings.objects.create(member=here, timezone="Asia/Shanghai")
    people.actor(brand, Role.COLLEAGUE, "Una")
    _digest(_morning("Asia/Shanghai", 7))
    assert mail.outbox == []
    for _ in range(2):
        _digest(_morning("Asia/Shanghai"))
    (letter,) = mail.outbox
    assert "每日摘要" in letter.subject
    assert "小林，早上好" in letter.body
    assert "有 1 个您可以回答的问题在等待" in letter.body


def test_an_empty_day_makes_no_mail(brand: Brand) -> None:
    people.actor(brand, Role.COLLEAGUE, "Una")
    _digest(_morning("UTC"))
    assert mail.outbox == []
    assert Alert.objects.get().why == "empty"


def test_a_lead_reads_what_was_answered_and_what_is_late(
    question: Conversation, brand: Brand, lead: Actor
) -> None:
    WorkItem.objects.filter(pk=question.pk).update(due_at=clock.now() - timedelta(days=2))
    _digest(_morning("UTC"))
    (letter,) = mail.outbox
    assert "1 conversation waits." in letter.body
    assert "Overdue:\n· How do I pair the headphones?" in letter.body


def test_whoever_wants_no_digest_gets_none(question: Conversation, colleague: Actor) -> None:
    Choice.objects.create(member_id=member_of(colleague), kind="digest", way="mail", wanted=False)
    _digest(_morning("UTC"))
    assert mail.outbox == []


def test_yesterday_s_answers_are_counted(question: Conversation, colleague: Actor) -> None:
    made = send_off(colleague, question.pk)
    now = clock.now() + timedelta(minutes=1)
    Answer.objects.filter(pk=made.pk).update(state="sent", sent_at=now)
    row = Alert.objects.create(
        member_id=member_of(colleague),
        kind="digest",
        way="mail",
        subject="day:x",
        due_at=now,
        created_at=now,
    )
    assert "You answered 1 customer." in digest.text(row.member, now, now)
