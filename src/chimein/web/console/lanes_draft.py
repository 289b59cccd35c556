"""An edited table of lanes before it is saved. It is in the session: so it outlives a reload and needs no scripts."""

from __future__ import annotations

import zlib
from dataclasses import asdict, dataclass, field
from typing import Any

from chimein.routing import lane_setups, lanes
from chimein.web.guard import BrandRequest

_KEY = "lanes_table"
_MOST_STEPS = 10

Table = dict[str, Any]


@dataclass(slots=True)
class Draft:
    """`base`: the version that is edited; `past`: tables before the last changes, for taking them back."""

    base: int
    table: Table
    past: list[Table] = field(default_factory=list)

    @property
    def setup(self) -> lanes.Setup:
        return lanes.from_json(self.table, version=self.base)

    @property
    def stamp(self) -> str:
        """Another word for each state of the table."""
        return f"{zlib.crc32(repr(self.table).encode()):x}"

    def put(self, changed: lanes.Setup) -> None:
        """Replace the table, remembering what it was."""
        after = lanes.to_json(changed)
        if after != lanes.to_json(self.setup):
            self.past = [*self.past, self.table][-_MOST_STEPS:]
            self.table = after

    def step_back(self) -> None:
        """Take the last change back."""
        if self.past:
            self.table = self.past.pop()


def fresh(setup: lanes.Setup) -> Draft:
    """A draft in which nothing is changed yet."""
    return Draft(setup.version, lanes.to_json(setup))


def load(request: BrandRequest) -> Draft:
    """This person's draft; without one, the table in force. What can no longer be read is dropped."""
    current = lane_setups.current(request.brand.pk)
    stored = request.session.get(_KEY, {}).get(request.brand.slug)
    if stored and request.actor.is_lead:
        try:
            found = Draft(**stored)
            if lanes.to_json(found.setup) != lanes.to_json(current):
                return found
        except (TypeError, ValueError):
            pass
    return fresh(current)


def keep(request: BrandRequest, draft: Draft) -> None:
    """Remember the draft."""
    stored = request.session.get(_KEY, {})
    request.session[_KEY] = {**stored, request.brand.slug: asdict(draft)}


def forget(request: BrandRequest) -> None:
    """Drop the draft."""
    stored = {slug: one for slug, one in request.session.get(_KEY, {}).items() if slug != request.brand.slug}
    request.session[_KEY] = stored
