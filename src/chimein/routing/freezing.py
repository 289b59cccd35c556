"""The crisis lane is frozen: nobody answers until a lead says so, for one conversation, a topic, or all of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from chimein.core import db
from chimein.core.actor import Actor
from chimein.core.errors import Conflict, NotAllowed
from chimein.core.events import Fact, emit_many
from chimein.routing import events, lane_setups
from chimein.routing.lane_models import CrisisRelease
from chimein.routing.models import WorkItem

_SYSTEM = "system:routing"


def check_not_frozen(item: WorkItem) -> None:
    """Raises Conflict when nobody may answer this now: whoever lets an answer out asks here first."""
    if item.frozen_at is not None:
        raise refusal()


def refusal() -> Conflict:
    """Why nobody may answer."""
    return Conflict(_("This belongs to a crisis: nobody answers until a lead releases it."))


def check_may_take_out(actor: Actor, item: WorkItem) -> None:
    """Raises NotAllowed for others than leads: what is frozen leaves the crisis lane only by them."""
    if item.frozen_at is not None and not actor.is_lead:
        raise NotAllowed(_("This belongs to a crisis: only a lead takes it out."))


_DROP_CLAIMS = """
UPDATE routing_workitem SET holder_id = NULL, claim_until = NULL, claimed_at = NULL
WHERE conversation_id = ANY(%s) AND holder_id IS NOT NULL AND NOT sending
"""


def on_frozen(
    frozen: Sequence[tuple[int, int]], *, now: datetime, actor: str = _SYSTEM, reason: str = ""
) -> None:
    """Tell of conversations (id, brand) that have just been frozen; nobody holds them any more."""
    if not frozen:
        return
    db.execute(_DROP_CLAIMS, ([pk for pk, _brand in frozen],))
    emit_many(
        Fact(events.FROZEN, now, actor, brand_id, pk, None, {"reason": reason[:200]})
        for pk, brand_id in frozen
    )


_RELEASE = """
UPDATE routing_workitem w SET frozen_at = NULL, released_at = %(now)s
FROM conversations_conversation c
WHERE c.id = w.conversation_id AND w.brand_id = %(brand)s AND w.lane = 'crisis' AND w.is_open
  AND w.frozen_at IS NOT NULL
  AND (%(id)s::bigint IS NULL OR w.conversation_id = %(id)s)
  AND (%(topic)s::text IS NULL OR c.topic = %(topic)s)
RETURNING w.conversation_id
"""


def release(*, actor: Actor, conversation_id: int, reason: str, now: datetime) -> None:
    """A lead lets one conversation be answered. Raises NotAllowed for others, Conflict when it is not frozen."""
    with db.atomic():
        if not _release(actor, now, reason, conversation_id=conversation_id):
            raise Conflict(_("This is not frozen any more."))


def release_topic(*, actor: Actor, topic: str | None, reason: str, now: datetime) -> int:
    """A lead lets everything of a topic (None: everything) be answered; how many conversations that frees.

    What comes in for some hours (see the table of lanes) is let through as well.
    """
    with db.atomic():
        freed = _release(actor, now, reason, topic=topic)
        until = now + timedelta(hours=lane_setups.of_brand(actor.brand_id).release_hours)
        CrisisRelease.objects.create(
            brand_id=actor.brand_id, topic=topic, at=now, until=until, by_id=actor.membership_id
        )
    return freed


def _release(
    actor: Actor, now: datetime, reason: str, *, conversation_id: int | None = None, topic: str | None = None
) -> int:
    if not actor.is_lead:
        raise NotAllowed(_("Only a lead releases what belongs to a crisis."))
    params = {"brand": actor.brand_id, "now": now, "id": conversation_id, "topic": topic}
    rows = db.fetch(_RELEASE, params)
    emit_many(
        Fact(events.THAWED, now, actor.label, actor.brand_id, row[0], None, {"reason": reason.strip()[:200]})
        for row in rows
    )
    return len(rows)


_FREEZE_AGAIN = """
UPDATE routing_workitem SET frozen_at = %(now)s, released_at = NULL, alarm = true
WHERE brand_id = %(brand)s AND released_at = %(at)s AND lane = 'crisis' AND is_open RETURNING conversation_id, brand_id
"""


def freeze_again(*, actor: Actor, released_at: datetime, now: datetime) -> int:
    """Take back what was released at that moment; how many conversations are frozen again.

    Raises NotAllowed for others than leads, Conflict when there is nothing to take back.
    """
    if not actor.is_lead:
        raise NotAllowed(_("Only a lead releases what belongs to a crisis."))
    given = {"brand": actor.brand_id, "at": released_at, "now": now}
    with db.atomic():
        rows = db.fetch(_FREEZE_AGAIN, given)
        orders = CrisisRelease.objects.filter(brand_id=actor.brand_id, at=released_at, undone_at=None)
        if not orders.update(undone_at=now) and not rows:
            raise Conflict(_("There is nothing to take back."))
        on_frozen([(row[0], row[1]) for row in rows], now=now, actor=actor.label, reason="undone")
    return len(rows)


@dataclass(frozen=True, slots=True)
class FrozenTopic:
    """How many conversations of a topic nobody may answer; the topic is empty where none was seen."""

    topic: str
    count: int
    since: datetime


def frozen_topics(brand_id: int) -> list[FrozenTopic]:
    """What is frozen, by topic, most first."""
    rows = db.fetch(
        """SELECT c.topic, count(*), min(w.frozen_at)
           FROM routing_workitem w JOIN conversations_conversation c ON c.id = w.conversation_id
           WHERE w.brand_id = %s AND w.lane = 'crisis' AND w.is_open AND w.frozen_at IS NOT NULL
           GROUP BY c.topic ORDER BY 2 DESC, 1""",
        (brand_id,),
    )
    return [FrozenTopic(*row) for row in rows]


def releases(brand_id: int, *, now: datetime) -> list[CrisisRelease]:
    """Topics that are let through at the moment, newest first."""
    rows = CrisisRelease.objects.filter(brand_id=brand_id, undone_at=None, until__gt=now)
    return list(rows.select_related("by").order_by("-at"))
