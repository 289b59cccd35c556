"""The pictures of the README. They are always made; `CHIMEIN_PICTURES=1` puts them into docs/pictures."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.e2e import desk, looks
from tests.e2e.people import ANN, GRACE, HARRIET, PHONE, TOMOS, People
from tests.e2e.product import BRAND, ROOT, Product, until

HEAVIEST = 250_000
SCREEN = (1280, 800)
_SAID = (
    ("marlene_k", "Marlene K.", 310, "my Star Anise 2 forgets the guest network after every restart, any idea?"),
    ("bo_is_cooking", "薄荷控", 1200, "罗望的薄荷水壶用了半年有水垢，用白醋还是柠檬酸好呢？"),
    ("rosa_reads", "Rosa Reads", 88, "does the Fennel reader open library books? asking for my mum"),
    ("old_chen", "老陈", 56, "丁香 5 可以同时插两张卡吗？一张国内一张国外"),
    ("tim_onthemove", "Tim on the move", 24_000, f"@{BRAND} charged twice, and my third call met silence. Disgrace!!"),
)  # fmt: skip
_QUESTION = {"en": "forgets the guest network", "zh": "同时插两张卡"}
_DRAFT = {
    "en": "That was a bug in 2.1.3. Install 2.1.4 from the menu, set the guest network up once more, and it stays.",
    "zh": "可以的。两张卡都能待机，上网的那张在设置里选；出国前把漫游打开就行。",
}


@pytest.fixture(scope="session")
def _lively(product: Product) -> None:
    """A few questions at once, in both languages."""
    for handle, name, followers, text in _SAID:
        product.join(handle, name, followers=followers)
        product.say(handle, text)
    until(lambda: "guest network" in product.client.get(f"/en/{BRAND}/").text, what="the wall")


def _picture(page: Page, name: str) -> None:
    """Keep it; in docs/pictures too when asked for."""
    path = looks.keep(page, f"readme-{name}")
    assert path.stat().st_size <= HEAVIEST
    if os.environ.get("CHIMEIN_PICTURES"):
        target: Path = ROOT / "docs" / "pictures" / f"{name}.png"
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, target)


@pytest.mark.usefixtures("_lively")
@pytest.mark.parametrize("language", ["en", "zh"])
def test_pictures_of_the_readme(people: People, language: str) -> None:
    reader = people.somebody(screen=SCREEN, language=language)
    reader.goto(f"/{'en' if language == 'en' else 'zh-hans'}/{BRAND}/")
    _picture(reader, f"wall-{language}")
    reader.goto(f"/net/?lang={language}")
    _picture(reader, f"warble-{language}")

    looker = people.member(TOMOS, language=language)
    desk.open_conversation(looker, "crowd", _QUESTION[language])
    agent = people.member(GRACE, screen=SCREEN, language=language)
    desk.open_conversation(agent, "crowd", _QUESTION[language])
    desk.write(agent, _DRAFT[language])
    agent.locator("#work .claim-bar-mine").wait_for()
    _picture(agent, f"queue-{language}")

    helper = people.member(ANN, screen=PHONE, language=language)
    helper.goto(f"{desk.CONSOLE}/answer/")
    desk.wait_until_live(helper)
    _picture(helper, f"card-{language}")
    lead = people.member(HARRIET, screen=SCREEN, language=language)
    lead.goto(f"{desk.CONSOLE}/ledger/")
    _picture(lead, f"ledger-{language}")
