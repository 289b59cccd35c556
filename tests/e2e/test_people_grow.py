"""The demo's people by themselves: somebody is coached until trusted, a VIP has a manager, leagues move."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e import desk
from tests.e2e.people import HARRIET, PHONE, People
from tests.e2e.product import running_product

NIA = "nia.calder"  # her answers are read first
_SOON_MS = 90_000


@pytest.fixture
def lively(browser: Browser) -> Iterator[People]:
    """A product of its own, in which the demo's people do a minute's work in four seconds."""
    with running_product(speed=15) as product:
        people = People(browser, product)
        yield people
        assert people.close() == []


def test_somebody_new_grows_before_one_s_eyes(lively: People) -> None:
    nia, harriet = lively.member(NIA, screen=PHONE), lively.member(HARRIET)
    nia.goto(f"{desk.CONSOLE}/answers/")
    desk.wait_until_live(nia)
    changed = nia.locator(".my-answer", has_text="a reset wipes the wifi name and password")
    expect(changed).to_contain_text(re.compile(r"\w+: Approved with changes"), timeout=_SOON_MS)
    expect(changed).to_contain_text(re.compile(r"\^Nia, Store 15 · with \w+"), timeout=_SOON_MS)
    expect(changed.locator("ins").first).to_contain_text("Hal,")

    harriet.goto(f"{desk.CONSOLE}/lanes/vips/")
    expect(harriet.locator("main")).to_contain_text("@gadgetwithgus")
    expect(harriet.locator("main")).to_contain_text("@amo_ceping")

    nia.goto(f"{desk.CONSOLE}/alerts/news/")
    trusted = nia.get_by_text("You are trusted further: Trusted").first
    for _look in range(60):
        if trusted.is_visible():
            break
        nia.wait_for_timeout(1_000)
        nia.reload()
    expect(trusted).to_be_visible()

    harriet.goto(f"{desk.CONSOLE}/leagues/")
    newcomers = harriet.locator("main section, main .card").filter(has_text="Newcomers").last
    expect(newcomers).to_contain_text("Nia")
