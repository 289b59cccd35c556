"""Claims: one holder at a time, for a while, by compare-and-swap."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from chimein.core import db
from chimein.core.actor import Actor
from chimein.core.errors import Conflict, NotAllowed
from chimein.core.events import Fact, Kind, emit, emit_many
from chimein.core.models import Event
from chimein.core.options import option
from chimein.routing import clocks, events, freezing, offers_book, timers
from chimein.routing.access import is_insider, is_open_to, lanes_of, may_take
from chimein.routing.models import STRICTEST_FIRST, Lane, WorkItem
from chimein.routing.offers_items import FALLBACK_MINUTES, RING_AT_ONCE

LEASE_SECONDS = option("LEASE_SECONDS", 240, "Seconds a claim lasts without anything being typed.")
TYPING_SECONDS = option("TYPING_SECONDS", 120, "Seconds a claim is extended to while its holder types.")
LONGEST_CLAIM_MINUTES = option(
    "LONGEST_CLAIM_MINUTES", 20, "Minutes after which a claim ends, typing or not."
)


@dataclass(frozen=True, slots=True)
class Claim:
    """A lease on a conversation; the answer must carry its fence."""

    conversation_id: int
    fence: int
    until: datetime


# Somebody who takes it again goes on with the time of before: `last_claimed_at` is forgotten only after twice the
# longest claim, or when somebody else has had it.
_SINCE = """CASE WHEN coalesce(holder_id, last_holder_id) = %(me)s AND last_claimed_at > %(now)s - 2 * %(longest)s
                  THEN last_claimed_at ELSE %(now)s END"""
_CLAIM = f"""
UPDATE routing_workitem w
SET holder_id = %(me)s, claimed_at = {_SINCE}, last_holder_id = %(me)s, last_claimed_at = {_SINCE},
    claim_until = CASE WHEN %(staff)s THEN %(until)s ELSE least(%(until)s, {_SINCE} + %(longest)s) END,
    fence = fence + CASE WHEN holder_id = %(me)s AND claim_until > %(now)s THEN 0 ELSE 1 END,
    next_ring_at = NULL, open_seats = 0, desk_at = NULL, desk_by_id = NULL, desk_reason = ''
WHERE conversation_id = %(id)s AND brand_id = %(brand)s AND is_open AND NOT sending AND frozen_at IS NULL
  AND (holder_id IS NULL OR holder_id = %(me)s OR claim_until <= %(now)s)
  AND (%(staff)s OR (lane = ANY(%(lanes)s) AND (%(insider)s OR NOT trusted_only)
       AND (first_choice_until IS NULL OR first_choice_until <= %(now)s OR first_choice_id = %(me)s)
       AND {_SINCE} + %(longest)s > %(now)s
       AND NOT EXISTS (SELECT 1 FROM routing_workitem o WHERE o.holder_id = %(me)s AND o.claim_until > %(now)s
                       AND o.is_open AND NOT o.sending AND o.conversation_id <> %(id)s)))
RETURNING fence, claim_until
"""
_ONE_AT_A_TIME = 7402
"""Lock space: a helper's own claims are made one after the other."""


def claim(*, actor: Actor, conversation_id: int, now: datetime) -> Claim:
    """Take a conversation. Offers to others are withdrawn.

    Raises Conflict, saying why, when somebody was faster, when a helper holds another already, or had this one for too
    long; NotAllowed for the wrong lane.
    """
    params = {
        "me": actor.membership_id, "now": now, "until": now + timedelta(seconds=LEASE_SECONDS.get()),
        "id": conversation_id, "brand": actor.brand_id, "longest": timedelta(minutes=LONGEST_CLAIM_MINUTES.get()),
        "staff": actor.is_staff, "lanes": lanes_of(actor), "insider": is_insider(actor),
    }  # fmt: skip
    with db.atomic():
        if actor.membership_id and not actor.is_staff:
            db.execute("SELECT pg_advisory_xact_lock(%s, %s)", (_ONE_AT_A_TIME, actor.membership_id))
        row = db.fetch_one(_CLAIM, params) if actor.membership_id else None
        if row is None:
            raise _refusal(actor, conversation_id, now)
        if not actor.is_staff:
            _check_trust(actor, conversation_id, now)
        data: dict[str, object] = {
            "member": actor.membership_id,
            "until": row[1].isoformat(),
            "fence": row[0],
        }
        _tell(events.CLAIMED, actor.label, actor.brand_id, conversation_id, now, data)
        offers_book.taken(conversation_id, member_id=actor.membership_id, actor=actor.label, now=now)
    return Claim(conversation_id, row[0], row[1])


def _check_trust(actor: Actor, conversation_id: int, now: datetime) -> None:
    """Nobody new, paused, or not trusted with such questions keeps the claim that was just made."""
    item = WorkItem.objects.select_related("conversation").get(conversation_id=conversation_id)
    if not is_open_to(actor, item, now=now):
        raise NotAllowed(_("This question is for people who are trusted with such questions."))


def _refusal(actor: Actor, conversation_id: int, now: datetime) -> Exception:
    item = WorkItem.objects.select_related("holder", "first_choice").filter(
        conversation_id=conversation_id, brand_id=actor.brand_id
    ).first()  # fmt: skip
    if item is None or not may_take(actor, item.lane, trusted_only=item.trusted_only):
        return NotAllowed(_("This conversation is not open to you."))
    if not item.is_open:
        return Conflict(_("This conversation needs no answer any more."))
    if item.sending or item.frozen_at is not None:
        return freezing.refusal() if item.frozen_at else Conflict(_("An answer is on its way."))
    return _refusal_for_now(actor, item, now)


def _refusal_for_now(actor: Actor, item: WorkItem, now: datetime) -> Exception:
    """Somebody else comes first at the moment."""
    if item.holder and item.claim_until and item.claim_until > now:
        return Conflict(_("%(name)s is answering this.") % {"name": item.holder.public_name})
    kept = item.first_choice_until is not None and item.first_choice_until > now
    if not kept or item.first_choice_id == actor.membership_id:
        return _refusal_of_helper(actor, item.conversation_id, now)
    name = item.first_choice.public_name if item.first_choice else ""
    return Conflict(_("%(name)s answered before and is asked first.") % {"name": name})


def _refusal_of_helper(actor: Actor, conversation_id: int, now: datetime) -> Exception:
    """A helper who has another question in hand, or had this one for the longest time allowed."""
    others = WorkItem.objects.filter(
        holder_id=actor.membership_id, claim_until__gt=now, sending=False, is_open=True
    )
    if others.exclude(conversation_id=conversation_id).exists():
        return Conflict(_("You have another question in hand. Answer it or give it back first."))
    return Conflict(_("You have had this question for a long time; now it is somebody else's turn."))


def _tell(
    kind: Kind, who: str, brand_id: int, conversation_id: int, now: datetime, data: dict[str, object]
) -> None:
    emit(Fact(kind, now, who, brand_id, conversation_id, None, data))


_EXTEND = """
UPDATE routing_workitem
SET claim_until = greatest(claim_until, least(%(typing)s, claimed_at + %(longest)s,
    CASE WHEN lane = 'crowd' AND claimed_at < {late} THEN {late} ELSE 'infinity' END))
WHERE conversation_id = %(id)s AND holder_id = %(me)s AND claim_until > %(now)s AND is_open
RETURNING claim_until
""".format(late="greatest(due_at, waiting_since + %(fallback)s)")


def extend(*, actor: Actor, conversation_id: int, now: datetime) -> datetime | None:
    """The holder types: the lease lasts on, but not beyond the moment at which the question goes to the desk.

    None when there is no lease any more.
    """
    params = {
        "id": conversation_id, "me": actor.membership_id, "now": now,
        "typing": now + timedelta(seconds=TYPING_SECONDS.get()),
        "longest": timedelta(minutes=LONGEST_CLAIM_MINUTES.get()),
        "fallback": timedelta(minutes=FALLBACK_MINUTES.get()),
    }  # fmt: skip
    row = db.fetch_one(_EXTEND, params)
    return row[0] if row else None


def release(*, actor: Actor, conversation_id: int, reason: str, now: datetime) -> bool:
    """Give a conversation back; whether there was something to give. The next ring is asked at once."""
    with db.atomic():
        touched = WorkItem.objects.filter(
            conversation_id=conversation_id,
            brand_id=actor.brand_id,
            holder_id=actor.membership_id,
            sending=False,
        ).update(holder=None, claim_until=None, claimed_at=None, next_ring_at=now, open_seats=RING_AT_ONCE)
        if touched:
            offers_book.given_back([(conversation_id, actor.membership_id or 0)], reason="gave_back", now=now)
            timers.wake()
            data: dict[str, object] = {"member": actor.membership_id, "reason": reason[:200]}
            _tell(events.RELEASED, actor.label, actor.brand_id, conversation_id, now, data)
    return bool(touched)


def sweep_expired(*, now: datetime) -> int:
    """Tell of leases that ran out; how many. The leases are void without it: this only makes it seen."""
    with db.atomic():
        rows = db.fetch(
            """UPDATE routing_workitem w SET holder_id = NULL, claim_until = NULL, claimed_at = NULL,
                      next_ring_at = %(now)s, open_seats = %(at_once)s
               FROM (SELECT conversation_id, holder_id FROM routing_workitem
                     WHERE claim_until <= %(now)s AND holder_id IS NOT NULL AND NOT sending
                     FOR UPDATE SKIP LOCKED) old
               WHERE w.conversation_id = old.conversation_id
               RETURNING w.conversation_id, w.brand_id, old.holder_id""",
            {"now": now, "at_once": RING_AT_ONCE},
        )
        if rows:
            offers_book.given_back([(row[0], row[2]) for row in rows], reason="silent", now=now)
            timers.wake()
        emit_many(
            Fact(
                events.EXPIRED, now, "system:routing", brand_id, conversation_id, None, {"member": holder_id}
            )
            for conversation_id, brand_id, holder_id in rows
        )
    return len(rows)


PRIVATE_LANES = tuple(lane for lane in STRICTEST_FIRST if lane not in {Lane.CROWD, Lane.EXPERT})
"""Where a private conversation may be: with staff."""


def lanes_for(*, private: bool) -> tuple[Lane, ...]:
    """The lanes a conversation can be moved into."""
    return PRIVATE_LANES if private else STRICTEST_FIRST


def move(*, actor: Actor, conversation_id: int, lane: str, reason: str, now: datetime) -> None:
    """A member of staff chooses the lane; rules leave it alone until something stricter comes in.

    A colleague may only hand to the desk. Raises NotAllowed for a lane that is not theirs to choose.
    """
    if not (actor.is_staff or (actor.is_member and lane == Lane.DESK)):
        raise NotAllowed(_("Only staff may choose the lane."))
    if lane not in STRICTEST_FIRST:
        raise NotAllowed(_("There is no such lane."))
    with db.atomic():
        item = _held(actor, conversation_id)
        freezing.check_may_take_out(actor, item)
        if lane not in lanes_for(private=item.conversation.visibility == "private"):
            raise NotAllowed(_("A private conversation stays with staff."))
        data: dict[str, object] = {
            "before": item.lane, "by_person": item.lane_by_person, "trusted_only": item.trusted_only
        }  # fmt: skip
        item.lane, item.lane_by_person, item.lane_chosen_at, item.trusted_only = lane, True, now, False
        if not actor.is_staff:
            item.holder, item.claim_until, item.claimed_at = None, None, None
        _look_again(item, now)
        item.save()
        clocks.settle([conversation_id], now=now)
        data |= {"after": lane, "reason": reason[:200]}
        _tell(events.MOVED, actor.label, actor.brand_id, conversation_id, now, data)


def move_back(*, actor: Actor, conversation_id: int, moved_at: datetime, now: datetime) -> None:
    """Undo the move made at that moment, by who made it or by staff. Raises Conflict when it was moved again since."""
    with db.atomic():
        item = WorkItem.objects.select_for_update().filter(
            conversation_id=conversation_id, brand_id=actor.brand_id
        ).first()  # fmt: skip
        moves = Event.objects.filter(conversation_id=conversation_id, kind=events.MOVED.name, at=moved_at)
        made = moves.order_by("-pk").first()
        if item is None or made is None or not (actor.is_staff or made.actor == actor.label):
            raise NotAllowed(_("This conversation is not open to you."))
        if item.lane_chosen_at != moved_at:
            raise Conflict(_("Somebody has moved it since."))
        if made.actor != actor.label:
            freezing.check_may_take_out(actor, item)
        item.lane, item.trusted_only = made.data["before"], made.data.get("trusted_only", False)
        item.lane_by_person = made.data.get("by_person", False)
        item.lane_chosen_at = now if item.lane_by_person else None
        _look_again(item, now)
        item.save()
        clocks.settle([conversation_id], now=now)
        data: dict[str, object] = {"before": made.data["after"], "by_person": True, "trusted_only": False}
        data |= {"after": item.lane, "reason": "undone"}
        _tell(events.MOVED, actor.label, actor.brand_id, conversation_id, now, data)


def _look_again(item: WorkItem, now: datetime) -> None:
    """The lane is another: the router withdraws offers, or begins to ask."""
    item.next_ring_at, item.open_seats, item.copy_of_id = now, 0, None
    item.desk_at, item.desk_by, item.desk_reason = None, None, ""
    timers.wake()


def _held(actor: Actor, conversation_id: int) -> WorkItem:
    """The queue's item, locked. Raises NotAllowed when it is not theirs to take."""
    item = WorkItem.objects.select_for_update().filter(
        conversation_id=conversation_id, brand_id=actor.brand_id
    ).first()  # fmt: skip
    if item is None or not may_take(actor, item.lane, trusted_only=item.trusted_only):
        raise NotAllowed(_("This conversation is not open to you."))
    return item
