"""A brand's table of lanes in the database: versions, of which the highest counts."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, ClassVar

from django.db import IntegrityError
from django.utils.translation import gettext as _

from chimein.core import db
from chimein.core.actor import Actor
from chimein.core.errors import Conflict, NotAllowed, UserError
from chimein.core.events import Fact, emit
from chimein.routing import events, lanes, minutes
from chimein.routing.lane_models import LaneSetup
from chimein.routing.lanes import LaneRules, Setup
from chimein.triage import policies, policy

SHIPPED = 0
"""The version number of the table that comes with the product."""
_FRESH_S = 3.0


class _Known:
    """What the hot paths remember: until when, and the tables by brand."""

    until = 0.0
    setups: ClassVar[dict[int, Setup]] = {}


def current(brand_id: int) -> Setup:
    """The table in force; the shipped one until the brand saves its own. The threshold is the lane policy's."""
    found = LaneSetup.objects.filter(brand_id=brand_id).order_by("-version").first()
    setup = _setup(found) if found else lanes.DEFAULT
    return replace(setup, vip=replace(setup.vip, followers=threshold(brand_id)))


def at(brand_id: int, version: int) -> Setup | None:
    """The table of a version, the shipped one being `SHIPPED`; None when there is no such version."""
    if version == SHIPPED:
        return replace(lanes.DEFAULT, vip=replace(lanes.DEFAULT.vip, followers=_threshold_of(policy.DEFAULT)))
    found = LaneSetup.objects.filter(brand_id=brand_id, version=version).first()
    return _setup(found) if found else None


def _setup(stored: LaneSetup) -> Setup:
    return lanes.from_json(stored.table, version=stored.version)


def known() -> dict[int, Setup]:
    """The tables of all brands that have their own, as of a few seconds ago: for the hot paths."""
    if time.monotonic() > _Known.until:
        rows = LaneSetup.objects.order_by("brand_id", "-version").distinct("brand_id")
        _Known.setups = {row.brand_id: _setup(row) for row in rows}
        _Known.until = time.monotonic() + _FRESH_S
    return _Known.setups


def of_brand(brand_id: int) -> Setup:
    """A brand's table as of a few seconds ago, without the threshold."""
    return known().get(brand_id, lanes.DEFAULT)


def forget() -> None:
    """Read the tables anew the next time."""
    _Known.until = 0.0


def minutes_of(row: LaneRules) -> int:
    """The lane's time to the answer, in minutes."""
    return row.minutes if row.minutes is not None else minutes.minutes_of(row.lane)


def history(brand_id: int, *, limit: int = 20) -> list[LaneSetup]:
    """The newest versions, newest first."""
    rows = LaneSetup.objects.filter(brand_id=brand_id).select_related("created_by")
    return list(rows.order_by("-version")[:limit])


# ------------------------------------------------------------ who is a VIP: a row of the lane policy
def _vip_row(table: policy.Table) -> policy.Rule | None:
    rows = (
        rule for rule in table.rules if rule.then.lane == "vip" and set(rule.when) == {"followers_at_least"}
    )
    return next(rows, None)


def _threshold_of(table: policy.Table) -> int | None:
    row = _vip_row(table)
    return int(row.when["followers_at_least"]) if row else None


def threshold(brand_id: int) -> int | None:
    """From how many followers on the lane policy makes somebody a VIP; None when no row goes by followers alone."""
    return _threshold_of(policies.current(brand_id))


def with_threshold(table: policy.Table, followers: int | None) -> policy.Table:
    """The lane policy with another threshold; as it is when it has no row for it."""
    row = _vip_row(table)
    if row is None or followers is None:
        return table
    rules = tuple(
        replace(rule, when={"followers_at_least": followers}) if rule is row else rule for rule in table.rules
    )
    return policy.Table(rules, table.version)


def _follow_threshold(actor: Actor, followers: int | None, now: datetime) -> None:
    """One truth: the threshold is kept in the lane policy, as a version of it."""
    before = policies.current(actor.brand_id)
    after = with_threshold(before, followers)
    if after.rules != before.rules:
        policies.save(
            actor=actor, rows=policy.to_json(after), seen=before.version, note=_("VIP threshold"),
            accept_holes=bool(policy.holes(before)), now=now,
        )  # fmt: skip


# ------------------------------------------------------------ writing
def save(*, actor: Actor, table: Mapping[str, Any], seen: int, note: str = "", now: datetime) -> LaneSetup:
    """A new version, in force within seconds. `seen`: the version that was edited.

    Raises NotAllowed for others than leads, Conflict when somebody saved in between, UserError when nothing changed,
    ValueError for a table that makes no sense.
    """
    setup = lanes.from_json(table, version=seen)
    before = current(actor.brand_id)
    if before.version == seen and lanes.to_json(setup) == lanes.to_json(before):
        raise UserError(_("Nothing has changed."))
    return _append(actor, setup, seen, {"note": note.strip()[:200], "copy_of": None}, now)


def go_back(*, actor: Actor, to: int, seen: int, now: datetime) -> LaneSetup:
    """Bring an old version back, as the newest, with the threshold it was saved with.

    Raises NotAllowed for others than leads and when there is no such version, Conflict when somebody saved in between.
    """
    old = at(actor.brand_id, to)
    if old is None:
        raise NotAllowed(_("There is no such version."))
    return _append(actor, old, seen, {"note": "", "copy_of": to}, now)


# What waits keeps its promised time; its ladder's timer is set anew once every worker knows the new table.
_LOOK_AGAIN = """
UPDATE routing_workitem SET step_at = %s WHERE brand_id = %s AND is_open AND lane = ANY(%s)
"""


def _look_again(brand_id: int, after: Setup, before: Setup, now: datetime) -> None:
    changed = [row.lane for row in after.rows if row.ladder != before.lanes[row.lane].ladder]
    if changed:
        db.execute(_LOOK_AGAIN, (now + timedelta(seconds=_FRESH_S + 1), brand_id, changed))


def _append(actor: Actor, setup: Setup, seen: int, told: dict[str, Any], now: datetime) -> LaneSetup:
    """Compare-and-swap: the version after the one that was seen can be taken only once."""
    if not actor.is_lead:
        raise NotAllowed(_("Only owners and leads change the table of lanes."))
    with db.atomic():
        before = current(actor.brand_id)
        if before.version != seen:
            raise Conflict(_("Somebody saved another version in the meantime."))
        made = LaneSetup(
            brand_id=actor.brand_id, version=seen + 1, table=lanes.to_json(setup), note=told["note"],
            copy_of=told["copy_of"], created_by_id=actor.membership_id, created_at=now,
        )  # fmt: skip
        try:
            with db.atomic():
                made.save(force_insert=True)
        except IntegrityError as error:
            raise Conflict(_("Somebody saved another version in the meantime.")) from error
        _follow_threshold(actor, setup.vip.followers, now)
        _look_again(actor.brand_id, setup, before, now)
        data: dict[str, object] = {"version": made.version, "before": seen, **told}
        emit(Fact(events.LANES_SAVED, now, actor.label, actor.brand_id, None, None, data))
    forget()
    return made
