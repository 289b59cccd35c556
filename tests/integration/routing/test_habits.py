"""Who takes questions and leaves them is brought fewer; who passes them on is not."""

from __future__ import annotations

from datetime import timedelta

import pytest

from chimein.core import clock
from chimein.core.actor import Actor
from chimein.core.events import Fact, Kind, emit
from chimein.people.models import Brand
from chimein.routing import events, habits
from chimein.routing.models import HelperLoad
from tests.factories import traffic

pytestmark = pytest.mark.django_db


def happened(kind: Kind, who: Actor, conversation_id: int, days_ago: float = 0) -> None:
    data: dict[str, object] = {"member": who.membership_id, "reason": "", "until": "", "fence": 1}
    at = clock.now() - timedelta(days=days_ago)
    emit(Fact(kind, at, who.label, who.brand_id, conversation_id, None, data))


def counted(brand: Brand, who: Actor) -> tuple[int, int]:
    habits.refresh_habits(brand_id=brand.pk, now=clock.now())
    load = HelperLoad.objects.get(member_id=who.membership_id)
    return load.claimed, load.dropped


def test_claims_that_came_to_nothing_are_counted_once(
    brand: Brand, account: object, colleague: Actor, agent: Actor
) -> None:
    traffic.tell(account, *(traffic.post(f"q{n}", by=f"c{n}", at=n) for n in range(4)))  # type: ignore[arg-type]
    ids = [traffic.conversation_of(f"q{n}").pk for n in range(4)]
    for one in ids:
        happened(events.CLAIMED, colleague, one)
    happened(events.EXPIRED, colleague, ids[0])
    happened(events.CLAIMED, colleague, ids[0])
    happened(events.RELEASED, colleague, ids[0])
    happened(events.RELEASED, colleague, ids[1], days_ago=31)
    happened(events.PASSED, colleague, ids[2])
    happened(events.EXPIRED, agent, ids[3])
    assert counted(brand, colleague) == (4, 1)
    assert counted(brand, colleague) == (4, 1), "run twice, the same"


def test_old_claims_are_forgotten(brand: Brand, account: object, colleague: Actor) -> None:
    traffic.tell(account, traffic.post("q", at=1))  # type: ignore[arg-type]
    assert colleague.membership_id is not None
    HelperLoad.objects.create(member_id=colleague.membership_id, claimed=9, dropped=9)
    happened(events.CLAIMED, colleague, traffic.conversation_of("q").pk, days_ago=40)
    assert counted(brand, colleague) == (0, 0)


@pytest.mark.parametrize(
    ("claimed", "dropped", "limit"), [(0, 0, 8), (4, 4, 8), (5, 1, 8), (5, 2, 4), (100, 20, 8), (100, 21, 4)]
)
def test_the_limit_is_halved_above_a_fifth(claimed: int, dropped: int, limit: float) -> None:
    assert habits.limit(8, claimed, dropped) == limit
