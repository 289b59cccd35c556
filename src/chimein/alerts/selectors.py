"""Reading alerts: what a member has on the page, and how the ways to them are doing."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Count, Q, QuerySet

from chimein.alerts.models import Alert, Bridge, Browser, ChatName
from chimein.people.models import User

MOST_COUNTED = 100
_SHOWN = ("sent", "withdrawn")


def _mine(member_id: int) -> QuerySet[Alert]:
    """What was told on the page; what was withdrawn before anybody saw it never was."""
    told = Alert.objects.filter(member=member_id, way="page", state__in=_SHOWN, sent_at__isnull=False)
    return told.select_related("conversation__merged_into")


def unseen_count(member_id: int) -> int:
    """How many alerts a member has not looked at, counted up to 100."""
    rows = Alert.objects.filter(member=member_id, way="page", state="sent", seen_at=None)
    return rows.order_by()[:MOST_COUNTED].count()


def recent(member_id: int, *, since: datetime) -> list[Alert]:
    """A member's alerts that were told, or withdrawn, since then, oldest first."""
    return list(_mine(member_id).filter(Q(sent_at__gt=since) | Q(due_at__gt=since)).order_by("pk"))


def news(member_id: int, *, before: int | None, limit: int) -> list[Alert]:
    """A member's alerts, newest first, from a key on."""
    rows = _mine(member_id)
    if before is not None:
        rows = rows.filter(pk__lt=before)
    return list(rows.order_by("-pk")[:limit])


def browsers_of(user: User) -> list[Browser]:
    """The browsers that take this person's pushes, newest first."""
    return list(Browser.objects.filter(user=user).order_by("-pk"))


def bridges_of(brand_id: int) -> Iterable[Bridge]:
    """The brand's rooms with what waits for each, by name."""
    rows = Bridge.objects.filter(brand=brand_id, removed_at=None)
    return rows.annotate(waiting=Count("posts", filter=Q(posts__state="waiting"))).order_by("name", "pk")


def chat_names(member_id: int) -> dict[int, str]:
    """What a member is called in each room."""
    return dict(ChatName.objects.filter(member=member_id).values_list("bridge_id", "name"))
