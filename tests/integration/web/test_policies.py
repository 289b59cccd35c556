"""Every address has a policy, and each of them lets in whom it should and nobody else."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.converters import IntConverter

from chimein.core.actor import Actor, Role
from chimein.core.policy import ANYONE, SIGNED, SIGNED_IN, NamedPolicy, policy_of
from chimein.people.models import Brand, User
from tests.factories import people

pytestmark = pytest.mark.django_db

OTHERS_OWN = ("allauth.", "django.views.i18n")
"""Views of packages, which guard themselves: signing in and up, the choice of language."""


@dataclass(frozen=True, slots=True)
class Address:
    """A pattern with a path made of it, the brand's slug left to be filled in."""

    name: str
    view: Callable[..., Any]
    path: str
    converters: dict[str, Any] = field(repr=False)

    @property
    def policy(self) -> NamedPolicy | None:
        return policy_of(self.view)

    @property
    def of_a_brand(self) -> bool:
        return "brand_slug" in self.converters

    def at(self, brand: Brand) -> str:
        return self.path.replace("BRAND", brand.slug)


def _fill(route: str, converters: dict[str, Any]) -> str:
    import re

    for name, converter in converters.items():
        value = "BRAND" if name == "brand_slug" else "1" if isinstance(converter, IntConverter) else "unknown"
        route = re.sub(rf"<(?:\w+:)?{name}>", value, route)
    return route


def _walk(patterns: list[Any], before: str = "", known: dict[str, Any] | None = None) -> Iterator[Address]:
    for one in patterns:
        found = (known or {}) | one.pattern.converters
        route = before + _fill(str(one.pattern), found)
        if isinstance(one, URLResolver):
            yield from _walk(one.url_patterns, route, found)
        elif isinstance(one, URLPattern):
            yield Address(one.name or route, one.callback, "/" + route, found)


def _addresses() -> list[Address]:
    found = _walk(get_resolver().url_patterns)
    return [one for one in found if not getattr(one.view, "__module__", "").startswith(OTHERS_OWN)]


ADDRESSES = _addresses()
GUARDED = [one for one in ADDRESSES if one.of_a_brand and one.policy not in {None, ANYONE, SIGNED}]
SIGNED_IN_ONLY = [one for one in ADDRESSES if not one.of_a_brand and one.policy not in {None, ANYONE, SIGNED}]


def _name(one: Address) -> str:
    return one.name


def test_the_walk_sees_the_whole_house() -> None:
    assert len(ADDRESSES) >= 20
    assert len(GUARDED) >= 10


@pytest.mark.parametrize("address", ADDRESSES, ids=_name)
def test_every_address_has_a_policy(address: Address) -> None:
    assert address.policy is not None, f"{address.path} is open to anybody by mistake"


@pytest.mark.parametrize("address", ADDRESSES, ids=_name)
def test_what_belongs_to_a_brand_s_members_names_the_brand(address: Address) -> None:
    """Without a brand in the address the guard can only ask whether somebody has signed in."""
    if not address.of_a_brand:
        assert address.policy in {ANYONE, SIGNED, SIGNED_IN}


def _ask(client: Client, path: str, **more: Any) -> Any:
    """Get the page; what can only be posted to is posted to."""
    response = client.get(path, **more)
    return client.post(path, **more) if response.status_code == 405 else response


def _is_login(response: Any) -> bool:
    return response.status_code in {301, 302} and "/accounts/login" in response.headers["Location"]


@pytest.fixture
def members(brand: Brand) -> dict[Role, Actor]:
    return {role: people.actor(brand, role, role.value) for role in Role}


@pytest.mark.parametrize("address", GUARDED, ids=_name)
def test_who_gets_in(
    address: Address,
    brand: Brand,
    members: dict[Role, Actor],
    stranger: User,
    signed_in: Callable[[Actor | User], Client],
) -> None:
    path, policy = address.at(brand), address.policy
    assert policy is not None
    assert _is_login(_ask(Client(), path)), "not signed in"
    fragment = _ask(Client(), path, headers={"HX-Request": "true"})
    assert fragment.status_code in {401, 302}
    assert _ask(signed_in(stranger), path).status_code == 404, (
        "a stranger does not learn that the brand exists"
    )
    assert _ask(signed_in(people.user()), path).status_code == 404, "a member of nothing"
    for role, actor in members.items():
        response = _ask(signed_in(actor), path)
        if policy.allows(actor):
            assert response.status_code in {200, 302, 400, 404, 405, 409, 422}, role
            assert not _is_login(response)
        else:
            assert response.status_code == 403, role


@pytest.mark.parametrize("address", GUARDED, ids=_name)
def test_who_left_gets_in_no_more(
    address: Address, brand: Brand, signed_in: Callable[[Actor | User], Client]
) -> None:
    gone = people.member(brand, Role.OWNER, is_active=False)
    assert _ask(signed_in(gone.user), address.at(brand)).status_code == 404


@pytest.mark.parametrize("address", SIGNED_IN_ONLY, ids=_name)
def test_signed_in_pages(
    address: Address, stranger: User, signed_in: Callable[[Actor | User], Client]
) -> None:
    assert _is_login(_ask(Client(), address.path))
    assert _ask(signed_in(stranger), address.path).status_code != 403


@pytest.mark.parametrize("address", [one for one in ADDRESSES if one.policy is ANYONE], ids=_name)
def test_public_pages_ask_nobody_to_sign_in(address: Address, brand: Brand) -> None:
    response = _ask(Client(), address.at(brand))
    assert response.status_code in {200, 301, 302, 304, 404, 405}
    assert not _is_login(response)
