"""What answering does when a delivery is settled. Runs in the transaction that settles it."""

from __future__ import annotations

from chimein.answering import events, merging
from chimein.answering.models import Answer
from chimein.answering.services import index_sent, withdraw
from chimein.channels import deliveries
from chimein.channels.models import Delivery
from chimein.conversations import events as conversation_events
from chimein.conversations import threading, writing
from chimein.conversations.models import Message
from chimein.core import db
from chimein.core.events import Fact, emit, emit_many
from chimein.routing import queue
from chimein.routing.models import WorkItem


def on_delivery_sent(fact: Fact) -> None:
    """The post stands: it becomes part of the thread, and what it answers is answered."""
    message = Message.objects.select_related("delivery").filter(delivery_id=fact.data["delivery"]).first()
    if message is None or message.delivery is None:
        return
    message.conversation_id = _join_early_replies(message, message.delivery, fact)
    message.external_id = message.delivery.external_id
    message.permalink = message.delivery.permalink
    message.posted_at = fact.at
    message.save(update_fields=["conversation", "external_id", "permalink", "posted_at"])
    index_sent(message)
    threading.own_ref(message.account_id, message.external_id, message.conversation_id, message.pk)
    data: dict[str, object] = {
        "elsewhere": False,
        "visibility": message.visibility,
        "author": message.author_id,
    }
    emit(
        Fact(
            conversation_events.PUBLISHED,
            fact.at,
            fact.actor,
            fact.brand_id,
            message.conversation_id,
            message.pk,
            data,
        )
    )
    made = message.answer_parts.first()
    if made is not None and message.delivery.part == message.delivery.parts:
        _publish(made, fact)


def _join_early_replies(message: Message, delivery: Delivery, fact: Fact) -> int:
    """A reply may come before we know our own post's id and stand alone: make the two conversations one."""
    key = (message.account_id, delivery.external_id)
    early = threading.find_refs([key]).get(key)
    wanted = {message.conversation_id} | ({early.conversation_id} if early else set())
    held = {one.id for one in threading.lock(wanted).values()}
    return merging.merge(sorted(held), brand_id=message.brand_id, actor=fact.actor, now=fact.at)


def _publish(made: Answer, fact: Fact) -> None:
    """All parts stand: the answer is published, the customer has waited long enough."""
    made.state, made.sent_at = Answer.State.SENT, fact.at
    made.save(update_fields=["state", "sent_at"])
    WorkItem.objects.filter(conversation_id=made.conversation_id).update(
        sending=False, holder=None, claim_until=None, claimed_at=None
    )
    settle_conversation(made.conversation_id, fact)
    data: dict[str, object] = {"answer": made.pk, "member": made.author_id}
    emit(
        Fact(
            events.ANSWERED, fact.at, fact.actor, fact.brand_id, made.conversation_id, made.reply_to_id, data
        )
    )


def settle_conversation(conversation_id: int, fact: Fact) -> None:
    """Bring the ledger, the conversation and the queue in line after an answer."""
    emit_many(writing.settled_facts([conversation_id], actor=fact.actor))
    writing.refresh([conversation_id])
    queue.sync([conversation_id], now=fact.at)


def on_delivery_failed(fact: Fact) -> None:
    """One part was refused for good: later parts are not sent, the author is told and has the text back."""
    message = Message.objects.filter(delivery_id=fact.data["delivery"]).first()
    made = message.answer_parts.first() if message else None
    if made is None:
        return
    with db.atomic():
        parts = list(made.messages.values_list("delivery_id", flat=True))
        deliveries.cancel(parts)
        refused = Delivery.objects.get(pk=fact.data["delivery"])
        withdraw(made, Answer.State.FAILED, fact.at)
        data: dict[str, object] = {
            "answer": made.pk,
            "code": refused.error_code,
            "error": refused.error[:300],
        }
        emit(
            Fact(
                events.FAILED,
                fact.at,
                fact.actor,
                fact.brand_id,
                made.conversation_id,
                made.reply_to_id,
                data,
            )
        )
