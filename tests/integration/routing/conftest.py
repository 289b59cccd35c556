"""A brand with helpers and questions, and the router at any moment."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from chimein.channels.models import ChannelAccount
from chimein.core import clock
from chimein.core.actor import Role
from chimein.people.models import Brand, Membership
from chimein.routing import offers_router
from chimein.routing.models import Offer, WorkItem
from tests.factories import people, traffic
from tests.factories.traffic import post, tell

NOON = clock.now().replace(hour=12, minute=0, second=0, microsecond=0)
"""A moment of the day at which people are awake."""
Ask = Callable[..., WorkItem]
Look = Callable[[float], int]


def minutes(number: float) -> timedelta:
    return timedelta(minutes=number)


@pytest.fixture(autouse=True)
def _no_pools() -> Iterator[None]:
    """What the router has read of a brand must not reach the next test."""
    offers_router.forget_pools()
    yield
    offers_router.forget_pools()


@pytest.fixture
def new_question(account: ChannelAccount) -> Ask:
    """A question that comes in at noon, answered within 15 minutes."""

    def ask(name: str = "q1", text: str = "How do I pair the headphones?", **fields: object) -> WorkItem:
        tell(account, post(name, text, by=f"by-{name}"))
        found = WorkItem.objects.get(pk=traffic.conversation_of(name).pk)
        known: dict[str, object] = {
            "lane": "crowd", "trusted_only": False, "waiting_since": NOON, "due_at": NOON + minutes(15),
            "next_ring_at": NOON,
        }  # fmt: skip
        WorkItem.objects.filter(pk=found.pk).update(**(known | fields))
        found.refresh_from_db()
        return found

    return ask


@pytest.fixture
def look(db: None) -> Look:
    """The router's look so many minutes after noon."""
    return lambda after: offers_router.run_due(now=NOON + minutes(after))


def helpers(brand: Brand, count: int, **fields: Any) -> list[Membership]:
    """Colleagues who may be asked."""
    return [people.member(brand, Role.COLLEAGUE, f"Helper {number}", **fields) for number in range(count)]


def offered(item: WorkItem, *, live: bool = False) -> list[int]:
    """Who was asked, the earliest ring first."""
    rows = Offer.objects.filter(conversation_id=item.pk)
    rows = rows.filter(passed_at=None, withdrawn_at=None) if live else rows
    return list(rows.order_by("ring", "pk").values_list("member_id", flat=True))


def at(after: float) -> datetime:
    """So many minutes after noon."""
    return NOON + minutes(after)
