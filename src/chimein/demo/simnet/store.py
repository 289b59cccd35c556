"""The SQLite file: connections, transactions, the change counter and the ids.

A connection serves one thread at a time and goes back to a pool afterwards. Writers take SQLite's write
lock at once (`BEGIN IMMEDIATE`), so change numbers are committed in rising order and a reader never sees
number 8 before number 7, whichever process wrote them.
"""

from __future__ import annotations

import secrets
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .clock import now_ms
from .schema import SCHEMA

Db = sqlite3.Connection
Row = sqlite3.Row

_ID_EPOCH = 1_577_836_800_000
_WAIT_SECONDS = 15.0


class Store:
    """Opens (and creates when missing) the database file at `path`."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._idle: list[Db] = []
        self._idle_lock = threading.Lock()
        self._write_lock = threading.Lock()
        path.parent.mkdir(parents=True, exist_ok=True)
        self._prepare()

    @contextmanager
    def read(self) -> Iterator[Db]:
        """One consistent snapshot; nothing may be written."""
        with self._borrowed() as db:
            db.execute("BEGIN")
            try:
                yield db
            finally:
                db.execute("ROLLBACK")

    @contextmanager
    def write(self) -> Iterator[Db]:
        """One transaction: committed at the end, undone when anything is raised."""
        with self._write_lock, self._borrowed() as db:
            db.execute("BEGIN IMMEDIATE")
            try:
                yield db
            except BaseException:
                db.execute("ROLLBACK")
                raise
            db.execute("COMMIT")

    def close(self) -> None:
        """Close the connections that are not in use."""
        with self._idle_lock:
            idle, self._idle = self._idle, []
        for db in idle:
            db.close()

    def _prepare(self) -> None:
        """Switch to WAL and make the tables; SQLite won't wait for others at it, so we try again."""
        end = time.monotonic() + _WAIT_SECONDS
        while True:
            try:
                with self._borrowed() as db:
                    db.execute("PRAGMA journal_mode = WAL")
                    db.executescript(f"BEGIN IMMEDIATE; {SCHEMA} COMMIT;")
                return
            except sqlite3.OperationalError:
                self.close()
                if time.monotonic() > end:
                    raise
                time.sleep(0.05)

    @contextmanager
    def _borrowed(self) -> Iterator[Db]:
        with self._idle_lock:
            db = self._idle.pop() if self._idle else None
        db = db or self._connect()
        try:
            yield db
        finally:
            with self._idle_lock:
                self._idle.append(db)

    def _connect(self) -> Db:
        db = sqlite3.connect(self.path, timeout=_WAIT_SECONDS, isolation_level=None, check_same_thread=False)
        db.row_factory = sqlite3.Row
        db.execute("PRAGMA synchronous = NORMAL")
        db.execute("PRAGMA foreign_keys = ON")
        return db


def next_seq(db: Db) -> int:
    """The next change number; only inside a write transaction."""
    rows = db.execute("UPDATE counters SET value = value + 1 WHERE name = 'seq' RETURNING value").fetchall()
    return int(rows[0][0])


def last_seq(db: Db) -> int:
    """The newest change number this transaction can see."""
    return int(db.execute("SELECT value FROM counters WHERE name = 'seq'").fetchone()[0])


def next_id(db: Db) -> str:
    """A new id: decimal, made from the time, greater than all before; only inside a write transaction."""
    floor = (now_ms() - _ID_EPOCH) << 20
    rows = db.execute(
        "UPDATE counters SET value = max(value + 1, ?) WHERE name = 'id' RETURNING value", (floor,)
    ).fetchall()
    return str(rows[0][0])


def setting(db: Db, name: str) -> str | None:
    """A stored setting, or None."""
    row = db.execute("SELECT value FROM settings WHERE name = ?", (name,)).fetchone()
    return None if row is None else str(row[0])


def put_setting(db: Db, name: str, value: str) -> None:
    """Store a setting over whatever it was."""
    db.execute("INSERT OR REPLACE INTO settings VALUES (?, ?)", (name, value))


def lasting_secret(db: Db, name: str) -> str:
    """A random secret made the first time it is asked for; only inside a write transaction."""
    found = setting(db, name)
    if found is None:
        found = secrets.token_urlsafe(32)
        put_setting(db, name, found)
    return found
