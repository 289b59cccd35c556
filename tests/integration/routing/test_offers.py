"""Rings: few people first, more on silence, nobody once it is taken."""

from __future__ import annotations

from datetime import timedelta

import pytest

from chimein.core import clock
from chimein.core.models import Event
from chimein.people.access import actor_of
from chimein.people.models import Brand
from chimein.routing import offers_router, services
from chimein.routing.models import HelperLoad, Offer, WorkItem
from tests.integration.routing.conftest import NOON, Ask, Look, at, helpers, offered

pytestmark = pytest.mark.django_db


def test_the_first_ring_is_small_and_widens_on_silence(brand: Brand, new_question: Ask, look: Look) -> None:
    helpers(brand, 20)
    item = new_question()
    sizes = []
    for minute in (0, 1, 3, 7):
        look(minute)
        sizes.append(len(offered(item)))
    assert sizes == [3, 3, 7, 13]
    rings = [(e.data["ring"], len(e.data["members"])) for e in Event.objects.filter(kind="offer.made").order_by("id")]
    assert rings == [(0, 3), (1, 4), (2, 6)]
    assert HelperLoad.objects.filter(offered_today=1).count() == 13


def test_a_claim_withdraws_the_other_offers(brand: Brand, new_question: Ask, look: Look) -> None:
    those = {one.pk: one for one in helpers(brand, 5)}
    item = new_question()
    look(0)
    first, *others = offered(item)
    services.claim(actor=actor_of(those[first]), conversation_id=item.pk, now=at(1))
    assert offered(item, live=True) == [first]
    told = Event.objects.get(kind="offer.withdrawn")
    assert (told.data["members"], told.data["reason"]) == (sorted(others), "taken")
    assert look(3) == 0, "nobody else is asked while it is held"
    assert HelperLoad.objects.get(member_id=first).opened == 1
