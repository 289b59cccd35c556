"""Who looks at a conversation and who is typing; told live, remembered for seconds, never logged."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

from chimein.core import db
from chimein.core.actor import Actor
from chimein.core.events import LIVE_CHANNEL
from chimein.routing.models import Presence

FRESH = timedelta(seconds=30)
TYPING = timedelta(seconds=12)


def show_up(*, actor: Actor, conversation_id: int, typing: bool, now: datetime) -> None:
    """Somebody looks at the conversation, or types."""
    with db.atomic():
        Presence.objects.update_or_create(
            conversation_id=conversation_id,
            member_id=actor.membership_id,
            defaults={"seen_at": now, "typing_at": now if typing else None},
        )
        db.notify(LIVE_CHANNEL, json.dumps({"presence": conversation_id, "brand": actor.brand_id}))


def leave(*, actor: Actor, conversation_id: int) -> None:
    """Somebody goes away."""
    with db.atomic():
        Presence.objects.filter(conversation_id=conversation_id, member_id=actor.membership_id).delete()
        db.notify(LIVE_CHANNEL, json.dumps({"presence": conversation_id, "brand": actor.brand_id}))


def present(conversation_id: int, *, now: datetime) -> list[tuple[str, bool]]:
    """(name, is typing) of everybody who was seen in the last half minute."""
    rows = Presence.objects.filter(conversation_id=conversation_id, seen_at__gt=now - FRESH).select_related(
        "member"
    )
    return [
        (row.member.public_name, bool(row.typing_at and row.typing_at > now - TYPING))
        for row in rows.order_by("pk")
    ]


def forget(*, now: datetime) -> int:
    """Drop old rows; how many."""
    return Presence.objects.filter(seen_at__lt=now - timedelta(minutes=10)).delete()[0]
