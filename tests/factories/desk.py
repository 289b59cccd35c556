"""Claiming and answering, as people do it."""

from __future__ import annotations

from datetime import timedelta

from chimein.answering import services as answering
from chimein.answering.models import Answer
from chimein.channels import deliveries
from chimein.core import clock
from chimein.core.actor import Actor
from chimein.routing import services as routing

SOON = timedelta(seconds=20)
"""Longer than an answer is held, shorter than any claim."""


def send_off(
    actor: Actor, conversation_id: int, text: str = "Hold the button.", *, split: bool = False
) -> Answer:
    """Claim the conversation and answer it; the answer is held."""
    now = clock.now()
    fence = routing.claim(actor=actor, conversation_id=conversation_id, now=now).fence
    return answering.answer(
        actor=actor, conversation_id=conversation_id, text=text, fence=fence, split=split, now=now
    )


def pump(after: timedelta = SOON, *, limit: int = 200) -> int:
    """Deliver what is due so long from now. What is tried again soon is tried at once, but for a `limit`."""
    return deliveries.run_due(now=clock.now() + after, limit=limit)
