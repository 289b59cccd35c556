"""Declare, emit and hear events.

An event is written in the same transaction as the change it tells of. Handlers named in
``config/wiring.py`` run in that transaction too: if one fails, nothing happened.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, cast

from chimein.core import db

LIVE_CHANNEL = "chimein_events"

_COLUMNS = ("at", "kind", "actor", "brand_id", "conversation_id", "message_id", "data")


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of event, with what it means and the keys of its data."""

    name: str
    help: str
    keys: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Fact:
    """An event about to be written."""

    kind: Kind
    at: datetime
    actor: str
    brand_id: int | None
    conversation_id: int | None = None
    message_id: int | None = None
    data: dict[str, Any] = field(default_factory=dict)

    def row(self) -> tuple[Any, ...]:
        data = json.dumps(self.data, ensure_ascii=False, separators=(",", ":"))
        ids = (self.brand_id, self.conversation_id, self.message_id)
        return (self.at, self.kind.name, self.actor, *ids, data)


Handler = Callable[[Fact], None]
BatchHandler = Callable[[Sequence[Fact]], None]
_KINDS: dict[str, Kind] = {}
_HANDLERS: dict[str, list[Handler | BatchHandler]] = {}


def declare(name: str, help: str, *keys: str) -> Kind:
    """Name a kind of event once, with a sentence for the reference."""
    if name in _KINDS:
        raise ValueError(f"event {name} is declared twice")
    _KINDS[name] = Kind(name, help, keys)
    return _KINDS[name]


def all_kinds() -> list[Kind]:
    """Every declared kind, by name."""
    return [_KINDS[name] for name in sorted(_KINDS)]


def in_batches(handler: BatchHandler) -> BatchHandler:
    """Mark a handler that is called once with all facts of its kind that are written together.

    For kinds that come by the thousand, such as messages in intake.
    """
    handler.chimein_in_batches = True  # type: ignore[attr-defined]
    return handler


def connect(wiring: dict[Kind, Sequence[Handler | BatchHandler]]) -> None:
    """Replace all handlers by those of the wiring table."""
    _HANDLERS.clear()
    _HANDLERS.update({kind.name: list(handlers) for kind, handlers in wiring.items()})


def emit(fact: Fact) -> None:
    """Write one event, wake the live streams at commit, call its handlers now."""
    emit_many([fact])


def emit_many(facts: Iterable[Fact]) -> None:
    """Write many events at the price of one COPY."""
    batch = list(facts)
    if not batch:
        return
    db.copy_rows("core_event", _COLUMNS, (fact.row() for fact in batch))
    db.notify(LIVE_CHANNEL)
    _call(batch)


def _call(batch: Sequence[Fact]) -> None:
    together: dict[BatchHandler, list[Fact]] = {}
    for fact in batch:
        for handler in _HANDLERS.get(fact.kind.name, ()):
            if getattr(handler, "chimein_in_batches", False):
                together.setdefault(cast(BatchHandler, handler), []).append(fact)
            else:
                cast(Handler, handler)(fact)
    for waiting, facts in together.items():
        waiting(facts)
