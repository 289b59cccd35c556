"""A newcomer's first ten minutes on a phone, and what a lead sees of it."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.e2e import looks
from tests.e2e.people import HARRIET, PHONE, People

RORY = "rory.quill"  # has just joined store 3
CONSOLE = "/console/tamarind"
ANSWER = "Hold the button for ten seconds until the light blinks, then pair it again from your phone."
_RIGHT = (1, 2, 0, 2)


def _quiz(page: Page, *choices: int) -> None:
    for number, choice in enumerate(choices):
        page.locator(f"input[name=q{number}][value='{choice}']").check()
    page.get_by_role("button", name="Check my answers").click()


def _wrong_with(page: Page) -> list[str]:
    return [*looks.sideways(page), *looks.cut_texts(page), *looks.axe_findings(page)]


def test_from_the_rules_to_the_first_card(people: People) -> None:
    rory = people.member(RORY, screen=PHONE)
    rory.goto(f"{CONSOLE}/answer/")
    expect(rory).to_have_url(f"{rory.url.split('/console')[0]}{CONSOLE}/start/")
    found = _wrong_with(rory)
    rory.get_by_role("button", name="I keep to these rules").click()
    expect(rory.get_by_role("heading", name="What may we ask you?")).to_be_visible()
    rory.get_by_label("Payments and returns").check()
    rory.get_by_role("button", name="Go on").click()
    rory.get_by_role("button", name="Read; now the quiz").click()
    _quiz(rory, 0, *_RIGHT[1:])
    expect(rory.locator(".quiz-wrong")).to_contain_text("It solves the question in the first answer")
    found += _wrong_with(rory)
    _quiz(rory, *_RIGHT)
    rory.get_by_label("Your answer").fill("Write to me at rory@elsewhere.example, then I help you.")
    rory.get_by_role("button", name="Compare").click()
    expect(rory.locator(".banner-late")).to_contain_text("mail address")
    for _number in range(3):
        rory.get_by_label("Your answer").fill(ANSWER)
        rory.get_by_role("button", name="Compare").click()
        expect(rory.get_by_role("heading", name="Well done")).to_be_visible()
        if _number == 0:
            found += _wrong_with(rory)
        rory.get_by_role("link", name="Next question").or_(rory.get_by_role("link", name="Go on")).click()
    expect(rory.locator("#way")).to_contain_text("A coach reads each answer before it goes out.")
    expect(rory.locator("#way")).to_contain_text("is your coach")
    rory.goto(f"{CONSOLE}/answer/")
    expect(rory.locator("#card")).to_be_visible()

    harriet = people.member(HARRIET)
    harriet.goto(f"{CONSOLE}/people/?q=Rory")
    found += _wrong_with(harriet)
    harriet.get_by_role("link", name="Rory").click()
    harriet.locator("summary", has_text="Change").click()
    harriet.get_by_label("Level").select_option("2")
    harriet.get_by_label("Reason (the person reads it)").first.fill("knows the shop for years")
    harriet.get_by_role("button", name="Set the level").click()
    expect(harriet.locator(".standing").first).to_contain_text("Trusted")
    harriet.locator(".toast-button").click()
    expect(harriet.locator(".standing").first).to_contain_text("Coached")
    assert found == []
