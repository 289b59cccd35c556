"""Personas and small helpers for all tests."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.test import Client

from chimein.channels.models import ChannelAccount
from chimein.core.actor import Actor, Role
from chimein.intake import context
from chimein.people import duty
from chimein.people.models import Brand, User
from chimein.routing import lane_setups
from tests.factories import network, people, traffic


@pytest.fixture(autouse=True)
def _nothing_remembered() -> Iterator[None]:
    """What is remembered for seconds of accounts, lanes and calendars must not reach the next test."""
    for one in (context, lane_setups, duty):
        one.forget()
    yield
    for one in (context, lane_setups, duty):
        one.forget()


@pytest.fixture
def brand(db: None) -> Brand:
    return people.brand()


@pytest.fixture
def account(brand: Brand) -> ChannelAccount:
    """An account of the brand behind the webhook adapter."""
    return traffic.account(brand)


@pytest.fixture
def agent(brand: Brand) -> Actor:
    return people.actor(brand, Role.AGENT, "Ann", people.team(brand))


@pytest.fixture
def lead(brand: Brand) -> Actor:
    return people.actor(brand, Role.LEAD, "Lena")


@pytest.fixture
def colleague(brand: Brand) -> Actor:
    return people.actor(brand, Role.COLLEAGUE, "Cai", people.team(brand, "Store 12", "十二店"))


@pytest.fixture
def trusted(brand: Brand) -> Actor:
    return people.actor(brand, Role.TRUSTED_CUSTOMER, "Theo")


@pytest.fixture
def stranger(db: None) -> User:
    """Somebody with an account who belongs to another brand."""
    return people.member(people.brand("Elsewhere"), Role.OWNER, "Otto").user


@pytest.fixture
def signed_in(db: None) -> Callable[[Actor | User], Client]:
    """A browser in which this person has signed in."""

    def sign_in(who: Actor | User) -> Client:
        client = Client()
        client.force_login(User.objects.get(memberships=who.membership_id) if isinstance(who, Actor) else who)
        return client

    return sign_in


@pytest.fixture
def scripted(tmp_path: Path) -> Iterator[network.ScriptedNetwork]:
    """A network that does what the test says; accounts use it by the adapter name ``scripted``."""
    made = network.ScriptedNetwork(tmp_path / "posted.jsonl")
    remove = network.install(made)
    yield made
    remove()
