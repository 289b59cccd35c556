"""Who looks after whom: named managers with their stand-ins, and people above the threshold without one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from chimein.contacts.models import Contact
from chimein.core import db
from chimein.core.actor import STAFF_ROLES, Actor
from chimein.core.errors import Conflict, NotAllowed, UserError
from chimein.core.events import Fact, emit
from chimein.core.models import Event
from chimein.people.models import Membership
from chimein.routing import clocks, events
from chimein.routing.lane_models import VipManager
from chimein.routing.models import WorkItem

MOST_SHOWN = 100
_STAFF = [role.value for role in STAFF_ROLES]


def name_manager(
    *, actor: Actor, contact_id: int, manager_id: int | None, stand_in_id: int | None, now: datetime
) -> None:
    """Give a person a manager and a stand-in, or none. What the person waits for goes to the manager at once.

    Raises NotAllowed for others than leads, UserError when a manager is not of the staff or is the stand-in too.
    """
    if not actor.is_lead:
        raise NotAllowed(_("Only owners and leads name managers."))
    if not Contact.objects.filter(pk=contact_id, brand_id=actor.brand_id).exists():
        raise NotAllowed(_("There is no such person."))
    wanted = {one for one in (manager_id, stand_in_id) if one is not None}
    staff = Membership.objects.filter(pk__in=wanted, brand_id=actor.brand_id, is_active=True, role__in=_STAFF)
    if staff.count() != len(wanted):
        raise UserError(_("A manager is one of the staff."))
    if manager_id is not None and manager_id == stand_in_id:
        raise UserError(_("The stand-in is somebody else."))
    with db.atomic():
        _write(actor, contact_id, (manager_id, stand_in_id), now)


def _write(actor: Actor, contact_id: int, pair: tuple[int | None, int | None], now: datetime) -> None:
    rows = VipManager.objects.select_for_update().filter(contact_id=contact_id)
    old = rows.first()
    before = [old.manager_id, old.stand_in_id] if old else None
    manager, stand_in = pair
    if manager is None:
        rows.delete()
    else:
        given = {"manager_id": manager, "stand_in_id": stand_in}
        by = {"named_by_id": actor.membership_id, "named_at": now}
        VipManager.objects.update_or_create(contact_id=contact_id, defaults=given | by)
    data: dict[str, object] = {
        "contact": contact_id, "manager": manager, "stand_in": stand_in, "before": before
    }  # fmt: skip
    emit(Fact(events.VIP_NAMED, now, actor.label, actor.brand_id, None, None, data))
    waiting = WorkItem.objects.filter(conversation__contact_id=contact_id, is_open=True)
    clocks.settle(waiting.values_list("pk", flat=True), now=now)


def take_back(*, actor: Actor, named_at: datetime, now: datetime) -> None:
    """Undo what was named at that moment. Raises Conflict when somebody has named another since."""
    if not actor.is_lead:
        raise NotAllowed(_("Only owners and leads name managers."))
    told = Event.objects.filter(brand_id=actor.brand_id, kind=events.VIP_NAMED.name)
    with db.atomic():
        done = told.filter(at=named_at).first()
        if done is None:
            raise Conflict(_("There is nothing to take back."))
        contact_id = done.data["contact"]
        if told.filter(at__gt=named_at, data__contact=contact_id).exists():
            raise Conflict(_("Somebody has changed it since."))
        manager, stand_in = done.data["before"] or (None, None)
        _write(actor, contact_id, (manager, stand_in), now)


@dataclass(frozen=True, slots=True)
class Vip:
    """A person as the list shows them; `manager` None: above the threshold, but nobody is named."""

    contact_id: int
    name: str
    handles: list[str]
    followers: int
    manager: int | None
    stand_in: int | None
    waiting: int


_LIST = """
SELECT c.id, coalesce(nullif(max(i.name), ''), nullif(c.name, ''), max(i.handle), ''),
       coalesce(array_agg(DISTINCT i.handle) FILTER (WHERE i.handle <> ''), ARRAY[]::varchar[]),
       coalesce(max(i.followers), 0), v.manager_id, v.stand_in_id,
       (SELECT count(*) FROM conversations_conversation o JOIN routing_workitem w ON w.conversation_id = o.id
        WHERE o.contact_id = c.id AND w.is_open)
FROM contacts_contact c
LEFT JOIN contacts_identity i ON i.contact_id = c.id
LEFT JOIN routing_vipmanager v ON v.contact_id = c.id
WHERE c.brand_id = %(brand)s AND {which}
GROUP BY c.id, c.name, v.manager_id, v.stand_in_id
ORDER BY 4 DESC, c.id LIMIT %(limit)s
"""
_NAMED = _LIST.format(which="v.contact_id IS NOT NULL")
_UNNAMED = _LIST.format(
    which="""v.contact_id IS NULL AND c.id IN (
        SELECT contact_id FROM contacts_identity WHERE brand_id = %(brand)s AND followers >= %(threshold)s
        ORDER BY followers DESC LIMIT 50)"""
)
_FOUND = _LIST.format(
    which="""c.id IN (SELECT contact_id FROM contacts_identity WHERE brand_id = %(brand)s
                      AND (lower(handle) = lower(%(query)s) OR name ILIKE %(like)s) LIMIT 20)"""
)


def named(brand_id: int) -> list[Vip]:
    """Those with a manager, the most followed first."""
    return [Vip(*row) for row in db.fetch(_NAMED, {"brand": brand_id, "limit": MOST_SHOWN})]


def without_manager(brand_id: int, threshold: int | None) -> list[Vip]:
    """Those above the threshold for whom nobody is named."""
    if threshold is None:
        return []
    given = {"brand": brand_id, "threshold": threshold, "limit": 20}
    return [Vip(*row) for row in db.fetch(_UNNAMED, given)]


def find(brand_id: int, query: str) -> list[Vip]:
    """People by their handle, or a part of their name."""
    wanted = query.strip().lstrip("@")
    if not wanted:
        return []
    like = "%" + wanted.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
    return [
        Vip(*row) for row in db.fetch(_FOUND, {"brand": brand_id, "query": wanted, "like": like, "limit": 20})
    ]
