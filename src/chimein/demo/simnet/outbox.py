"""Webhook events waiting to be sent: rows written in the same transaction as the change they tell of."""

from __future__ import annotations

import json
import secrets

from .clock import iso
from .faults import DICE, Faults, load_faults, strikes
from .shapes import Json
from .store import Db

_INSERT = (
    "INSERT INTO outbox (event_id, client_id, type, subject, body, fault, state, created_at, due_at)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
)


def announce(db: Db, *, account_id: str, kind: str, subject: str, payload: Json, now: int) -> None:
    """Queue event `kind` for every app of the account that has a webhook.

    `payload` is for example `{"post": {…}}`. Events of one `subject` (a conversation) are sent one after
    another.
    """
    apps = db.execute(
        "SELECT client_id FROM apps WHERE account_id = ? AND webhook_url IS NOT NULL", (account_id,)
    ).fetchall()
    faults = load_faults(db) if apps else Faults()
    for app in apps:
        event_id = f"evt_{secrets.token_hex(12)}"
        event = {"id": event_id, "type": kind, "at": iso(now), **payload}
        body = json.dumps(event, ensure_ascii=False, separators=(",", ":"))
        for fault, state, due in _copies(faults, now):
            ordered = f"{app['client_id']}/{subject}" if fault is None else event_id
            db.execute(_INSERT, (event_id, app["client_id"], kind, ordered, body, fault, state, now, due))


def _copies(faults: Faults, now: int) -> list[tuple[str | None, str, int]]:
    """What becomes of one event: (the fault that struck, state, due time) for each copy of it."""
    if strikes(faults.lose_rate):
        return [("lost", "lost", now)]
    first: tuple[str | None, str, int] = (None, "pending", now)
    if strikes(faults.reorder_rate):
        first = ("delayed", "pending", now + DICE.randint(500, 5000))
    if strikes(faults.duplicate_rate):
        return [first, ("duplicate", "pending", first[2] + DICE.randint(0, 2000))]
    return [first]
