"""An answer that helped becomes a line of the statement while one looks; who does not want to be named is not."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.e2e import desk
from tests.e2e.people import GRACE, PHONE, People
from tests.e2e.product import BRAND, Product, until

ASKED = "Tamarind, how do I clean the filter of the Juniper kettle?"
ANSWER = "Lift the filter out, leave it in vinegar for an hour and rinse it well."


def test_a_thank_you_becomes_points(people: People, product: Product) -> None:
    product.join("kettle_kim", "Kim Kettle")
    asked = product.say("kettle_kim", f"@{BRAND} {ASKED}")
    agent = people.member(GRACE)
    desk.answer_from_desk(agent, "crowd", "Juniper kettle", ANSWER)
    reply = until(lambda: product.replies_to(asked), within_s=25, what="the reply on the network")[0]
    agent.goto(f"{desk.CONSOLE}/points/")
    product.say("kettle_kim", f"@{BRAND} that works, thank you so much!", reply_to=str(reply["id"]))
    line = agent.locator(".statement-line", has_text="leave it in vinegar")
    expect(line).to_contain_text("Solved", timeout=45_000)
    expect(line).to_contain_text("10 × (1 + 2 × 0.5) × 1")
    expect(agent.locator(".thank-words")).to_contain_text("thank you so much")
    expect(agent.locator(".badge-tile.is-earned")).to_contain_text("First one solved")


def test_leagues_on_a_phone_name_whom_they_may(people: People) -> None:
    agent = people.member(GRACE, screen=PHONE)
    agent.goto(f"{desk.CONSOLE}/leagues/")
    expect(agent.get_by_role("heading", name="Leagues")).to_be_visible()
    agent.get_by_role("link", name="My statement").click()
    agent.get_by_role("button", name="Do not name me").click()
    expect(agent.get_by_text("Leagues do not name you.")).to_be_visible()
    agent.get_by_role("link", name="Leagues", exact=True).click()
    expect(agent.get_by_text("as you wished")).to_be_visible()
    agent.get_by_role("link", name="Change").click()
    agent.get_by_role("button", name="Name me").click()
    expect(agent.get_by_role("button", name="Do not name me")).to_be_visible()
