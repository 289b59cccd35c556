"""What belongs to a crisis: nobody answers, nothing held leaves, until a lead says so; and that can be taken back."""

from __future__ import annotations

from datetime import timedelta

import pytest

from chimein.answering.models import Answer, Draft
from chimein.channels.models import ChannelAccount, Delivery
from chimein.core import clock
from chimein.core.actor import Actor
from chimein.core.errors import Conflict, NotAllowed
from chimein.core.models import Event
from chimein.routing import dismissing, freezing, queue, services
from chimein.routing.models import WorkItem
from tests.factories import desk
from tests.factories import queue as waiting

pytestmark = pytest.mark.django_db


def again(item: WorkItem) -> WorkItem:
    return WorkItem.objects.get(pk=item.pk)


def test_nobody_takes_or_answers_it(account: ChannelAccount, agent: Actor, lead: Actor) -> None:
    item = waiting.item(account, "crisis")
    assert item.frozen_at is not None
    assert item.alarm
    assert Event.objects.filter(kind="crisis.frozen", conversation_id=item.pk).count() == 1
    for actor in (agent, lead):
        with pytest.raises(Conflict, match="crisis"):
            services.claim(actor=actor, conversation_id=item.pk, now=clock.now())
    with pytest.raises(NotAllowed, match="only a lead"):
        services.move(actor=agent, conversation_id=item.pk, lane="desk", reason="mine", now=clock.now())
    with pytest.raises(NotAllowed, match="only a lead"):
        dismissing.dismiss(actor=agent, conversation_id=item.pk, reason="spam", now=clock.now())


def test_a_lead_releases_one(account: ChannelAccount, agent: Actor, lead: Actor) -> None:
    item, other = waiting.item(account, "crisis"), waiting.item(account, "crisis")
    now = clock.now()
    with pytest.raises(NotAllowed, match="lead"):
        freezing.release(actor=agent, conversation_id=item.pk, reason="", now=now)
    freezing.release(actor=lead, conversation_id=item.pk, reason="agreed with legal", now=now)
    desk.send_off(agent, item.pk, "We are sorry.")
    assert again(other).frozen_at is not None
    with pytest.raises(Conflict, match="not frozen"):
        freezing.release(actor=lead, conversation_id=item.pk, reason="", now=now)


def test_what_was_held_does_not_leave(account: ChannelAccount, agent: Actor, lead: Actor) -> None:
    item = waiting.item(account, "desk")
    made = desk.send_off(agent, item.pk, "Just try again.")
    waiting.say(item.conversation, "crisis", at=clock.now())
    queue.sync([item.pk], now=clock.now())
    assert desk.pump() == 0
    made.refresh_from_db()
    assert made.state == Answer.State.CANCELLED
    assert Delivery.objects.get().state == Delivery.State.CANCELLED
    assert Draft.objects.get(conversation_id=item.pk).text == "Just try again."
    item = again(item)
    assert (item.lane, item.sending, item.holder_id) == ("crisis", False, None)


def test_what_is_on_the_network_already_goes_on(account: ChannelAccount, agent: Actor) -> None:
    item = waiting.item(account, "desk")
    made = desk.send_off(agent, item.pk)
    Delivery.objects.update(state=Delivery.State.SENDING, lease_until=clock.now() + timedelta(minutes=1))
    waiting.say(item.conversation, "crisis", at=clock.now())
    queue.sync([item.pk], now=clock.now())
    made.refresh_from_db()
    assert made.state == Answer.State.HELD
    assert again(item).sending


def test_moving_into_the_crisis_stops_an_answer(account: ChannelAccount, agent: Actor, lead: Actor) -> None:
    """Anybody of the staff may pull the brake; who pulled it may let go again."""
    item = waiting.item(account, "desk")
    desk.send_off(agent, item.pk)
    now = clock.now()
    services.move(actor=agent, conversation_id=item.pk, lane="crisis", reason="fire", now=now)
    assert desk.pump() == 0
    assert again(item).frozen_at is not None
    services.move_back(actor=agent, conversation_id=item.pk, moved_at=now, now=clock.now())
    assert again(item).frozen_at is None


def test_an_agent_does_not_take_back_what_a_lead_froze(
    account: ChannelAccount, agent: Actor, lead: Actor
) -> None:
    item = waiting.item(account, "desk")
    now = clock.now()
    services.move(actor=lead, conversation_id=item.pk, lane="crisis", reason="fire", now=now)
    with pytest.raises(NotAllowed):
        services.move_back(actor=agent, conversation_id=item.pk, moved_at=now, now=clock.now())


def test_a_topic_is_released_with_what_comes_next(account: ChannelAccount, agent: Actor, lead: Actor) -> None:
    battery = [waiting.item(account, "crisis", topic="battery") for _ in range(3)]
    smoke = waiting.item(account, "crisis", topic="smoke")
    now = clock.now()
    assert [(one.topic, one.count) for one in freezing.frozen_topics(lead.brand_id)] == [
        ("battery", 3), ("smoke", 1)
    ]  # fmt: skip
    assert freezing.release_topic(actor=lead, topic="battery", reason="", now=now) == 3
    assert again(smoke).frozen_at is not None
    later = waiting.item(account, "crisis", topic="battery")
    assert later.frozen_at is None
    assert later.released_at is not None
    much_later = waiting.item(account, "crisis", topic="battery", at=now + timedelta(hours=5))
    assert much_later.frozen_at is not None

    assert freezing.freeze_again(actor=lead, released_at=now, now=clock.now()) == 3
    assert all(again(one).frozen_at for one in battery)
    assert waiting.item(account, "crisis", topic="battery").frozen_at is not None
    with pytest.raises(Conflict, match="nothing to take back"):
        freezing.freeze_again(actor=lead, released_at=now, now=clock.now())


def test_taking_a_release_back_stops_what_was_written_since(
    account: ChannelAccount, agent: Actor, lead: Actor
) -> None:
    item, now = waiting.item(account, "crisis"), clock.now()
    assert freezing.release_topic(actor=lead, topic=None, reason="", now=now) == 1
    made = desk.send_off(agent, item.pk)
    freezing.freeze_again(actor=lead, released_at=now, now=clock.now())
    assert desk.pump() == 0
    made.refresh_from_db()
    assert made.state == Answer.State.CANCELLED


def test_released_it_stays_so_for_the_next_message(account: ChannelAccount, lead: Actor) -> None:
    item = waiting.item(account, "crisis")
    freezing.release(actor=lead, conversation_id=item.pk, reason="", now=clock.now())
    waiting.say(item.conversation, "crisis", at=clock.now())
    queue.sync([item.pk], now=clock.now())
    assert again(item).frozen_at is None
    services.move(actor=lead, conversation_id=item.pk, lane="desk", reason="over", now=clock.now())
    services.move(actor=lead, conversation_id=item.pk, lane="crisis", reason="not over", now=clock.now())
    assert again(item).frozen_at is not None


def test_other_brands_are_not_concerned(account: ChannelAccount, lead: Actor) -> None:
    from chimein.core.actor import Role
    from tests.factories import people

    item = waiting.item(account, "crisis")
    other = people.actor(people.brand("Elsewhere"), Role.OWNER, "Otto")
    assert freezing.release_topic(actor=other, topic=None, reason="", now=clock.now()) == 0
    with pytest.raises(Conflict):
        freezing.release(actor=other, conversation_id=item.pk, reason="", now=clock.now())
    assert again(item).frozen_at is not None
