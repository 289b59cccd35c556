"""A newcomer's draft: read by a lead with single keys, changed, posted with both names, shown with the difference."""

from __future__ import annotations

import os
import subprocess
import sys

from playwright.sync_api import expect

from tests.e2e import desk
from tests.e2e.people import HARRIET, PHONE, People
from tests.e2e.product import ROOT, Product, until

WREN = "wren.halvorsen"  # a colleague in store 15
_COACHED = f"""
from chimein.people.models import Trust
Trust.objects.filter(member__user__email="{WREN}@tamarind.example").update(level=Trust.Level.COACHED)
"""


def _make_coached(product: Product) -> None:
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    environment["CHIMEIN_VAR"] = str(product.folder)
    command = [sys.executable, "-m", "chimein", "shell", "--no-imports", "-c", _COACHED]
    subprocess.run(command, cwd=ROOT, env=environment, check=True, timeout=60)


def test_a_draft_is_read_changed_and_posted_with_both_names(people: People, product: Product) -> None:
    _make_coached(product)
    product.join("lena_loud", "Lena Loud")
    post_id = product.say("lena_loud", "Tamarind, how do I pair the Halo soundbar with my television?")
    wren, harriet = people.member(WREN, screen=PHONE), people.member(HARRIET)
    harriet.goto(f"{desk.CONSOLE}/reviews/")
    desk.wait_until_live(harriet)

    desk.show_card(wren, "pair the Halo soundbar")
    desk.claim_card(wren)
    desk.write(wren, "Hold the button for five seconds.")
    desk.send_button(wren).click()
    expect(wren.locator("#card")).to_contain_text("A colleague reads your answer first")
    wren.goto(f"{desk.CONSOLE}/answers/")
    desk.wait_until_live(wren)
    expect(wren.locator(".my-answer").first).to_contain_text("A colleague reads it first")
    assert product.replies_to(post_id) == []

    card = harriet.locator("article.question-card")
    expect(card).to_contain_text("Wren's answer")
    for key in "1233":
        harriet.keyboard.press(key)
    for name, value in (("tone", "yes"), ("solves", "yes"), ("personal", "no")):
        expect(harriet.locator(f"input[name={name}][value={value}]")).to_be_checked()
    card.locator("textarea").fill("Lena, hold the button for five seconds.")
    card.get_by_label("One line of advice").fill("Begin with her name.")
    card.get_by_role("button", name="Approve").click()
    expect(harriet.locator(".toast").last).to_contain_text("signed by Wren with you")

    first = wren.locator(".my-answer").first
    expect(first.locator("ins").first).to_contain_text("Lena")
    expect(first).to_contain_text("Begin with her name.")
    posted = until(lambda: product.replies_to(post_id), what="the answer on the network")
    assert posted[0]["text"].startswith("Lena, hold the button for five seconds. ^Wren, ")
    assert posted[0]["text"].endswith(" · with Harriet")
    expect(first).to_contain_text("Published")
