"""A helper thinks that a question is for the desk: for a moment the others who were asked may say they can answer."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from chimein.core import db
from chimein.core.actor import Actor
from chimein.core.errors import Conflict, NotAllowed
from chimein.core.events import Fact, emit
from chimein.core.options import option
from chimein.routing import events, offers_book, offers_leaving, timers
from chimein.routing.access import is_open_to
from chimein.routing.models import Lane, Offer, WorkItem

_HANDED = "desk"
"""The reason of who handed it over, as that of a pass."""
VETO_SECONDS = option(
    "VETO_SECONDS",
    45,
    "Seconds in which others may say that they can answer, before a question goes to the desk.",
)


def hand_over(*, actor: Actor, conversation_id: int, reason: str, now: datetime) -> datetime | None:
    """Hand a question of the crowd to the desk; until when others may object, None when it went at once.

    Whoever has an offer of it that stands may. Nobody waits where nobody is left to object. Raises NotAllowed when it
    is not theirs to hand over, Conflict when somebody else is answering it.
    """
    with db.atomic():
        item = _locked(actor, conversation_id)
        if item.lane != Lane.CROWD or not is_open_to(actor, item, now=now):
            raise NotAllowed(_("This conversation is not open to you."))
        _check_free(item, actor, now)
        offers_book.revive([conversation_id])
        offers_book.given_back([(conversation_id, actor.membership_id or 0)], reason=_HANDED, now=now)
        others = Offer.objects.filter(conversation_id=conversation_id, passed_at=None, withdrawn_at=None)
        if not others.exists():
            offers_leaving.leave({conversation_id: reason[:200]}, now=now, who=actor.label, by_person=True)
            return None
        until = now + timedelta(seconds=VETO_SECONDS.get())
        item.desk_at, item.desk_by_id, item.desk_reason = until, actor.membership_id, reason[:200]
        item.holder, item.claim_until, item.claimed_at = None, None, None
        item.next_ring_at, item.open_seats = until, 0
        item.save()
        data: dict[str, object] = {
            "member": actor.membership_id, "reason": reason[:200], "until": until.isoformat()
        }  # fmt: skip
        emit(Fact(events.HANDED_OVER, now, actor.label, actor.brand_id, conversation_id, None, data))
        timers.wake()
    return until


def keep(*, actor: Actor, conversation_id: int, now: datetime) -> None:
    """Who handed it over takes that back while others may still object. Raises Conflict when it is too late."""
    with db.atomic():
        item = _locked(actor, conversation_id)
        if item.desk_at is None or item.desk_by_id != actor.membership_id:
            raise Conflict(_("It is with the desk already, or somebody else has taken it."))
        item.desk_at, item.desk_by, item.desk_reason, item.next_ring_at = None, None, "", now
        item.save()
        Offer.objects.filter(
            conversation_id=conversation_id, member_id=actor.membership_id, pass_reason=_HANDED
        ).update(passed_at=None, pass_reason="")
        data: dict[str, object] = {"member": actor.membership_id}
        emit(Fact(events.KEPT, now, actor.label, actor.brand_id, conversation_id, None, data))
        timers.wake()


def _check_free(item: WorkItem, actor: Actor, now: datetime) -> None:
    held = item.holder_id is not None and item.claim_until is not None and item.claim_until > now
    if item.sending or (held and item.holder_id != actor.membership_id):
        raise Conflict(_("Somebody else is answering this."))
    if not item.is_open:
        raise Conflict(_("This conversation needs no answer any more."))
    if item.desk_at is not None:
        raise Conflict(_("Somebody has handed it to the desk already."))


def _locked(actor: Actor, conversation_id: int) -> WorkItem:
    rows = WorkItem.objects.select_for_update(of=("self",)).select_related("conversation")
    item = rows.filter(conversation_id=conversation_id, brand_id=actor.brand_id).first()
    if item is None:
        raise NotAllowed(_("This conversation is not open to you."))
    return item
