"""What the growth of helpers hears. Runs in the transaction that tells it."""

from __future__ import annotations

from chimein.community.growth import skills, trust
from chimein.core import clock
from chimein.core.events import Fact


def on_outcome(fact: Fact) -> None:
    """Something came of an answer: what its author is good at, and how far they are trusted, may have moved."""
    member = fact.data.get("member")
    if member is not None:
        # Not the outcome's own time: others may have come in with it, and none is to be judged twice.
        now = clock.now()
        skills.refresh([member], now=now)
        trust.review([member], now=now)


def on_expired(fact: Fact) -> None:
    """A claim ran out in silence."""
    member = fact.data.get("member")
    if member is not None and fact.conversation_id is not None:
        trust.lapse(member_id=member, conversation_id=fact.conversation_id, now=fact.at)


def on_passed(fact: Fact) -> None:
    """Somebody passed a question on: that it is not their topic says something, that they are busy nothing."""
    if fact.data.get("reason") in skills.PASS_REASONS:
        skills.refresh([fact.data["member"]], now=clock.now())
