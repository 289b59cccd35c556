"""Somebody is called: a toast on the page they are on, a notification on their device, and quiet where they want it."""

from __future__ import annotations

import json
from typing import Any

from playwright.sync_api import Page, expect

from tests.e2e import desk
from tests.e2e.people import ANN, GRACE, People
from tests.e2e.product import Product

ASKED = "Tamarind, does the Nutmeg 9 oven have a steam setting?"


def test_a_call_reaches_the_page_somebody_is_on(people: People, product: Product) -> None:
    product.join("oven_side", "Olga Oven")
    product.say("oven_side", ASKED)
    agent, called = people.member(GRACE), people.member(ANN)
    called.goto(f"{desk.CONSOLE}/answers/")
    desk.wait_until_live(called)
    desk.open_conversation(agent, "crowd", "a steam setting")
    desk.note_box(agent).fill("@Ann have you seen this in the shop?")
    agent.locator("form.box-note [type=submit]").click()
    toast = called.locator(".toast-alert", has_text="Grace calls you")
    expect(toast).to_be_visible()
    expect(toast).to_contain_text("a steam setting")
    toast.get_by_role("link").click()
    expect(called.locator("#card")).to_contain_text("a steam setting")
    called.goto(f"{desk.CONSOLE}/alerts/news/")
    expect(called.locator(".news-item", has_text="Grace calls you")).to_have_count(1)


def test_a_switch_counts_at_once_and_comes_back(people: People) -> None:
    page = people.member(ANN)
    page.goto(f"{desk.CONSOLE}/alerts/")
    switch = page.get_by_label("Somebody is thankful, or an answer solved it: By mail")
    switch.focus()
    page.keyboard.press("Space")
    toast = page.locator(".toast", has_text="On:")
    expect(toast).to_be_visible()
    page.reload()
    expect(switch).to_be_checked()
    switch.uncheck()
    page.locator(".toast", has_text="Off:").get_by_role("button", name="Undo").click()
    expect(switch).to_be_checked()
    switch.uncheck()
    expect(page.locator(".toast", has_text="Off:")).to_be_visible()


def _notifications(page: Page) -> list[dict[str, Any]]:
    """What the device shows now."""
    found: list[dict[str, Any]] = page.evaluate(
        """async () => (await (await navigator.serviceWorker.ready).getNotifications())
           .map((one) => ({title: one.title, silent: one.silent, url: one.data.url}))"""
    )
    return found


def test_a_push_is_shown_and_replaced_when_somebody_else_was_faster(people: People, product: Product) -> None:
    """The real service worker in a real browser; the push is handed to it as the push service would."""
    page = people.member(ANN)
    page.context.grant_permissions(["notifications"])
    page.goto(f"{desk.CONSOLE}/alerts/")
    page.evaluate("navigator.serviceWorker.register('/service-worker.js', {scope: '/'})")
    page.evaluate("navigator.serviceWorker.ready.then(() => 1)")
    session = page.context.new_cdp_session(page)
    found: list[str] = []
    session.on(
        "ServiceWorker.workerRegistrationUpdated",
        lambda told: found.extend(one["registrationId"] for one in told["registrations"]),
    )
    session.send("ServiceWorker.enable")
    page.wait_for_function("true")

    def push(**news: object) -> None:
        given = {"origin": product.url, "registrationId": found[-1], "data": json.dumps(news)}
        session.send("ServiceWorker.deliverPushMessage", given)

    push(tag="c1", title="A question for you", body=ASKED, url=f"{desk.CONSOLE}/answer/?at=1", silent=False)
    expect(page.locator("body")).to_be_visible()
    page.wait_for_function(
        "navigator.serviceWorker.ready.then(r => r.getNotifications()).then(all => all.length === 1)"
    )
    assert _notifications(page)[0]["url"] == f"{product.url}{desk.CONSOLE}/answer/?at=1"
    push(tag="c1", title="Already taken by Grace", body="", url="https://elsewhere.example/", silent=True)
    page.wait_for_function(
        "navigator.serviceWorker.ready.then(r => r.getNotifications()).then(all => all[0].silent)"
    )
    (shown,) = _notifications(page)
    assert (shown["title"], shown["url"]) == ("Already taken by Grace", f"{product.url}/console/")
    push(tag="c2", title="Already taken by Grace", body="", url="/console/", silent=True)
    page.wait_for_timeout(300)
    assert len(_notifications(page)) == 1, "who put it aside already need not read that it is taken"
