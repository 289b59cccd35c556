"""The ledger page shows the equation of `insights.ledger` and raises the alarm when it does not add up."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from django.test import Client

from chimein.core import clock
from chimein.core.actor import Actor
from chimein.insights import ledger as insights
from chimein.routing import services as routing
from chimein.web.console.ledger import bars
from tests.factories import traffic
from tests.integration.console.conftest import Console

SignIn = Callable[[Actor], Client]
Read = Callable[[Client, str], str]


def figures(html: str) -> list[int]:
    """The five big figures."""
    shown = html.split('class="equation')[1].split("ledger-grid", maxsplit=1)[0]
    return [
        int(re.sub(r"<[^>]+>", "", one)) for one in re.findall(r'stat-value">(.*?)</div>', shown, re.DOTALL)
    ]


def test_the_equation(console: Console, agent: Actor, signed_in: SignIn, page_of: Read) -> None:
    console.ask("a", at=10)
    console.ask("b", at=20)
    console.ask("c", "check out my page for free followers", at=30)
    traffic.tell(console.account, traffic.own("answer", reply_to="a", at=40))
    html = page_of(signed_in(agent), console.url("ledger"))
    assert figures(html) == [3, 1, 0, 1, 1]
    assert "It adds up" in html
    assert "Spam" in html


def test_a_gap_is_an_alarm(
    console: Console, agent: Actor, signed_in: SignIn, page_of: Read, monkeypatch: pytest.MonkeyPatch
) -> None:
    console.ask("a")
    true = insights.ledger(console.brand.pk)
    monkeypatch.setattr(insights, "ledger", lambda _brand: replace(true, gap=2))
    html = page_of(signed_in(agent), console.url("ledger"))
    assert "The ledger does not add up: 2 messages are unaccounted for." in html
    assert "It adds up" not in html


def test_owners_and_the_list_due_first(
    console: Console, agent: Actor, signed_in: SignIn, page_of: Read
) -> None:
    later, sooner = console.ask("later", at=320), console.ask("sooner", at=10)
    routing.claim(actor=agent, conversation_id=later.pk, now=clock.now())
    html = page_of(signed_in(agent), console.url("ledger"))
    rows = [int(found) for found in re.findall(r'<article id="item-(\d+)"', html)]
    assert rows == [sooner.pk, later.pk]
    assert "Ann has it" in html


def test_bars_are_shares_of_the_whole() -> None:
    made = bars([("a", "A", 30, ""), ("b", "B", 10, ""), ("c", "C", 0, "")], 40)
    assert [(one.width, one.share) for one in made] == [(1000, 75.0), (333, 25.0), (0, 0.0)]
    assert [one.share for one in bars([("a", "A", 0, "")], 0)] == [0.0]


def test_the_empty_ledger(console: Console, agent: Actor, signed_in: SignIn, page_of: Read) -> None:
    assert figures(page_of(signed_in(agent), console.url("ledger"))) == [0, 0, 0, 0, 0]
