"""A brand with the people who answer for it."""

from __future__ import annotations

import itertools

from chimein.core.actor import Actor, Role
from chimein.core.ids import public_id
from chimein.people.access import actor_of
from chimein.people.models import Brand, Membership, Team, Trust, User

_numbers = itertools.count(1)


def brand(name: str = "Tamarind", **fields: object) -> Brand:
    """A new brand; the slug is its own."""
    number = next(_numbers)
    return Brand.objects.create(slug=f"brand-{number}-{public_id()[-4:]}", name=name, **fields)


def team(of: Brand, name: str = "Store 3", name_zh: str = "三店") -> Team:
    return Team.objects.create(
        brand=of, kind=Team.Kind.SHOP, slug=f"team-{next(_numbers)}", name=name, name_zh=name_zh
    )


def user(name: str = "Somebody") -> User:
    """Somebody who can sign in (by `client.force_login`), a member of nothing."""
    made = User(email=f"person{next(_numbers)}-{public_id()[-4:]}@example.test", name=name)
    made.set_unusable_password()
    made.save()
    return made


def member(
    of: Brand,
    role: Role = Role.AGENT,
    name: str = "Ann",
    team: Team | None = None,
    trust: int | None = Trust.Level.TRUSTED,
    **fields: object,
) -> Membership:
    """A member; trusted in everything unless `trust` says otherwise (None: no row, so new)."""
    made = Membership.objects.create(
        user=user(name),
        brand=of,
        role=role.value,
        team=team,
        public_id=public_id(),
        public_name=name,
        **fields,
    )
    if trust is not None:
        Trust.objects.bulk_create(
            Trust(member=made, level=trust, risk=risk, reason="test") for risk in Trust.Risk.values
        )
    return made


def actor(of: Brand, role: Role = Role.AGENT, name: str = "Ann", team: Team | None = None) -> Actor:
    """A new member of the brand, as an actor."""
    return actor_of(member(of, role, name, team))
