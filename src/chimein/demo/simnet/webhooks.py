"""Sends the webhook events of the outbox, signed, with retries.

Every process may run a sender on the same file: a row is claimed by one UPDATE that also sets a lease. When
the process dies the lease runs out and somebody else takes the row, so nothing is lost; an event may then
arrive twice, with the same `X-Warble-Delivery`.
"""

from __future__ import annotations

import hashlib
import hmac
import logging
import sqlite3
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import httpx

from .clock import now_ms
from .store import Row, Store

RETRY_SECONDS = (1.0, 5.0, 25.0, 60.0, 300.0)
TIMEOUT_SECONDS = 5.0
LEASE_MS = 15_000
POLL_SECONDS = 0.2
SLOTS = 4
KEEP_ATTEMPTS = 1000
KEEP_FINISHED = 20_000
TIDY_SECONDS = 60.0

log = logging.getLogger(__name__)

# A row waits while an earlier due event of the same conversation is on its way.
_CLAIM = """
UPDATE outbox SET leased_until = :lease, attempts = attempts + 1 WHERE id IN (
    SELECT o.id FROM outbox o
    WHERE o.state = 'pending' AND o.due_at <= :now AND o.leased_until <= :now AND NOT EXISTS (
        SELECT 1 FROM outbox e
        WHERE e.subject = o.subject AND e.id < o.id AND e.state = 'pending' AND e.due_at <= :now)
    ORDER BY o.due_at, o.id LIMIT :limit)
RETURNING id, event_id, type, body, fault, attempts, leased_until,
    (SELECT webhook_url FROM apps a WHERE a.client_id = outbox.client_id) AS url,
    (SELECT webhook_secret FROM apps a WHERE a.client_id = outbox.client_id) AS secret
"""


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """The header value: `sha256=` and the hex HMAC-SHA256 of `timestamp.body`."""
    mac = hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256)
    return f"sha256={mac.hexdigest()}"


class Sender:
    """A background thread that claims due events and posts them, up to `SLOTS` at a time."""

    def __init__(self, store: Store, *, retry_seconds: tuple[float, ...] = RETRY_SECONDS) -> None:
        self._store = store
        self._retry_seconds = retry_seconds
        self._wake = threading.Event()
        self._stopping = threading.Event()
        self._start_lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._free = threading.Semaphore(SLOTS)
        self._tidied = 0.0

    def start(self) -> None:
        """Begin sending; fine when already running."""
        with self._start_lock:
            if self._thread is None:
                self._stopping.clear()
                self._thread = threading.Thread(target=self._run, name="warble-webhooks", daemon=True)
                self._thread.start()

    def stop(self) -> None:
        """Finish what is on its way, then end."""
        with self._start_lock:
            thread, self._thread = self._thread, None
        if thread is not None:
            self._stopping.set()
            self._wake.set()
            thread.join()

    def wake(self) -> None:
        """Something new may be in the outbox."""
        self._wake.set()

    def _run(self) -> None:
        limits = httpx.Limits(max_connections=SLOTS)
        with (
            httpx.Client(timeout=TIMEOUT_SECONDS, trust_env=False, limits=limits) as client,
            ThreadPoolExecutor(SLOTS, thread_name_prefix="warble-webhook") as pool,
        ):
            while not self._stopping.is_set():
                self._round(client, pool)

    def _round(self, client: httpx.Client, pool: ThreadPoolExecutor) -> None:
        self._wake.clear()
        try:
            claimed = self._claim()
            self._tidy()
        except sqlite3.OperationalError:
            log.warning("the outbox could not be read, trying again", exc_info=True)
            claimed = []
        for row in claimed:
            pool.submit(self._deliver, client, row)
        if not claimed:
            self._wake.wait(POLL_SECONDS)

    def _claim(self) -> list[Row]:
        slots = 0
        while slots < SLOTS and self._free.acquire(blocking=False):
            slots += 1
        claimed: list[Row] = []
        try:
            if slots and self._anything_due():
                now = now_ms()
                with self._store.write() as db:
                    claimed = db.execute(
                        _CLAIM, {"now": now, "lease": now + LEASE_MS, "limit": slots}
                    ).fetchall()
        finally:
            for _ in range(slots - len(claimed)):
                self._free.release()
        return claimed

    def _anything_due(self) -> bool:
        """Looks without taking the write lock, so that an idle network costs nothing."""
        now = now_ms()
        query = "SELECT 1 FROM outbox WHERE state = 'pending' AND due_at <= ? AND leased_until <= ? LIMIT 1"
        with self._store.read() as db:
            return db.execute(query, (now, now)).fetchone() is not None

    def _deliver(self, client: httpx.Client, row: Row) -> None:
        try:
            began = time.monotonic()
            done, detail = _post(client, row)
            self._record(row, done, detail, round((time.monotonic() - began) * 1000))
        except sqlite3.OperationalError:
            log.warning(
                "the outcome of %s was not stored; it will be sent again", row["event_id"], exc_info=True
            )
        finally:
            self._free.release()
            self._wake.set()

    def _record(self, row: Row, done: bool, detail: str, took_ms: int) -> None:
        now = now_ms()
        state, due = self._verdict(row, done, now)
        outcome = "retry" if state == "pending" else state
        note = f"{detail} · {row['fault']}" if row["fault"] else detail
        with self._store.write() as db:
            db.execute(
                "UPDATE outbox SET state = ?, due_at = ?, leased_until = 0 WHERE id = ? AND leased_until = ?",
                (state, due, row["id"], row["leased_until"]),
            )
            db.execute(
                "INSERT INTO attempts (at, event_id, type, attempt, outcome, detail, took_ms)"
                " VALUES (?, ?, ?, ?, ?, ?, ?)",
                (now, row["event_id"], row["type"], row["attempts"], outcome, note, took_ms),
            )

    def _verdict(self, row: Row, done: bool, now: int) -> tuple[str, int]:
        if done:
            return "delivered", now
        if row["url"] is None or row["attempts"] > len(self._retry_seconds):
            return "dropped", now
        return "pending", now + round(self._retry_seconds[row["attempts"] - 1] * 1000)

    def _tidy(self) -> None:
        """Once a minute: forget old attempts and long finished events."""
        if time.monotonic() - self._tidied < TIDY_SECONDS:
            return
        self._tidied = time.monotonic()
        with self._store.write() as db:
            db.execute(
                "DELETE FROM attempts WHERE id <= (SELECT max(id) FROM attempts) - ?", (KEEP_ATTEMPTS,)
            )
            db.execute(
                "DELETE FROM outbox WHERE state <> 'pending' AND id <= (SELECT max(id) FROM outbox) - ?",
                (KEEP_FINISHED,),
            )


def _post(client: httpx.Client, row: Row) -> tuple[bool, str]:
    """Send one event. Returns (whether it was accepted, what happened)."""
    if row["url"] is None:
        return False, "the webhook was removed"
    body = str(row["body"]).encode()
    timestamp = str(now_ms() // 1000)
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "Warble-Webhooks/1",
        "X-Warble-Timestamp": timestamp,
        "X-Warble-Signature": signature(row["secret"], timestamp, body),
        "X-Warble-Delivery": row["event_id"],
    }
    try:
        answer = client.post(row["url"], content=body, headers=headers)
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as problem:
        return False, type(problem).__name__
    return answer.is_success, str(answer.status_code)
