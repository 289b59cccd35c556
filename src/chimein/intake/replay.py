"""Recorded traffic through the very same way as live traffic: journal, intake, queue, wall.

Reading and journalling go on while batches are taken in; a run that was interrupted is completed by running it again,
and a run that was complete changes nothing.
"""

from __future__ import annotations

import csv
import gzip
import io
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import IO

from django.utils.text import slugify

from chimein.channels import journal
from chimein.channels.adapters.archive import adapter, parse_time
from chimein.channels.models import ChannelAccount
from chimein.channels.port import Envelope, Payload, Unparseable
from chimein.core import clock, db
from chimein.core.errors import UserError
from chimein.core.ids import secret_token
from chimein.intake import batch
from chimein.people.models import Brand

COLUMNS = (
    "tweet_id", "author_id", "inbound", "created_at", "text", "response_tweet_id", "in_response_to_tweet_id",
)  # fmt: skip
_NEEDED = COLUMNS[:5]
_CHUNK = 2000
_LONGEST_PAUSE_S = 3600.0
_LONGEST_FIELD = 10_000_000


@dataclass(slots=True)
class Counts:
    """How a replay ended. Conversations and contacts are all of the account's, so a second run gives the same."""

    read: int = 0
    new: int = 0
    duplicate: int = 0
    set_aside: int = 0
    conversations: int = 0
    contacts: int = 0
    seconds: float = 0.0

    def as_dict(self) -> dict[str, float]:
        return asdict(self)


Progress = Callable[[Counts, float], None]
"""Called now and then with the counts so far and the share of the file that has been read (0 to 1)."""


class Roots:
    """The oldest known id of each thread, to keep a thread's rows in one shard."""

    def __init__(self) -> None:
        self._root: dict[str, str] = {}

    def of(self, row: Payload) -> str:
        own, parent = str(row.get("tweet_id") or ""), str(row.get("in_response_to_tweet_id") or "")
        root = self._root.get(own) or self._root.get(parent) or parent or own
        for name in (own, parent, *str(row.get("response_tweet_id") or "").split(",")):
            if name:
                self._root.setdefault(name.strip(), root)
        return root


def rows(path: Path) -> Iterator[tuple[Payload, float]]:
    """Rows of a ``.csv`` or ``.csv.gz`` with the share of the file read so far.

    Raises UserError when the file cannot be read or lacks a column.
    """
    try:
        with path.open("rb") as raw:
            size = max(path.stat().st_size, 1)
            stream: IO[bytes] = gzip.GzipFile(fileobj=raw) if path.suffix == ".gz" else raw  # type: ignore[assignment]
            csv.field_size_limit(_LONGEST_FIELD)
            reader = csv.DictReader(
                io.TextIOWrapper(stream, encoding="utf-8-sig", newline="", errors="replace")
            )
            lacking = [name for name in _NEEDED if name not in (reader.fieldnames or ())]
            if lacking:
                raise UserError(f"{path} lacks the column{'s' * (len(lacking) > 1)} {', '.join(lacking)}.")
            for row in reader:
                yield {name: (row.get(name) or "").replace("\x00", "") for name in COLUMNS}, raw.tell() / size
    except (OSError, csv.Error, EOFError) as error:
        raise UserError(f"{path} cannot be read: {error}") from error


def account_for(brand_name: str) -> ChannelAccount:
    """The brand's archive account; both are made when missing."""
    slug = slugify(brand_name) or "replay"
    brand = Brand.objects.filter(slug=slug).first() or Brand.objects.filter(name=brand_name).first()
    if brand is None:
        brand = Brand.objects.create(slug=slug, name=brand_name)
    account = ChannelAccount.objects.filter(brand=brand, adapter=adapter.name).first()
    if account is None:
        account = ChannelAccount.objects.create(
            brand=brand, adapter=adapter.name, name="Archive", handle=slug, hook_token=secret_token()
        )
    return account


class Replay:
    """One run over one file."""

    def __init__(self, account: ChannelAccount, *, speed: float | None, progress: Progress) -> None:
        self._account = account
        self._speed = speed
        self._progress = progress
        self._counts = Counts()
        self._share = 0.0
        self._first: datetime | None = None
        self._began = time.monotonic()

    def run(self, path: Path) -> Counts:
        """Read, journal and take in the whole file. `speed` None is as fast as it goes, else times faster than real."""
        self._began = time.monotonic()
        roots = Roots()
        waiting: list[Envelope] = []
        for row, self._share in rows(path):
            if self._speed is not None and self._must_wait(row):
                self._write(waiting)
                waiting = []
                self._wait_for(row)
            waiting.append(adapter.envelope(row, roots.of(row)))
            if len(waiting) >= _CHUNK:
                self._write(waiting)
                waiting = []
        self._write(waiting)
        return self._finish()

    def _write(self, envelopes: list[Envelope]) -> None:
        if not envelopes:
            return
        new = journal.record(self._account.pk, envelopes, source="replay", now=clock.now())
        self._counts.read += len(envelopes)
        self._counts.new += new
        self._counts.duplicate += len(envelopes) - new
        batch.drain()
        self._counts.seconds = time.monotonic() - self._began
        self._progress(self._counts, self._share)

    def _offset(self, row: Payload) -> float:
        """Seconds from the first row's time to this one's, at the chosen speed."""
        try:
            at = parse_time(str(row["created_at"]))
        except Unparseable:
            return 0.0
        self._first = self._first or at
        assert self._speed
        return min((at - self._first).total_seconds() / self._speed, _LONGEST_PAUSE_S * 24)

    def _must_wait(self, row: Payload) -> bool:
        return self._offset(row) > time.monotonic() - self._began

    def _wait_for(self, row: Payload) -> None:
        while (left := self._offset(row) - (time.monotonic() - self._began)) > 0:
            time.sleep(min(left, 1.0))

    def _finish(self) -> Counts:
        while self._pending():
            batch.drain()
            time.sleep(0.05)
        found = db.fetch_one(
            """SELECT (SELECT count(*) FROM conversations_conversation
                       WHERE account_id = %(a)s AND merged_into_id IS NULL),
                      (SELECT count(*) FROM contacts_identity WHERE brand_id = %(b)s AND network = %(n)s),
                      (SELECT count(*) FROM channels_inboundentry WHERE account_id = %(a)s AND state = 'aside')""",
            {"a": self._account.pk, "b": self._account.brand_id, "n": self._account.adapter},
        )
        assert found is not None
        self._counts.conversations, self._counts.contacts, self._counts.set_aside = found
        self._counts.seconds = round(time.monotonic() - self._began, 3)
        return self._counts

    def _pending(self) -> bool:
        sql = "SELECT 1 FROM channels_inboundentry WHERE state = 'new' AND account_id = %s LIMIT 1"
        return db.fetch_one(sql, (self._account.pk,)) is not None
