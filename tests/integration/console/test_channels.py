"""The channels page: health in words, what was set aside, what is not sent."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from chimein.answering import services as answering
from chimein.channels import accounts, health
from chimein.channels.models import ChannelAccount, InboundEntry
from chimein.channels.port import Health
from chimein.core import clock
from chimein.core.actor import Actor, Role
from chimein.core.errors import NotAllowed
from chimein.people.models import Brand
from chimein.routing import services as routing
from tests.factories import people, traffic
from tests.integration.console.conftest import Console

SignIn = Callable[[Actor], Client]
Read = Callable[[Client, str], str]


def test_health_in_words(console: Console, lead: Actor, signed_in: SignIn, page_of: Read) -> None:
    client = signed_in(lead)
    assert "Nothing has happened yet" in page_of(client, console.url("channels"))
    health.mark_error(console.account.pk, "401: <b>expired</b>", now=clock.now())
    html = page_of(client, console.url("channels"))
    assert "The last call failed" in html
    assert "401: &lt;b&gt;expired&lt;/b&gt;" in html
    health.mark_ok(console.account.pk, now=clock.now())
    assert "Works" in page_of(client, console.url("channels"))


def test_the_webhook_address_is_shown_secrets_are_not(
    console: Console, lead: Actor, signed_in: SignIn, page_of: Read
) -> None:
    html = page_of(signed_in(lead), console.url("channels"))
    assert f"/hooks/webhook/{console.account.hook_token}" in html
    assert traffic.SECRET not in html


def test_pausing_stops_sending_for_an_hour(
    console: Console, lead: Actor, signed_in: SignIn, page_of: Read
) -> None:
    client, url = signed_in(lead), console.url("pause", console.account.pk)
    client.post(url)
    console.account.refresh_from_db()
    until = console.account.paused_until
    assert until
    assert timedelta(minutes=59) < until - clock.now() <= timedelta(hours=1)
    assert "Sending is paused" in page_of(client, console.url("channels"))
    client.post(url, {"resume": "1"})
    console.account.refresh_from_db()
    assert console.account.paused_until is None


def test_only_leads_of_the_brand_pause(console: Console, agent: Actor, brand: Brand) -> None:
    with pytest.raises(NotAllowed):
        accounts.pause(actor=agent, account_id=console.account.pk, now=clock.now())
    foreign = people.actor(people.brand("Other"), Role.LEAD, "Zed")
    with pytest.raises(NotAllowed):
        accounts.pause(actor=foreign, account_id=console.account.pk, now=clock.now())


def test_tokens_refill_up_to_the_burst(console: Console) -> None:
    at = clock.now()
    made = ChannelAccount(tokens=0, burst=20, rate_per_minute=60, tokens_at=at)
    assert accounts.tokens_left(made, now=at) == 0
    assert accounts.tokens_left(made, now=at + timedelta(seconds=5)) == pytest.approx(5)
    assert accounts.tokens_left(made, now=at + timedelta(hours=1)) == 20


def test_trying_an_account_keeps_what_came_of_it(
    console: Console,
    brand: Brand,
    lead: Actor,
    signed_in: SignIn,
    scripted: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    account = traffic.account(brand, "scripted")
    client, url = signed_in(lead), console.url("check", account.pk)
    html = client.post(url, follow=True).content.decode()
    assert "Our channel works." in html
    monkeypatch.setattr(type(scripted), "check", lambda *_: Health(False, "Login refused.", "Renew it."))
    html = client.post(url, follow=True).content.decode()
    assert "Login refused. Renew it." in html
    account.refresh_from_db()
    assert account.last_error == "Login refused. Renew it."


def test_accounts_of_others_are_not_there(console: Console, lead: Actor, signed_in: SignIn) -> None:
    foreign = traffic.account(people.brand("Other"))
    assert signed_in(lead).post(console.url("check", foreign.pk)).status_code == 404
    assert signed_in(lead).post(console.url("pause", foreign.pk)).status_code == 404


def test_set_aside_shows_reason_and_a_cut_escaped_body(
    console: Console, lead: Actor, signed_in: SignIn, page_of: Read
) -> None:
    traffic.raw_entry(
        console.account, {"type": "message.created", "data": {"text": "<img src=x>" + "y" * 5000}}
    )
    traffic.tell(console.account)
    html = page_of(signed_in(lead), console.url("aside"))
    entry = InboundEntry.objects.get(state="aside")
    assert entry.reason.split("\n")[0][:30] in html.replace("&#x27;", "'")
    assert "&lt;img src=x&gt;" in html
    assert "<img src=x>" not in html
    assert "y" * 2000 not in html


def test_a_body_that_is_no_text_is_shown_all_the_same(
    console: Console, lead: Actor, signed_in: SignIn, page_of: Read
) -> None:
    entry = traffic.raw_entry(console.account, None, "raw")
    InboundEntry.objects.filter(pk=entry.pk).update(state="aside", raw=b"\xff\xfe<x>", reason="not JSON")
    assert "&lt;x&gt;" in page_of(signed_in(lead), console.url("aside"))


def test_read_again_one_and_all(console: Console, lead: Actor, signed_in: SignIn) -> None:
    for number in range(3):
        traffic.raw_entry(console.account, {"type": "message.created"}, f"bad{number}")
    traffic.tell(console.account)
    foreign = traffic.account(people.brand("Other"))
    traffic.raw_entry(foreign, {"type": "message.created"}, "foreign")
    traffic.tell(foreign)
    client = signed_in(lead)
    first = InboundEntry.objects.filter(state="aside", account=console.account).order_by("pk").first()
    assert first
    client.post(console.url("replay"), {"entry": str(first.pk)})
    assert InboundEntry.objects.filter(state="new").count() == 1
    html = client.post(console.url("replay"), follow=True).content.decode()
    assert "2 entries are read again." in html
    assert InboundEntry.objects.filter(state="new").count() == 3
    assert InboundEntry.objects.filter(state="aside", account=foreign).count() == 1


def test_what_is_not_sent_leads_to_its_conversation(
    console: Console, agent: Actor, lead: Actor, signed_in: SignIn, page_of: Read
) -> None:
    found = console.ask("q")
    lease = routing.claim(actor=agent, conversation_id=found.pk, now=clock.now())
    answering.answer(
        actor=agent, conversation_id=found.pk, text="Hold it.", fence=lease.fence, now=clock.now()
    )
    html = page_of(signed_in(lead), console.url("unsent"))
    assert "Hold it. ^Ann, Store 3" in html
    assert console.of("q") in html


def test_agents_do_not_steer_channels(console: Console, agent: Actor, signed_in: SignIn) -> None:
    client = signed_in(agent)
    assert client.get(console.url("channels")).status_code == 403
    assert client.post(console.url("replay")).status_code == 403
    assert client.post(console.url("pause", console.account.pk)).status_code == 403
