"""Who is meant when a ladder tells the holder, the desk or the lead."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from chimein.core.actor import LEAD_ROLES
from chimein.people import duty
from chimein.people.models import Membership
from chimein.routing.lanes import Setup

_LEADS = frozenset(role.value for role in LEAD_ROLES)


@dataclass(frozen=True, slots=True)
class Who:
    """Those who have to do with one item: member ids, and the topic's team."""

    holder: int | None
    assigned: int | None
    manager: int | None
    stand_in: int | None
    team: int | None


class Recipients:
    """A brand's members by part. Read once for all items of a batch."""

    def __init__(self, brand_id: int, setup: Setup, *, now: datetime) -> None:
        rows = Membership.objects.filter(brand_id=brand_id, is_active=True).exclude(role="trusted_customer")
        self._members = list(rows.values_list("pk", "role", "team_id"))
        self._on_duty = duty.on_duty(brand_id, now=now)
        self._setup = setup
        self._leads = self._here(pk for pk, role, _team in self._members if role in _LEADS)
        desk = setup.lanes["desk"]
        self._desk = self._here(
            pk
            for pk, role, team in self._members
            if role in desk.roles or team in desk.teams or pk in desk.members
        )

    def _here(self, members: Iterable[int]) -> list[int]:
        """Those on duty; all of them when nobody is: somebody has to hear it."""
        all_of_them = list(members)
        return [one for one in all_of_them if one in self._on_duty] or all_of_them

    def of(self, to: Iterable[str], who: Who) -> list[int]:
        """The members a step tells, each once, in the order of the step."""
        found: dict[int, None] = {}
        for part in to:
            found.update(dict.fromkeys(self._part(part, who)))
        return list(found)

    def _part(self, part: str, who: Who) -> list[int]:
        vip = self._setup.vip
        one = {
            "holder": who.holder or who.assigned,
            "manager": who.manager or vip.manager,
            "stand_in": who.stand_in or vip.stand_in,
        }
        if part in one:
            member = one[part]
            return [] if member is None else [member]
        if part == "team":
            return self._here(pk for pk, _role, team in self._members if team and team == who.team)
        return self._leads if part == "lead" else self._desk
