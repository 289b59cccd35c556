"""Asking on the page: for people, not for machines, once each, and not too often."""

from __future__ import annotations

import re
import time

import pytest
from django.test import Client

from chimein.channels.adapters import webform
from chimein.channels.models import ChannelAccount, InboundEntry
from chimein.intake import context
from chimein.people.models import Brand
from chimein.triage.models import Topic
from chimein.wall.asking import ASKS_PER_HOUR
from chimein.wall.models import AskQuota
from chimein.web.public import ask as ask_page
from tests.factories import wall_network as net

pytestmark = pytest.mark.django_db
QUESTION = "How do I reset my router?"


@pytest.fixture(autouse=True)
def form_account(brand: Brand, monkeypatch: pytest.MonkeyPatch) -> ChannelAccount:
    """The real form adapter, and an intake that is always a moment away."""
    monkeypatch.setattr(context, "adapter_for", lambda _name: webform.adapter)
    monkeypatch.setattr(ask_page, "_WAIT_S", 0.0)
    return net.an_account(brand, "webform")


def _stamp(page: str) -> str:
    found = re.search(r'name="stamp" value="([^"]+)"', page)
    assert found
    return found[1]


def _opened(brand: Brand, client: Client, *, ago_s: float = 10.0) -> dict[str, str]:
    """The form as somebody opened it a while ago."""
    with pytest.MonkeyPatch.context() as patch:
        then = time.time() - ago_s
        patch.setattr("django.core.signing.time.time", lambda: then)
        page = client.get(f"/en/{brand.slug}/ask/").content.decode()
    return {"text": QUESTION, "stamp": _stamp(page), "name": "", "email": "", "topic": "", "website": ""}


def test_a_question_goes_into_the_journal_and_onto_the_wall(brand: Brand) -> None:
    client = Client()
    given = {**_opened(brand, client), "name": "Mia Kowalski", "email": "mia@example.com"}
    response = client.post(f"/en/{brand.slug}/ask/", given)
    assert response.status_code == 302
    asked = response["Location"]
    assert "We have it" in client.get(asked).content.decode()
    assert InboundEntry.objects.get().source == "form"
    net.take_in()
    page = client.get(asked, follow=True)
    assert page.redirect_chain[-1][0].endswith("/how-do-i-reset-my-router/?asked=1")
    text = page.content.decode()
    assert "We have your question" in text
    assert "Mia" in text
    assert "Kowalski" not in text
    assert "mia@example.com" not in text
    assert 'data-live-url="/live?topics=question:' in text


def test_sending_twice_is_one_question(brand: Brand) -> None:
    client = Client()
    given = _opened(brand, client)
    first, second = (client.post(f"/en/{brand.slug}/ask/", given)["Location"] for _ in range(2))
    assert first == second
    assert InboundEntry.objects.count() == 1


def test_machines_are_turned_away(brand: Brand) -> None:
    client = Client()
    bait = {**_opened(brand, client), "website": "https://spam.example"}
    assert client.post(f"/en/{brand.slug}/ask/", bait)["Location"].endswith(f"/{brand.slug}/")
    for given in (_opened(brand, client, ago_s=0.0), {**_opened(brand, client), "stamp": "made-up"},
                  _opened(brand, client, ago_s=100_000.0)):  # fmt: skip
        response = client.post(f"/en/{brand.slug}/ask/", given)
        assert response.status_code == 422
        assert QUESTION in response.content.decode()
        assert _stamp(response.content.decode()) != given["stamp"]
    assert not InboundEntry.objects.exists()


def test_one_address_may_ask_so_many_times_an_hour(brand: Brand) -> None:
    client = Client()
    with ASKS_PER_HOUR.override(2):
        answers = [
            client.post(f"/en/{brand.slug}/ask/", _opened(brand, client)).status_code for _ in range(3)
        ]
        elsewhere = client.post(f"/en/{brand.slug}/ask/", _opened(brand, client), REMOTE_ADDR="198.51.100.7")
    assert answers == [302, 302, 429]
    assert elsewhere.status_code == 302
    assert InboundEntry.objects.count() == 3
    assert not any(b"127.0.0.1" in bytes(one.digest) for one in AskQuota.objects.all())


def test_private_data_gets_a_second_look(brand: Brand) -> None:
    client = Client()
    given = {**_opened(brand, client), "text": "Where is it? My number is (555) 010-0199."}
    page = client.post(f"/en/{brand.slug}/ask/", given)
    assert page.status_code == 200
    assert 'id="second-look"' in page.content.decode()
    assert not InboundEntry.objects.exists()
    assert client.post(f"/en/{brand.slug}/ask/", {**given, "sure": "on"}).status_code == 302


@pytest.mark.parametrize(
    "changes", [{"text": ""}, {"text": "x" * 2001}, {"email": "no address"}, {"topic": "unknown"}]
)
def test_what_is_wrong_is_said_beside_its_field(brand: Brand, changes: dict[str, str]) -> None:
    client = Client()
    response = client.post(f"/en/{brand.slug}/ask/", {**_opened(brand, client), **changes})
    assert response.status_code == 422
    assert f'id="id_{next(iter(changes))}_error"' in response.content.decode()


def test_the_form_offers_the_brand_s_topics(brand: Brand) -> None:
    Topic.objects.create(brand=brand, slug="routers", name="Routers", name_zh="路由器")
    assert "路由器" in Client().get(f"/zh-hans/{brand.slug}/ask/").content.decode()


def test_a_brand_without_a_form_has_no_page_for_it() -> None:
    other = net.a_brand()
    assert Client().get(f"/en/{other.slug}/ask/").status_code == 404
    assert "/ask/" not in Client().get(f"/en/{other.slug}/").content.decode()


def test_what_needs_no_answer_says_so(brand: Brand) -> None:
    client = Client()
    asked = client.post(
        f"/en/{brand.slug}/ask/", {**_opened(brand, client), "text": "love it, great service"}
    )["Location"]
    net.take_in()
    assert "needs no public answer" in client.get(asked).content.decode()


def test_forged_posts_are_refused(brand: Brand) -> None:
    strict = Client(enforce_csrf_checks=True)
    assert strict.post(f"/en/{brand.slug}/ask/", {"text": QUESTION}).status_code == 403
