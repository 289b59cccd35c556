"""The queue page: order, lanes, filters, pages, words, and what it costs."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from chimein.core import clock
from chimein.core.actor import Actor, Role
from chimein.routing import selectors
from chimein.routing import services as routing
from chimein.web.console import queue as queue_page
from chimein.web.console.rows import render_row, render_waiting
from tests.factories import people, traffic
from tests.integration.console.conftest import Console

SignIn = Callable[[Actor], Client]
Read = Callable[[Client, str], str]


def rows_of(html: str) -> list[int]:
    return [int(found) for found in re.findall(r'<article id="item-(\d+)"', html)]


def test_the_most_urgent_is_first_and_each_lane_has_its_own(
    console: Console, agent: Actor, signed_in: SignIn, page_of: Read
) -> None:
    calm = console.ask("calm", at=310)
    late = console.ask("late", at=200)
    law = console.ask("law", "I will talk to my lawyer about this", at=340)
    client = signed_in(agent)
    assert rows_of(page_of(client, console.url("queue") + "?lane=crowd")) == [late.pk, calm.pk]
    assert rows_of(page_of(client, console.url("queue") + "?lane=desk")) == [law.pk]


def test_reasons_are_words_and_what_customers_write_is_never_markup(
    console: Console, agent: Actor, signed_in: SignIn, page_of: Read
) -> None:
    console.ask("law", "<script>alert(1)</script> my lawyer will call you", followers=23_000)
    html = page_of(signed_in(agent), console.url("queue") + "?lane=desk")
    assert "Legal words" in html
    assert "Words: lawyer" in html
    assert "23,000 followers" in html
    assert "<script>alert" not in html
    assert "&lt;script&gt;alert(1)" in html


def test_pages_follow_each_other_without_gap_or_repeat(
    console: Console, agent: Actor, signed_in: SignIn, page_of: Read, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queue_page, "PAGE", 4)
    asked = [traffic.post(f"q{i}", f"How do I open box {i}?", by=f"c{i}", at=i % 5) for i in range(11)]
    traffic.tell(console.account, *asked)
    client, url, seen = signed_in(agent), console.url("queue") + "?lane=crowd", []
    while url:
        html = page_of(client, url)
        seen += rows_of(html)
        more = re.search(r'<a href="([^"]+after=[^"]+)"', html)
        url = more[1].replace("&amp;", "&") if more else ""
    assert len(seen) == len(set(seen)) == 11


def test_mine_and_free(console: Console, agent: Actor, signed_in: SignIn, page_of: Read) -> None:
    mine, free = console.ask("mine"), console.ask("free")
    routing.claim(actor=agent, conversation_id=mine.pk, now=clock.now())
    client = signed_in(agent)
    assert rows_of(page_of(client, console.url("queue") + "?lane=crowd&whose=mine")) == [mine.pk]
    assert rows_of(page_of(client, console.url("queue") + "?lane=crowd&whose=free")) == [free.pk]
    assert "Ann has it" in page_of(client, console.url("queue") + "?lane=crowd")


def test_other_brands_do_not_show(console: Console, agent: Actor, signed_in: SignIn, page_of: Read) -> None:
    other = people.brand("Other")
    traffic.tell(traffic.account(other), traffic.post("foreign", "How do I do it?"))
    assert rows_of(page_of(signed_in(agent), console.url("queue") + "?lane=crowd")) == []


@pytest.mark.parametrize("number", [1, 60])
def test_it_costs_the_same_however_long(
    console: Console, agent: Actor, signed_in: SignIn, at_most: Callable[[int], Any], number: int
) -> None:
    asked = [traffic.post(f"q{i}", f"How do I open box {i}?", by=f"c{i}", at=i) for i in range(number)]
    traffic.tell(console.account, *asked)
    client = signed_in(agent)
    with at_most(15):
        assert client.get(console.url("queue") + "?lane=crowd").status_code == 200


def test_the_empty_queue_says_so(console: Console, agent: Actor, signed_in: SignIn, page_of: Read) -> None:
    assert "All answered" in page_of(signed_in(agent), console.url("queue"))


@pytest.mark.parametrize("place", ["", "x", "1_2", "9_nan_3", "9_1e300_3", "1_2_99999999999999999999"])
def test_a_broken_place_begins_at_the_top(
    console: Console, agent: Actor, signed_in: SignIn, place: str
) -> None:
    console.ask("q")
    response = signed_in(agent).get(console.url("queue"), {"lane": "crowd", "after": place})
    assert response.status_code == 200


def test_a_place_survives_being_written_down(console: Console) -> None:
    item = selectors.waiting_of(console.ask("q").pk)
    assert item is not None
    assert selectors.Place.parse(str(item.place)) == item.place


def test_the_live_row_names_its_list_and_goes_when_nobody_waits(console: Console) -> None:
    asked = console.ask("q")
    drawn = render_row(asked.pk, "en")
    assert 'data-live-into="#queue-crowd"' in drawn
    assert '<span class="count" id="count-crowd">1</span>' in drawn
    traffic.tell(console.account, traffic.own("a", reply_to="q", at=340))
    gone = render_row(asked.pk, "en")
    assert f'<article id="item-{asked.pk}" data-live-remove>' in gone
    assert '<span class="count" id="count-crowd">0</span>' in gone


def test_the_live_row_is_in_the_readers_language(console: Console) -> None:
    assert "提问" in render_row(console.ask("q").pk, "zh-hans")


def test_helpers_are_told_that_something_changed_but_not_what(console: Console) -> None:
    crowd = console.ask("q", "How do I pair the Halo?")
    desk = console.ask("d", "My lawyer will call")
    told = render_waiting(crowd.pk, "en")
    assert "helpers-pulse" in told
    assert "Halo" not in told
    assert crowd.public_id not in told
    assert render_waiting(desk.pk, "en") == ""


def test_somebody_new_goes_to_the_desk_first(console: Console, brand: Any, signed_in: SignIn) -> None:
    lead = people.actor(brand, Role.LEAD, "Lena")
    assert b'id="queue-desk"' in signed_in(lead).get(console.url("queue")).content
