"""Somebody has a page before their eyes: said by the page itself, and what it showed is seen."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from chimein.alerts.models import Alert
from chimein.alerts.writing import show
from chimein.core import db
from chimein.core.actor import Actor
from chimein.people.models import User
from chimein.routing import presence


def look(*, actor: Actor, seen: Sequence[int], language: str, now: datetime) -> int:
    """The actor looks at a page that shows these alerts; how many of them were new to them.

    The page's language is kept: pushes and mails are written in it.
    """
    assert actor.membership_id is not None
    assert actor.user_id is not None
    with db.atomic():
        presence.seen_here([actor.membership_id], now=now)
        User.objects.filter(pk=actor.user_id).exclude(language=language).update(language=language)
        mine = Alert.objects.filter(member=actor.membership_id, way="page", pk__in=list(seen)[:100])
        new = mine.filter(seen_at=None).update(seen_at=now)
        if new:
            show([actor.membership_id])
    return new


def see_all(*, actor: Actor, now: datetime) -> int:
    """Everything told so far is seen: the member has opened the list."""
    with db.atomic():
        mine = Alert.objects.filter(member=actor.membership_id, way="page", seen_at=None)
        new = mine.filter(state__in=["sent", "withdrawn"]).update(seen_at=now)
        if new:
            show([actor.membership_id or 0])
    return new
