"""Items of the queue put there directly, for tests of what happens to them."""

from __future__ import annotations

import itertools
from datetime import datetime, timedelta

from chimein.channels.models import ChannelAccount
from chimein.contacts.models import Contact, Identity
from chimein.conversations.models import Conversation, Message
from chimein.core import clock
from chimein.core.ids import public_id
from chimein.routing import queue
from chimein.routing.models import WorkItem
from chimein.triage.models import Triage

_numbers = itertools.count(1)


def contact(account: ChannelAccount, name: str = "Mia", followers: int = 0) -> Contact:
    made = Contact.objects.create(brand=account.brand, name=name)
    Identity.objects.create(
        brand=account.brand, contact=made, network="webhook", external_id=f"id-{next(_numbers)}",
        handle=name.lower(), name=name, followers=followers,
    )  # fmt: skip
    return made


def item(
    account: ChannelAccount,
    lane: str = "desk",
    *,
    at: datetime | None = None,
    of: Contact | None = None,
    minutes: int | None = None,
    topic: str = "",
    language: str = "en",
    private: bool = False,
) -> WorkItem:
    """A conversation of one message that waits in this lane since `at`, through the queue's own door."""
    moment = at or clock.now()
    visibility = "private" if private else "public"
    person = of or contact(account)
    made = Conversation.objects.create(
        public_id=public_id(), brand=account.brand, account=account, contact=person, visibility=visibility,
        topic=topic, language=language, opened_at=moment, last_message_at=moment, waiting_since=moment,
        waiting_count=1, message_count=1, title="How?",
    )  # fmt: skip
    say(made, lane, at=moment, minutes=minutes, language=language)
    queue.sync([made.pk], now=moment)
    return WorkItem.objects.get(pk=made.pk)


def say(
    conversation: Conversation, lane: str, *, at: datetime, minutes: int | None = None, language: str = "en"
) -> Message:
    """One more message of the customer, as triage left it; the queue is not told."""
    message = Message.objects.create(
        conversation=conversation, account=conversation.account, brand=conversation.brand,
        external_id=f"m-{next(_numbers)}", direction="in", visibility=conversation.visibility,
        contact=conversation.contact, text="How do I pair it?", language=language, posted_at=at, received_at=at,
        disposition="waiting", identity=Identity.objects.filter(contact=conversation.contact).first(),
    )  # fmt: skip
    Triage.objects.create(
        message=message, language=language, intent="question", sentiment="neutral", anger=False, influence=1,
        lane=lane, sla_minutes=minutes, classifier="test",
    )  # fmt: skip
    return message


def after(item: WorkItem, share: float) -> datetime:
    """The moment at which so much of the time to the answer is over, and a second."""
    return item.waiting_since + (item.due_at - item.waiting_since) * share + timedelta(seconds=1)
