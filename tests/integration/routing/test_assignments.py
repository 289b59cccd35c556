"""Bringing what waits to one person at a time: in the database, with duty, seats, silence, and others who take it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chimein.channels.models import ChannelAccount
from chimein.core import clock
from chimein.core import events as log
from chimein.core.actor import Actor, Role
from chimein.core.models import Event
from chimein.people import duty
from chimein.people.access import actor_of
from chimein.people.models import Brand, Calendar, Membership
from chimein.routing import assignments, freezing, lane_setups, lanes, services
from chimein.routing.lane_models import Assignment, VipManager
from chimein.routing.models import WorkItem
from tests.factories import crowd, people
from tests.factories import queue as waiting

pytestmark = pytest.mark.django_db


def run(brand: Brand, now: datetime) -> int:
    return assignments.run(brand_id=brand.pk, now=now)


def alive(item: WorkItem) -> Assignment | None:
    return Assignment.objects.filter(conversation_id=item.pk, ended_at=None).first()


def asked(item: WorkItem) -> int | None:
    one = alive(item)
    return one.member_id if one else None


def outcomes(item: WorkItem) -> list[str]:
    return list(
        Assignment.objects.filter(conversation_id=item.pk).order_by("pk").values_list("outcome", flat=True)
    )


def agents(brand: Brand, *names: str, **more: Any) -> list[Actor]:
    return [actor_of(people.member(brand, Role.AGENT, name, **more)) for name in names]


def change(lead: Actor, lane: str, now: datetime, **values: Any) -> None:
    table = lanes.to_json(lane_setups.current(lead.brand_id))
    table["lanes"][lane] |= values
    lane_setups.save(actor=lead, table=table, seen=lane_setups.current(lead.brand_id).version, now=now)


def test_brought_to_one_and_to_the_next_when_left_lying(account: ChannelAccount, brand: Brand) -> None:
    ann, bea = agents(brand, "Ann", "Bea")
    item = waiting.item(account, "desk")
    now = item.waiting_since
    assert run(brand, now) == 1
    assert run(brand, now) == 0
    first = asked(item)
    assert run(brand, now + timedelta(minutes=2)) == 0
    assert run(brand, now + timedelta(minutes=3)) == 1
    assert {first, asked(item)} == {ann.membership_id, bea.membership_id}
    assert outcomes(item) == ["silent", ""]
    assert run(brand, now + timedelta(minutes=6)) == 0  # both let it lie: it waits for anybody, for a while
    assert run(brand, now + timedelta(minutes=20)) == 1
    kinds = Event.objects.filter(kind__startswith="item.").order_by("pk").values_list("kind", flat=True)
    assert list(kinds) == [
        "item.assigned", "item.unassigned", "item.assigned", "item.unassigned", "item.assigned"
    ]  # fmt: skip


def test_taken_answered_and_taken_over(account: ChannelAccount, brand: Brand) -> None:
    ann, bea = agents(brand, "Ann", "Bea")
    item = waiting.item(account, "desk")
    now = item.waiting_since
    run(brand, now)
    mine, other = (ann, bea) if asked(item) == ann.membership_id else (bea, ann)
    services.claim(actor=mine, conversation_id=item.pk, now=now)
    run(brand, now + timedelta(seconds=1))
    run(brand, now + timedelta(minutes=3, seconds=30))  # the time to accept is over, but it was accepted
    one = alive(item)
    assert one is not None
    assert one.taken_at is not None
    WorkItem.objects.filter(pk=item.pk).update(is_open=False)
    run(brand, now + timedelta(minutes=5))
    assert outcomes(item) == ["done"]

    late = waiting.item(account, "desk", at=now + timedelta(minutes=6))
    run(brand, late.waiting_since)
    other = bea if asked(late) == ann.membership_id else ann
    services.claim(actor=other, conversation_id=late.pk, now=late.waiting_since)  # others may
    run(brand, late.waiting_since)
    assert outcomes(late) == ["taken"]


def test_given_back_it_goes_to_the_next(account: ChannelAccount, brand: Brand) -> None:
    ann, bea = agents(brand, "Ann", "Bea")
    item = waiting.item(account, "desk")
    run(brand, item.waiting_since)
    mine, other = (ann, bea) if asked(item) == ann.membership_id else (bea, ann)
    services.claim(actor=mine, conversation_id=item.pk, now=item.waiting_since)
    run(brand, item.waiting_since)
    services.release(actor=mine, conversation_id=item.pk, reason="not mine", now=item.waiting_since)
    run(brand, item.waiting_since)
    assert asked(item) == other.membership_id
    assert assignments.pass_on(actor=other, conversation_id=item.pk, now=item.waiting_since)
    assert not assignments.pass_on(actor=other, conversation_id=item.pk, now=item.waiting_since)
    assert outcomes(item) == ["passed", "passed"]


def test_only_on_duty_and_nobody_who_is_away(account: ChannelAccount, brand: Brand) -> None:
    office = Calendar.objects.create(
        brand=brand, name="Office", timezone="UTC", weekly=[[[540, 1020]]] * 7, updated_at=clock.now()
    )
    shop = people.team(brand)
    type(shop).objects.update(calendar=office)
    (ann,) = agents(brand, "Ann", team=shop)
    night = datetime(2026, 3, 3, 3, tzinfo=UTC)
    item = waiting.item(account, "desk", at=night)
    assert run(brand, night) == 0
    assert run(brand, night + timedelta(hours=6)) == 1
    assert run(brand, night + timedelta(hours=15)) == 0  # after hours: silent, and nobody else
    Membership.objects.filter(pk=ann.membership_id or 0).update(
        away_from=night + timedelta(days=1), away_until=night + timedelta(days=3)
    )
    assert ann.membership_id not in duty.on_duty(brand.pk, now=night + timedelta(days=2, hours=8))
    assert run(brand, night + timedelta(days=2, hours=8)) == 0
    assert run(brand, night + timedelta(days=3, hours=8)) == 1
    assert asked(item) == ann.membership_id


def test_seats_of_the_lane_and_of_a_person(account: ChannelAccount, brand: Brand, lead: Actor) -> None:
    (ann,) = agents(brand, "Ann")
    items = [waiting.item(account, "desk") for _ in range(6)]
    now = items[-1].waiting_since
    assert run(brand, now) == 3
    Membership.objects.filter(pk=ann.membership_id or 0).update(seats=5)
    assert run(brand, now) == 2
    WorkItem.objects.filter(pk=items[0].pk).update(is_open=False)
    assert run(brand, now) == 1


def test_what_somebody_took_alone_counts_too(account: ChannelAccount, brand: Brand) -> None:
    (ann,) = agents(brand, "Ann", seats=1)
    item, other = waiting.item(account, "desk"), waiting.item(account, "desk")
    now = other.waiting_since
    services.claim(actor=ann, conversation_id=other.pk, now=now)
    assert run(brand, now) == 0
    assert asked(item) is None


def test_who_answered_before_and_who_speaks_the_language(account: ChannelAccount, brand: Brand) -> None:
    ann, bea = (people.member(brand, Role.AGENT, name, languages=["en"]) for name in ("Ann", "Bea"))
    chen = people.member(brand, Role.AGENT, "Chen", languages=["zh"])
    chinese = waiting.item(account, "desk", language="zh")
    run(brand, chinese.waiting_since)
    assert asked(chinese) == chen.pk
    again = waiting.item(account, "desk")
    WorkItem.objects.filter(pk=again.pk).update(first_choice=bea)
    run(brand, again.waiting_since)
    assert asked(again) == bea.pk
    assert Assignment.objects.get(conversation_id=again.pk).why == "sticky"
    assert ann.pk != bea.pk


def test_experts_are_asked_as_they_wish(account: ChannelAccount, brand: Brand) -> None:
    from chimein.people.models import HelperSettings

    cai = people.member(brand, Role.COLLEAGUE, "Cai", topics=["battery"])
    dee = people.member(brand, Role.COLLEAGUE, "Dee", topics=["battery"])
    HelperSettings.objects.create(member=cai, takes_offers=False)
    item = waiting.item(account, "expert", topic="battery")
    run(brand, item.waiting_since)
    assert asked(item) == dee.pk


def test_a_vip_goes_to_the_named_manager_or_the_stand_in(
    account: ChannelAccount, brand: Brand, lead: Actor
) -> None:
    mona, sten = (people.member(brand, Role.AGENT, name) for name in ("Mona", "Sten"))
    known = waiting.contact(account, "Blogger", followers=90)
    VipManager.objects.create(contact=known, manager=mona, stand_in=sten)
    item = waiting.item(account, "crowd", of=known)
    assert item.lane == "vip"  # whoever has a manager is a VIP, however few follow
    assert item.due_at == item.waiting_since + timedelta(minutes=10)
    run(brand, item.waiting_since)
    assert asked(item) == mona.pk
    Membership.objects.filter(pk=mona.pk).update(away_until=item.waiting_since + timedelta(days=1))
    later = item.waiting_since + timedelta(minutes=1)
    run(brand, later)
    assert asked(item) == sten.pk
    assert outcomes(item) == ["left", ""]


def test_frozen_is_brought_to_nobody_released_to_the_desk(
    account: ChannelAccount, brand: Brand, agent: Actor, lead: Actor
) -> None:
    item = waiting.item(account, "crisis")
    now = item.waiting_since
    assert run(brand, now) == 0
    freezing.release(actor=lead, conversation_id=item.pk, reason="", now=now)
    assert run(brand, now) == 1
    assert asked(item) == agent.membership_id
    freezing.freeze_again(actor=lead, released_at=now, now=now)
    run(brand, now)
    assert outcomes(item) == ["moved"]


def test_weights_by_channel_and_a_lane_that_is_not_pushed(
    account: ChannelAccount, brand: Brand, agent: Actor, lead: Actor
) -> None:
    table = lanes.to_json(lane_setups.current(brand.pk))
    table["weights"] = {"private": 3.0}
    lane_setups.save(actor=lead, table=table, seen=0, now=clock.now())
    heavy = waiting.item(account, "desk", private=True)
    waiting.item(account, "desk")
    assert run(brand, clock.now()) == 1
    assert asked(heavy) == agent.membership_id
    change(lead, "desk", clock.now(), push=False)
    Assignment.objects.all().delete()
    assert run(brand, clock.now()) == 0


def test_brands_are_apart(account: ChannelAccount, brand: Brand, agent: Actor) -> None:
    other = people.brand("Elsewhere")
    people.member(other, Role.AGENT, "Otto")
    item = waiting.item(account, "desk")
    assert assignments.run_all(now=item.waiting_since) == 1
    assert asked(item) == agent.membership_id


def test_a_look_costs_the_same_for_one_and_for_many(
    account: ChannelAccount,
    brand: Brand,
    django_assert_max_num_queries: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(log, "_HANDLERS", {})
    agents(brand, *[f"A{number}" for number in range(6)])
    for _ in range(12):
        item = waiting.item(account, "desk")
    duty.calendars(brand.pk)
    with django_assert_max_num_queries(14):
        assert run(brand, item.waiting_since) == 12


@pytest.mark.django_db(transaction=True)
def test_many_workers_and_people_at_once(account: ChannelAccount, brand: Brand) -> None:
    """Never two suggestions for one conversation, and nobody above their seats."""
    team = agents(brand, "Ann", "Bea", "Cyd")
    items = [waiting.item(account, "desk") for _ in range(12)]
    now = clock.now()

    def act(number: int) -> None:
        for _ in range(5):
            if number < 5:
                assignments.run_all(now=now)
            else:
                for item in items[number - 5 :: 3]:
                    try:
                        services.claim(actor=team[number - 5], conversation_id=item.pk, now=now)
                    except Exception as problem:
                        assert "answering" in str(problem)  # noqa: PT017

    results = crowd.at_once(act, range(8))
    assert crowd.kinds(results) == {"NoneType": 8}
    assignments.run_all(now=now)
    assert all(
        count <= 1
        for count in (item.conversation.assignments.filter(ended_at=None).count() for item in items)
    )
    for actor in team:
        assert (
            Assignment.objects.filter(member_id=actor.membership_id, ended_at=None, taken_at=None).count()
            <= 3
        )
