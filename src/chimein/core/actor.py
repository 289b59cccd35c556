"""Who does something: a person in a role, or a named part of the system."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """Roles inside one brand, strongest first."""

    OWNER = "owner"
    LEAD = "lead"
    AGENT = "agent"
    COLLEAGUE = "colleague"
    TRUSTED_CUSTOMER = "trusted_customer"


STAFF_ROLES = frozenset({Role.OWNER, Role.LEAD, Role.AGENT})
LEAD_ROLES = frozenset({Role.OWNER, Role.LEAD})


@dataclass(frozen=True, slots=True)
class Actor:
    """One who acts inside one brand.

    `label` is what the event log keeps: ``user:12`` or ``system:intake``.
    """

    label: str
    brand_id: int
    user_id: int | None = None
    membership_id: int | None = None
    role: Role | None = None

    @classmethod
    def system(cls, name: str, *, brand_id: int) -> Actor:
        """A named part of the system, such as ``intake`` or ``delivery``."""
        return cls(label=f"system:{name}", brand_id=brand_id)

    @property
    def is_staff(self) -> bool:
        return self.role in STAFF_ROLES

    @property
    def is_lead(self) -> bool:
        return self.role in LEAD_ROLES

    @property
    def is_member(self) -> bool:
        return self.role is not None
