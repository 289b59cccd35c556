"""A person decides that nobody has to answer, and can take that back."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from chimein.conversations import events as conversation_events
from chimein.conversations import threading, writing
from chimein.conversations.models import Conversation
from chimein.core import db
from chimein.core.actor import Actor
from chimein.core.errors import Conflict, NotAllowed
from chimein.core.events import Fact, emit, emit_many
from chimein.routing import freezing, queue
from chimein.routing.models import WorkItem

REASONS = ("spam", "chatter", "not_to_us", "settled")

_DISMISS = """
UPDATE conversations_message SET disposition = 'no_reply', disposition_reason = %s, disposed_at = %s
WHERE conversation_id = %s AND disposition = 'waiting' RETURNING id
"""
_BRING_BACK = """
UPDATE conversations_message m SET disposition = 'waiting', disposition_reason = '', disposed_at = NULL
FROM conversations_message old
WHERE old.id = m.id AND m.conversation_id = %s AND m.disposition = 'no_reply' AND m.disposed_at = %s
  AND m.deleted_at IS NULL
RETURNING m.id, old.disposition_reason
"""


def _hold(actor: Actor, conversation_id: int) -> None:
    """Lock the conversation. Raises NotAllowed for anybody but the brand's staff."""
    ours = Conversation.objects.filter(pk=conversation_id, brand_id=actor.brand_id, merged_into=None).exists()
    if not (actor.is_staff and ours):
        raise NotAllowed(_("Only staff may decide that no answer is needed."))
    threading.lock([conversation_id])


def _settle(actor: Actor, conversation_id: int, facts: list[Fact], now: datetime) -> None:
    emit_many(facts)
    writing.refresh([conversation_id])
    queue.sync([conversation_id], now=now)


def dismiss(*, actor: Actor, conversation_id: int, reason: str, now: datetime) -> int:
    """Nobody has to answer what waits here; how many messages that was. `reason` is one of REASONS.

    Raises NotAllowed for others than staff, Conflict when nothing waits or an answer is on its way.
    """
    if reason not in REASONS:
        raise NotAllowed(_("There is no such reason."))
    with db.atomic():
        _hold(actor, conversation_id)
        if WorkItem.objects.filter(conversation_id=conversation_id, sending=True).exists():
            raise Conflict(_("An answer is on its way."))
        for item in WorkItem.objects.filter(conversation_id=conversation_id):
            freezing.check_may_take_out(actor, item)
        found = db.fetch(_DISMISS, (reason, now, conversation_id))
        if not found:
            raise Conflict(_("This conversation needs no answer any more."))
        data: dict[str, object] = {"before": "waiting", "after": "no_reply", "reason": reason, "seconds": 0}
        who, brand = actor.label, actor.brand_id
        kind = conversation_events.DISPOSED
        _settle(
            actor,
            conversation_id,
            [Fact(kind, now, who, brand, conversation_id, row[0], data) for row in found],
            now,
        )
        writing.close([conversation_id], reason=reason, now=now)
        emit(Fact(conversation_events.CLOSED, now, who, brand, conversation_id, None, {"reason": reason}))
    return len(found)


def bring_back(*, actor: Actor, conversation_id: int, dismissed_at: datetime, now: datetime) -> int:
    """Undo a `dismiss` made at that moment; how many messages wait again. Raises Conflict when there are none."""
    with db.atomic():
        _hold(actor, conversation_id)
        found = db.fetch(_BRING_BACK, (conversation_id, dismissed_at))
        if not found:
            raise Conflict(_("There is nothing to bring back."))
        facts = [
            Fact(
                conversation_events.DISPOSED, now, actor.label, actor.brand_id, conversation_id, message,
                {"before": "no_reply", "before_reason": reason, "after": "waiting", "reason": "undone", "seconds": 0},
            )
            for message, reason in found
        ]  # fmt: skip
        _settle(actor, conversation_id, facts, now)
        data: dict[str, object] = {"reason": "undone"}
        kind = conversation_events.REOPENED
        emit(Fact(kind, now, actor.label, actor.brand_id, conversation_id, None, data))
    return len(found)
