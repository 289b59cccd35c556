"""What somebody does with a question that was brought to them: sees it, opens it, passes it on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from chimein.core import db
from chimein.core.actor import Actor
from chimein.core.errors import NotAllowed
from chimein.core.events import Fact, emit
from chimein.routing import events, offers_book, timers
from chimein.routing.models import Offer, WorkItem

PASS_REASONS = ("busy", "topic", "unsure", "conflict")
"""No time · not my topic · I do not know · I have an interest of my own in it."""
UNDO = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Brought:
    """An offer as its card shows it. `why`: see `offers_asking`."""

    offered_at: datetime
    ring: int
    why: dict[str, Any]


def brought_to(*, conversation_id: int, member_id: int) -> Brought | None:
    """The offer of this question that stands for this person."""
    rows = Offer.objects.filter(
        conversation_id=conversation_id, member_id=member_id, passed_at=None, withdrawn_at=None
    )
    found = rows.first()
    return None if found is None else Brought(found.offered_at, found.ring, found.why)


def mark_shown(*, conversation_id: int, member_id: int, opened: bool, now: datetime) -> None:
    """The card was drawn; `opened`: because the person came to look, not by itself."""
    if opened:
        offers_book.opened(conversation_id, member_id=member_id, now=now)
    else:
        Offer.objects.filter(conversation_id=conversation_id, member_id=member_id, seen_at=None).update(
            seen_at=now
        )


def pass_on(*, actor: Actor, conversation_id: int, reason: str, now: datetime) -> bool:
    """Somebody would rather not: the next best is asked at once. Whether there was an offer that stood.

    `reason` is one of PASS_REASONS. It costs nothing. Raises NotAllowed for another reason.
    """
    if reason not in PASS_REASONS:
        raise NotAllowed(_("There is no such reason."))
    with db.atomic():
        item = _locked(actor, conversation_id)
        rows = Offer.objects.filter(
            conversation_id=conversation_id, member_id=actor.membership_id, passed_at=None, withdrawn_at=None
        )
        if item is None or not rows.update(passed_at=now, pass_reason=reason, seen_at=now):
            return False
        if item.is_open and item.claim_until is None and item.desk_at is None and item.open_seats >= 0:
            item.open_seats, item.next_ring_at = item.open_seats + 1, now
            item.save(update_fields=["open_seats", "next_ring_at"])
        data: dict[str, object] = {"member": actor.membership_id, "reason": reason}
        emit(Fact(events.PASSED, now, actor.label, actor.brand_id, conversation_id, None, data))
        timers.wake()
    return True


def take_pass_back(*, actor: Actor, conversation_id: int, now: datetime) -> bool:
    """Undo a pass of a moment ago; whether the question can still be had. Whoever was asked instead stays asked."""
    with db.atomic():
        item = _locked(actor, conversation_id)
        mine = Offer.objects.filter(
            conversation_id=conversation_id, member_id=actor.membership_id, passed_at__gt=now - UNDO
        )
        if item is None or not mine.filter(pass_reason__in=PASS_REASONS).update(
            passed_at=None, pass_reason=""
        ):
            return False
        if item.open_seats > 0:
            item.open_seats -= 1
            item.save(update_fields=["open_seats"])
    return item.is_open


def _locked(actor: Actor, conversation_id: int) -> WorkItem | None:
    rows = WorkItem.objects.select_for_update().filter(
        conversation_id=conversation_id, brand_id=actor.brand_id
    )
    return rows.first()
