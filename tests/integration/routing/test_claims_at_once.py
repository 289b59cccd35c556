"""Fifty people click at the same moment."""

from __future__ import annotations

from datetime import timedelta

import pytest

from chimein.core import clock
from chimein.core.actor import Actor, Role
from chimein.core.models import Event
from chimein.routing import services
from chimein.routing.models import WorkItem
from chimein.routing.services import Claim
from tests.factories import people, traffic
from tests.factories.crowd import at_once, kinds
from tests.factories.traffic import post, tell

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("round_", range(3))
def test_fifty_claims_give_one_lease(round_: int, transactional_db: None) -> None:
    account = traffic.account(people.brand())
    tell(account, post("q1"))
    pk = traffic.conversation_of("q1").pk
    everybody = [people.actor(account.brand, Role.COLLEAGUE, f"Person {n}") for n in range(50)]

    def click(actor: Actor) -> Claim:
        return services.claim(actor=actor, conversation_id=pk, now=clock.now())

    results = at_once(click, everybody)
    assert kinds(results) == {"Claim": 1, "Conflict": 49}
    (winner,) = [who for who, got in zip(everybody, results, strict=True) if isinstance(got, Claim)]
    item = WorkItem.objects.get(pk=pk)
    assert (item.holder_id, item.fence) == (winner.membership_id, 1)
    assert Event.objects.filter(kind="claim.taken").count() == 1


def test_many_sweepers_tell_once(transactional_db: None) -> None:
    account = traffic.account(people.brand())
    tell(account, *(post(f"q{n}", by=f"c{n}") for n in range(5)))
    ann = people.actor(account.brand)
    for item in WorkItem.objects.all():
        services.claim(actor=ann, conversation_id=item.pk, now=clock.now())
    later = clock.now() + timedelta(hours=1)
    assert (
        sum(
            one
            for one in at_once(lambda _: services.sweep_expired(now=later), range(8))
            if isinstance(one, int)
        )
        == 5
    )
    assert Event.objects.filter(kind="claim.expired").count() == 5
