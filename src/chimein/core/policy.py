"""Every page and call says who may come in; a test walks all addresses and asks each of them.

A policy takes the request's actor (None for somebody not signed in) and says yes or no. Pages of one brand
get the actor in that brand, worked out by `chimein.people.access`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from chimein.core.actor import Actor

Policy = Callable[[Actor | None], bool]


@dataclass(frozen=True, slots=True)
class NamedPolicy:
    """A policy with the name that is shown in the reference and in tests."""

    name: str
    allows: Policy
    help: str


def anyone(_actor: Actor | None) -> bool:
    return True


def is_member(actor: Actor | None) -> bool:
    return actor is not None and actor.is_member


def is_staff(actor: Actor | None) -> bool:
    return actor is not None and actor.is_staff


def is_lead(actor: Actor | None) -> bool:
    return actor is not None and actor.is_lead


ANYONE = NamedPolicy("anyone", anyone, "Public: no login needed.")
SIGNED = NamedPolicy("signed", anyone, "Machine to machine: the request's own signature decides.")
SIGNED_IN = NamedPolicy("signed in", lambda actor: actor is not None, "Anybody with an account.")
MEMBER = NamedPolicy("member", is_member, "Any member of the brand: staff, colleagues, trusted customers.")
STAFF = NamedPolicy("staff", is_staff, "Owner, lead or agent of the brand.")
LEAD = NamedPolicy("lead", is_lead, "Owner or lead of the brand.")


def policy_of(view: Any) -> NamedPolicy | None:
    """The policy a view was declared with, if any."""
    return getattr(view, "chimein_policy", None)
