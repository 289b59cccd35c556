"""One batch of the journal becomes threads, messages, labels, queue and events, in one transaction.

The steps stand in order in `take_in`; each works on the whole batch with a few statements. Nothing is visible
before the commit, and a batch that dies leaves the journal as it was.

Who wrote the messages is settled before, in a short transaction of its own: a customer writes in many threads, and
workers that met the same new customer would otherwise wait for one another's whole batch.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

import orjson
from django.db import DataError, IntegrityError, InternalError

from chimein.channels import events as channel_events
from chimein.channels import journal
from chimein.core import db
from chimein.core.errors import LostRace
from chimein.core.events import Fact, emit_many
from chimein.intake import labelling, messages, placing
from chimein.intake.reading import Entry, Incoming, Read, read

log = logging.getLogger(__name__)

LOCK_SPACE = 7201
BATCH = 1000
_ACTOR = "system:intake"
_MAX_RACES = 20
# Errors that are the row's fault. Anything else (connection, deadlock) is ours, and the batch is tried again as it is.
_ROW_ERRORS = (DataError, IntegrityError, InternalError, ValueError, TypeError, KeyError, AttributeError)


@dataclass(slots=True)
class Outcome:
    """What became of a batch."""

    entries: int = 0
    taken: int = 0
    repeated: int = 0
    aside: int = 0
    conversations: int = 0

    def add(self, other: Outcome) -> None:
        for name in self.__dataclass_fields__:
            setattr(self, name, getattr(self, name) + getattr(other, name))


@dataclass(slots=True)
class Work:
    """What the steps of one batch hand on to one another."""

    now: datetime
    new: list[Incoming] = field(default_factory=list)
    edits: list[tuple[int, Incoming]] = field(default_factory=list)
    deletions: list[tuple[int, Incoming]] = field(default_factory=list)
    repeated: list[Incoming] = field(default_factory=list)
    answered: set[int] = field(default_factory=set)
    closed: set[int] = field(default_factory=set)
    """Conversations that were closed before this batch."""
    facts: list[Fact] = field(default_factory=list)


_TAKE = """
SELECT id, account_id, source, payload, raw, received_at FROM channels_inboundentry
WHERE shard = %s AND state = 'new' ORDER BY id LIMIT %s
"""


# A batch looks up a few hundred keys, each by an index. The planner must not think otherwise because the statistics
# are from when the tables were small: measured, that is the difference between 0.9 and 3.3 ms a message.
_BY_INDEX = """
SELECT set_config(name, 'off', true) FROM unnest(ARRAY['enable_seqscan', 'enable_hashjoin', 'enable_mergejoin']) AS name
"""


def run_batch(*, shard: int, now: datetime, limit: int = BATCH) -> Outcome | None:
    """Take in what waits in one shard; None when another worker has the shard."""
    with db.held_lock(LOCK_SPACE, shard) as held:
        if not held:
            return None
        entries = [_entry(*row) for row in db.fetch(_TAKE, (shard, limit))]
        return take_in_safely(entries, now=now) if entries else Outcome()


def _entry(
    pk: int, account_id: int, source: str, payload: str | None, raw: bytes | None, at: datetime
) -> Entry:
    # Django leaves jsonb as text; orjson reads it faster than the driver would.
    read_payload = None if payload is None else orjson.loads(payload)
    return Entry(pk, account_id, source, read_payload, None if raw is None else bytes(raw), at)


def take_in_safely(entries: Sequence[Entry], *, now: datetime) -> Outcome:
    """Take in entries; when one of them breaks the batch, find it by halving and set it aside alone."""
    try:
        return _take_in_with_races(entries, now=now)
    except _ROW_ERRORS as error:
        if len(entries) == 1:
            reason = f"{type(error).__name__}: {error}".split("\n")[0]
            log.warning("journal entry %s set aside: %s", entries[0].id, reason)
            return _set_aside_alone(entries[0], reason, now)
    middle = len(entries) // 2
    outcome = take_in_safely(entries[:middle], now=now)
    outcome.add(take_in_safely(entries[middle:], now=now))
    return outcome


def _take_in_with_races(entries: Sequence[Entry], *, now: datetime) -> Outcome:
    for _ in range(_MAX_RACES):
        try:
            found = _read_and_identify(entries, now=now)
            with _lookups_by_index():
                outcome = take_in(found, now=now)
                # Foreign keys are checked now, where a bad row can still be found, not when all is committed.
                db.execute("SET CONSTRAINTS ALL IMMEDIATE")
                db.execute("SET CONSTRAINTS ALL DEFERRED")
            return outcome
        except LostRace:
            continue
    raise LostRace("other workers kept being first; the batch is tried again later")


@contextmanager
def _lookups_by_index() -> Iterator[None]:
    with db.atomic():
        db.execute(_BY_INDEX)
        yield


def _read_and_identify(entries: Sequence[Entry], *, now: datetime) -> Read:
    with _lookups_by_index():
        found = read(entries, now=now)
        labelling.identify(found.posts, now=now)
    return found


def take_in(found: Read, *, now: datetime) -> Outcome:
    """All steps for one batch whose authors are known, inside the caller's transaction."""
    work = Work(now)
    placing.sort_out(found, work)
    placing.claim_echoes(work)
    opened = placing.place(work)
    labelling.keep_private_data(work.new)
    labelling.label(work)
    messages.write(work, opened)
    changed = messages.follow_changes(work)
    messages.settle_and_queue(work, opened, changed)
    _finish(found, work)
    return Outcome(found.entries, len(work.new), len(work.repeated), len(found.aside), len(opened))


_DONE = """
UPDATE channels_inboundentry e SET state = n.state, reason = n.reason, processed_at = %s
FROM unnest(%b::bigint[], %b::text[], %b::text[]) AS n(id, state, reason) WHERE e.id = n.id AND e.state = 'new'
"""


def _finish(found: Read, work: Work) -> None:
    rows = [(pk, "done", "") for pk in found.done]
    rows += [(pk, "ignored", reason) for pk, reason in found.ignored]
    rows += [(entry.id, "aside", reason[:2000]) for entry, reason in found.aside]
    repeated = {item.entry.id for item in work.repeated}
    rows += [(item.entry.id, "ignored", "known already") for item in work.repeated]
    rows += [
        (item.entry.id, "done", "")
        for item in (*found.posts, *found.deletions)
        if item.entry.id not in repeated
    ]
    if db.execute(_DONE, (work.now, *(list(column) for column in zip(*rows, strict=True)))) < len(rows):
        raise LostRace("another worker took in some of these entries")
    for entry, reason in found.aside:
        log.warning("journal entry %s set aside: %s", entry.id, reason)
        work.facts.append(_aside_fact(entry, reason, work.now))
    emit_many(work.facts)


def _aside_fact(entry: Entry, reason: str, now: datetime) -> Fact:
    row = db.fetch_one("SELECT brand_id FROM channels_channelaccount WHERE id = %s", (entry.account_id,))
    data = {"entry": entry.id, "reason": reason[:300]}
    return Fact(channel_events.SET_ASIDE, now, _ACTOR, row[0] if row else None, data=data)


def _set_aside_alone(entry: Entry, reason: str, now: datetime) -> Outcome:
    with db.atomic():
        db.execute(_DONE, (now, [entry.id], ["aside"], [reason[:2000]]))
        emit_many([_aside_fact(entry, reason, now)])
    return Outcome(entries=1, aside=1)


def pending_shards() -> list[int]:
    """Shards with something to do, the one that has waited longest first."""
    rows = db.fetch(
        """SELECT s.shard FROM generate_series(0, %s) AS s(shard) CROSS JOIN LATERAL
           (SELECT id FROM channels_inboundentry WHERE shard = s.shard AND state = 'new' ORDER BY id LIMIT 1) e
           ORDER BY e.id""",
        (journal.SHARDS - 1,),
    )
    return [row[0] for row in rows]


def drain(*, now: datetime | None = None, limit: int = BATCH) -> Outcome:
    """Take in everything that waits, for commands and tests."""
    from chimein.core import clock

    total = Outcome()
    while shards := pending_shards():
        for shard in shards:
            outcome = run_batch(shard=shard, now=now or clock.now(), limit=limit)
            if outcome is not None:
                total.add(outcome)
    return total
