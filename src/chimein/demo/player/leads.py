"""What the leads do once: name managers for those whom very many follow, as soon as they have written."""

from __future__ import annotations

from datetime import datetime, timedelta

from chimein.contacts.models import Identity
from chimein.core.models import Event
from chimein.demo.player.helpers import Helpers
from chimein.demo.scenario import Scenario
from chimein.routing import events, vips

_EVERY = timedelta(seconds=5)
_STAND_IN = {"harriet": "zhiyuan", "zhiyuan": "harriet"}


class Leads:
    """Names the managers of the scenario's VIPs. What a person has chosen since is left as it is."""

    def __init__(self, scenario: Scenario, helpers: Helpers, *, brand_id: int, pace: float) -> None:
        self._helpers = helpers
        self._brand_id = brand_id
        self._pace = pace
        vip = [one.episode for one in scenario.scenes if one.episode.kind == "vip"]
        self._wanted = {one.author: one.steps[1].by for one in vip}
        self._next: datetime | None = None

    def run(self, *, now: datetime) -> None:
        """Look whether one of them is known by now."""
        if not self._wanted or (self._next is not None and now < self._next):
            return
        self._next = now + _EVERY / self._pace
        rows = Identity.objects.filter(brand_id=self._brand_id, handle__in=self._wanted)
        for handle, contact_id in rows.values_list("handle", "contact_id"):
            self._name(contact_id, self._wanted.pop(handle), now)

    def _name(self, contact_id: int, manager: str, now: datetime) -> None:
        told = Event.objects.filter(brand_id=self._brand_id, kind=events.VIP_NAMED.name)
        who, other = self._helpers.named(manager), self._helpers.named(_STAND_IN[manager])
        if who is None or other is None or told.filter(data__contact=contact_id).exists():
            return
        vips.name_manager(
            actor=who.actor, contact_id=contact_id, manager_id=who.member_id, stand_in_id=other.member_id,
            now=now,
        )  # fmt: skip
