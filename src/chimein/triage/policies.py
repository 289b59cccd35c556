"""A brand's lane policy in the database: versions, of which the highest counts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import IntegrityError
from django.utils.translation import gettext as _

from chimein.core import db
from chimein.core.actor import Actor
from chimein.core.errors import Conflict, NotAllowed, UserError
from chimein.core.events import Fact, emit
from chimein.triage import events, policy
from chimein.triage.models import LanePolicy

Rows = Sequence[Mapping[str, Any]]
SHIPPED = 0
"""The version number of the table that comes with the product."""


def current(brand_id: int) -> policy.Table:
    """The table in force; the shipped one until the brand saves its own."""
    found = LanePolicy.objects.filter(brand_id=brand_id).order_by("-version").first()
    return _table(found) if found else policy.DEFAULT


def at(brand_id: int, version: int) -> policy.Table | None:
    """The table of a version, the shipped one being `SHIPPED`; None when there is no such version."""
    if version == SHIPPED:
        return policy.DEFAULT
    found = LanePolicy.objects.filter(brand_id=brand_id, version=version).first()
    return _table(found) if found else None


def _table(stored: LanePolicy) -> policy.Table:
    return policy.from_json(stored.rules, version=stored.version)


def history(brand_id: int, *, limit: int = 20) -> list[LanePolicy]:
    """The newest versions, newest first."""
    rows = LanePolicy.objects.filter(brand_id=brand_id).select_related("created_by")
    return list(rows.order_by("-version")[:limit])


def save(
    *, actor: Actor, rows: Rows, seen: int, note: str = "", accept_holes: bool = False, now: datetime
) -> LanePolicy:
    """A new version, in force for what comes in within seconds. `seen`: the version that was edited.

    Raises NotAllowed for others than leads, Conflict when somebody saved in between, UserError when nothing changed,
    and when a danger could reach the crowd without `accept_holes`; ValueError for rows that make no sense.
    """
    table = policy.from_json(rows, version=seen + 1)
    before = current(actor.brand_id)
    if before.version == seen and table == policy.Table(before.rules, seen + 1):
        raise UserError(_("Nothing has changed."))
    if policy.holes(table) and not accept_holes:
        raise UserError(_("Something risky could reach the crowd. Say that you mean it, or mend the table."))
    return _append(actor, table, seen, {"note": note.strip()[:200], "copy_of": None}, now)


def go_back(*, actor: Actor, to: int, seen: int, now: datetime) -> LanePolicy:
    """Bring an old version back, as the newest. `seen`: the version in force as far as the actor knows.

    Raises NotAllowed for others than leads and when there is no such version, Conflict when somebody saved in between.
    """
    old = at(actor.brand_id, to)
    if old is None:
        raise NotAllowed(_("There is no such version."))
    return _append(actor, old, seen, {"note": "", "copy_of": to}, now)


def _append(actor: Actor, table: policy.Table, seen: int, told: dict[str, Any], now: datetime) -> LanePolicy:
    """Compare-and-swap: the version after the one that was seen can be taken only once."""
    if not actor.is_lead:
        raise NotAllowed(_("Only owners and leads change the lane policy."))
    with db.atomic():
        if current(actor.brand_id).version != seen:
            raise Conflict(_("Somebody saved another version in the meantime."))
        made = LanePolicy(
            brand_id=actor.brand_id, version=seen + 1, rules=policy.to_json(table), note=told["note"],
            copy_of=told["copy_of"], created_by_id=actor.membership_id, created_at=now,
        )  # fmt: skip
        try:
            made.save(force_insert=True)
        except IntegrityError as error:
            raise Conflict(_("Somebody saved another version in the meantime.")) from error
        data: dict[str, object] = {"version": made.version, "before": seen, **told}
        emit(Fact(events.POLICY_SAVED, now, actor.label, actor.brand_id, None, None, data))
    return made
