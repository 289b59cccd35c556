"""A lead sets who answers how fast; a conversation is frozen for everybody until the lead releases it."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.e2e import desk
from tests.e2e.people import GRACE, HARRIET, People
from tests.e2e.product import BRAND, Product

SMOKE = "Tamarind, who do I ask about the smell from my Clove 5 charger in room 12?"


def test_the_table_is_edited_tried_saved_and_taken_back(people: People) -> None:
    lead = people.member(HARRIET)
    lead.goto(f"{desk.CONSOLE}/lanes/")
    lead.get_by_role("link", name="Edit “Desk”").click()
    lead.get_by_label("Minutes to the answer").fill("5000000")
    lead.get_by_role("button", name="Keep the row").click()
    expect(lead.locator(".field-error")).to_be_visible()
    lead.get_by_label("Minutes to the answer").fill("25")
    lead.get_by_role("button", name="Keep the row").click()
    save = lead.locator("#policy-save")
    expect(save).to_contain_text("Changed: Desk")
    expect(save.locator(".policy-sum")).to_contain_text("were late by the table in force")
    lead.get_by_role("button", name="Save as a new version").click()
    row = lead.locator("#lane-desk")
    expect(row).to_contain_text("25 min")
    expect(save).to_have_count(0)
    lead.locator(".toast").get_by_role("button", name="Undo").click()
    expect(row).to_contain_text("30 min")


def test_frozen_for_everybody_until_the_lead_says_so(people: People, product: Product) -> None:
    lead, agent = people.member(HARRIET), people.member(GRACE)
    product.join("smell_in_12", "Sam Smell")
    product.say("smell_in_12", f"@{BRAND} {SMOKE}")
    lane = next(lane for lane in ("desk", "crowd", "expert", "vip", "crisis") if _waits(agent, lane))
    desk.open_conversation(lead, lane, SMOKE)
    desk.open_conversation(agent, lane, SMOKE)
    if lane != "crisis":
        agent.locator(".move-menu > summary").click()
        agent.get_by_label("Why?").fill("Several rooms smell of it")
        agent.get_by_role("button", name="Crisis", exact=True).click()
    bar = agent.locator(".claim-bar-frozen")
    expect(bar).to_contain_text("Nobody answers until a lead releases it.")
    expect(bar.get_by_role("button")).to_have_count(0)
    expect(desk.send_button(agent)).to_have_count(0)
    lead.get_by_role("button", name="Release it").click()
    expect(bar).to_have_count(0)
    expect(agent.get_by_role("button", name="Take it")).to_be_visible()
    lead.locator(".toast").get_by_role("button", name="Undo").click()
    expect(bar).to_be_visible()


def _waits(page: Page, lane: str) -> bool:
    """Whether the question has come into this lane."""
    desk.open_queue(page, lane)
    row = desk.row(page, SMOKE)
    try:
        expect(row).to_be_visible(timeout=2_000)
    except AssertionError:
        return False
    return True
