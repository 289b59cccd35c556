"""The lanes of the queue: the strictest message decides, times come from the policy, alarms ring, a move is undone."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from chimein.channels.models import ChannelAccount
from chimein.core import clock
from chimein.core.actor import Actor, Role
from chimein.core.errors import Conflict, NotAllowed
from chimein.core.models import Event
from chimein.people.models import Brand
from chimein.routing import dismissing, freezing, queue, services
from chimein.routing import minutes as minutes_of_lanes
from chimein.routing.access import lanes_of, may_take
from chimein.routing.models import STRICTEST_FIRST, Lane, WorkItem
from chimein.routing.selectors import alarms, due_first, lane_counts, next_offer, offered_count
from chimein.triage.models import LanePolicy
from tests.factories import people
from tests.factories.traffic import conversation_of, minutes, own, post, tell

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _by_topic(brand: Brand) -> None:
    """A table in which the words `lane:NAME` choose the lane, by way of the topics of that name."""
    rows = []
    for lane in (*STRICTEST_FIRST, "helpers", "timed"):
        then: dict[str, Any] = {"lane": lane.value if isinstance(lane, Lane) else "crowd"}
        if lane == "helpers":
            then["trusted_only"] = True
        if lane == "timed":
            then["sla_minutes"] = 3
        if lane == Lane.CRISIS:
            then |= {"alarm": True, "priority": 5}
        rows.append({"name": str(lane), "when": {"topic": [str(lane)]}, "then": then})
        brand.topics.create(slug=str(lane), name=f"lane{lane}", keywords=[f"lane{lane}"])
    LanePolicy.objects.create(brand=brand, version=1, rules=rows)


def ask(account: ChannelAccount, id: str, lane: str, **more: Any) -> WorkItem:
    tell(account, post(id, f"How do I open lane{lane}?", **more))
    return item_of(id)


def item_of(id: str) -> WorkItem:
    return WorkItem.objects.get(conversation=conversation_of(id))


@pytest.mark.parametrize("lane", list(STRICTEST_FIRST))
def test_each_lane_has_its_time(account: ChannelAccount, lane: Lane) -> None:
    item = ask(account, "q", lane)
    assert item.lane == lane
    assert item.due_at - item.waiting_since == timedelta(minutes=minutes_of_lanes.minutes_of(lane))


@pytest.mark.parametrize("first", range(len(STRICTEST_FIRST)))
@pytest.mark.parametrize("second", range(len(STRICTEST_FIRST)))
def test_the_strictest_message_decides(account: ChannelAccount, first: int, second: int) -> None:
    ask(account, "q1", STRICTEST_FIRST[first])
    item = ask(account, "q2", STRICTEST_FIRST[second], reply_to="q1", at=1)
    # Kind words that wait are seen to first; nothing else gives way to a laxer lane.
    assert item.lane == STRICTEST_FIRST[min(first, second)]


@pytest.mark.parametrize(("lane", "then"), [(Lane.EXPERT, Lane.EXPERT), (Lane.THANK, Lane.CROWD)])
def test_kind_words_that_were_answered_keep_nobody_back(
    account: ChannelAccount, lane: Lane, then: Lane
) -> None:
    ask(account, "q1", lane)
    tell(account, own("a", reply_to="q1", at=2))
    assert ask(account, "q2", "crowd", reply_to="a", at=9).lane == then


def test_what_is_promised_first_is_due_first(account: ChannelAccount) -> None:
    assert ask(account, "q1", "desk").due_at == minutes(30)
    assert ask(account, "q2", "timed", reply_to="q1", at=5).due_at == minutes(8)
    assert ask(account, "q3", "timed", reply_to="q1", at=20).due_at == minutes(8)


def test_the_time_of_a_lane_is_an_option(account: ChannelAccount) -> None:
    with minutes_of_lanes.EXPERT_MINUTES.override(7):
        item = ask(account, "q", "expert")
    assert item.due_at - item.waiting_since == timedelta(minutes=7)


@pytest.mark.parametrize(
    ("role", "lanes"),
    [
        (Role.OWNER, list(STRICTEST_FIRST)),
        (Role.LEAD, list(STRICTEST_FIRST)),
        (Role.AGENT, list(STRICTEST_FIRST)),
        (Role.COLLEAGUE, [Lane.EXPERT, Lane.CROWD]),
        (Role.TRUSTED_CUSTOMER, [Lane.CROWD]),
    ],
)
def test_who_takes_from_which_lane(
    account: ChannelAccount, lead: Actor, role: Role, lanes: list[Lane]
) -> None:
    actor = people.actor(account.brand, role)
    freezing.release_topic(actor=lead, topic=None, reason="", now=clock.now())
    assert lanes_of(actor) == lanes
    for lane in STRICTEST_FIRST:
        pk = ask(account, lane, lane, by=lane).pk
        if lane in lanes:
            assert services.claim(actor=actor, conversation_id=pk, now=clock.now()).fence == 1
            services.release(actor=actor, conversation_id=pk, reason="", now=clock.now())
        else:
            with pytest.raises(NotAllowed):
                services.claim(actor=actor, conversation_id=pk, now=clock.now())


def test_nobody_without_a_role_takes_anything(brand: Brand) -> None:
    nobody = Actor.system("somebody", brand_id=brand.pk)
    assert lanes_of(nobody) == []
    assert not may_take(nobody, "crowd", trusted_only=False)


def test_what_is_for_colleagues_is_kept_from_trusted_customers(
    account: ChannelAccount, colleague: Actor, trusted: Actor, agent: Actor
) -> None:
    item = ask(account, "q", "helpers")
    assert (item.lane, item.trusted_only) == ("crowd", True)
    now = clock.now()
    offers = {
        who.role: next_offer(actor=who, languages=[], skipped=[], now=now)
        for who in (colleague, trusted, agent)
    }
    assert [bool(offers[role]) for role in (Role.COLLEAGUE, Role.TRUSTED_CUSTOMER, Role.AGENT)] == [
        True, False, True,
    ]  # fmt: skip
    assert [offered_count(actor=who, now=now) for who in (colleague, trusted)] == [1, 0]
    with pytest.raises(NotAllowed):
        services.claim(actor=trusted, conversation_id=item.pk, now=now)
    assert services.claim(actor=colleague, conversation_id=item.pk, now=now).fence == 1


def test_one_doubtful_word_keeps_it_among_colleagues(account: ChannelAccount) -> None:
    ask(account, "q1", "crowd")
    assert ask(account, "q2", "helpers", reply_to="q1", at=1).trusted_only
    assert ask(account, "q3", "crowd", reply_to="q1", at=2).trusted_only


def test_experts_questions_are_handed_to_colleagues_by_urgency(
    account: ChannelAccount, colleague: Actor, trusted: Actor
) -> None:
    expert = ask(account, "e", "expert", by="e", at=0)
    crowd = ask(account, "c", "crowd", by="c", at=100)
    now = clock.now()

    def offered(actor: Actor, *skipped: int) -> int | None:
        found = next_offer(actor=actor, languages=[], skipped=skipped, now=now)
        return found.conversation_id if found else None

    assert offered(colleague) == expert.pk
    assert offered(colleague, expert.pk) == crowd.pk
    assert offered(trusted) == crowd.pk
    assert offered(trusted, crowd.pk) is None


def test_alarms_ring_until_somebody_takes_them(
    account: ChannelAccount, brand: Brand, agent: Actor, lead: Actor
) -> None:
    now = clock.now()
    assert alarms(brand.pk, now=now).count == 0
    ask(account, "calm", "desk", by="x")
    item = ask(account, "boom", "crisis", by="y")
    assert (item.alarm, item.priority) == (True, 5)
    found = alarms(brand.pk, now=now)
    assert (found.count, found.first) == (1, (item.conversation.public_id, "crisis"))
    freezing.release(actor=lead, conversation_id=item.pk, reason="", now=now)
    assert alarms(brand.pk, now=now).count == 1, "released, it still wants somebody"
    services.claim(actor=agent, conversation_id=item.pk, now=now)
    assert alarms(brand.pk, now=now).count == 0
    assert alarms(brand.pk, now=now + timedelta(hours=1)).count == 1, "a lease that ran out rings again"
    assert alarms(people.brand("Other").pk, now=now).count == 0
    dismissing.dismiss(actor=agent, conversation_id=item.pk, reason="settled", now=now)
    assert alarms(brand.pk, now=now + timedelta(hours=1)).count == 0


def test_counts_and_the_ledgers_list_know_all_lanes(account: ChannelAccount, brand: Brand) -> None:
    for number, lane in enumerate(STRICTEST_FIRST):
        ask(account, lane, lane, by=lane, at=number)
    assert lane_counts(brand.pk) == dict.fromkeys(map(str, STRICTEST_FIRST), 1)
    due = [item.due_at for item in due_first(brand_id=brand.pk, limit=10)]
    assert due == sorted(due)
    assert len(due) == 6
    assert len(due_first(brand_id=brand.pk, limit=4)) == 4


def test_staff_move_to_any_lane_and_take_it_back(account: ChannelAccount, agent: Actor) -> None:
    item = ask(account, "q", "helpers")
    for lane in STRICTEST_FIRST:
        now = clock.now()
        services.move(actor=agent, conversation_id=item.pk, lane=lane, reason="try", now=now)
        moved = item_of("q")
        assert (moved.lane, moved.lane_by_person, moved.trusted_only) == (lane, True, False)
        services.move_back(actor=agent, conversation_id=item.pk, moved_at=now, now=clock.now())
        back = item_of("q")
        assert (back.lane, back.lane_by_person, back.trusted_only) == ("crowd", False, True)
    told = Event.objects.filter(kind="item.moved").order_by("-id")[0]
    assert (told.data["before"], told.data["after"], told.data["reason"]) == ("crowd", "crowd", "undone")


def test_a_move_is_taken_back_by_who_made_it_or_staff_and_only_the_last(
    account: ChannelAccount, agent: Actor, colleague: Actor, trusted: Actor
) -> None:
    pk = ask(account, "q", "crowd").pk
    first = clock.now()
    services.move(actor=colleague, conversation_id=pk, lane="desk", reason="upset", now=first)
    with pytest.raises(NotAllowed):
        services.move_back(actor=trusted, conversation_id=pk, moved_at=first, now=clock.now())
    second = clock.now()
    services.move(actor=agent, conversation_id=pk, lane="vip", reason="famous", now=second)
    with pytest.raises(Conflict):
        services.move_back(actor=colleague, conversation_id=pk, moved_at=first, now=clock.now())
    services.move_back(actor=agent, conversation_id=pk, moved_at=second, now=clock.now())
    assert (item_of("q").lane, item_of("q").lane_by_person) == ("desk", True)
    other = people.actor(people.brand("Elsewhere"), Role.OWNER)
    with pytest.raises(NotAllowed):
        services.move_back(actor=other, conversation_id=pk, moved_at=second, now=clock.now())


@pytest.mark.parametrize("lane", ["crowd", "expert", "none", "moon"])
def test_private_conversations_stay_with_staff(account: ChannelAccount, agent: Actor, lane: str) -> None:
    pk = ask(account, "dm", "desk", private=True).pk
    with pytest.raises(NotAllowed):
        services.move(actor=agent, conversation_id=pk, lane=lane, reason="x", now=clock.now())


def test_a_laxer_word_changes_nothing_that_a_person_chose(account: ChannelAccount, agent: Actor) -> None:
    pk = ask(account, "q", "crowd").pk
    services.move(actor=agent, conversation_id=pk, lane="expert", reason="hard", now=clock.now())
    assert ask(account, "q2", "thank", reply_to="q", at=1).lane_by_person
    stricter = ask(account, "q3", "vip", reply_to="q", at=2)
    assert (stricter.lane, stricter.lane_by_person) == ("vip", False)


def test_of_two_threads_that_become_one_the_stricter_lane_stays(account: ChannelAccount) -> None:
    for name in ("vip", "helpers"):
        ask(account, f"root-{name}", "crowd", by=name)
    winner, loser = (conversation_of(f"root-{name}").pk for name in ("vip", "helpers"))
    WorkItem.objects.filter(pk=loser).update(lane="vip", trusted_only=True)
    queue.follow_merge(winner=winner, losers=[loser])
    item = WorkItem.objects.get(pk=winner)
    assert (item.lane, item.trusted_only) == ("vip", True)
    assert not WorkItem.objects.filter(pk=loser).exists()
