"""What the router sees of an item whose time has come."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from chimein.core import db
from chimein.core.options import option
from chimein.routing.matching.settings import DEFAULT
from chimein.routing.models import Lane
from chimein.routing.timers import BATCH

LEAD_MINUTES = option(
    "DESK_LEAD_MINUTES",
    DEFAULT.assist_lead_min,
    "Minutes before an answer is due at which the desk takes an open question over, if somebody there is free.",
)
FALLBACK_MINUTES = option(
    "DESK_FALLBACK_MINUTES",
    DEFAULT.fallback_min,
    "Minutes after which a question leaves the crowd lane in any case, unless more time was promised for it.",
)
_DESK_SHARE, _DESK_SHARE_DOUBTFUL = 0.6, 0.8
RING_AT_ONCE = -1
"""As `open_seats`: a claim ended without an answer, so the next ring is due."""


@dataclass(slots=True)
class Item:
    """A waiting conversation, locked.

    `asked`: members → whether the offer still stands. `ring_began_at`: when the newest ring was asked.
    """

    id: int
    brand_id: int
    lane: str
    trusted_only: bool
    is_open: bool
    sending: bool
    held: bool
    priority: int
    language: str
    waiting_since: datetime
    due_at: datetime
    ring: int
    open_seats: int
    copy_of: int | None
    desk_at: datetime | None
    desk_reason: str
    first_choice: int | None
    first_choice_until: datetime | None
    private: bool
    topic: str
    contact_id: int | None
    state: str
    intent: str
    asked: dict[int, bool] = field(default_factory=dict)
    ring_began_at: datetime | None = None

    @property
    def gone(self) -> str:
        """Why nobody of the crowd is needed (any more): answered, closed, moved or taken; empty when somebody is."""
        if not self.is_open:
            return "answered" if self.state == "answered" else "closed"
        if self.lane != Lane.CROWD or self.private:
            return "moved"
        return "taken" if self.sending or self.held else ""

    @property
    def assist_at(self) -> datetime:
        """When the desk takes it over if it can: early enough to make it, but the crowd has 40 % of the time first.

        Sooner (20 %) where only the trusted may answer: they are few.
        """
        minutes, share = LEAD_MINUTES.get(), _DESK_SHARE
        if self.trusted_only:
            minutes, share = max(minutes, DEFAULT.assist_lead_doubtful_min), _DESK_SHARE_DOUBTFUL
        return self.due_at - min(timedelta(minutes=minutes), (self.due_at - self.waiting_since) * share)

    @property
    def fallback_at(self) -> datetime:
        """When it leaves the crowd in any case."""
        return max(self.due_at, self.waiting_since + timedelta(minutes=FALLBACK_MINUTES.get()))

    def is_kept(self, now: datetime) -> bool:
        """Whether it is kept for the person who answered before."""
        return self.first_choice_until is not None and self.first_choice_until > now


_TAKE = """
SELECT w.conversation_id, w.brand_id, w.lane, w.trusted_only, w.is_open, w.sending,
       coalesce(w.holder_id IS NOT NULL AND w.claim_until > %(now)s, false), w.priority, w.language,
       w.waiting_since, w.due_at, w.ring, w.open_seats, w.copy_of_id, w.desk_at, w.desk_reason,
       w.first_choice_id, w.first_choice_until, c.visibility <> 'public', c.topic, c.contact_id, c.state,
       coalesce((SELECT t.intent FROM conversations_message m JOIN triage_triage t ON t.message_id = m.id
                 WHERE m.conversation_id = c.id AND m.disposition = 'waiting' ORDER BY m.posted_at LIMIT 1), '')
FROM routing_workitem w JOIN conversations_conversation c ON c.id = w.conversation_id
WHERE w.next_ring_at <= %(now)s AND w.brand_id = %(brand)s
ORDER BY w.next_ring_at LIMIT %(limit)s FOR NO KEY UPDATE OF w SKIP LOCKED
"""
_ASKED = """
SELECT conversation_id, member_id, passed_at IS NULL AND withdrawn_at IS NULL,
       ring = max(ring) OVER (PARTITION BY conversation_id), offered_at
FROM routing_offer WHERE conversation_id = ANY(%s)
"""


def take_due(brand_id: int, *, now: datetime) -> list[Item]:
    """The brand's items whose time has come, locked, what counts most and is due first at the top."""
    found = [Item(*row) for row in db.fetch(_TAKE, {"brand": brand_id, "now": now, "limit": BATCH})]
    return sorted(found, key=lambda one: (-one.priority, one.due_at, one.id))


def add_asked(items: Sequence[Item]) -> None:
    """Note who was asked already."""
    known = {one.id: one for one in items}
    for conversation_id, member_id, stands, is_newest, at in (
        db.fetch(_ASKED, (list(known),)) if known else ()
    ):
        item = known[conversation_id]
        item.asked[member_id] = stands
        if is_newest and (item.ring_began_at is None or at < item.ring_began_at):
            item.ring_began_at = at
