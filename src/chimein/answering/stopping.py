"""A crisis stops answers that have not left yet. Runs in the transaction that froze the conversation."""

from __future__ import annotations

from chimein.answering import events
from chimein.answering.models import Answer
from chimein.answering.services import withdraw
from chimein.channels import deliveries
from chimein.channels.models import Delivery
from chimein.core.events import Fact, emit
from chimein.routing.models import WorkItem

_UNTOUCHED = {Delivery.State.QUEUED, Delivery.State.RETRY}


def on_frozen(fact: Fact) -> None:
    """Held answers become drafts again. One that is partly on the network goes on: half of it would be worse."""
    if fact.conversation_id is None:
        return
    on_its_way = Answer.objects.filter(
        conversation_id=fact.conversation_id, state__in=[Answer.State.HELD, Answer.State.SENDING]
    )
    for made in on_its_way.select_for_update(of=("self",)):
        ids = list(made.messages.values_list("delivery_id", flat=True))
        rows = Delivery.objects.select_for_update().filter(pk__in=ids)
        if not all(row.state in _UNTOUCHED for row in rows):
            continue
        deliveries.cancel(ids)
        withdraw(made, Answer.State.CANCELLED, fact.at)
        data: dict[str, object] = {"answer": made.pk, "reason": "frozen"}
        emit(Fact(events.CANCELLED, fact.at, fact.actor, fact.brand_id, fact.conversation_id, None, data))
        WorkItem.objects.filter(conversation_id=fact.conversation_id).update(
            holder=None, claim_until=None, claimed_at=None
        )
