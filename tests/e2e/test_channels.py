"""When the network is down or sends what nobody understands: seen, told in words, and mended without loss."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.e2e import desk, looks, warble
from tests.e2e.people import GRACE, HARRIET, People
from tests.e2e.product import Product, until


@pytest.fixture
def _calm_afterwards(product: Product) -> Iterator[None]:
    yield
    product.weather(outage=False)


@pytest.mark.usefixtures("_calm_afterwards")
def test_an_outage_delays_an_answer_and_nothing_else(people: People, product: Product) -> None:
    product.join("rainy_day", "Rana Rain")
    post_id = product.say("rainy_day", "Tamarind, may the Saffron 55 hang on a plaster wall?")
    visitor, agent, lead = people.somebody(), people.member(GRACE), people.member(HARRIET)
    key = (product.folder / "warble.sqlite3.key").read_text().strip()
    desk.open_conversation(agent, "crowd", "hang on a plaster wall")
    desk.write(agent, "Yes, with four anchors made for plasterboard; the wall shows where the studs are.")
    warble.open_weather_room(visitor, key)
    warble.switch_outage(visitor, on=True)
    desk.send_button(agent).click()

    waiting = agent.locator(".delivery-retry")
    expect(waiting).to_contain_text("Trying again", timeout=25_000)
    expect(agent.locator(".thread")).to_contain_text("Nothing to do: it is tried again by itself.")
    _channels_page_tells(lead)
    assert product.replies_to(post_id) == []

    warble.switch_outage(visitor, on=False)
    expect(agent.locator(".thread .delivery-sent").last).to_be_visible(timeout=60_000)
    assert len(product.replies_to(post_id)) == 1


def _channels_page_tells(lead: Page) -> None:
    lead.goto(f"{desk.CONSOLE}/channels/deliveries/")
    expect(lead.locator("main")).to_contain_text("plaster")
    assert looks.examine(lead, "console-unsent-waiting-en") == []
    lead.goto(f"{desk.CONSOLE}/channels/")
    expect(lead.locator("article.channel-card").first).to_be_visible()


def test_what_nobody_understands_is_shown_and_read_again(people: People, product: Product) -> None:
    lead = people.member(HARRIET)
    product.send_garbage()
    lead.goto(f"{desk.CONSOLE}/channels/journal/")
    entry = lead.locator("article.unsent").first
    until(lambda: _reloaded(lead, entry.count() > 0), what="setting aside")
    entry.get_by_text("What came").click()
    expect(entry.locator("pre")).to_contain_text("not what anybody expects")
    entry.get_by_role("button", name="Read again").click()
    again = lead.locator("article.unsent", has_text="read again 1 time")
    until(lambda: _reloaded(lead, again.count() > 0), what="reading again")


def _reloaded(page: Page, found: bool) -> bool:
    if not found:
        page.reload()
    return found
