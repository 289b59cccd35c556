"""Who looks at a conversation and who is typing; told live, remembered for seconds, never logged."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime, timedelta

from chimein.core import db
from chimein.core.actor import Actor
from chimein.core.events import LIVE_CHANNEL
from chimein.routing.models import Presence

FRESH = timedelta(seconds=30)
TYPING = timedelta(seconds=12)


_HERE = """
INSERT INTO routing_helperload AS load (member_id, last_seen_at, fatigue_at)
SELECT m.id, %(now)s, %(now)s FROM unnest(%(members)b::bigint[]) AS m(id) ORDER BY m.id
ON CONFLICT (member_id) DO UPDATE SET last_seen_at = excluded.last_seen_at
WHERE load.last_seen_at IS NULL OR load.last_seen_at < excluded.last_seen_at - %(pause)s
"""


def seen_here(member_ids: Sequence[int], *, now: datetime) -> None:
    """These people have ChimeIn before them, so they can be asked at once. Written down twice a minute at most."""
    params = {"members": sorted(set(member_ids)), "now": now, "pause": FRESH}
    if member_ids:
        db.execute(_HERE, params)


def show_up(*, actor: Actor, conversation_id: int, typing: bool, now: datetime) -> None:
    """Somebody looks at the conversation, or types."""
    with db.atomic():
        Presence.objects.update_or_create(
            conversation_id=conversation_id,
            member_id=actor.membership_id,
            defaults={"seen_at": now, "typing_at": now if typing else None},
        )
        if actor.membership_id is not None:
            seen_here([actor.membership_id], now=now)
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
