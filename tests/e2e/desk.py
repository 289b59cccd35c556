"""What colleagues do in the console."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Page, expect

from tests.e2e.product import BRAND

CONSOLE = f"/console/{BRAND}"
_PARTS = ("answered", "in private", "no reply needed", "waiting")


def open_queue(page: Page, lane: str) -> None:
    """The queue's lane, its live stream open."""
    page.goto(f"{CONSOLE}/queue/?lane={lane}")
    wait_until_live(page)


def wait_until_live(page: Page) -> None:
    """Until the page hears of what happens."""
    expect(page.locator("[data-connection][data-state=live]").first).to_be_attached()


def row(page: Page, text: str) -> Locator:
    """The row of the queue that begins with this text."""
    return page.locator("article.row", has_text=text)


def open_conversation(page: Page, lane: str, text: str) -> None:
    """Find the conversation in the queue and open it."""
    open_queue(page, lane)
    row(page, text).get_by_role("link").first.click()
    expect(page.locator("#work")).to_be_visible()
    wait_until_live(page)


def reply_box(page: Page) -> Locator:
    return page.locator("form.box:not(.box-note) textarea")


def note_box(page: Page) -> Locator:
    return page.locator("form.box-note textarea")


def send_button(page: Page) -> Locator:
    return page.locator("form.box:not(.box-note) [data-send]")


def show_card(page: Page, text: str, *, live: bool = True) -> None:
    """The helpers' one card, passing over other questions until this one is shown."""
    page.goto(f"{CONSOLE}/answer/")
    if page.get_by_role("button", name="Show them again").count():
        page.get_by_role("button", name="Show them again").click()
    for _ in range(30):
        card = page.locator("article.question-card")
        expect(card).to_be_visible()
        if text in card.inner_text():
            if live:
                wait_until_live(page)
            return
        before = card.get_attribute("id")
        pass_by(page)
        expect(page.locator(f"#{before}")).to_have_count(0)
    raise AssertionError(f"no card with {text!r}")


def pass_by(page: Page) -> None:
    """Not this one: skip what one found oneself, pass on what was brought to one."""
    skip = page.get_by_role("button", name=re.compile("^Skip"))
    if skip.count():
        skip.click()
        return
    page.locator(".pass-on summary").click()
    page.get_by_role("button", name="No time now").click()


def claim_card(page: Page) -> None:
    """Press Answer on the card; the box comes, and the time begins to run."""
    page.get_by_role("button", name=re.compile("^Answer")).click()
    expect(page.locator("#card .claim-bar [data-countdown]").first).to_have_text(re.compile(r"^\d+:\d\d$"))
    expect(reply_box(page)).to_be_visible()


def write(page: Page, text: str) -> None:
    """Type an answer and wait until the server keeps it."""
    reply_box(page).click()
    reply_box(page).fill(text)
    expect(page.locator("form.box:not(.box-note) .draft-state")).to_have_attribute("data-state", "saved")


def answer_from_desk(page: Page, lane: str, text: str, answer: str) -> None:
    """Open, claim by writing, send; the undo's time still runs."""
    open_conversation(page, lane, text)
    write(page, answer)
    expect(page.locator("#work .claim-bar-mine")).to_be_visible()
    send_button(page).click()
    expect(page.locator(".toast", has_text="Your answer goes out")).to_be_visible()


def ledger_gap(page: Page) -> int:
    """What the ledger does not account for, from the figures a person sees."""
    page.goto(f"{CONSOLE}/ledger/")
    stats = page.locator(".equation .stat")
    figures = [int(re.sub(r"\D", "", one)) for one in stats.locator(".stat-value").all_inner_texts()]
    assert len(figures) == 1 + len(_PARTS), figures
    expect(page.locator(".page-head .chip-ok")).to_be_visible()
    return figures[0] - sum(figures[1:])
