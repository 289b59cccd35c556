"""Several people at the same question, and what happens when somebody falls silent."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.e2e import desk
from tests.e2e.people import ANN, GRACE, PHONE, TOMOS, People
from tests.e2e.product import LEASE_SECONDS, Product


def test_the_second_is_told_who_answers(people: People, product: Product) -> None:
    product.join("two_at_once", "Tilda Once")
    product.say("two_at_once", "Tamarind, how do I make the Mint kettle keep water warm for an hour?")
    first, second = people.member(GRACE), people.member(TOMOS)
    desk.open_conversation(first, "crowd", "keep water warm for an hour")
    desk.open_conversation(second, "crowd", "keep water warm for an hour")
    first.get_by_role("button", name="Take it").click()
    expect(first.locator("#work .claim-bar-mine")).to_be_visible()
    expect(second.locator("#work .claim-bar")).to_contain_text("Grace is answering this.")
    desk.write(first, "Yes: hold the plus key for two seconds and it keeps 80 degrees for an hour.")
    expect(second.locator("[id^=presence-]")).to_contain_text("Grace is typing")
    expect(desk.send_button(second)).to_have_count(0)


def test_a_press_that_comes_too_late_is_told_kindly(people: People, product: Product) -> None:
    product.join("late_press", "Lara Press")
    product.say("late_press", "Tamarind, which cable does the Saffron 55 need for the console?")
    first, second = people.member(GRACE), people.member(ANN, screen=PHONE)
    desk.open_conversation(first, "crowd", "cable does the Saffron")
    # Ann's page hears of nothing: its stream and its own fetching anew fail.
    people.watch_of(second).allow("ERR_FAILED")
    second.route("**/live?*", lambda route: route.abort())
    desk.show_card(second, "cable does the Saffron", live=False)
    second.route("**/answer/", lambda route: route.abort())
    first.get_by_role("button", name="Take it").click()
    expect(first.locator("#work .claim-bar-mine")).to_be_visible()
    second.locator(".question-buttons button").first.click()
    expect(second.locator(".toast", has_text="Grace is answering this.")).to_be_visible()
    expect(second.get_by_text("cable does the Saffron")).to_have_count(0)


def test_a_claim_that_runs_out_is_free_again(people: People, product: Product) -> None:
    product.join("quiet_claim", "Quin Quiet")
    product.say("quiet_claim", "Tamarind, where do I find the lamp switch of the Fennel reader?")
    holder, other = people.member(GRACE), people.member(TOMOS)
    desk.open_conversation(other, "crowd", "lamp switch of the Fennel")
    desk.open_conversation(holder, "crowd", "lamp switch of the Fennel")
    holder.get_by_role("button", name="Take it").click()
    expect(other.locator("#work .claim-bar")).to_contain_text("Grace is answering this.")
    free = "Nobody has this conversation yet."
    expect(other.locator("#work .claim-bar")).to_contain_text(free, timeout=(LEASE_SECONDS + 15) * 1000)
    other.get_by_role("button", name="Take it").click()
    expect(other.locator("#work .claim-bar-mine")).to_be_visible()
    expect(other.locator(".thread")).to_contain_text("Grace's time ran out")
