"""People who are told of a question, and a push service that takes what they are told."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

import pytest

from chimein.alerts import handlers, sending
from chimein.alerts.models import Alert
from chimein.channels.models import ChannelAccount
from chimein.conversations.models import Conversation
from chimein.core import clock, db
from chimein.core.actor import Actor
from chimein.core.events import Fact
from chimein.people.models import Brand
from chimein.routing import events as routing
from chimein.routing.models import WorkItem
from tests.factories import traffic
from tests.factories.push import PushService, push_service

MINUTE = timedelta(minutes=1)


@pytest.fixture
def service() -> Iterator[PushService]:
    with push_service() as running:
        yield running


@pytest.fixture
def question(brand: Brand, account: ChannelAccount) -> Conversation:
    """A question of the crowd's that still has half an hour."""
    traffic.tell(account, traffic.post("q1"))
    found = traffic.conversation_of("q1")
    now = clock.now()
    WorkItem.objects.filter(pk=found.pk).update(
        lane="crowd", waiting_since=now - 5 * MINUTE, due_at=now + 30 * MINUTE, next_ring_at=None
    )
    Alert.objects.all().delete()
    return found


def offer(
    question: Conversation,
    members: Sequence[Actor],
    *,
    now: datetime | None = None,
    until: datetime | None = None,
) -> None:
    """The router brings the question to these."""
    data: dict[str, object] = {"members": [one.membership_id for one in members], "ring": 0, "why": {}}
    data["until"] = until.isoformat() if until else None
    fact = Fact(
        routing.OFFERED, now or clock.now(), "system:routing", question.brand_id, question.pk, None, data
    )
    with db.atomic():
        handlers.on_offered([fact])


def member_of(who: Actor) -> int:
    """The membership of an actor that is a person."""
    assert who.membership_id is not None
    return who.membership_id


def withdraw(question: Conversation, members: Sequence[Actor], reason: str = "taken") -> None:
    data: dict[str, object] = {"members": [one.membership_id for one in members], "reason": reason}
    fact = Fact(routing.WITHDRAWN, clock.now(), "system:routing", question.brand_id, question.pk, None, data)
    with db.atomic():
        handlers.on_withdrawn(fact)


def run(after: timedelta = timedelta(), ways: Sequence[str] = ("page", "push", "mail")) -> int:
    """What the workers do so long from now."""
    return sending.run_due(ways, now=clock.now() + after)


def states(member: Actor, kind: str = "offer") -> dict[str, str]:
    """How a member's alerts of a kind stand, by way."""
    rows = Alert.objects.filter(member=member.membership_id, kind=kind)
    return dict(rows.values_list("way", "state"))
