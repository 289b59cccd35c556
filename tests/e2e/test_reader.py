"""Somebody reads without a login, searches in both languages, asks by keyboard alone, and gets an answer (J13)."""

from __future__ import annotations

import json
import re

from playwright.sync_api import Page, expect

from tests.e2e import desk
from tests.e2e.people import GRACE, PHONE, People
from tests.e2e.product import BRAND, Product

ASKED = "Does the Cinnamon coffee maker take paper filters of size four?"
ANSWERED = "Yes, size four fits; fold the seam once so that it stands."


def _an_answered_question(product: Product, language: str) -> str:
    """The address of a question of the past, with a person behind its answer."""
    items = product.client.get(f"/{language}/{BRAND}/feed.json").json()["items"]
    chinese = [one for one in items if re.search(r"[\u4e00-\u9fff]", one["title"])]
    for one in chinese if language == "zh-hans" else items:
        if re.search(r"/people/\w+/", product.client.get(one["url"]).text):
            return str(one["url"]).removeprefix(product.url)
    raise AssertionError("no answered question in the feed")


def test_a_reader_lands_on_a_chinese_question_and_finds_the_way(people: People, product: Product) -> None:
    reader = people.somebody(language="zh", screen=PHONE)
    address = _an_answered_question(product, "zh-hans")
    reader.goto(address)
    assert reader.locator("html").get_attribute("lang") == "zh-Hans"
    author = reader.locator("aside a[href*='/people/']").first
    expect(author).to_be_visible()
    title = reader.locator("h1").inner_text()

    reader.locator(".site-tools summary").click()
    reader.get_by_role("link", name="English").click()
    expect(reader).to_have_url(re.compile(re.escape(address.replace("/zh-hans/", "/en/"))))
    assert reader.locator("html").get_attribute("lang") == "en"
    expect(reader.locator("h1")).to_have_text(title)
    reader.locator(".site-tools summary").click()
    reader.get_by_role("link", name="简体中文").click()
    expect(reader).to_have_url(re.compile(re.escape(address)))

    author.click()
    expect(reader.locator("#person-list")).to_contain_text(title)


def test_search_finds_words_of_both_languages(people: People, product: Product) -> None:
    product.join("zh_seeker", "寻找者")
    product.say("zh_seeker", "罗望的薄荷水壶可以放进洗碗机里洗吗？")
    product.join("en_seeker", "Ella Seeker")
    product.say("en_seeker", "Tamarind, are the ear pads of the Juniper headphones washable?")
    reader = people.somebody()
    reader.goto(f"/en/{BRAND}/")
    for text in ("ear pads", "薄荷水壶"):
        # The day that is played may ask about the same things.
        expect(reader.locator("article.card", has_text=text).first).to_be_visible(timeout=10_000)
    for word, found in (("洗碗机", "薄荷水壶"), ("washable pads", "Juniper headphones")):
        field = reader.get_by_role("searchbox", name="Search all answers")
        field.fill(word)
        field.press("Enter")
        expect(reader.get_by_role("status").filter(has_text=word)).to_be_visible()
        expect(reader.locator("article.card").first).to_contain_text(found)


def test_asking_by_keyboard_alone_and_reading_the_answer_live(people: People, product: Product) -> None:
    reader, agent = people.somebody(), people.member(GRACE)
    reader.goto(f"/en/{BRAND}/")
    _tab_to(reader, "Ask us")
    reader.keyboard.press("Enter")
    expect(reader).to_have_url(re.compile("/ask/"))
    _tab_to(reader, "Your question")
    reader.keyboard.type(ASKED)
    _tab_to(reader, "Send the question")
    reader.wait_for_timeout(3_000)  # forms sent faster than a person types are taken for a machine's
    reader.keyboard.press("Enter")
    _my_own_page(reader)
    expect(reader.locator("h1")).to_have_text(ASKED)
    expect(reader.locator(".thread")).to_contain_text("Nobody has answered yet")

    wall = people.somebody()
    wall.goto(f"/en/{BRAND}/?tab=waiting")
    expect(wall.locator("article.card", has_text=ASKED)).to_contain_text("Waiting")
    desk.answer_from_desk(agent, "crowd", ASKED, ANSWERED)
    expect(reader.locator(".thread")).to_contain_text(ANSWERED, timeout=20_000)


def _tab_to(page: Page, label: str) -> None:
    """Press Tab until this control has the focus."""
    named = "() => (document.activeElement.labels?.[0] ?? document.activeElement).textContent.trim()"
    for _ in range(60):
        page.keyboard.press("Tab")
        if str(page.evaluate(named)).startswith(label):
            return
    raise AssertionError(f"{label!r} cannot be reached by keyboard")


def _my_own_page(page: Page) -> None:
    """After asking: the question's page, or the one that says it comes in a moment."""
    for _ in range(20):
        if "/q/" in page.url:
            return
        page.wait_for_timeout(500)
        page.reload()
    raise AssertionError(f"still at {page.url}")


def test_machines_read_the_question_too(people: People, product: Product) -> None:
    reader = people.somebody()
    reader.goto(_an_answered_question(product, "en"))
    raw = reader.locator('script[type="application/ld+json"]').inner_text()
    page = json.loads(raw)
    assert page["@type"] == "QAPage"
    question = page["mainEntity"]
    assert question["@type"] == "Question"
    assert question["answerCount"] >= 1
    answer = question.get("acceptedAnswer") or question["suggestedAnswer"][0]
    assert answer["text"]
    assert answer["author"]["name"]


def test_everything_public_works_without_scripts(people: People, product: Product) -> None:
    reader = people.somebody(scripts=False)
    reader.goto(f"/en/{BRAND}/")
    reader.get_by_role("searchbox", name="Search all answers").fill("router")
    reader.get_by_role("searchbox", name="Search all answers").press("Enter")
    reader.locator("article.card").first.get_by_role("link").first.click()
    expect(reader.locator(".thread .msg").first).to_be_visible()
    reader.get_by_role("link", name="Ask us").first.click()
    reader.get_by_label("Your question").fill("Is there a spare lid for the Mint kettle without scripts?")
    reader.wait_for_timeout(3_000)
    reader.get_by_role("button", name="Send the question").click()
    _my_own_page(reader)
    expect(reader.locator("h1")).to_contain_text("spare lid for the Mint kettle")
