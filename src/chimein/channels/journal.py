"""The inbound journal: everything a network tells us becomes a row before we say thank you.

The statement takes any number of envelopes at once and skips those that are known; the webhook door runs it
asynchronously, pollers and forms from Django's connection, with the same words.
"""

from __future__ import annotations

import hashlib
import json
import re
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import orjson

from chimein.channels import events
from chimein.channels.models import InboundEntry
from chimein.channels.port import Envelope, Payload
from chimein.core import db
from chimein.core.actor import Actor
from chimein.core.events import Fact, emit

INBOUND_CHANNEL = "chimein_inbound"
SHARDS = 8
# An escaped NUL; behind an odd number of backslashes it is just text that looks like one.
_NUL = re.compile(r"(?<!\\)((?:\\\\)*)\\u0000")

Source = Literal["hook", "poll", "form", "replay"]


@dataclass(frozen=True, slots=True)
class JournalRow:
    """A row about to be written. `token` names the signed request it came with, if it was signed."""

    account_id: int
    dedup_key: str
    source: Source
    payload: str | None
    raw: bytes | None
    shard: int
    state: str
    reason: str
    received_at: datetime
    token: bytes = b""


COLUMNS = "account_id, dedup_key, source, payload, raw, shard, state, reason, attempts, received_at"

INSERT_SQL = f"""
WITH given AS (
    SELECT * FROM unnest(%b::bigint[], %b::text[], %b::text[], %b::jsonb[], %b::bytea[], %b::int[], %b::text[],
                         %b::text[], %b::timestamptz[], %b::bytea[])
    AS r(account_id, dedup_key, source, payload, raw, shard, state, reason, received_at, token)
), fresh AS (
    INSERT INTO channels_seensignature (digest, seen_at)
    SELECT DISTINCT ON (token) token, received_at FROM given WHERE token <> ''
    ON CONFLICT DO NOTHING RETURNING digest
), written AS (
    INSERT INTO channels_inboundentry ({COLUMNS})
    SELECT account_id, dedup_key, source, payload, raw, shard, state, reason, 0, received_at
    FROM given WHERE token = '' OR token IN (SELECT digest FROM fresh)
    ON CONFLICT (account_id, dedup_key) DO NOTHING RETURNING id
)
SELECT (SELECT count(*) FROM written), (SELECT array_agg(digest) FROM fresh)
"""


def shard_of(account_id: int, thread_key: str) -> int:
    """The shard that keeps a thread's entries in order."""
    return zlib.crc32(f"{account_id}:{thread_key}".encode()) % SHARDS


def token_of(account_id: int, signature: str) -> bytes:
    """A signed request's mark in the replay guard; empty when there is no signature to remember."""
    return (
        hashlib.blake2b(f"{account_id}:{signature}".encode(), digest_size=16).digest() if signature else b""
    )


def storable(payload: str) -> str:
    """JSON without what PostgreSQL does not store: NUL characters go, half characters become question marks."""
    if "\\u0000" in payload:
        payload = _NUL.sub(r"\1", payload)
    return payload.encode("utf-8", "replace").decode()


def _dump(payload: Payload) -> str:
    try:
        return orjson.dumps(payload).decode()
    except TypeError:  # half characters and numbers of any size, which orjson refuses
        return json.dumps(payload, ensure_ascii=False, separators=(",", ":"))


def row_of(
    account_id: int, envelope: Envelope, *, source: Source, now: datetime, token: bytes = b""
) -> JournalRow:
    """The journal row for one envelope."""
    payload = _dump(envelope.payload)
    return JournalRow(
        account_id=account_id,
        dedup_key=envelope.dedup_key[:200],
        source=source,
        payload=storable(payload),
        raw=None,
        shard=shard_of(account_id, envelope.thread_key),
        state=InboundEntry.State.NEW.value,
        reason="",
        received_at=now,
        token=token,
    )


def aside_row(
    account_id: int, body: bytes, reason: str, *, source: Source, now: datetime, token: bytes = b""
) -> JournalRow:
    """The journal row for a body that could not be parsed: kept, with the reason."""
    return JournalRow(
        account_id=account_id,
        dedup_key="body:" + hashlib.sha256(body).hexdigest(),
        source=source,
        payload=None,
        raw=body,
        shard=0,
        state=InboundEntry.State.SET_ASIDE.value,
        reason=reason[:2000],
        received_at=now,
        token=token,
    )


def insert_params(rows: Sequence[JournalRow]) -> tuple[list[Any], ...]:
    """The parameters of INSERT_SQL, one list per column."""
    return (
        [row.account_id for row in rows],
        [row.dedup_key for row in rows],
        [row.source for row in rows],
        [row.payload for row in rows],
        [row.raw for row in rows],
        [row.shard for row in rows],
        [row.state for row in rows],
        [row.reason for row in rows],
        [row.received_at for row in rows],
        [row.token for row in rows],
    )


def write(rows: Sequence[JournalRow]) -> int:
    """Write rows, skipping known ones; how many were new. Wakes intake at commit."""
    if not rows:
        return 0
    with db.atomic():
        found = db.fetch_one(INSERT_SQL, insert_params(rows))
        db.notify(INBOUND_CHANNEL)
    return int(found[0]) if found else 0


def record(account_id: int, envelopes: Iterable[Envelope], *, source: Source, now: datetime) -> int:
    """Journal what a poller or a form brought; how many entries were new."""
    return write([row_of(account_id, envelope, source=source, now=now) for envelope in envelopes])


def put_back(*, actor: Actor, entry_ids: Sequence[int], now: datetime) -> int:
    """Give entries that were set aside another chance; how many went back into the queue.

    A body that was never parsed is unpacked again by intake, with the adapter as it is now.
    """
    with db.atomic():
        touched = db.execute(
            """UPDATE channels_inboundentry SET state = 'new', reason = '', attempts = attempts + 1
               WHERE state = 'aside' AND id = ANY(%s)
                 AND account_id IN (SELECT id FROM channels_channelaccount WHERE brand_id = %s)""",
            (list(entry_ids), actor.brand_id),
        )
        if touched:
            data = {"entries": touched}
            emit(Fact(events.REPLAYED, now, actor.label, actor.brand_id, data=data))
            db.notify(INBOUND_CHANNEL)
    return touched
