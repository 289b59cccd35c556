"""Labels corrected by the keyboard and taken back, and a round of the labelling game."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.e2e import desk
from tests.e2e.people import ANN, GRACE, PHONE, People
from tests.e2e.product import Product

ASKED = "Tamarind, can the Nutmeg lamp dim below ten percent?"


def _open_labels(page: Page) -> None:
    page.keyboard.press("l")
    expect(page.locator("#labels-body .labels")).to_be_visible()


def test_labels_are_corrected_by_keys_and_taken_back(people: People, product: Product) -> None:
    product.join("dim_dora", "Dora Dim")
    product.say("dim_dora", ASKED)
    agent, other = people.member(GRACE), people.member(GRACE)
    desk.open_conversation(agent, "crowd", "Nutmeg lamp dim")
    desk.open_queue(other, "crowd")
    expect(desk.row(other, "Nutmeg lamp dim")).to_be_visible()
    _open_labels(agent)
    agent.keyboard.press("r")
    agent.keyboard.press("Space")
    expect(agent.get_by_role("checkbox", name="Own order or account")).to_be_checked()
    agent.get_by_label("Why?").last.fill("They mean the lamp they ordered")
    agent.keyboard.press("Enter")
    expect(agent.locator("#labels-sheet")).to_be_hidden()
    expect(agent.locator(".thread")).to_contain_text("Own order or account")
    expect(desk.row(other, "Nutmeg lamp dim")).to_have_count(0)
    agent.locator(".toast-button").click()
    expect(desk.row(other, "Nutmeg lamp dim")).to_be_visible()
    _open_labels(agent)
    expect(agent.get_by_role("checkbox", name="Own order or account")).not_to_be_checked()
    agent.keyboard.press("Escape")
    expect(agent.locator("#labels-sheet")).to_be_hidden()


def test_a_colleague_plays_the_labelling_game(people: People, product: Product) -> None:
    product.join("game_gus", "Gus Game")
    for thing in ("toaster ring", "tablet case", "router plug"):
        product.say("game_gus", f"Tamarind, is the {thing} still made in blue?")
    player = people.member(ANN, screen=PHONE)
    player.goto(f"{desk.CONSOLE}/label/")
    player.get_by_role("button", name="Start").click()
    text = player.locator(".game-card .labels-text")
    first = text.inner_text()
    player.get_by_role("radio", name="Question").check()
    player.get_by_role("radio", name="Neutral").check()
    player.get_by_role("button", name="Next").click()
    expect(text).not_to_have_text(first)
    expect(player.get_by_text("1 message labelled")).to_be_visible()
    player.get_by_role("button", name="Take the last answer back").click()
    expect(text).to_have_text(first)
    player.get_by_role("button", name=re.compile("^Skip")).click()
    expect(text).not_to_have_text(first)
    player.keyboard.press("3")
    expect(player.get_by_role("radio", name="Complaint")).to_be_checked()
    player.get_by_role("button", name="Next").click()
    expect(player.get_by_text("1 message labelled")).to_be_visible()
    player.get_by_role("button", name="Enough for now").click()
    expect(player.get_by_role("heading", name="Thank you!")).to_be_visible()
