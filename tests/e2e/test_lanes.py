"""A lead changes the lane policy: by keyboard too, tried on past messages, saved, and taken back."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.e2e import desk
from tests.e2e.people import GRACE, HARRIET, People
from tests.e2e.product import BRAND, Product

ODD = "Tamarind, does the Clove 5 hum a little when it charges at night?"


def _names(page: Page) -> list[str]:
    return page.locator(".policy-line .policy-name").all_inner_texts()


def test_rows_move_by_keyboard_and_back(people: People) -> None:
    """The focus goes along with the row."""
    lead = people.member(HARRIET)
    lead.goto(f"{desk.CONSOLE}/policy/")
    shipped = _names(lead)
    button = lead.get_by_role("button", name="Move “Needs an expert” up")
    button.focus()
    place = shipped.index("Needs an expert")
    for step in (1, 2):
        lead.keyboard.press("Enter")
        expect(lead.locator(".policy-line .policy-name").nth(place - step)).to_have_text("Needs an expert")
        expect(button).to_be_focused()
    for step in (1, 0):
        lead.keyboard.press("u")
        expect(lead.locator(".policy-line .policy-name").nth(place - step)).to_have_text("Needs an expert")
    assert _names(lead) == shipped


def _send_everything_to_the_experts(lead: Page) -> None:
    lead.get_by_role("link", name="Edit “Everything else”").click()
    lead.get_by_label("Lane", exact=True).select_option("expert")
    lead.get_by_label("Minutes to the answer").fill("5000000")
    lead.get_by_role("button", name="Keep the row").click()
    expect(lead.locator(".field-error")).to_be_visible()
    lead.get_by_label("Minutes to the answer").fill("45")
    lead.get_by_role("button", name="Keep the row").click()


def _save(lead: Page, note: str) -> None:
    lead.get_by_label("Why? For the list of versions").fill(note)
    lead.get_by_role("button", name="Save as a new version").click()
    newest = lead.locator(".policy-version").first
    expect(newest).to_contain_text(note)
    expect(newest).to_contain_text("In force")
    expect(lead.locator("#policy-save")).to_have_count(0)


def _wait_for_intake(page: Page) -> None:
    """Intake remembers the table of before for three seconds."""
    page.wait_for_timeout(4_000)


def test_edit_preview_save_and_back(people: People, product: Product) -> None:
    lead, agent = people.member(HARRIET), people.member(GRACE)
    lead.goto(f"{desk.CONSOLE}/policy/")
    shipped = _names(lead)
    _send_everything_to_the_experts(lead)
    save = lead.locator("#policy-save")
    expect(save).to_contain_text("Changed: Everything else")
    expect(save.locator(".policy-sum")).to_contain_text("would change their lane")
    expect(save.locator(".matrix")).to_be_visible()
    expect(save).not_to_contain_text("risky or angry")
    # Nothing is lost by leaving the page, and nothing counts before it is saved.
    lead.reload()
    expect(lead.get_by_text("Changed, not saved")).to_be_visible()
    _save(lead, "The experts want to see all")
    _wait_for_intake(lead)
    desk.open_queue(agent, "expert")
    product.join("night_hum", "Nina Night")
    product.say("night_hum", f"@{BRAND} {ODD}")
    expect(desk.row(agent, ODD)).to_be_visible()

    versions = lead.locator(".policy-version")
    versions.last.get_by_role("button", name="Go back to this").click()
    expect(versions.first).to_contain_text("Back to the table ChimeIn comes with")
    assert _names(lead) == shipped
    lead.locator("#toasts .toast", has_text="comes with counts again").get_by_role(
        "button", name="Undo"
    ).click()
    expect(versions.first).to_contain_text("Brought back from version")
    versions.last.get_by_role("button", name="Go back to this").click()
    expect(versions.first).to_contain_text("Back to the table ChimeIn comes with")
    assert _names(lead) == shipped
    _wait_for_intake(lead)


def test_agents_read_the_table(people: People) -> None:
    agent = people.member(GRACE)
    agent.goto(f"{desk.CONSOLE}/policy/")
    expect(agent.get_by_role("heading", name="Money and personal data")).to_be_visible()
    expect(agent.get_by_role("link", name="Add a row")).to_have_count(0)


def test_a_move_is_undone_from_its_toast(people: People, product: Product) -> None:
    product.join("mover", "Mo Mover")
    product.say("mover", f"@{BRAND} can I use the Anise lamp in a bathroom without a window?")
    agent = people.member(GRACE)
    desk.open_conversation(agent, "crowd", "in a bathroom without a window")
    agent.locator(".move-menu > summary").click()
    agent.get_by_label("Why?").fill("needs an electrician")
    agent.locator(".move-menu").get_by_role("button", name="Experts").click()
    expect(agent.locator(".work-chips")).to_contain_text("Experts")
    agent.locator("#toasts").get_by_role("button", name="Undo").click()
    expect(agent.locator(".work-chips")).to_contain_text("Crowd")
    expect(agent.locator(".thread")).to_contain_text("took the move back")
