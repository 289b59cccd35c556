"""Several routers, clicks at the same moment, a router that dies: nothing is lost, nobody is asked twice."""

from __future__ import annotations

import signal
from collections import Counter
from pathlib import Path

import pytest

from chimein.channels.models import ChannelAccount
from chimein.core.actor import Role
from chimein.core.errors import Conflict
from chimein.core.models import Event
from chimein.people.access import actor_of
from chimein.people.models import Brand, HelperSettings
from chimein.routing import candidates, offers, offers_router, services
from chimein.routing.models import HelperLoad, Offer, WorkItem
from chimein.routing.services import Claim
from tests.factories import people
from tests.factories.crowd import at_once, kinds
from tests.factories.processes import run_script
from tests.factories.traffic import post, tell
from tests.integration.routing.conftest import NOON, Ask, at, helpers, offered

pytestmark = pytest.mark.django_db(transaction=True)
WORDS = (
    "Where can I buy a new battery?", "How do I connect it to my phone?", "Is the strap washable at all?",
    "How do I fix a loose cable on the left side?", "Do you have the manual in French?", "Which colours are there?",
    "How long is the warranty in Spain?", "Does the sleeve fit the older model?", "The stand wobbles, is that normal?",
    "What is the small red button for?",
)  # fmt: skip


def offers_router_at(minute: float) -> int:
    """A router's look so many minutes after noon."""
    return offers_router.run_due(now=at(minute))


@pytest.fixture
def ten(account: ChannelAccount) -> list[WorkItem]:
    """Ten different questions."""
    tell(
        account,
        *(post(f"n{n}", text, by=f"c{n}") for n, text in enumerate(WORDS)),
    )
    WorkItem.objects.update(
        next_ring_at=NOON, waiting_since=NOON, due_at=at(15), lane="crowd", trusted_only=False
    )
    return list(WorkItem.objects.all())


def test_eight_routers_ask_each_ring_once(brand: Brand, ten: list[WorkItem]) -> None:
    helpers(brand, 60)
    for minute in (0, 0.1, 3, 3.1):
        results = at_once(offers_router_at, [minute] * 8)
        assert set(kinds(results)) == {"int"}
    assert Counter(len(offered(one)) for one in ten) == {7: 10}
    made = Event.objects.filter(kind="offer.made")
    assert Counter(one.data["ring"] for one in made) == {0: 10, 1: 10}
    told = Counter((e.conversation_id, member) for e in made for member in e.data["members"])
    assert set(told.values()) == {1}
    assert sum(HelperLoad.objects.values_list("offered_today", flat=True)) == Offer.objects.count() == 70


def test_a_limit_holds_whoever_asks(brand: Brand, ten: list[WorkItem]) -> None:
    for one in helpers(brand, 12):
        HelperSettings.objects.create(member=one, daily_limit=2)
    for minute in (0, 3, 7, 12, 18):
        at_once(offers_router_at, [minute] * 4)
    counts = Counter(Offer.objects.values_list("member_id", flat=True))
    assert max(counts.values()) <= 2
    assert Offer.objects.count() <= 24


def test_a_router_that_dies_leaves_everything_to_the_next(brand: Brand, ten: list[WorkItem]) -> None:
    helpers(brand, 60)
    died = run_script(Path(__file__).with_name("dying_router.py"), NOON.isoformat())
    assert died.returncode == -signal.SIGKILL, died.stderr.decode()
    assert (Offer.objects.count(), Event.objects.filter(kind="offer.made").count()) == (0, 0)
    assert offers_router.run_due(now=NOON) == 10
    assert Counter(len(offered(one)) for one in ten) == {3: 10}


def test_claims_and_rings_at_the_same_moment(brand: Brand, ten: list[WorkItem]) -> None:
    those = [actor_of(one) for one in helpers(brand, 20)]
    offers_router.run_due(now=NOON)

    def act(number: int) -> object:
        if number < 20:
            return services.claim(actor=those[number], conversation_id=ten[number % 10].pk, now=at(3))
        return offers_router.run_due(now=at(3))

    results = at_once(act, range(24))
    assert kinds(results) == {"Claim": 10, "Conflict": 10, "int": 4}
    offers_router.run_due(now=at(3.1))
    live = Offer.objects.filter(withdrawn_at=None, passed_at=None)
    holders = dict(WorkItem.objects.values_list("pk", "holder_id"))
    assert all(holders[one.conversation_id] == one.member_id for one in live)


def test_one_helper_clicks_ten_at_once_and_gets_one(brand: Brand, ten: list[WorkItem]) -> None:
    actor = people.actor(brand, Role.COLLEAGUE)
    results = at_once(lambda one: services.claim(actor=actor, conversation_id=one.pk, now=NOON), ten)
    assert kinds(results) == {"Claim": 1, "Conflict": 9}


def test_all_pass_at_the_same_moment(brand: Brand, new_question: Ask) -> None:
    those = {one.pk: actor_of(one) for one in helpers(brand, 30)}
    item = new_question()
    offers_router.run_due(now=NOON)
    results = at_once(
        lambda pk: offers.pass_on(actor=those[pk], conversation_id=item.pk, reason="busy", now=at(1)),
        offered(item),
    )
    assert results == [True] * 3
    offers_router.run_due(now=at(1))
    assert (len(offered(item)), len(offered(item, live=True))) == (6, 3)


def test_what_cannot_be_decided_does_not_hold_up_other_brands(
    brand: Brand, new_question: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    helpers(brand, 3)
    item = new_question()

    def broken(*_args: object, **_fields: object) -> None:
        raise ValueError("broken")

    with monkeypatch.context() as patched:
        patched.setattr(candidates, "load", broken)
        assert offers_router.run_due(now=NOON) == 0
    assert offers_router.run_due(now=at(0.1)) == 0, "it is put off, not tried in a circle"
    assert offers_router.run_due(now=at(1)) == 1
    assert len(offered(item)) == 3
    assert isinstance(services.claim(actor=people.actor(brand), conversation_id=item.pk, now=at(1)), Claim)
    with pytest.raises(Conflict):
        services.claim(actor=people.actor(brand, Role.COLLEAGUE), conversation_id=item.pk, now=at(1))
