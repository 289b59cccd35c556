"""A claim is a lease: one holder, for a while; free again by itself."""

from __future__ import annotations

from datetime import timedelta

import pytest

from chimein.channels.models import ChannelAccount
from chimein.core import clock
from chimein.core.actor import Actor, Role
from chimein.core.errors import Conflict, NotAllowed
from chimein.core.models import Event
from chimein.routing import services
from chimein.routing.models import WorkItem
from chimein.routing.selectors import next_offer
from chimein.routing.services import LEASE_SECONDS, LONGEST_CLAIM_MINUTES, TYPING_SECONDS, Claim
from tests.factories import people, traffic
from tests.factories.traffic import own, post, tell

pytestmark = pytest.mark.django_db
LEASE = timedelta(seconds=LEASE_SECONDS.get())


@pytest.fixture
def pk(account: ChannelAccount) -> int:
    """A question in the crowd's lane."""
    tell(account, post("q1"))
    return traffic.conversation_of("q1").pk


def _desk(pk: int) -> None:
    WorkItem.objects.filter(pk=pk).update(lane="desk")


def _claim(actor: Actor, pk: int, after: timedelta = timedelta()) -> Claim:
    return services.claim(actor=actor, conversation_id=pk, now=clock.now() + after)


def test_the_second_hears_who_was_first(pk: int, agent: Actor, colleague: Actor) -> None:
    held = _claim(agent, pk)
    with pytest.raises(Conflict, match="Ann"):
        _claim(colleague, pk)
    assert WorkItem.objects.get(pk=pk).fence == held.fence == 1


def test_claiming_again_keeps_the_fence(pk: int, agent: Actor) -> None:
    assert _claim(agent, pk).fence == _claim(agent, pk, timedelta(seconds=30)).fence


def test_a_lease_that_ran_out_is_free_by_itself(pk: int, agent: Actor, colleague: Actor) -> None:
    first = _claim(agent, pk)
    with pytest.raises(Conflict):
        _claim(colleague, pk, LEASE - timedelta(seconds=1))
    second = _claim(colleague, pk, LEASE + timedelta(seconds=1))
    assert (second.fence, WorkItem.objects.get(pk=pk).holder_id) == (first.fence + 1, colleague.membership_id)
    assert services.extend(actor=agent, conversation_id=pk, now=clock.now()) is None


def test_typing_extends_but_not_for_ever(pk: int, agent: Actor) -> None:
    began = clock.now()
    services.claim(actor=agent, conversation_id=pk, now=began)
    until = began + LEASE
    at = began
    while until > at:
        at += timedelta(seconds=60)
        found = services.extend(actor=agent, conversation_id=pk, now=at)
        if found is None:
            break
        assert found <= max(at + timedelta(seconds=TYPING_SECONDS.get()), began + LEASE)
        until = found
    longest = timedelta(minutes=LONGEST_CLAIM_MINUTES.get())
    assert until == began + longest
    assert at - began >= longest - timedelta(seconds=60)


def test_typing_never_shortens(pk: int, agent: Actor) -> None:
    held = _claim(agent, pk)
    assert services.extend(actor=agent, conversation_id=pk, now=clock.now()) == held.until


def test_only_the_holder_extends_and_gives_back(pk: int, agent: Actor, lead: Actor) -> None:
    _claim(agent, pk)
    now = clock.now()
    assert services.extend(actor=lead, conversation_id=pk, now=now) is None
    assert not services.release(actor=lead, conversation_id=pk, reason="", now=now)
    assert services.release(actor=agent, conversation_id=pk, reason="lunch", now=now)
    assert not services.release(actor=agent, conversation_id=pk, reason="lunch", now=now)
    assert _claim(lead, pk).fence == 2
    told = Event.objects.get(kind="claim.released")
    assert (told.actor, told.data["reason"]) == (agent.label, "lunch")


def test_giving_back_needs_no_answer_on_its_way(pk: int, agent: Actor) -> None:
    _claim(agent, pk)
    WorkItem.objects.update(sending=True)
    assert not services.release(actor=agent, conversation_id=pk, reason="", now=clock.now())


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("lane", ["crowd", "desk"])
def test_who_may_take_from_which_lane(pk: int, account: ChannelAccount, role: Role, lane: str) -> None:
    WorkItem.objects.update(lane=lane)
    actor = people.actor(account.brand, role, "Somebody")
    if lane == "desk" and role in {Role.COLLEAGUE, Role.TRUSTED_CUSTOMER}:
        with pytest.raises(NotAllowed):
            _claim(actor, pk)
        assert WorkItem.objects.get(pk=pk).holder_id is None
    else:
        assert _claim(actor, pk).fence == 1


def test_the_crowd_is_offered_nothing_of_the_desk(pk: int, colleague: Actor, trusted: Actor) -> None:
    now = clock.now()
    offers = [next_offer(actor=who, languages=[], skipped=[], now=now) for who in (colleague, trusted)]
    assert [one.conversation_id for one in offers if one] == [pk, pk]
    _desk(pk)
    assert [next_offer(actor=who, languages=[], skipped=[], now=now) for who in (colleague, trusted)] == [
        None,
        None,
    ]


def test_other_brands_do_not_exist(pk: int) -> None:
    other = people.actor(people.brand("Elsewhere"), Role.OWNER)
    with pytest.raises(NotAllowed):
        _claim(other, pk)
    with pytest.raises(NotAllowed):
        services.move(actor=other, conversation_id=pk, lane="desk", reason="", now=clock.now())
    assert not services.release(actor=other, conversation_id=pk, reason="", now=clock.now())


def test_what_needs_no_answer_is_not_claimed(pk: int, account: ChannelAccount, agent: Actor) -> None:
    tell(account, own("o1", reply_to="q1"))
    with pytest.raises(Conflict, match="no answer"):
        _claim(agent, pk)


def test_an_answer_elsewhere_ends_the_claim(pk: int, account: ChannelAccount, agent: Actor) -> None:
    _claim(agent, pk)
    tell(account, own("o1", reply_to="q1"))
    item = WorkItem.objects.get(pk=pk)
    assert (item.is_open, item.holder_id, item.claim_until) == (False, None, None)


def test_more_words_of_the_customer_keep_the_claim(pk: int, account: ChannelAccount, agent: Actor) -> None:
    held = _claim(agent, pk)
    tell(account, post("q2", "It is the black one, how?", reply_to="q1", at=1))
    item = WorkItem.objects.get(pk=pk)
    assert (item.holder_id, item.fence) == (agent.membership_id, held.fence)


def test_a_follow_up_is_kept_for_who_answered(
    account: ChannelAccount, colleague: Actor, trusted: Actor, agent: Actor, pk: int
) -> None:
    tell(account, own("o1", "Hold the button. ^Cai, Store 12", reply_to="q1"))
    tell(account, post("q2", "And how do I reset it?", reply_to="o1", at=9))
    item = WorkItem.objects.get(pk=pk)
    assert (item.is_open, item.first_choice_id) == (True, colleague.membership_id)
    now = clock.now()
    assert next_offer(actor=trusted, languages=[], skipped=[], now=now) is None
    with pytest.raises(Conflict, match="Cai answered before"):
        _claim(trusted, pk)
    assert next_offer(actor=colleague, languages=[], skipped=[], now=now) is not None
    assert _claim(trusted, pk, timedelta(minutes=6)).fence == 1
    assert services.release(actor=trusted, conversation_id=pk, reason="", now=now)
    assert _claim(agent, pk).fence == 2, "staff need not wait"


def test_moving_frees_it_for_the_others(pk: int, colleague: Actor, agent: Actor) -> None:
    now = clock.now()
    _claim(colleague, pk)
    services.move(actor=colleague, conversation_id=pk, lane="desk", reason="wants a refund", now=now)
    item = WorkItem.objects.get(pk=pk)
    assert (item.lane, item.lane_by_person, item.holder_id) == ("desk", True, None)
    with pytest.raises(NotAllowed):
        services.move(actor=colleague, conversation_id=pk, lane="crowd", reason="", now=now)
    with pytest.raises(NotAllowed):
        services.move(actor=agent, conversation_id=pk, lane="none", reason="", now=now)
    services.move(actor=agent, conversation_id=pk, lane="crowd", reason="", now=now)
    assert [e.data["after"] for e in Event.objects.filter(kind="item.moved").order_by("id")] == [
        "desk",
        "crowd",
    ]


def test_rules_leave_a_person_s_lane_alone(account: ChannelAccount, agent: Actor) -> None:
    tell(account, post("r1", "My lawyer wants a refund"))
    pk = traffic.conversation_of("r1").pk
    services.move(actor=agent, conversation_id=pk, lane="crowd", reason="a joke", now=clock.now())
    tell(account, post("r2", "How do I pair it?", reply_to="r1", at=2))
    assert WorkItem.objects.get(pk=pk).lane == "crowd"


def test_but_what_is_risky_and_said_later_is_not_for_the_crowd(
    pk: int, account: ChannelAccount, agent: Actor
) -> None:
    services.move(actor=agent, conversation_id=pk, lane="crowd", reason="harmless", now=clock.now())
    tell(account, post("q2", "My lawyer wants a refund", reply_to="q1", at=2))
    item = WorkItem.objects.get(pk=pk)
    assert (item.lane, item.lane_by_person) == ("desk", False)


def test_risky_words_take_it_from_the_crowd(pk: int, account: ChannelAccount, colleague: Actor) -> None:
    tell(account, post("q2", "My lawyer wants a refund", reply_to="q1", at=2))
    assert WorkItem.objects.get(pk=pk).lane == "desk"
    tell(account, post("q3", "How do I pair it?", reply_to="q2", at=3))
    assert WorkItem.objects.get(pk=pk).lane == "desk", "a harmless word does not bring it back"
    with pytest.raises(NotAllowed):
        _claim(colleague, pk)


def test_the_sweep_tells_once(pk: int, agent: Actor) -> None:
    _claim(agent, pk)
    assert services.sweep_expired(now=clock.now()) == 0
    assert services.sweep_expired(now=clock.now() + LEASE) == 1
    assert services.sweep_expired(now=clock.now() + LEASE) == 0
    told = Event.objects.get(kind="claim.expired")
    assert told.data == {"member": agent.membership_id}


def test_the_sweep_leaves_what_is_being_sent(pk: int, agent: Actor) -> None:
    _claim(agent, pk)
    WorkItem.objects.update(sending=True)
    assert services.sweep_expired(now=clock.now() + LEASE) == 0
