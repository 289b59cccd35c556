"""A correction of labels, with what follows from it for the queue: another lane, a message that waits after all."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from chimein.conversations import events as conversation_events
from chimein.conversations import threading, writing
from chimein.conversations.models import Message
from chimein.core import db
from chimein.core.actor import Actor
from chimein.core.errors import NotAllowed
from chimein.core.events import Fact, emit
from chimein.routing import dismissing, events, queue, services
from chimein.routing.models import Lane, WorkItem
from chimein.triage import corrections
from chimein.triage.corrections import Corrected
from chimein.triage.models import Correction

_PLACE = ("lane", "lane_by_person", "trusted_only")


def correct(
    *,
    actor: Actor,
    message_id: int,
    values: Mapping[str, Any],
    why: str,
    now: datetime,
    source: str = Correction.Source.CONSOLE,
) -> Corrected:
    """Correct or confirm labels of a message; see `triage.corrections.correct`.

    A lane named by a person moves the conversation. Another label lets the policy decide anew: the queue then follows
    to a stricter lane, and a message that was thought to need no answer waits for one.
    """
    with db.atomic():
        _lock(actor, message_id)
        made = corrections.correct(
            actor=actor, message_id=message_id, values=values, why=why, now=now, source=source
        )
        if made.changed:
            before = _place(made.message.conversation_id)
            waits = source == Correction.Source.CONSOLE and _let_wait(actor, made, now)
            _follow(actor, made, why, now)
            first = made.rows[0]
            first.earlier |= {"place": before, "after": _place(made.message.conversation_id), "waits": waits}
            first.save(update_fields=["earlier"])
    return made


def take_back(*, actor: Actor, message_id: int, at: datetime, now: datetime) -> Corrected:
    """Undo a correction made at that moment, with all that followed. Raises Conflict when others have spoken since."""
    with db.atomic():
        _lock(actor, message_id)
        made = corrections.take_back(actor=actor, message_id=message_id, at=at, now=now)
        earlier = next((row.earlier for row in made.rows if "place" in row.earlier), None)
        if earlier is not None:
            _restore(actor, made, earlier, at, now)
    return made


def _lock(actor: Actor, message_id: int) -> None:
    """Hold the conversation. Raises NotAllowed when the brand has no such message."""
    rows = Message.objects.filter(pk=message_id, brand_id=actor.brand_id)
    conversation_id = rows.values_list("conversation_id", flat=True).first()
    if conversation_id is None:
        raise NotAllowed(_("This message is not open to you."))
    threading.lock([conversation_id])


def _place(conversation_id: int) -> dict[str, Any] | None:
    """Where the conversation stands in the queue; None when it never waited."""
    item = WorkItem.objects.filter(pk=conversation_id).first()
    return {name: getattr(item, name) for name in _PLACE} if item else None


def _tell(actor: Actor, made: Corrected, now: datetime, before: str, after: str, reason: str) -> None:
    message = made.message
    data: dict[str, object] = {"before": before, "after": after, "reason": reason, "seconds": 0}
    kind = conversation_events.DISPOSED
    emit(Fact(kind, now, actor.label, message.brand_id, message.conversation_id, message.pk, data))


def _let_wait(actor: Actor, made: Corrected, now: datetime) -> str:
    """A message that was put aside waits after all when its new lane wants an answer; the reason why it did not."""
    if made.triage.no_reply_reason or made.triage.lane == Lane.NONE:
        return ""
    aside = Message.objects.filter(pk=made.message.pk, disposition="no_reply")
    reason = made.message.disposition_reason
    if not aside.update(disposition="waiting", disposition_reason="", disposed_at=None):
        return ""
    _tell(actor, made, now, "no_reply", "waiting", "corrected")
    return reason


def _follow(actor: Actor, made: Corrected, why: str, now: datetime) -> None:
    """Bring the queue in line with the new labels."""
    pk, lane = made.message.conversation_id, made.triage.lane
    waits = WorkItem.objects.filter(pk=pk, is_open=True).exists()
    if "lane" in made.changed and waits and lane == Lane.NONE:
        reason = made.triage.no_reply_reason
        known = reason if reason in dismissing.REASONS else "settled"
        dismissing.dismiss(actor=actor, conversation_id=pk, reason=known, now=now)
    elif "lane" in made.changed and waits:
        services.move(actor=actor, conversation_id=pk, lane=lane, reason=why, now=now)
    writing.refresh([pk])
    queue.sync([pk], now=now)


def _restore(actor: Actor, made: Corrected, earlier: Mapping[str, Any], at: datetime, now: datetime) -> None:
    message = made.message
    if message.disposition == "no_reply" and message.disposed_at == at:
        dismissing.bring_back(actor=actor, conversation_id=message.conversation_id, dismissed_at=at, now=now)
    if earlier.get("waits"):
        back = Message.objects.filter(pk=message.pk, disposition="waiting")
        if back.update(disposition="no_reply", disposition_reason=earlier["waits"], disposed_at=now):
            _tell(actor, made, now, "waiting", "no_reply", earlier["waits"])
    writing.refresh([message.conversation_id])
    queue.sync([message.conversation_id], now=now)
    _put_back(actor, message, earlier, now)


def _put_back(actor: Actor, message: Message, earlier: Mapping[str, Any], now: datetime) -> None:
    """The queue's lane of before, unless somebody has moved the conversation since."""
    before, after = earlier["place"], earlier["after"]
    if not before or not after or before == after:
        return
    rows = WorkItem.objects.filter(pk=message.conversation_id, **after)
    if rows.update(**before, lane_chosen_at=now if before["lane_by_person"] else None):
        data: dict[str, object] = {"before": after["lane"], "after": before["lane"], "reason": ""}
        emit(Fact(events.MOVED, now, actor.label, actor.brand_id, message.conversation_id, None, data))
