"""An edited lane policy before it is saved. It is in the session: so it outlives a reload and needs no scripts."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any

from chimein.triage import policies, policy
from chimein.web.guard import BrandRequest

_KEY = "lane_policy"
_MOST_STEPS = 10

Row = dict[str, Any]


@dataclass(slots=True)
class Draft:
    """`base`: the version that is edited; `past`: tables before the last changes, for taking them back."""

    base: int
    rows: list[Row]
    past: list[list[Row]] = field(default_factory=list)

    @property
    def table(self) -> policy.Table:
        return policy.from_json(self.rows, version=self.base)

    @property
    def stamp(self) -> str:
        """Another word for each state of the table."""
        return f"{zlib.crc32(repr(self.rows).encode()):x}"

    def change(self, do: Callable[[list[Row]], None]) -> None:
        """Change the rows, remembering what they were."""
        before = list(self.rows)
        do(self.rows)
        if self.rows != before:
            self.past = [*self.past, before][-_MOST_STEPS:]

    def step_back(self) -> None:
        """Take the last change back."""
        if self.past:
            self.rows = self.past.pop()

    def move(self, number: int, by: int) -> None:
        """Move a row (from 0) up (-1) or down (1); at the ends nothing happens."""

        def do(rows: list[Row]) -> None:
            target = number + by
            if 0 <= number < len(rows) and 0 <= target < len(rows):
                rows.insert(target, rows.pop(number))

        self.change(do)

    def delete(self, number: int) -> None:
        """Take a row out; one that is not there is no error."""
        self.change(lambda rows: rows.__delitem__(number) if 0 <= number < len(rows) else None)

    def put(self, number: int | None, row: Row) -> None:
        """Replace a row; with None put a new one at the top, where it surely is looked at."""

        def do(rows: list[Row]) -> None:
            if number is None:
                rows.insert(0, row)
            elif 0 <= number < len(rows):
                rows[number] = row

        self.change(do)


def key_of(name: str) -> str:
    """A short word for a row that stays the same wherever the row moves."""
    return f"{zlib.crc32(name.encode()):x}"


def fresh(table: policy.Table) -> Draft:
    """A draft in which nothing is changed yet."""
    return Draft(table.version, policy.to_json(table))


def load(request: BrandRequest) -> Draft:
    """This person's draft; without one, the table in force. What can no longer be read is dropped."""
    current = policies.current(request.brand.pk)
    stored = request.session.get(_KEY, {}).get(request.brand.slug)
    if stored and request.actor.is_lead:
        try:
            found = Draft(**stored)
            if found.table.rules != current.rules:
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
