"""Finding what was said, in Chinese and English."""

from __future__ import annotations

import pytest

from chimein.channels.models import ChannelAccount
from chimein.people.models import Brand
from chimein.wall.lists import Filters, listing
from tests.factories import wall_network as net
from tests.factories.wall_network import NOW, minutes

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _wall(account: ChannelAccount) -> None:
    texts = (
        "@tamarind my routers keep dropping, what can I do?",
        "@罗望电器 路由器总是断网怎么办？",
        "@tamarind is the router router router any good?",
        "@tamarind does the blender fit UK sockets?",
    )
    for number, text in enumerate(texts):
        author = {"external_id": f"c{number}", "handle": f"c{number}"}
        net.tell(account, f"q{number}", text, author=author, at=NOW + minutes(10 - number))
    net.take_in()
    answer = "Please plug in the grey adapter."
    net.tell(
        account,
        "a3",
        answer,
        own=True,
        author={"external_id": "us"},
        parent_external_id="q3",
        at=NOW + minutes(30),
    )
    net.tell(account, "d0", "router secretcode", private=True, author={"external_id": "c0"}, at=NOW)
    net.take_in()


def _titles(brand: Brand, query: str, **fields: object) -> list[str]:
    return [card.title for card in listing(brand.pk, Filters(query=query, **fields)).cards]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("query", "count"),
    [("router", 2), ("Routers", 2), ("ROUTER drop", 1), ("路由器", 1), ("断网", 1), ("路由器断网", 1),
     ("adapter", 1),     ("secretcode", 0), ("nonsense", 0), ("？！", 0), ("the", 0), ("rou", 2)],
)  # fmt: skip
def test_words_are_found(brand: Brand, query: str, count: int) -> None:
    assert len(_titles(brand, query)) == count


def test_newest_first_or_best_match_first(brand: Brand) -> None:
    assert _titles(brand, "router")[0].startswith("my routers keep")
    assert _titles(brand, "router", sort="relevance")[0].startswith("is the router router")


@pytest.mark.parametrize("sort", ["newest", "relevance"])
def test_results_go_on(brand: Brand, sort: str) -> None:
    filters = Filters(query="router", sort=sort)  # type: ignore[arg-type]
    first = listing(brand.pk, filters, size=1)
    second = listing(brand.pk, filters, after=first.older, size=1)
    assert first.cards[0].id != second.cards[0].id
    assert not second.older


def test_tabs_and_times_narrow_a_search(brand: Brand) -> None:
    assert _titles(brand, "blender", tab="waiting") == []
    assert len(_titles(brand, "blender", tab="answered")) == 1
    assert _titles(brand, "router", until=NOW + minutes(9)) == ["is the router router router any good?"]
