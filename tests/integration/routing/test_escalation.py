"""The ladder: warned at 80 % of the time, late at all of it; each step once, whoever fires it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chimein.channels.models import ChannelAccount
from chimein.core import events as log
from chimein.core.actor import Actor, Role
from chimein.core.models import Event
from chimein.people.models import Brand, Calendar
from chimein.routing import assignments, escalation, lane_setups, lanes, queue, services
from chimein.routing.lane_models import Escalation
from chimein.routing.models import WorkItem
from tests.factories import crowd, people
from tests.factories import queue as waiting

pytestmark = pytest.mark.django_db


def told(kind: str) -> list[dict[str, Any]]:
    return [event.data for event in Event.objects.filter(kind=kind).order_by("pk")]


def test_warned_then_late_once_each(account: ChannelAccount, agent: Actor, lead: Actor) -> None:
    item = waiting.item(account, "desk", minutes=30)
    assert item.step_at == item.waiting_since + timedelta(minutes=24)
    escalation.fire(now=item.waiting_since + timedelta(minutes=23))
    assert not told("item.warned")

    escalation.fire(now=waiting.after(item, 0.8))
    escalation.fire(now=waiting.after(item, 0.9))
    (warned,) = told("item.warned")
    assert (warned["percent"], warned["to"]) == (80, ["holder", "desk"])
    assert warned["members"] == [agent.membership_id]
    item.refresh_from_db()
    assert (item.level, item.priority) == (1, 0)

    escalation.fire(now=waiting.after(item, 1.0))
    (late,) = told("item.escalated")
    assert (late["percent"], late["members"]) == (100, [lead.membership_id])
    item.refresh_from_db()
    assert (item.level, item.priority, item.raised) == (2, 1, 1)
    assert list(Escalation.objects.values_list("percent", flat=True).order_by("at")) == [80, 100]


def test_after_an_outage_nobody_is_warned_of_what_is_late(
    account: ChannelAccount, agent: Actor, lead: Actor
) -> None:
    item = waiting.item(account, "desk")
    assert escalation.fire(now=waiting.after(item, 5)) == 1
    assert not told("item.warned")
    assert [one["percent"] for one in told("item.escalated")] == [200]
    item.refresh_from_db()
    assert item.step_at is None
    assert escalation.fire(now=waiting.after(item, 9)) == 0


def test_experts_in_time_or_the_desk(account: ChannelAccount, agent: Actor, lead: Actor) -> None:
    item = waiting.item(account, "expert")
    escalation.fire(now=waiting.after(item, 0.8))
    escalation.fire(now=waiting.after(item, 1.0))
    item.refresh_from_db()
    assert item.lane == "desk"
    assert told("item.moved")[-1] == {
        "before": "expert",
        "by_person": False,
        "after": "desk",
        "reason": "late",
    }
    # At the desk it is late already: told at once, by the desk's ladder.
    escalation.fire(now=waiting.after(item, 1.0) + timedelta(seconds=1))
    assert [one["lane"] for one in told("item.escalated")] == ["expert", "desk"]


def test_an_answered_item_is_left_alone(account: ChannelAccount, agent: Actor) -> None:
    item = waiting.item(account, "desk")
    WorkItem.objects.filter(pk=item.pk).update(is_open=False)
    assert escalation.fire(now=waiting.after(item, 3)) == 0


def test_a_new_wait_climbs_anew(account: ChannelAccount, agent: Actor, lead: Actor) -> None:
    item = waiting.item(account, "desk", minutes=10)
    escalation.fire(now=waiting.after(item, 1.0))
    WorkItem.objects.filter(pk=item.pk).update(is_open=False)
    later = item.waiting_since + timedelta(hours=2)
    item.conversation.messages.update(disposition="answered")
    waiting.say(item.conversation, "desk", at=later, minutes=10)
    type(item.conversation).objects.filter(pk=item.pk).update(waiting_since=later)
    queue.sync([item.pk], now=later)
    item.refresh_from_db()
    assert (item.level, item.raised, item.priority, item.step) == (0, 0, 0, 0)
    assert item.step_at == later + timedelta(minutes=8)


def test_a_raised_priority_outlives_the_next_message(
    account: ChannelAccount, agent: Actor, lead: Actor
) -> None:
    item = waiting.item(account, "desk", minutes=10)
    escalation.fire(now=waiting.after(item, 1.0))
    waiting.say(item.conversation, "desk", at=item.waiting_since + timedelta(minutes=11))
    queue.sync([item.pk], now=item.waiting_since + timedelta(minutes=11))
    item.refresh_from_db()
    assert (item.priority, item.level, item.step) == (1, 2, 2)


def test_moved_to_another_lane_its_ladder_counts(account: ChannelAccount, agent: Actor) -> None:
    item = waiting.item(account, "crowd", minutes=20)
    services.move(actor=agent, conversation_id=item.pk, lane="crisis", reason="fire", now=item.waiting_since)
    item.refresh_from_db()
    assert item.step_at == item.waiting_since + timedelta(minutes=10)  # half of the time, in the crisis lane


def test_the_holder_and_who_was_asked_are_told(account: ChannelAccount, brand: Brand, agent: Actor) -> None:
    bea = people.actor(brand, Role.AGENT, "Bea")
    item = waiting.item(account, "desk", minutes=4)
    assert assignments.run(brand_id=brand.pk, now=item.waiting_since) == 1
    asked = item.conversation.assignments.get().member_id
    escalation.fire(now=waiting.after(item, 0.8))
    assert told("item.warned")[0]["members"][0] == asked
    other = next(one for one in (agent, bea) if one.membership_id != asked)
    services.claim(actor=other, conversation_id=item.pk, now=item.waiting_since)
    late = waiting.item(account, "desk", minutes=4)
    services.claim(actor=other, conversation_id=late.pk, now=waiting.after(late, 0.7))
    escalation.fire(now=waiting.after(late, 0.8))
    assert told("item.warned")[-1]["members"][0] == other.membership_id


def test_a_lane_that_counts_in_working_time(account: ChannelAccount, brand: Brand, lead: Actor) -> None:
    office = Calendar.objects.create(
        brand=brand, name="Office", timezone="Asia/Shanghai", weekly=[[[540, 1080]]] * 5 + [[], []]
    )
    table = lanes.to_json(lane_setups.current(brand.pk))
    table["lanes"]["desk"] |= {"minutes": 60, "calendar": office.pk}
    lane_setups.save(actor=lead, table=table, seen=0, now=datetime(2026, 3, 1, tzinfo=UTC))
    # Friday 17:30 in Shanghai: half an hour is left of the week, so half an hour on Monday.
    friday = datetime(2026, 3, 6, 9, 30, tzinfo=UTC)
    item = waiting.item(account, "desk", at=friday)
    assert item.due_at == datetime(2026, 3, 9, 1, 30, tzinfo=UTC)
    assert item.step_at == datetime(2026, 3, 9, 1, 18, tzinfo=UTC)  # 48 of 60 working minutes
    escalation.fire(now=datetime(2026, 3, 8, tzinfo=UTC))
    assert not told("item.warned")
    escalation.fire(now=datetime(2026, 3, 9, 1, 19, tzinfo=UTC))
    item.refresh_from_db()
    assert item.step_at == item.due_at


def test_a_changed_ladder_counts_for_what_waits(account: ChannelAccount, brand: Brand, lead: Actor) -> None:
    item = waiting.item(account, "desk", minutes=100)
    table = lanes.to_json(lane_setups.current(brand.pk))
    table["lanes"]["desk"]["ladder"] = [{"at": 50, "to": ["lead"]}]
    lane_setups.save(actor=lead, table=table, seen=0, now=item.waiting_since)
    escalation.fire(now=item.waiting_since + timedelta(minutes=1))
    item.refresh_from_db()
    assert item.step_at == item.waiting_since + timedelta(minutes=50)
    assert not Escalation.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_many_workers_tell_each_step_once(account: ChannelAccount, agent: Actor, lead: Actor) -> None:
    items = [waiting.item(account, "desk", minutes=10) for _ in range(40)]
    moment = waiting.after(items[-1], 0.8)
    crowd.at_once(lambda _number: [escalation.fire(now=moment, limit=7) for _ in range(8)], range(6))
    assert len(told("item.warned")) == 40
    assert Escalation.objects.count() == 40


def test_a_batch_costs_the_same_for_one_and_for_many(
    account: ChannelAccount,
    agent: Actor,
    lead: Actor,
    django_assert_max_num_queries: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(log, "_HANDLERS", {})
    for _ in range(15):
        item = waiting.item(account, "desk", minutes=10)
    with django_assert_max_num_queries(12):
        assert escalation.fire(now=waiting.after(item, 0.8)) == 15
