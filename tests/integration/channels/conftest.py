"""A scripted account with a text on its way."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from chimein.channels import deliveries
from chimein.channels.models import ChannelAccount, Delivery
from chimein.core import clock
from chimein.people.models import Brand
from tests.factories import traffic
from tests.factories.network import ScriptedNetwork

Queue = Callable[..., Delivery]


@pytest.fixture
def account(brand: Brand, scripted: ScriptedNetwork) -> ChannelAccount:
    return traffic.account(brand, "scripted", tokens=1000, burst=1000, rate_per_minute=6000)


@pytest.fixture
def queue(account: ChannelAccount) -> Queue:
    """Queue a text that is due; `order` is its conversation."""

    def put(text: str = "Hello.", *, order: int = 1, parts: int = 1) -> Delivery:
        made = deliveries.queue(
            account_id=account.pk, order_key=order, parts=[text] * parts, private=False, reply_to="q1",
            recipient="mia", due_at=clock.now() - timedelta(seconds=1),
        )  # fmt: skip
        return made[0]

    return put
