"""The matrix of one person: what is on, and changing one place of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from chimein.alerts import events
from chimein.alerts.kinds import KINDS, WAYS, Kind, Way, kinds_for
from chimein.alerts.models import Choice
from chimein.core import db
from chimein.core.actor import Actor, Role
from chimein.core.errors import UserError
from chimein.core.events import Fact, emit


@dataclass(frozen=True, slots=True)
class Place:
    """One place of the matrix; `can`: whether there is anything to choose."""

    way: Way
    can: bool
    on: bool
    is_default: bool


@dataclass(frozen=True, slots=True)
class Line:
    """One kind with all its places."""

    kind: Kind
    places: tuple[Place, ...]


def matrix(*, member_id: int, role: Role) -> list[Line]:
    """The whole matrix as it holds for this member."""
    chosen = {(one.kind, one.way): one.wanted for one in Choice.objects.filter(member=member_id)}
    return [Line(kind, _places(kind, role, chosen)) for kind in kinds_for(role)]


def _places(kind: Kind, role: Role, chosen: dict[tuple[str, str], bool]) -> tuple[Place, ...]:
    can, default = kind.ways_for(role), kind.default(role)
    return tuple(
        Place(
            way,
            way in can,
            way in can and chosen.get((kind.name, way), way in default),
            (kind.name, way) not in chosen,
        )
        for way in WAYS
    )


def choose(*, actor: Actor, kind: str, way: str, wanted: bool, now: datetime) -> bool:
    """Switch one place on or off; what it was before. Raises UserError for a place that does not exist."""
    known, role = KINDS.get(kind), actor.role
    if known is None or role is None or way not in known.ways_for(role):
        raise UserError(_("There is nothing to choose here."))
    default = way in known.default(role)
    with db.atomic():
        stored = (
            Choice.objects.select_for_update().filter(member=actor.membership_id, kind=kind, way=way).first()
        )
        before = default if stored is None else stored.wanted
        if before == wanted:
            return before
        if wanted == default:
            Choice.objects.filter(member=actor.membership_id, kind=kind, way=way).delete()
        else:
            Choice.objects.update_or_create(
                member_id=actor.membership_id, kind=kind, way=way, defaults={"wanted": wanted}
            )
        data: dict[str, object] = {"kind": kind, "way": str(way), "wanted": wanted}
        emit(Fact(events.CHOSEN, now, actor.label, actor.brand_id, None, None, data))
    return before
