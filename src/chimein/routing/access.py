"""Who may take from which lane."""

from __future__ import annotations

from datetime import datetime

from chimein.core.actor import Actor, Role
from chimein.people import trust
from chimein.routing.models import STRICTEST_FIRST, Lane, WorkItem

_LANES_OF: dict[Role, frozenset[str]] = {
    Role.COLLEAGUE: frozenset({Lane.CROWD, Lane.EXPERT}),
    Role.TRUSTED_CUSTOMER: frozenset({Lane.CROWD}),
}
HELPERS_LANES = tuple(lane.value for lane in (Lane.EXPERT, Lane.CROWD))
"""Lanes whose questions are handed out one at a time to whoever asks for one."""


def is_insider(actor: Actor) -> bool:
    """Whether somebody works for the brand: what is for colleagues only is not for trusted customers."""
    return actor.is_staff or actor.role == Role.COLLEAGUE


def may_take(actor: Actor, lane: str, *, trusted_only: bool) -> bool:
    """Staff take from every lane, colleagues from crowd and experts, trusted customers from the crowd.

    `trusted_only`: the conversation is kept from everybody outside the brand.
    """
    if actor.is_staff:
        return True
    mine = _LANES_OF.get(actor.role, frozenset()) if actor.role else frozenset()
    return lane in mine and (is_insider(actor) or not trusted_only)


def is_open_to(actor: Actor, item: WorkItem, *, now: datetime | None = None) -> bool:
    """Whether somebody may work on this conversation: the lane is theirs, and they are trusted with such questions."""
    if not may_take(actor, item.lane, trusted_only=item.trusted_only):
        return False
    return actor.is_staff or trust.may_answer(
        actor.membership_id,
        topic=item.conversation.topic,
        language=item.language,
        risk=trust.risk_of(trusted_only=item.trusted_only),
        now=now,
    )


def lanes_of(actor: Actor) -> list[str]:
    """The lanes somebody may take from, the strictest first."""
    return [lane.value for lane in STRICTEST_FIRST if may_take(actor, lane, trusted_only=False)]
