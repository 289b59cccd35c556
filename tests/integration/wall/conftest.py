"""The wall on plain networks."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from chimein.channels.models import ChannelAccount
from chimein.people.models import Brand
from tests.factories import wall_network as net


@pytest.fixture(autouse=True)
def _networks() -> Iterator[None]:
    with net.plain_networks():
        yield


@pytest.fixture
def brand(db: None) -> Brand:
    return net.a_brand()


@pytest.fixture
def account(brand: Brand) -> ChannelAccount:
    return net.an_account(brand)
