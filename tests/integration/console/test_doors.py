"""Who is led where, and who is let in: each address asked by everybody."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client, override_settings
from django.urls import reverse
from django.urls.converters import IntConverter

from chimein.core.actor import Actor, Role
from chimein.core.policy import LEAD, MEMBER, SIGNED_IN, STAFF, policy_of
from chimein.people.models import Brand, Membership, User
from chimein.web.console.urls import urlpatterns
from chimein.web.demo_login import personas
from tests.factories import people
from tests.integration.console.conftest import Console

SignIn = Callable[[Actor | User], Client]
NAMES = [one.name for one in urlpatterns if one.name and "brand_slug" in one.pattern.converters]


def address(console: Console, name: str) -> str:
    found = {"brand_slug": console.brand.slug}
    for pattern in urlpatterns:
        if pattern.name == name:
            wanted = pattern.pattern.converters
            values: dict[str, object] = {
                key: 1 for key, kind in wanted.items() if isinstance(kind, IntConverter)
            }
            words = {
                "public_id": "nothing",
                "kind": "reply",
                "way": "page",
                "lane": "desk",
                "token": "nothing",
            }
            values |= {key: words[key] for key in wanted if key in words}
            return reverse(name, kwargs=found | values)
    raise AssertionError(name)


def test_every_address_has_a_policy() -> None:
    assert {policy_of(pattern.callback) for pattern in urlpatterns} == {SIGNED_IN, MEMBER, STAFF, LEAD}


@pytest.mark.parametrize("name", NAMES)
def test_each_address_lets_in_whom_it_says(
    console: Console, signed_in: SignIn, stranger: User, agent: Actor, colleague: Actor, name: str
) -> None:
    url = address(console, name)
    policy = next(policy_of(p.callback) for p in urlpatterns if p.name == name)
    assert policy is not None

    def status(client: Client) -> int:
        got = client.get(url).status_code
        return client.post(url).status_code if got == 405 else got

    assert status(Client()) == 302
    assert status(signed_in(stranger)) == 404
    for actor in (agent, colleague):
        assert (status(signed_in(actor)) == 403) == (not policy.allows(actor))


def test_home_leads_by_role(console: Console, agent: Actor, trusted: Actor, signed_in: SignIn) -> None:
    for actor, end in ((agent, "/queue/"), (trusted, "/answer/")):
        response = signed_in(actor).get(reverse("home"), follow=True)
        assert response.redirect_chain[-1][0].endswith(end)


def test_without_a_membership_home_says_what_to_do(console: Console, signed_in: SignIn) -> None:
    nobody = people.user("Nobody")
    html = signed_in(nobody).get(reverse("home")).content.decode()
    assert "You are in, but not yet part of a team" in html
    assert nobody.email in html


def test_with_two_brands_home_asks(console: Console, brand: Brand, signed_in: SignIn) -> None:
    both = people.member(brand, Role.AGENT, "Ann")
    other = people.brand("Other")
    Membership.objects.create(
        user=both.user, brand=other, role="agent", public_id="x" * 12, public_name="Ann"
    )
    html = signed_in(both.user).get(reverse("home")).content.decode()
    assert reverse("console-start", args=[brand.slug]) in html
    assert reverse("console-start", args=[other.slug]) in html


def test_somebody_sent_away_is_let_in_nowhere(console: Console, agent: Actor, signed_in: SignIn) -> None:
    client = signed_in(agent)
    Membership.objects.filter(user=agent.user_id).update(is_active=False)
    assert client.get(console.url("queue")).status_code == 404


def test_demo_login_exists_in_the_demo_only(console: Console, agent: Actor) -> None:
    public_id = Membership.objects.get(user=agent.user_id).public_id
    url = reverse("demo-login", args=[public_id])
    with override_settings(DEMO=False):
        assert Client().post(url).status_code == 404
    with override_settings(DEMO=True):
        assert Client().get(url).status_code == 405
        client = Client()
        assert client.post(url)["Location"] == console.url("start")
        assert client.get(console.url("queue")).status_code == 200
        away = Client().post(url, {"next": "https://elsewhere.example/"})
        assert away["Location"] == console.url("start")


def test_the_demo_shows_a_few_of_every_role(
    console: Console, brand: Brand, lead: Actor, agent: Actor
) -> None:
    for number in range(9):
        people.member(brand, Role.COLLEAGUE, f"C{number}")
    shown = [one["name"] for one in personas()]
    assert shown[:2] == ["Lena", "Ann"]
    assert len(shown) == 6
