"""What a customer does on the network's own pages."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect


def join(page: Page, handle: str, name: str) -> None:
    """Make an account and continue as it."""
    page.goto("/net/who")
    page.locator("input[name=name]").fill(name)
    page.locator("form.fields input[name=handle]").fill(handle)
    page.get_by_role("button", name="Make", exact=False).click()
    expect(page).to_have_url(re.compile(r"/net/?$"))


def post(page: Page, text: str) -> str:
    """Write a post on the first page; its id."""
    page.goto("/net/")
    page.locator("#box").fill(text)
    page.locator("form.box button[type=submit]").click()
    mine = page.locator("article.post", has_text=text).first
    expect(mine).to_be_visible()
    return (mine.get_attribute("id") or "").removeprefix("p")


def reply(page: Page, post_id: str, text: str) -> None:
    """Answer below a post."""
    page.goto(f"/net/p/{post_id}")
    page.locator("#reply #box").fill(text)
    page.locator("#reply form.box button[type=submit]").click()
    expect(page.locator("article.post", has_text=text)).to_be_visible()


def edit(page: Page, post_id: str, text: str) -> None:
    """Change an own post."""
    page.goto(f"/net/p/{post_id}/edit")
    page.locator("#box").fill(text)
    page.locator("form.box button[type=submit]").click()
    expect(page.locator(f"#p{post_id}")).to_contain_text(text)


def delete(page: Page, post_id: str) -> None:
    """Take an own post down."""
    page.goto(f"/net/p/{post_id}/delete")
    page.locator("button.danger").click()


def open_weather_room(page: Page, key: str) -> None:
    """The page with the switches for everything that can go wrong."""
    page.goto("/net/control")
    if page.locator("input[name=key]").count():
        page.locator("input[name=key]").fill(key)
        page.locator("form.fields button[type=submit]").click()
    expect(page.locator("form.switches")).to_be_visible()


def switch_outage(page: Page, *, on: bool) -> None:
    """The network answers nobody, or answers again."""
    page.goto("/net/control")
    page.locator("#f_outage").set_checked(on)
    page.locator("form.switches button[type=submit]:not([name])").click()
    expect(page.locator("p.note.good").first).to_be_visible()
