"""Lanes in the console: tabs, alarms, advice above the answer, moves with their undo."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

import pytest
from django.test import Client

from chimein.core import clock
from chimein.core.actor import Actor
from chimein.routing import services as routing
from chimein.routing.models import WorkItem
from chimein.triage.models import LanePolicy, Triage
from chimein.web.console.rows import render_row, render_waiting
from tests.integration.console.conftest import HTMX, Console

SignIn = Callable[[Actor], Client]
Read = Callable[[Client, str], str]
FIRE = "The power bank caught fire on my desk!"


def tabs_of(html: str) -> dict[str, bool]:
    """The lanes that have a tab; True for those that hide while nothing waits in them."""
    found = re.findall(r'<a class="tab([^"]*)" href="[^"]*lane=(\w+)', html)
    return {lane: "tab-seldom" in classes for classes, lane in found}


def test_each_lane_has_a_tab_that_hides_when_it_never_has_work(
    console: Console, agent: Actor, signed_in: SignIn, page_of: Read
) -> None:
    client = signed_in(agent)
    shown = tabs_of(page_of(client, console.url("queue")))
    assert list(shown) == ["crisis", "vip", "desk", "expert", "crowd", "thank"]
    assert [lane for lane, seldom in shown.items() if seldom] == ["crisis", "thank"]
    rows = [{"name": "kind", "when": {"intent": ["praise"]}, "then": {"lane": "thank"}}]
    LanePolicy.objects.create(brand=console.brand, version=1, rules=rows)
    shown = tabs_of(page_of(client, console.url("queue")))
    assert [lane for lane, seldom in shown.items() if seldom] == ["crisis", "vip", "expert"]
    assert not tabs_of(page_of(client, console.url("queue") + "?lane=vip"))["vip"]


def test_seldom_used_lanes_count_nothing_as_nothing(
    console: Console, agent: Actor, signed_in: SignIn, page_of: Read
) -> None:
    html = page_of(signed_in(agent), console.url("queue"))
    assert '<span class="count" id="count-crisis"></span>' in html
    assert '<span class="count" id="count-desk">0</span>' in html
    asked = console.ask("down", "Your site is down for everyone, a total outage")
    assert '<span class="count" id="count-crisis">1</span>' in render_row(asked.pk, "en")


def test_an_alarm_is_seen_read_out_and_ends_when_somebody_takes_it(
    console: Console, agent: Actor, signed_in: SignIn, page_of: Read
) -> None:
    client = signed_in(agent)
    assert "alarm-bar" not in page_of(client, console.url("queue"))
    fire = console.ask("fire", FIRE)
    for html in (page_of(client, console.url("queue") + "?lane=crowd"), render_row(fire.pk, "en")):
        assert "1 alarm: nobody has taken it yet" in html
        assert console.of("fire") in html
        assert 'aria-live="assertive"' in html
    drawn = render_row(fire.pk, "zh-hans")
    assert "row-alarm" in drawn
    assert "队列里有警报" in drawn
    routing.claim(actor=agent, conversation_id=fire.pk, now=clock.now())
    assert "alarm-bar" not in render_row(fire.pk, "en")
    assert '<div id="alarms"' in render_row(fire.pk, "en")


@pytest.mark.parametrize(
    ("advice", "words"), [("friendly", "quickly and kindly"), ("private_line", "Ask for a private message")]
)
def test_advice_stands_above_the_answer(
    console: Console, agent: Actor, signed_in: SignIn, page_of: Read, advice: str, words: str
) -> None:
    console.ask("q")
    client = signed_in(agent)
    assert "box-advice" not in page_of(client, console.of("q"))
    Triage.objects.update(advice=advice)
    assert words in page_of(client, console.of("q"))


def test_in_a_private_conversation_no_private_line_is_advised(
    console: Console, agent: Actor, signed_in: SignIn, page_of: Read
) -> None:
    console.ask("dm", "I want my refund", private=True)
    assert Triage.objects.get().advice == "private_line"
    assert "box-advice" not in page_of(signed_in(agent), console.of("dm"))


def test_a_move_is_undone_from_the_toast(console: Console, agent: Actor, signed_in: SignIn) -> None:
    console.ask("q")
    client = signed_in(agent)
    moved = client.post(console.of("q", "move"), {"lane": "expert", "reason": "hard"}, headers=HTMX)
    toast = json.loads(moved.headers["HX-Trigger"])["toast"]
    assert toast["text"] == "Handed to the experts"
    assert WorkItem.objects.get().lane == "expert"
    assert client.post(toast["undo_url"]).status_code == 204
    assert WorkItem.objects.get().lane == "crowd"
    assert client.post(toast["undo_url"]).status_code == 409
    html = client.get(console.of("q")).content.decode()
    assert "took the move back: it is with the crowd again" in html


def test_a_conversation_offers_the_lanes_it_can_go_to(
    console: Console, agent: Actor, signed_in: SignIn, page_of: Read
) -> None:
    console.ask("q")
    console.ask("dm", private=True)
    client = signed_in(agent)

    def lanes(external_id: str) -> list[str]:
        return re.findall(r'name="lane"\s+value="(\w+)"', page_of(client, console.of(external_id)))

    assert lanes("q") == ["crisis", "vip", "desk", "expert", "thank"]
    assert lanes("dm") == ["crisis", "vip", "thank"]


def test_colleagues_only_is_said_and_kept(
    console: Console, agent: Actor, colleague: Actor, trusted: Actor, signed_in: SignIn, page_of: Read
) -> None:
    asked = console.ask("q", "How do I pair the Halo?")
    WorkItem.objects.update(trusted_only=True)
    assert "Colleagues only" in page_of(signed_in(agent), console.url("queue") + "?lane=crowd")
    assert "Halo" in page_of(signed_in(colleague), console.url("card"))
    assert "Halo" not in page_of(signed_in(trusted), console.url("card"))
    for name in ("claim", "answer"):
        signed_in(trusted).post(console.of("q", name), {"text": "Like this."}, headers=HTMX)
        assert WorkItem.objects.get().holder_id is None
    assert signed_in(trusted).post(console.of("q", "typing")).status_code == 403
    assert "Halo" not in render_waiting(asked.pk, "en")


def test_experts_questions_come_to_colleagues(
    console: Console, colleague: Actor, trusted: Actor, signed_in: SignIn, page_of: Read
) -> None:
    asked = console.ask("q", "How do I pair the Halo?")
    WorkItem.objects.update(lane="expert")
    assert "Halo" in page_of(signed_in(colleague), console.url("card"))
    assert "Halo" not in page_of(signed_in(trusted), console.url("card"))
    assert "helpers-pulse" in render_waiting(asked.pk, "en")
