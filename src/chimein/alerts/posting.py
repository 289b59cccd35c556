"""Posts into team chats: one for each matter and room, calling those by name who asked for it."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from chimein.alerts import bridges, quiet
from chimein.alerts.kinds import KINDS
from chimein.alerts.models import Alert, Bridge, BridgePost, ChatName
from chimein.alerts.platforms.port import Message, Reply
from chimein.alerts.sending import LEASE, pause_until
from chimein.alerts.settling import MOST_ATTEMPTS, back_off
from chimein.alerts.words import Matter, matter_of, words_of
from chimein.core import clock, db
from chimein.people.models import Membership

log = logging.getLogger(__name__)

_BATCH = 20
_MINUTE = timedelta(minutes=1)
_TAKE = """
UPDATE alerts_bridgepost p SET due_at = %(lease)s, attempts = p.attempts + 1
FROM (SELECT id FROM alerts_bridgepost WHERE state = 'waiting' AND due_at <= %(now)s
      ORDER BY due_at LIMIT %(limit)s FOR UPDATE SKIP LOCKED) due
WHERE p.id = due.id RETURNING p.id
"""


def take(*, now: datetime, limit: int = _BATCH) -> list[BridgePost]:
    """Lease the posts that are due."""
    ids = [row[0] for row in db.fetch(_TAKE, {"lease": now + LEASE, "now": now, "limit": limit})]
    rows = BridgePost.objects.filter(pk__in=ids).order_by("pk")
    return list(rows.select_related("bridge__brand", "conversation__merged_into"))


def run_due(*, now: datetime) -> int:
    """Send every post that is due; how many were looked at."""
    looked = 0
    while batch := take(now=now):
        for one in batch:
            _run(one, now)
        looked += len(batch)
    return looked


def _run(one: BridgePost, now: datetime) -> None:
    if not one.bridge.is_active or one.bridge.removed_at or (one.until and one.until <= now):
        _change(one, state=BridgePost.State.DROPPED)
        return
    wait = _pace(one.bridge, now)
    if wait is not None:
        _change(one, due_at=wait, attempts=0)
        return
    matter = matter_of(one.bridge.brand, one.conversation)
    if KINDS[one.kind].about_question and not (matter.waiting and matter.waiting.is_open):
        _change(one, state=BridgePost.State.DROPPED)
        return
    called, rows = _called(one, now)
    reply = bridges.post(one.bridge, message_of(one, matter, called, now), now=now)
    bridges.mark(one.bridge_id, reply, now)
    _settle(one, reply, rows, now)


def _pace(bridge: Bridge, now: datetime) -> datetime | None:
    """When the room takes the next message; None for now. Too many would silence the robot for minutes."""
    recent = BridgePost.objects.filter(bridge=bridge, state="sent", sent_at__gt=now - _MINUTE)
    most = bridges.platform_of(bridge).per_minute
    oldest = list(recent.order_by("-sent_at").values_list("sent_at", flat=True)[most - 1 : most])
    return oldest[0] + _MINUTE if oldest and oldest[0] else None


def _called(one: BridgePost, now: datetime) -> tuple[list[str], list[int]]:
    """The chat names of those who are called by this post, and their rows; nobody in their quiet hours."""
    rows = Alert.objects.filter(kind=one.kind, subject=one.subject, way="bridge", state="waiting")
    mine = list(
        rows.filter(member__brand=one.bridge.brand_id).select_related("member__brand", "member__team")
    )
    members: dict[int, Membership] = {row.member_id: row.member for row in mine}
    silent = quiet.silences(members.values(), now)
    on_duty = quiet.on_duty(members.values(), now) if KINDS[one.kind].through_quiet else set()
    awake = [pk for pk in members if pk not in silent or pk in on_duty]
    names = ChatName.objects.filter(bridge=one.bridge, member__in=awake).order_by("pk")
    return list(names.values_list("name", flat=True)), [row.pk for row in mine if row.member_id in awake]


def message_of(one: BridgePost, matter: Matter, called: Sequence[str], now: datetime) -> Message:
    """The post in the room's language."""
    language = one.bridge.language
    words = words_of(one.kind, matter, one.data, role="", language=language, now=now)
    with translation.override(language):
        lines = [words.body]
        if matter.waiting is not None:
            waited = max(0, int((now - matter.waiting.waiting_since).total_seconds() // 60))
            since = ngettext("waiting for %(count)d minute", "waiting for %(count)d minutes", waited)
            lines.append(f"{matter.waiting.name} · {matter.waiting.account} · {since % {'count': waited}}")
        return Message(words.title, lines, settings.BASE_URL + words.url, _("Open in ChimeIn"), tuple(called))


def _settle(one: BridgePost, reply: Reply, rows: Sequence[int], now: datetime) -> None:
    if reply.ok:
        _change(one, state=BridgePost.State.SENT, sent_at=now, error="")
        Alert.objects.filter(pk__in=rows, state="waiting").update(state=Alert.State.SENT, sent_at=now)
    elif reply.for_good or one.attempts >= MOST_ATTEMPTS:
        log.warning("post %s into %s was not accepted: %s", one.pk, one.bridge, reply.error)
        _change(one, state=BridgePost.State.FAILED, error=reply.error[:300])
    else:
        _change(one, due_at=now + back_off(one.attempts, reply.after_s), error=reply.error[:300])


def _change(one: BridgePost, **changes: object) -> None:
    BridgePost.objects.filter(pk=one.pk, state="waiting").update(**changes)


def run() -> float:
    """One step of the loop for chats; the seconds until the next post is due."""
    run_due(now=clock.now())
    rows = BridgePost.objects.filter(state="waiting").order_by("due_at")
    return pause_until(rows.values_list("due_at", flat=True).first())
