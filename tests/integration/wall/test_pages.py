"""What the public pages show, in each state a question can be in."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from chimein.channels.models import ChannelAccount
from chimein.conversations.models import Conversation
from chimein.people.models import Brand
from chimein.triage.models import Topic
from chimein.wall import cards
from tests.factories import wall_network as net
from tests.factories.wall_network import NOW, minutes

QUESTION = "@tamarind how do I reset my router?"
OWN: dict[str, Any] = {"own": True, "author": {"external_id": "us"}}
pytestmark = pytest.mark.django_db


def _ask(account: ChannelAccount, name: str = "q1", text: str = QUESTION, **fields: Any) -> Conversation:
    fields.setdefault(
        "author", {"external_id": f"c-{name}", "handle": f"handle_{name}", "name": "Mia Kowalski"}
    )
    net.tell(account, name, text, **fields)
    net.take_in()
    return Conversation.objects.get(messages__external_id=name, messages__account=account)


def _answer(
    account: ChannelAccount, parent: str, text: str = "Hold the button. ^Ann, Store 12", **fields: Any
) -> None:
    net.tell(
        account, f"a-{parent}", text, parent_external_id=parent, **{"at": NOW + minutes(7), **OWN, **fields}
    )
    net.take_in()


def _page(path: str, status: int = 200) -> str:
    response = Client().get(path)
    assert response.status_code == status, path
    return response.content.decode()


def _question(brand: Brand, conversation: Conversation, language: str = "en") -> str:
    response = Client().get(f"/{language}/{brand.slug}/q/{conversation.public_id}/", follow=True)
    assert response.status_code == 200
    return response.content.decode()


def test_a_waiting_question_shows_how_long(brand: Brand, account: ChannelAccount) -> None:
    conversation = _ask(account)
    page = _page(f"/en/{brand.slug}/")
    assert f'id="wall-card-{conversation.public_id}"' in page
    assert "how do I reset my router?" in page
    assert "@handle_q1" in page
    assert "Mia Kowalski" not in page
    assert f'data-waiting="{NOW.isoformat(timespec="seconds")}"' in page
    assert 'data-live-url="/live?topics=wall:' in page
    assert 'id="wall-list"' in page


def test_an_answered_question_shows_who_and_how_fast(brand: Brand, account: ChannelAccount) -> None:
    ann = net.a_member(brand, "Ann")
    conversation = _ask(account, permalink="https://plain.example/p/1")
    _answer(account, "q1")
    page = _question(brand, conversation)
    assert "Hold the button." in page
    assert "Answered in 7 min" in page
    assert "Ann, Store 12" in page
    assert f"/people/{ann.public_id}/" in page
    assert 'href="https://plain.example/p/1"' in page
    data = json.loads(re.search(r'ld\+json">(.*?)</script>', page, re.S)[1])  # type: ignore[index]
    entity = data["mainEntity"]
    assert data["@type"] == "QAPage"
    assert (entity["answerCount"], entity["suggestedAnswer"][0]["author"]["name"]) == (1, "Ann")


def test_structured_data_cannot_end_its_element(brand: Brand, account: ChannelAccount) -> None:
    conversation = _ask(account, text="@tamarind what is </script><script>alert(1)</script> & why?")
    page = _question(brand, conversation)
    assert "<script>alert" not in page
    data = json.loads(re.search(r'ld\+json">(.*?)</script>', page, re.S)[1])  # type: ignore[index]
    assert "</script>" in data["mainEntity"]["text"]


def test_without_consent_there_is_a_signature_and_no_page(brand: Brand, account: ChannelAccount) -> None:
    tom = net.a_member(brand, "Ann", on_wall=False)
    conversation = _ask(account)
    _answer(account, "q1")
    page = _question(brand, conversation)
    assert "Ann, Store 12" in page
    assert tom.public_id not in page
    _page(f"/en/{brand.slug}/people/{tom.public_id}/", 404)
    assert "Ann" not in _page(f"/en/{brand.slug}/people/")


def test_a_person_page_lists_their_answers(brand: Brand, account: ChannelAccount) -> None:
    ann = net.a_member(brand, "Ann")
    _ask(account, "q1")
    _ask(account, "q2", "@tamarind is the blender loud?")
    _answer(account, "q1")
    page = _page(f"/en/{brand.slug}/people/{ann.public_id}/")
    assert "reset my router" in page
    assert "blender" not in page
    assert "Ann" in _page(f"/en/{brand.slug}/people/")


def test_settled_in_private_says_only_so(brand: Brand, account: ChannelAccount) -> None:
    conversation = _ask(account)
    _answer(account, "q1", "Your code is hidden-word.", private=True, at=NOW + minutes(26))
    page = _question(brand, conversation)
    assert "Resolved privately in 26 min" in page
    assert "hidden-word" not in page


def test_private_conversations_have_no_page(brand: Brand, account: ChannelAccount) -> None:
    conversation = _ask(account, text="where is my order?", private=True)
    _page(f"/en/{brand.slug}/q/{conversation.public_id}/x/", 404)
    assert cards.render_card(conversation.pk, "en") == ""
    assert cards.render_question(conversation.pk, "en") == ""


def test_the_address_follows_the_words(brand: Brand, account: ChannelAccount) -> None:
    conversation = _ask(account)
    response = Client().get(f"/en/{brand.slug}/q/{conversation.public_id}/old-words/")
    assert response.status_code == 301
    assert response["Location"].endswith("/how-do-i-reset-my-router/")
    page = _question(brand, conversation)
    canonical = re.search(r'rel="canonical" href="([^"]+)"', page)
    assert canonical
    assert canonical[1].endswith(f"/en/{brand.slug}/q/{conversation.public_id}/how-do-i-reset-my-router/")
    assert canonical[1] in _question(brand, conversation, "zh-hans")


def test_an_edit_changes_title_and_address(brand: Brand, account: ChannelAccount) -> None:
    conversation = _ask(account, text="@tamarind how do I reset Bobby Tables?")
    again = {"revision": 2, "edited_at": (NOW + minutes(1)).isoformat()}
    net.tell(account, "q1", "@tamarind how do I reset it?", author={"external_id": "c-q1"}, **again)
    net.take_in()
    page = _question(brand, conversation)
    assert "Bobby" not in page
    assert "edited" in page


def test_a_deleted_question_is_gone(brand: Brand, account: ChannelAccount) -> None:
    conversation = _ask(account)
    path = f"/en/{brand.slug}/q/{conversation.public_id}/how-do-i-reset-my-router/"
    _page(path)
    net.tell(account, "q1", action="delete")
    net.take_in()
    page = _page(path, 410)
    assert "reset my router" not in page
    assert "handle_q1" not in page
    assert f'id="wall-card-{conversation.public_id}" data-live-remove' in cards.render_card(
        conversation.pk, "en"
    )


def test_what_never_was_a_question_was_never_here(brand: Brand, account: ChannelAccount) -> None:
    conversation = _ask(account, text="love it, great service")
    _page(f"/en/{brand.slug}/q/{conversation.public_id}/x/", 404)
    _page(f"/en/{brand.slug}/q/nothing/x/", 404)


def test_a_merged_question_leads_to_the_one_it_became(brand: Brand, account: ChannelAccount) -> None:
    root = _ask(account, "root")
    late = _ask(
        account, "leaf", "@tamarind does it also work for the old model?", parent_external_id="middle"
    )
    net.tell(
        account, "middle", "same question here, how?", author={"external_id": "c3", "handle": "c3"},
        parent_external_id="root",
    )  # fmt: skip
    net.take_in()
    response = Client().get(f"/en/{brand.slug}/q/{late.public_id}/x/")
    assert response.status_code == 301
    assert root.public_id in response["Location"]
    assert "old model" in _question(brand, root)
    assert "data-live-remove" in cards.render_card(late.pk, "en")


def test_a_handle_that_is_a_number_is_not_shown(brand: Brand, account: ChannelAccount) -> None:
    conversation = _ask(
        account, author={"external_id": "c1", "handle": "１３８00138000", "name": "139 0013 9000"}
    )
    page = _question(brand, conversation)
    assert "Somebody" in page
    assert "00138000" not in page


def _queries(path: str) -> list[str]:
    with CaptureQueriesContext(connection) as found:
        _page(path)
    return [query["sql"] for query in found.captured_queries]


def test_the_wall_asks_the_database_the_same_few_times(brand: Brand, account: ChannelAccount) -> None:
    net.a_member(brand, "Ann")
    Topic.objects.create(brand=brand, slug="routers", name="Routers", keywords=["router"])
    _ask(account)
    with_one = _queries(f"/en/{brand.slug}/")
    for number in range(25):
        name = f"more{number}"
        net.tell(
            account, name, QUESTION, author={"external_id": name, "handle": name}, at=NOW + minutes(number)
        )
    net.take_in()
    _answer(account, "q1", at=NOW + minutes(60))
    with_many = _queries(f"/en/{brand.slug}/")
    assert len(with_many) == len(with_one) <= 12
    assert not [sql for sql in with_many if re.search(r"(?i)\boffset\b", sql)]


@pytest.mark.parametrize("tab", ["all", "waiting", "answered"])
def test_pages_go_on_without_gaps_or_repeats(brand: Brand, account: ChannelAccount, tab: str) -> None:
    for number in range(50):
        name = f"q{number}"
        net.tell(
            account,
            name,
            QUESTION,
            author={"external_id": name, "handle": name},
            at=NOW + minutes(number // 3),
        )
    net.take_in()
    for number in range(0, 50, 2):
        net.tell(
            account, f"a{number}", "Like this.", parent_external_id=f"q{number}", at=NOW + minutes(100), **OWN
        )
    net.take_in()
    path, seen = f"/en/{brand.slug}/?tab={tab}", []
    for _ in range(4):
        page = _page(path)
        seen += re.findall(r'id="wall-card-(\w+)"', page)
        older = re.search(
            r'href="([^"]*after=[^"]*)"', page.partition('class="pager"')[2].partition("</nav>")[0]
        )
        if not older:
            break
        path = older[1].replace("&amp;", "&")
    assert len(seen) == len(set(seen)) == {"all": 50, "waiting": 25, "answered": 25}[tab]


def test_filters_by_topic_person_and_time(brand: Brand, account: ChannelAccount) -> None:
    ann = net.a_member(brand, "Ann")
    Topic.objects.create(brand=brand, slug="routers", name="Routers", keywords=["router"])
    _ask(account, "q1")
    _ask(account, "q2", "@tamarind is the blender loud?", at=NOW - timedelta(days=5))
    _answer(account, "q2", at=NOW - timedelta(days=5) + minutes(3))
    base = f"/en/{brand.slug}/"
    for query, shown, hidden in (
        ("?topic=routers", "reset my router", "blender"),
        (f"?person={ann.public_id}", "blender", "reset my router"),
        (f"?since={NOW:%Y-%m-%d}", "reset my router", "blender"),
        (f"?until={NOW - timedelta(days=2):%Y-%m-%d}", "blender", "reset my router"),
    ):
        page = _page(base + query)
        assert shown in page, query
        assert hidden not in page, query
        assert 'id="wall-list"' not in page, "a filtered page must not take in what does not fit it"
    assert "reset my router" in _page(f"{base}topics/routers/")
    _page(f"{base}topics/unknown/", 404)
    assert "Nothing here yet" in _page(f"{base}?person=somebody-unknown")


@pytest.mark.parametrize(
    "query",
    [
        "?after=x.y",
        "?after=9999999999999999999.1",
        "?after=99999999999999999999999999.99999999999",
        "?since=0000-00-00",
        "?tab=x&sort=y",
        "?q=%00",
        "?q=''&&|!:*",
    ],
)
def test_senseless_addresses_do_no_harm(brand: Brand, account: ChannelAccount, query: str) -> None:
    _ask(account)
    _page(f"/en/{brand.slug}/{query}")


def test_feeds_and_site_map(brand: Brand, account: ChannelAccount) -> None:
    conversation = _ask(account)
    atom = ET.fromstring(_page(f"/en/{brand.slug}/feed.atom"))
    entry = atom.find("{http://www.w3.org/2005/Atom}entry")
    assert entry is not None
    assert entry.findtext("{http://www.w3.org/2005/Atom}title") == "how do I reset my router?"
    feed = json.loads(_page(f"/zh-hans/{brand.slug}/feed.json"))
    assert feed["items"][0]["id"] == f"urn:chimein:{conversation.public_id}"
    assert f"/sitemaps/{brand.slug}/2026-3.xml" in _page("/sitemap.xml")
    assert conversation.public_id in _page(f"/sitemaps/{brand.slug}/2026-3.xml")
    _page(f"/sitemaps/{brand.slug}/2026-13.xml", 404)
    robots = _page("/robots.txt")
    assert "Disallow: /console/" in robots
    assert "/sitemap.xml" in robots


def test_a_card_is_drawn_in_the_reader_s_language(brand: Brand, account: ChannelAccount) -> None:
    conversation = _ask(account)
    english, chinese = (cards.render_card(conversation.pk, language) for language in ("en", "zh-hans"))
    assert "Waiting" in english
    assert "等待中" in chinese
    assert f"/zh-hans/{brand.slug}/q/" in chinese
    assert 'data-live-into="#wall-list"' in english
    assert f'id="wall-thread-{conversation.public_id}"' in cards.render_question(conversation.pk, "en")


def test_other_brands_stay_apart(brand: Brand, account: ChannelAccount) -> None:
    conversation = _ask(account)
    other = net.a_brand()
    assert conversation.public_id not in _page(f"/en/{other.slug}/")
    _page(f"/en/{other.slug}/q/{conversation.public_id}/x/", 404)
    _page("/en/no-such-brand/", 404)
