"""From an offer to a notification on a device, and its withdrawal when somebody else was faster."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core import mail

from chimein.alerts.models import Alert, Browser, PushKeys
from chimein.alerts.vapid import keys
from chimein.conversations.models import Conversation
from chimein.core import clock
from chimein.core.actor import Actor
from chimein.people.models import HelperSettings
from chimein.routing import presence
from chimein.routing import services as routing
from tests.factories.crowd import at_once
from tests.factories.push import PushService, check_signature
from tests.integration.alerts.conftest import MINUTE, member_of, offer, run, states, withdraw

pytestmark = pytest.mark.django_db


def test_an_offer_rings_on_a_device_and_says_what_it_is(
    service: PushService, question: Conversation, colleague: Actor
) -> None:
    service.browser_of(colleague)
    offer(question, [colleague])
    run()
    (got,) = service.got
    assert got.news["title"].startswith("A question for you")
    assert got.news["body"] == "How do I pair the headphones?"
    assert got.news["url"].endswith(f"/answer/?at={question.pk}")
    assert got.news["silent"] is False
    assert (got.headers["Urgency"], got.headers["Content-Encoding"]) == ("high", "aes128gcm")
    assert 60 <= int(got.headers["TTL"]) <= 1800
    claims = check_signature(got.headers["Authorization"])
    assert claims["aud"] == service.url
    assert claims["exp"] < clock.now().timestamp() + 24 * 3600
    assert states(colleague) == {"page": "sent", "push": "sent", "mail": "waiting"}


def test_whoever_was_not_fast_enough_reads_so(
    service: PushService, question: Conversation, colleague: Actor, trusted: Actor, agent: Actor
) -> None:
    for one in (colleague, trusted):
        service.browser_of(one)
    offer(question, [colleague, trusted])
    run()
    routing.claim(actor=agent, conversation_id=question.pk, now=clock.now())
    run()
    first, second = service.got[0], service.got[-1]
    assert len(service.got) == 4
    assert second.news["title"] == "Already taken by Ann"
    assert second.news["silent"] is True
    assert second.news["tag"] == first.news["tag"]
    assert second.headers["Topic"] == first.headers["Topic"]
    assert states(colleague) == {"page": "withdrawn", "push": "withdrawn", "mail": "withdrawn"}
    assert run(60 * MINUTE) == 0
    assert mail.outbox == []


def test_what_was_not_sent_yet_never_rings(
    service: PushService, question: Conversation, colleague: Actor
) -> None:
    service.browser_of(colleague)
    offer(question, [colleague])
    withdraw(question, [colleague], "answered")
    run()
    assert service.got == []


def test_who_claims_is_not_told_that_it_is_taken(
    service: PushService, question: Conversation, colleague: Actor
) -> None:
    service.browser_of(colleague)
    offer(question, [colleague])
    run()
    routing.claim(actor=colleague, conversation_id=question.pk, now=clock.now())
    run()
    assert len(service.got) == 1
    assert states(colleague)["push"] == "withdrawn"


def test_a_question_is_told_once_to_a_person(
    service: PushService, question: Conversation, colleague: Actor
) -> None:
    service.browser_of(colleague)
    for _ in range(3):
        offer(question, [colleague])
        run()
    assert len(service.got) == 1
    assert Alert.objects.count() == 3


def test_whoever_looks_at_a_page_is_pushed_only_after_a_while(
    service: PushService, question: Conversation, colleague: Actor
) -> None:
    service.browser_of(colleague)
    presence.seen_here([colleague.membership_id or 0], now=clock.now())
    offer(question, [colleague])
    run()
    assert service.got == []
    run(timedelta(seconds=25))
    assert len(service.got) == 1


def test_whoever_saw_it_on_the_page_is_not_pushed_at_all(
    service: PushService, question: Conversation, colleague: Actor
) -> None:
    service.browser_of(colleague)
    presence.seen_here([colleague.membership_id or 0], now=clock.now())
    offer(question, [colleague])
    run()
    Alert.objects.filter(way="page").update(seen_at=clock.now())
    run(10 * MINUTE)
    assert service.got == []
    assert states(colleague) == {"page": "sent", "push": "dropped", "mail": "dropped"}
    assert set(Alert.objects.exclude(way="page").values_list("why", flat=True)) == {"looked"}


def test_mail_comes_only_where_no_push_did(
    service: PushService, question: Conversation, colleague: Actor, trusted: Actor
) -> None:
    service.browser_of(colleague)
    offer(question, [colleague, trusted])
    run()
    run(5 * MINUTE)
    (letter,) = mail.outbox
    assert states(trusted) == {"page": "sent", "mail": "sent"}
    assert states(colleague)["mail"] == "dropped"
    assert "How do I pair the headphones?" in letter.body


@pytest.mark.parametrize("status", [404, 410])
def test_a_browser_that_is_gone_is_forgotten(
    service: PushService, question: Conversation, colleague: Actor, status: int
) -> None:
    service.browser_of(colleague)
    service.answers = [(status, {})]
    offer(question, [colleague])
    run()
    assert not Browser.objects.exists()
    run(5 * MINUTE)
    assert len(mail.outbox) == 1, "no push came, so a mail does"


def test_a_service_that_is_busy_is_asked_again_when_it_says(
    service: PushService, question: Conversation, colleague: Actor
) -> None:
    service.browser_of(colleague)
    service.answers = [(429, {"Retry-After": "90"}), (503, {})]
    offer(question, [colleague])
    run()
    run(timedelta(seconds=60), ("push",))
    assert service.seen == 1, "it asked for 90 seconds"
    run(timedelta(seconds=95), ("push",))
    assert (service.seen, service.got) == (2, [])
    run(4 * MINUTE, ("push",))
    assert len(service.got) == 1
    browser = Browser.objects.get()
    assert (browser.failures, browser.last_error) == (0, "")


def test_each_browser_gets_it_once_though_one_of_them_fails(
    service: PushService, question: Conversation, colleague: Actor
) -> None:
    service.browser_of(colleague, "Phone")
    service.browser_of(colleague, "Desk")
    service.answers = [(500, {})]
    offer(question, [colleague])
    run()
    assert len(service.got) == 1
    run(2 * MINUTE, ("push",))
    assert sorted(one.path for one in service.got) == ["/push/0", "/push/1"]


def test_an_address_inside_our_network_is_never_called(
    service: PushService, question: Conversation, colleague: Actor
) -> None:
    browser = service.browser_of(colleague)
    browser.secret = {**browser.secret, "endpoint": "http://127.0.0.1:1/metadata"}
    browser.save()
    offer(question, [colleague])
    run()
    assert not Browser.objects.exists()


def test_quiet_hours_hold_everything(service: PushService, question: Conversation, colleague: Actor) -> None:
    service.browser_of(colleague)
    now = clock.now()
    HelperSettings.objects.create(
        member_id=member_of(colleague), timezone="Asia/Shanghai",
        quiet_from=(now + timedelta(hours=7)).time(), quiet_until=(now + timedelta(hours=8, minutes=10)).time(),
    )  # fmt: skip
    offer(question, [colleague])
    run()
    assert service.got == []
    assert states(colleague) == dict.fromkeys(("page", "push", "mail"), "waiting")
    run(11 * MINUTE)
    assert len(service.got) == 1
    assert mail.outbox == []


def test_what_will_be_stale_after_the_quiet_is_dropped(
    service: PushService, question: Conversation, colleague: Actor
) -> None:
    service.browser_of(colleague)
    HelperSettings.objects.create(
        member_id=member_of(colleague), muted_until=clock.now() + timedelta(hours=5)
    )
    offer(question, [colleague])
    run()
    run(4 * MINUTE)
    assert set(states(colleague).values()) == {"dropped"}


def test_a_worker_killed_while_sending_sends_again_with_the_same_tag(
    service: PushService, question: Conversation, colleague: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    service.browser_of(colleague)
    offer(question, [colleague])
    run(ways=("page",))
    with monkeypatch.context() as killed:
        killed.setattr("chimein.alerts.sending.settle", _die)
        with pytest.raises(KeyboardInterrupt):
            run(ways=("push",))
    assert run(timedelta(seconds=30), ("push",)) == 0, "leased"
    run(timedelta(seconds=70), ("push",))
    assert len({one.news["tag"] for one in service.got}) == 1
    assert states(colleague)["push"] == "sent"


def _die(*_args: object, **_more: object) -> None:
    raise KeyboardInterrupt


def test_taken_while_it_is_being_sent(
    service: PushService,
    question: Conversation,
    colleague: Actor,
    agent: Actor,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The claim comes between the request and our note of it: the device is told all the same."""
    from chimein.alerts import sending, settling

    service.browser_of(colleague)
    offer(question, [colleague])
    run(ways=("page",))
    settle = settling.settle

    def late(*args: object, **more: object) -> None:
        routing.claim(actor=agent, conversation_id=question.pk, now=clock.now())
        settle(*args, **more)  # type: ignore[arg-type]

    with monkeypatch.context() as slow:
        slow.setattr(sending, "settle", late)
        sending._run(sending.take(["push"], now=clock.now()), clock.now())
    run(ways=("push",))
    assert service.titles[-1] == "Already taken by Ann"
    assert len(service.got) == 2


@pytest.mark.django_db(transaction=True)
def test_ten_processes_make_one_pair_of_keys() -> None:
    found = at_once(lambda _: keys().public, range(6))
    assert len(set(found)) == 1
    assert PushKeys.objects.count() == 1
