"""From journal rows to records: parse each, and keep apart what cannot be parsed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from chimein.channels import journal
from chimein.channels.port import Author, InboundRecord, Unparseable
from chimein.contacts.bulk import Known
from chimein.conversations.threading import Key
from chimein.intake.context import AccountContext, account_context
from chimein.triage.port import Labels

MAX_TEXT = 20_000


@dataclass(frozen=True, slots=True)
class Entry:
    """A journal row as read for taking in."""

    id: int
    account_id: int
    source: str
    payload: dict[str, Any] | None
    raw: bytes | None
    received_at: datetime


@dataclass(slots=True)
class Incoming:
    """One record on its way through the batch; later steps fill in what they find."""

    entry: Entry
    account: AccountContext
    record: InboundRecord
    author: Author
    posted_at: datetime
    message_id: int = 0
    conversation_id: int = 0
    known: Known | None = None
    labels: Labels | None = None

    @property
    def account_id(self) -> int:
        return self.account.id

    @property
    def key(self) -> Key:
        return (self.account.id, self.record.external_id)

    @property
    def keys(self) -> list[Key]:
        """All ids this record names, its own first."""
        record = self.record
        named = (
            record.external_id,
            record.parent_external_id,
            record.root_external_id,
            *record.child_external_ids,
        )
        return [(self.account.id, name) for name in dict.fromkeys(named) if name]


@dataclass(slots=True)
class Read:
    """What reading a batch gave."""

    entries: int = 0
    posts: list[Incoming] = field(default_factory=list)
    deletions: list[Incoming] = field(default_factory=list)
    done: list[int] = field(default_factory=list)
    ignored: list[tuple[int, str]] = field(default_factory=list)
    aside: list[tuple[Entry, str]] = field(default_factory=list)


def read(entries: Sequence[Entry], *, now: datetime) -> Read:
    """Parse every entry. A bad one is set aside with its reason; the others go on."""
    result = Read(len(entries))
    for entry in entries:
        try:
            _read_one(entry, result, now)
        except Unparseable as error:
            result.aside.append((entry, str(error)))
        except (KeyError, TypeError, ValueError, AttributeError, LookupError) as error:
            result.aside.append((entry, f"{type(error).__name__}: {error}"))
    return result


def _read_one(entry: Entry, result: Read, now: datetime) -> None:
    account = account_context(entry.account_id)
    if entry.payload is None:
        envelopes = account.adapter.unpack(account.view, entry.raw or b"")
        journal.record(account.id, envelopes, source="replay", now=now)
        result.done.append(entry.id)
        return
    record = account.adapter.parse(account.view, entry.payload)
    if record is None:
        result.ignored.append((entry.id, "nothing to do"))
        return
    if not record.external_id or len(record.external_id) > 200:
        raise Unparseable("the message has no usable id")
    author = record.author or Author("")
    incoming = Incoming(entry, account, record, author, record.posted_at or entry.received_at)
    if record.action == "delete":
        result.deletions.append(incoming)
    else:
        _check(incoming)
        result.posts.append(incoming)


def _check(incoming: Incoming) -> None:
    record = incoming.record
    if "\x00" in record.text:
        raise Unparseable("the text holds a NUL character")
    if len(record.text) > MAX_TEXT:
        raise Unparseable(f"the text has {len(record.text)} characters; {MAX_TEXT} at most are taken in")
    if not record.own and not incoming.author.external_id:
        raise Unparseable("the message has no author")
    if incoming.posted_at.tzinfo is None:
        raise Unparseable("the time has no zone")
