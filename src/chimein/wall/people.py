"""People who agreed to have a public page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from chimein.core.text.redact import redact
from chimein.people.models import Membership


@dataclass(frozen=True, slots=True)
class Person:
    """What the public may know of somebody who answers."""

    id: int
    public_id: str
    name: str
    team: str
    role: str


def _person(member: Membership) -> Person:
    team = member.team.display_name if member.team else ""
    return Person(member.pk, member.public_id, redact(member.public_name), team, member.get_role_display())


def people(brand_id: int) -> Sequence[Person]:
    """Everybody with a public page, by name."""
    members = Membership.objects.select_related("team").filter(
        brand_id=brand_id, on_wall=True, is_active=True
    )
    return [_person(member) for member in members.order_by("public_name", "pk")]


def person(brand_id: int, public_id: str) -> Person | None:
    """Somebody with a public page; None without consent."""
    members = Membership.objects.select_related("team").filter(
        brand_id=brand_id, on_wall=True, is_active=True
    )
    member = members.filter(public_id=public_id).first()
    return _person(member) if member else None
