"""A question leaves the crowd by itself while the desk can still make it, and hands back are open to objection."""

from __future__ import annotations

import pytest

from chimein.core.actor import Actor
from chimein.core.errors import Conflict, NotAllowed
from chimein.core.models import Event
from chimein.people.access import actor_of
from chimein.people.models import Brand
from chimein.routing import handing_over, presence, services
from chimein.routing.handing_over import VETO_SECONDS
from chimein.routing.models import Offer, WorkItem
from chimein.routing.services import LONGEST_CLAIM_MINUTES
from tests.factories import people
from tests.integration.routing.conftest import NOON, Ask, Look, at, helpers, offered

pytestmark = pytest.mark.django_db


def _lane(item: WorkItem) -> str:
    return str(WorkItem.objects.values_list("lane", flat=True).get(pk=item.pk))


def _here(*actors: Actor, minute: float) -> None:
    presence.seen_here([one.membership_id for one in actors if one.membership_id], now=at(minute))


def test_the_desk_takes_it_when_somebody_there_is_free(
    brand: Brand, new_question: Ask, look: Look, agent: Actor
) -> None:
    helpers(brand, 30)
    item = new_question()
    for minute in (0, 3):
        look(minute)
    _here(agent, minute=7)
    look(6.9)
    assert _lane(item) == "crowd"
    look(7)
    assert _lane(item) == "desk"
    assert offered(item, live=True) == []
    moved = Event.objects.get(kind="item.moved")
    assert (moved.actor, moved.data["reason"], moved.data["after"]) == (
        "system:routing",
        "desk_assists",
        "desk",
    )
    assert WorkItem.objects.get(pk=item.pk).due_at == item.due_at, "the customer's clock goes on"


def test_a_desk_that_is_away_or_busy_leaves_it_until_it_is_too_late(
    brand: Brand, new_question: Ask, look: Look, agent: Actor
) -> None:
    helpers(brand, 30)
    other = new_question("desk", "My lawyer wants a refund", lane="desk", next_ring_at=None)
    services.claim(actor=agent, conversation_id=other.pk, now=at(7))
    item = new_question()
    look(0)
    _here(agent, minute=7)
    look(7)
    assert _lane(item) == "crowd"
    for minute in (16, 30, 44.9):
        look(minute)
    assert _lane(item) == "crowd"
    look(45)
    assert _lane(item) == "desk"
    assert Event.objects.get(kind="item.moved", conversation_id=item.pk).data["reason"] == "too_late"


def test_one_of_two_agents_stays_for_the_desk_s_own(
    brand: Brand, new_question: Ask, look: Look, agent: Actor, lead: Actor
) -> None:
    helpers(brand, 30)
    words = ("How do I pair the headphones?", "Where do I find the serial number of the speaker?")
    items = [new_question(f"q{n}", text) for n, text in enumerate(words)]
    look(0)
    _here(agent, lead, minute=7)
    look(7)
    assert sorted(_lane(one) for one in items) == ["crowd", "desk"]


def test_nobody_to_ask_means_the_desk(brand: Brand, new_question: Ask, look: Look, agent: Actor) -> None:
    item = new_question()
    look(0)
    assert _lane(item) == "crowd", "there is nobody at the desk either"
    _here(agent, minute=0.5)
    look(0.5)
    assert _lane(item) == "desk"
    assert Event.objects.get(kind="item.moved").data["reason"] == "nobody_there"


def test_a_claim_does_not_outlast_the_customer_s_patience(brand: Brand, new_question: Ask) -> None:
    (helper,) = helpers(brand, 1)
    actor, item = actor_of(helper), new_question()
    services.claim(actor=actor, conversation_id=item.pk, now=at(42))
    until = services.extend(actor=actor, conversation_id=item.pk, now=at(44.9))
    assert until == at(46), "its first lease ends as promised, typing adds nothing beyond 45 minutes"


def test_taking_it_again_does_not_start_the_time_anew(brand: Brand, new_question: Ask, agent: Actor) -> None:
    first, second = (actor_of(one) for one in helpers(brand, 2))
    item = new_question()
    longest = LONGEST_CLAIM_MINUTES.get()
    for minute in range(0, longest, 4):
        services.claim(actor=first, conversation_id=item.pk, now=at(minute))
        services.release(actor=first, conversation_id=item.pk, reason="", now=at(minute + 3))
    with pytest.raises(Conflict, match="somebody else's turn"):
        services.claim(actor=first, conversation_id=item.pk, now=at(longest))
    services.claim(actor=second, conversation_id=item.pk, now=at(longest))
    services.release(actor=second, conversation_id=item.pk, reason="", now=at(longest + 1))
    services.claim(actor=first, conversation_id=item.pk, now=at(longest + 1))
    assert WorkItem.objects.get(pk=item.pk).claimed_at == at(longest + 1)


def test_one_question_in_hand_at_a_time(brand: Brand, new_question: Ask, agent: Actor) -> None:
    helper = actor_of(helpers(brand, 1)[0])
    items = [new_question("a"), new_question("b", "Where do I find the serial number?")]
    services.claim(actor=helper, conversation_id=items[0].pk, now=NOON)
    with pytest.raises(Conflict, match="another question in hand"):
        services.claim(actor=helper, conversation_id=items[1].pk, now=NOON)
    services.claim(actor=helper, conversation_id=items[0].pk, now=NOON)
    WorkItem.objects.filter(pk=items[0].pk).update(sending=True)
    services.claim(actor=helper, conversation_id=items[1].pk, now=NOON)
    for item in items[1:]:
        services.release(actor=helper, conversation_id=item.pk, reason="", now=NOON)
        services.claim(actor=agent, conversation_id=item.pk, now=NOON)


# ---------------------------------------------------------------- handing over
def _handed(brand: Brand, new_question: Ask, look: Look) -> tuple[WorkItem, Actor, list[Actor]]:
    those = {one.pk: actor_of(one) for one in helpers(brand, 3)}
    item = new_question()
    look(0)
    first, *others = (those[pk] for pk in offered(item))
    services.claim(actor=first, conversation_id=item.pk, now=at(1))
    until = handing_over.hand_over(
        actor=first, conversation_id=item.pk, reason="It needs the order", now=at(2)
    )
    assert until is not None
    assert (until - at(2)).total_seconds() == VETO_SECONDS.get()
    return item, first, others


def test_others_may_say_that_they_can_answer(brand: Brand, new_question: Ask, look: Look) -> None:
    item, _first, others = _handed(brand, new_question, look)
    assert sorted(offered(item, live=True)) == sorted(
        one.membership_id for one in others if one.membership_id
    )
    services.claim(actor=others[0], conversation_id=item.pk, now=at(2.2))
    look(5)
    found = WorkItem.objects.get(pk=item.pk)
    assert (found.lane, found.holder_id, found.desk_at) == ("crowd", others[0].membership_id, None)


def test_without_objection_it_goes_to_the_desk(brand: Brand, new_question: Ask, look: Look) -> None:
    item, first, _others = _handed(brand, new_question, look)
    look(2.5)
    assert _lane(item) == "crowd"
    look(3)
    assert (_lane(item), offered(item, live=True)) == ("desk", [])
    assert Event.objects.get(kind="item.moved").data["reason"] == "It needs the order"
    moved = Event.objects.get(kind="item.moved", conversation_id=item.pk)
    assert (moved.actor, moved.data["reason"]) == (first.label, "It needs the order")
    assert WorkItem.objects.get(pk=item.pk).lane_by_person


def test_who_handed_it_over_may_think_again(brand: Brand, new_question: Ask, look: Look) -> None:
    item, first, others = _handed(brand, new_question, look)
    with pytest.raises(Conflict):
        handing_over.keep(actor=others[0], conversation_id=item.pk, now=at(2.1))
    handing_over.keep(actor=first, conversation_id=item.pk, now=at(2.1))
    look(4)
    assert _lane(item) == "crowd"
    assert len(offered(item, live=True)) == 3
    with pytest.raises(Conflict):
        handing_over.keep(actor=first, conversation_id=item.pk, now=at(4))


def test_with_nobody_left_to_object_it_goes_at_once_and_can_be_undone(
    brand: Brand, new_question: Ask, look: Look
) -> None:
    actor = actor_of(helpers(brand, 1)[0])
    item = new_question()
    look(0)
    assert handing_over.hand_over(actor=actor, conversation_id=item.pk, reason="an order", now=at(1)) is None
    assert _lane(item) == "desk"
    services.move_back(actor=actor, conversation_id=item.pk, moved_at=at(1), now=at(1.1))
    assert _lane(item) == "crowd"


def test_handing_over_what_is_not_one_s_own(
    brand: Brand, new_question: Ask, look: Look, agent: Actor
) -> None:
    those = [actor_of(one) for one in helpers(brand, 2)]
    item = new_question()
    stranger = actor_of(people.member(people.brand("Elsewhere")))
    with pytest.raises(NotAllowed):
        handing_over.hand_over(actor=stranger, conversation_id=item.pk, reason="x", now=NOON)
    services.claim(actor=those[0], conversation_id=item.pk, now=NOON)
    with pytest.raises(Conflict):
        handing_over.hand_over(actor=those[1], conversation_id=item.pk, reason="x", now=NOON)
    WorkItem.objects.filter(pk=item.pk).update(lane="desk")
    with pytest.raises(NotAllowed):
        handing_over.hand_over(actor=those[0], conversation_id=item.pk, reason="x", now=NOON)
    assert not Offer.objects.exists()
