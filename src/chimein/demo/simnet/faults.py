"""Everything that can go wrong on purpose, switched by `/control/faults` and shared by all processes."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

from .errors import ApiError
from .store import Db, put_setting, setting


@dataclass(frozen=True)
class Faults:
    """The switches; as made here, nothing goes wrong.

    Rates are probabilities from 0 to 1. A lost reply means: the post is stored, then the caller hears
    nothing for `hang_seconds` (and then 504), or gets 504 at once, half of the time each.
    """

    outage: bool = False
    latency_ms: int = 0
    error_rate: float = 0.0
    lost_reply_rate: float = 0.0
    hang_seconds: int = 20
    duplicate_rate: float = 0.0
    reorder_rate: float = 0.0
    lose_rate: float = 0.0
    reads_per_minute: int = 300
    posts_per_minute: int = 100

    def limit(self, kind: str) -> int:
        """Calls a minute for `kind`, which is `reads` or `posts`."""
        return self.reads_per_minute if kind == "reads" else self.posts_per_minute


DICE = random.SystemRandom()
CEILINGS = {"latency_ms": 60_000, "hang_seconds": 120, "reads_per_minute": 10**9, "posts_per_minute": 10**9}


def strikes(rate: float) -> bool:
    """True with the probability `rate`."""
    return DICE.random() < rate


def load_faults(db: Db) -> Faults:
    """The switches as they stand."""
    stored = setting(db, "faults")
    return Faults() if stored is None else Faults(**json.loads(stored))


def change_faults(db: Db, changes: Mapping[str, Any]) -> Faults:
    """Set the named switches, leave the others. Raises ApiError 422 for unknown names and unfit values."""
    known = {field.name: str(field.type) for field in fields(Faults)}
    for name, value in changes.items():
        if not _fits(name, known.get(name), value):
            raise ApiError(
                422, "invalid_field", f"'{name}' is not a switch or its value does not fit.", field=name
            )
    faults = replace(load_faults(db), **changes)
    put_setting(db, "faults", json.dumps(asdict(faults)))
    return faults


def _fits(name: str, kind: str | None, value: object) -> bool:
    if kind == "bool" or isinstance(value, bool):
        return kind == "bool" and isinstance(value, bool)
    if kind == "int":
        return isinstance(value, int) and 0 <= value <= CEILINGS[name]
    return kind == "float" and isinstance(value, int | float) and 0 <= value <= 1
