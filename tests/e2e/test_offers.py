"""A question comes to the one it fits, who passes it on or takes that back; and how somebody wants to be asked."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.e2e import desk
from tests.e2e.people import PHONE, PRIYA, People
from tests.e2e.product import Product

ASKED = "Tamarind, how do I put a second SIM card into the phone?"


def test_a_question_comes_by_itself_and_is_passed_on(people: People, product: Product) -> None:
    priya = people.member(PRIYA, screen=PHONE)
    priya.goto(f"{desk.CONSOLE}/answer/")
    desk.wait_until_live(priya)
    product.join("sim_sue", "Sue Sim")
    product.say("sim_sue", ASKED)
    card = priya.locator(".question-card", has_text="second SIM card")
    brought = priya.get_by_role("link", name=re.compile("A question for you.*second SIM card"))
    expect(card.or_(brought).first).to_be_visible()
    if not card.is_visible():  # she was reading another one, which stays until she goes on
        brought.click()
    expect(card).to_be_visible()
    expect(card.get_by_role("heading", name="For you: can you answer this?")).to_be_visible()
    expect(card.locator(".because")).to_contain_text("You chose the topic Phones.")
    card.locator(".pass-on summary").click()
    card.get_by_role("button", name="No time now").click()
    expect(card).to_have_count(0)
    priya.locator(".toast-button").click()
    expect(card).to_be_visible()


def test_wishes_are_kept_as_one_goes(people: People, product: Product) -> None:
    priya = people.member(PRIYA)
    priya.goto(f"{desk.CONSOLE}/asked/")
    tick = priya.get_by_role("checkbox", name="Kitchen")
    expect(tick).not_to_be_checked()
    tick.check()
    expect(priya.locator(".toast-text", has_text="Saved")).to_be_visible()
    priya.reload()
    expect(tick).to_be_checked()
    tick.uncheck()
    priya.locator(".toast-button").last.click()
    expect(tick).to_be_checked()
    tick.uncheck()
    priya.get_by_role("button", name="No more for today").click()
    expect(priya.get_by_role("button", name="Ask me again")).to_be_visible()
    priya.get_by_role("button", name="Ask me again").click()
    expect(priya.get_by_role("button", name="No more for today")).to_be_visible()
