"""Browsers in which somebody has signed in, in their language, on their screen."""

from __future__ import annotations

import re
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.e2e.product import BRAND, Product
from tests.e2e.watch import Watch

PASSWORD = "chimein-demo"
PHONE = (390, 844)
DESKTOP = (1440, 900)
LOCALES = {"en": "en-GB", "zh": "zh-CN"}

ANN = "ann.whitcombe"  # a colleague in store 12
MAGGIE = "maggie.sorensen"  # one in store 15
PRIYA = "priya.nair"  # one in store 21, whom no other test calls
GRACE = "grace.adeyemi"  # an agent at the desk
TOMOS = "tomos.pryce"  # another one
HARRIET = "harriet.lowe"  # the lead of care


class People:
    """Opens browsers; whoever signed in once stays so for the next test."""

    def __init__(self, browser: Browser, product: Product) -> None:
        self._browser = browser
        self._product = product
        self._states: dict[str, Any] = {}
        self._open: list[tuple[BrowserContext, Watch]] = []

    def somebody(
        self,
        *,
        screen: tuple[int, int] = DESKTOP,
        language: str = "en",
        scripts: bool = True,
        state: Any = None,
    ) -> Page:
        """A browser of somebody without a login. Its page has `page.context` for further ones."""
        context = self._browser.new_context(
            base_url=self._product.url,
            viewport={"width": screen[0], "height": screen[1]},
            locale=LOCALES[language],
            storage_state=state,
            java_script_enabled=scripts,
            reduced_motion="reduce",
        )
        context.set_default_timeout(15_000)
        self._open.append((context, Watch(context)))
        return context.new_page()

    def member(self, who: str, *, screen: tuple[int, int] = DESKTOP, language: str = "en") -> Page:
        """A browser in which this person has signed in."""
        if who not in self._states:
            self._states[who] = self._sign_in(who)
        return self.somebody(screen=screen, language=language, state=self._states[who])

    def _sign_in(self, who: str) -> Any:
        page = self.somebody()
        page.goto("/accounts/login/")
        page.get_by_label("Email").fill(f"{who}@tamarind.example")
        page.get_by_label("Password", exact=True).fill(PASSWORD)
        page.get_by_role("button", name="Sign in", exact=True).click()
        expect(page).to_have_url(re.compile(f"/console/{BRAND}/"), timeout=15_000)
        return page.context.storage_state()

    def watch_of(self, page: Page) -> Watch:
        """What is collected about this page's browser."""
        return next(watch for context, watch in self._open if context == page.context)

    def close(self) -> list[str]:
        """Close all browsers; what they complained about."""
        found = [said for _, watch in self._open for said in watch.findings]
        for context, _ in self._open:
            context.close()
        self._open.clear()
        return found
