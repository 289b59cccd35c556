"""The journey of a public question: from a post without @ to an answer below it, and to the thank-you (J1)."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.e2e import desk, warble
from tests.e2e.people import ANN, DESKTOP, GRACE, PHONE, People
from tests.e2e.product import BRAND, Product, until

ASKED = "why does my router drop wifi after the update, tamarind?"
ANSWER = (
    "Hold the reset pin for ten seconds, then install 2.1.4 from the menu. That version keeps the band apart."
)
SIGNED = "^Ann, Store 12"


def test_a_question_travels_from_the_network_to_a_public_answer(people: People, product: Product) -> None:
    customer, agent, reader = people.somebody(), people.member(GRACE), people.somebody()
    colleague = people.member(ANN, screen=PHONE)
    desk.open_queue(agent, "crowd")
    before = _answered_since_the_beginning(reader)

    warble.join(customer, "mia_router", "Mia Router")
    post_id = warble.post(customer, ASKED)
    _appears_in_the_queue(agent)
    _appears_on_the_wall_as_waiting(reader)

    desk.show_card(colleague, ASKED)
    desk.claim_card(colleague)
    expect(desk.row(agent, ASKED)).to_contain_text("Ann")
    _write_with_the_counter(colleague)
    _send_take_back_and_send(colleague)

    replies = until(lambda: product.replies_to(post_id), what="the reply on the network")
    customer.goto(f"/net/p/{post_id}")
    expect(customer.locator("article.post", has_text=SIGNED)).to_contain_text(ANSWER)
    expect(reader.locator("article.card", has_text=ASKED)).to_contain_text("Answered in")
    expect(reader.locator("article.card", has_text=ASKED)).to_contain_text(ANSWER)

    warble.reply(customer, replies[0]["id"], f"@{BRAND} that works, thank you so much!")
    _the_case_closes(people, reader, product)
    assert [reply["text"] for reply in product.replies_to(post_id)] == [f"{ANSWER} {SIGNED}"]
    until(lambda: _answered_since_the_beginning(reader) > before, what="counting")


def _answered_since_the_beginning(page: Page) -> int:
    """The last of the headline numbers."""
    page.goto(f"/en/{BRAND}/")
    return int(re.sub(r"\D", "", page.locator("#wall-numbers .stat-value").last.inner_text()))


def _appears_in_the_queue(agent: Page) -> None:
    """In the crowd's lane, without a reload, with the reasons why."""
    mine = desk.row(agent, ASKED)
    expect(mine).to_be_visible(timeout=10_000)
    expect(mine.locator(".chip-reason").first).to_be_visible()


def _appears_on_the_wall_as_waiting(reader: Page) -> None:
    card = reader.locator("article.card", has_text=ASKED)
    expect(card).to_be_visible(timeout=10_000)
    expect(card.locator(".chip-soon")).to_contain_text("Waiting")


def _write_with_the_counter(colleague: Page) -> None:
    """The counter counts the signature, which stands below the text."""
    desk.write(colleague, ANSWER)
    expect(colleague.locator(".box-suffix")).to_contain_text(SIGNED)
    used = len(f"{ANSWER} {SIGNED}")
    expect(colleague.locator("form.box .counter")).to_have_text(f"{used} / 280")
    expect(desk.send_button(colleague)).to_contain_text(f"Reply publicly on Warble as Tamarind {SIGNED}")


def _send_take_back_and_send(colleague: Page) -> None:
    """Taken back once, the text is there again."""
    desk.send_button(colleague).click()
    goes_out = colleague.locator(".toast", has_text="Your answer goes out")
    goes_out.get_by_role("button", name="Undo").click()
    expect(desk.reply_box(colleague)).to_have_value(ANSWER)
    desk.reply_box(colleague).click()
    desk.send_button(colleague).click()
    expect(colleague.locator(".toast", has_text="Your answer goes out")).to_be_visible()


def _the_case_closes(people: People, reader: Page, product: Product) -> None:
    """A thank-you closes; the agents' queue has nothing of it any more."""
    agent = people.member(GRACE, screen=DESKTOP)

    def closed() -> bool:
        desk.open_queue(agent, "crowd")
        return desk.row(agent, "that works").count() == 0

    until(closed, what="closing")
    reader.locator("article.card", has_text=ASKED).get_by_role("link").first.click()
    expect(reader.locator(".thread")).to_contain_text("thank you so much")
