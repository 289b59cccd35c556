"""Every page in both languages, in light and dark, on a desk, a tablet and a phone: nothing cut, nothing hidden from
anybody, and a picture of each in var/screenshots."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.e2e import desk, looks
from tests.e2e.people import ANN, GRACE, HARRIET, MAGGIE, TOMOS, People
from tests.e2e.product import BRAND, Product, until

CONSOLE = desk.CONSOLE
LANGUAGES = ("en", "zh")


@pytest.fixture(scope="session")
def _busy(product: Product) -> None:
    """Questions in both languages and lanes, so that no page is empty."""
    said = {
        ("looks_en", "Lou Looks"): "Tamarind, does the Star Anise Mesh work with a router of another maker?",
        ("looks_zh", "看看"): "罗望的八角 Mesh 能和别的牌子的路由器一起用吗？",
        ("looks_angry", "Ida Irate"): f"@{BRAND} charged twice and nobody calls back, this is a disgrace!!",
    }
    for (handle, name), text in said.items():
        product.join(handle, name, followers=12_000)
        product.say(handle, text)
    product.send_garbage()
    until(lambda: "Star Anise Mesh" in product.client.get(f"/en/{BRAND}/").text, what="the wall")


def _language_path(language: str) -> str:
    return "/en" if language == "en" else "/zh-hans"


def _wall(page: Page, language: str) -> None:
    page.goto(f"{_language_path(language)}/{BRAND}/")
    page.locator("article.card").first.wait_for()


def _answered(page: Page, language: str) -> None:
    page.goto(f"{_language_path(language)}/{BRAND}/?tab=answered")
    page.locator("article.card .card-target").first.click()
    page.locator(".thread").wait_for()


def _waiting(page: Page, language: str) -> None:
    page.goto(f"{_language_path(language)}/{BRAND}/?tab=waiting")
    page.locator("article.card .card-target").first.click()
    page.locator(".thread").wait_for()


def _topic(page: Page, language: str) -> None:
    page.goto(f"{_language_path(language)}/{BRAND}/topics/wifi/")


def _nothing_found(page: Page, language: str) -> None:
    page.goto(f"{_language_path(language)}/{BRAND}/?q=zzyzx&person=&since=2020-01-01")


def _helpers(page: Page, language: str) -> None:
    page.goto(f"{_language_path(language)}/{BRAND}/people/")


def _helper(page: Page, language: str) -> None:
    _helpers(page, language)
    page.locator(".card-target").first.click()
    page.locator("#person-list").wait_for()


def _ask(page: Page, language: str) -> None:
    page.goto(f"{_language_path(language)}/{BRAND}/ask/")


def _login(page: Page, _language: str) -> None:
    page.goto("/accounts/login/")


def _lost(page: Page, _language: str) -> None:
    page.goto("/nowhere/at/all")


def _warble(page: Page, language: str) -> None:
    page.goto(f"/net/?lang={language}")


def _warble_post(page: Page, language: str) -> None:
    _warble(page, language)
    page.locator("article.post .stamp").first.click()
    page.locator("#reply").wait_for()


PUBLIC: dict[str, Callable[[Page, str], None]] = {
    "wall": _wall, "question": _answered, "waiting": _waiting, "topic": _topic, "nothing-found": _nothing_found,
    "helpers": _helpers, "helper": _helper, "ask": _ask, "login": _login, "not-found": _lost,
    "warble": _warble, "warble-post": _warble_post,
}  # fmt: skip


def _conversation(lane: str, texts: dict[str, str]) -> Callable[[Page, str], None]:
    def show(page: Page, language: str) -> None:
        desk.open_conversation(page, lane, texts[language])

    return show


def _at(path: str) -> Callable[[Page, str], None]:
    def show(page: Page, _language: str) -> None:
        page.goto(f"{CONSOLE}/{path}")

    return show


def _taken(page: Page, language: str) -> None:
    """Claimed, with an answer that is too long and a note."""
    desk.open_conversation(page, "crowd", _CROWD[language])
    desk.write(page, "Yes, it does. Put the other router into bridge mode first. " * 8)
    page.locator("#work .claim-bar-mine").wait_for()
    desk.note_box(page).fill("Asked engineering about older firmware.")


def _card_taken(page: Page, _language: str) -> None:
    page.goto(f"{CONSOLE}/answer/")
    page.locator(".question-buttons button").first.click()
    page.locator("form.box textarea").click()


def _lanes_changed(page: Page, _language: str) -> None:
    """A row taken out, tried on past messages."""
    page.goto(f"{CONSOLE}/policy/")
    if page.locator("#policy-save").count() == 0:
        page.locator("[id^=delete-]").nth(11).click()
    page.locator(".matrix").wait_for()


def _labels(page: Page, language: str) -> None:
    """A message explained, in the page it has without scripts."""
    desk.open_conversation(page, "crowd", _CROWD[language])
    page.goto(page.locator("[data-open=labels-sheet]").first.get_attribute("href") or "")


def _game(page: Page, _language: str) -> None:
    page.goto(f"{CONSOLE}/label/")
    if page.locator("[action$='/start/']").count():
        page.locator("[action$='/start/'] button").click()
    page.locator(".game-card").wait_for()


_CROWD = {"en": "Star Anise Mesh", "zh": "八角 Mesh"}
_GIVE_BACK = re.compile("Give back|放回")
_ANGRY = {"en": "nobody calls back", "zh": "nobody calls back"}
CONSOLE_PAGES: dict[str, tuple[str, Callable[[Page, str], None]]] = {
    "queue": (GRACE, _at("queue/?lane=crowd")),
    "queue-mine": (GRACE, _at("queue/?lane=desk&whose=mine")),
    "conversation": (GRACE, _conversation("crowd", _CROWD)),
    "conversation-desk": (GRACE, _conversation("desk", _ANGRY)),
    "conversation-taken": (TOMOS, _taken),
    "card-taken": (MAGGIE, _card_taken),
    "card": (ANN, _at("answer/")),
    "my-answers": (ANN, _at("answers/")),
    "channels": (HARRIET, _at("channels/")),
    "set-aside": (HARRIET, _at("channels/journal/")),
    "unsent": (HARRIET, _at("channels/deliveries/")),
    "ledger": (HARRIET, _at("ledger/")),
    "alerts": (HARRIET, _at("alerts/")),
    "news": (HARRIET, _at("alerts/news/")),
    "team-chats": (HARRIET, _at("bridges/?edit=0")),
    "labels": (GRACE, _labels),
    "label-game": (MAGGIE, _game),
    "learning": (HARRIET, _at("learning/")),
    "points": (ANN, _at("points/")),
    "leagues": (ANN, _at("leagues/")),
    "leagues-teams": (ANN, _at("leagues/?league=teams")),
    "recognition": (HARRIET, _at("recognition/")),
    "fairness": (HARRIET, _at("fairness/")),
    "lanes": (GRACE, _at("policy/")),
    "lanes-changed": (HARRIET, _lanes_changed),
    "lanes-row": (HARRIET, _at("policy/?edit=16")),
    "staffing": (HARRIET, _at("lanes/")),
    "staffing-row": (HARRIET, _at("lanes/?edit=vip")),
    "vips": (HARRIET, _at("lanes/vips/?q=an")),
    "calendars": (HARRIET, _at("lanes/calendars/?edit=0")),
}


@pytest.mark.usefixtures("_busy")
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", PUBLIC)
def test_public_pages_look_well(people: People, name: str, language: str) -> None:
    page = people.somebody(language=language)
    people.watch_of(page).allow("status of 404")
    PUBLIC[name](page, language)
    assert looks.examine(page, f"{name}-{language}") == []


@pytest.mark.usefixtures("_busy")
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", CONSOLE_PAGES)
def test_console_pages_look_well(people: People, name: str, language: str) -> None:
    who, show = CONSOLE_PAGES[name]
    page = people.member(who, language=language)
    show(page, language)
    if name in {"queue", "card"}:
        desk.wait_until_live(page)
    findings = looks.examine(page, f"console-{name}-{language}")
    if name.endswith("-taken"):
        page.get_by_role("button", name=_GIVE_BACK).click()
        expect(page.locator(".claim-bar-mine")).to_have_count(0)
    assert findings == []
