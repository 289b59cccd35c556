"""How fast messages go from the network's telling to the queue, against the same rows written by plain SQL.

The measured way is the whole one: journal, parse, contact and identity, thread, message, triage, lane, clocks, search
index, events. Two per cent of the posts are told twice. The limit writes the very rows that came out into the very
tables, by one ``INSERT … SELECT`` a table, with all their indexes and keys, in the same run.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import secrets
import sys
import threading
import time
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

import orjson

from chimein.bench import limit, setting, traffic
from chimein.bench.drainer import drain
from chimein.channels import journal
from chimein.channels.models import ChannelAccount
from chimein.channels.port import Envelope
from chimein.core import db

_CHUNK = 500
_TOLD_TWICE = 50  # one in fifty


def envelopes(posts: Iterable[dict[str, Any]]) -> Iterator[Envelope]:
    """Posts as the adapter would journal them; one in fifty twice, once under another key, as edits of a kind are."""
    for number, post in enumerate(posts):
        body = {"id": f"evt_{post['id']}", "type": "post.created", "at": post["created_at"], "post": post}
        made = Envelope(f"post:{post['id']}:1", post["conversation_id"], body)
        yield made
        if number % _TOLD_TWICE == 0:
            yield made
            yield Envelope(f"again:{post['id']}", post["conversation_id"], body)


def feed(account: ChannelAccount, posts: Iterable[dict[str, Any]], *, workers: int) -> float:
    """Journal posts while `workers` processes take them in; the seconds from the first to the last."""
    context = multiprocessing.get_context("spawn")
    done = context.Event()
    processes = [context.Process(target=drain, args=(done,)) for _ in range(workers)]
    for process in processes:
        process.start()
    time.sleep(2.5)  # the processes import Django; that is start-up, not intake
    began = time.monotonic()
    stream = envelopes(posts)
    while chunk := list(islice(stream, _CHUNK)):
        journal.record(account.pk, chunk, source="hook", now=datetime.now(UTC))
    done.set()
    for process in processes:
        process.join()
        if process.exitcode:
            raise RuntimeError("an intake process failed; see its words above")
    return time.monotonic() - began


class PeakMemory(threading.Thread):
    """Watches the memory of the application's processes and of the database's, once a second."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.peak_mb = 0.0
        self._stop = threading.Event()

    def run(self) -> None:
        while not self._stop.wait(1.0):
            self.peak_mb = max(self.peak_mb, setting.cost().rss_mb)

    def stop(self) -> float:
        self._stop.set()
        return self.peak_mb


def fill_up(account: ChannelAccount, stored: int) -> int:
    """Bring the database to `stored` messages by the same way; they stay for the next run."""
    there = _count("conversations_message")
    if there < stored:
        print(f"filling up from {there:,} to {stored:,} messages", file=sys.stderr)
        posts = traffic.posts(stored - there, seed=f"fill{secrets.token_hex(3)}")
        feed(account, posts, workers=os.cpu_count() or 2)
        db.execute("ANALYZE")
    return _count("conversations_message")


def _count(table: str) -> int:
    row = db.fetch_one(f"SELECT count(*) FROM {table}")
    return int(row[0]) if row else 0


def _lost_and_doubled(account: ChannelAccount, ids: list[str]) -> tuple[int, int]:
    rows = db.fetch(
        """SELECT external_id, count(*) FROM conversations_message
           WHERE account_id = %s AND external_id = ANY(%s) GROUP BY 1""",
        (account.pk, ids),
    )
    received = db.fetch_one(
        """SELECT count(*) FROM core_event e JOIN conversations_message m ON m.id = e.message_id
           WHERE e.kind = 'message.received' AND m.account_id = %s AND m.external_id = ANY(%s)""",
        (account.pk, ids),
    )
    assert received is not None
    return len(ids) - len(rows), sum(count - 1 for _, count in rows) + max(0, received[0] - len(rows))


def _write_down(path: Path, posts: Iterable[dict[str, Any]]) -> list[str]:
    """Make the posts before the clock runs, on disk rather than in the memory that is measured; their ids."""
    ids = []
    with path.open("wb") as file:
        for post in posts:
            ids.append(post["id"])
            file.write(orjson.dumps(post) + b"\n")
    return ids


def _read(path: Path) -> Iterator[dict[str, Any]]:
    with path.open("rb") as file:
        for line in file:
            yield orjson.loads(line)


def run(given: argparse.Namespace, folder: Path) -> dict[str, Any]:
    """The figures of issue and README; see the module for what is measured."""
    account = setting.account()
    stored = fill_up(account, given.stored)
    seed = f"run{secrets.token_hex(3)}"
    path = folder / "traffic.jsonl"
    ids = _write_down(path, traffic.posts(given.messages, seed=seed))
    memory = PeakMemory()
    memory.start()
    before = setting.cost()
    seconds = feed(account, _read(path), workers=given.workers)
    cpu = setting.cost().cpu_s - before.cpu_s
    peak = memory.stop()
    lost, doubled = _lost_and_doubled(account, ids)
    limit_seconds, rows = limit.measure(account, seed)
    speed, limit_speed = given.messages / seconds, given.messages / limit_seconds
    return {
        "messages": given.messages,
        "stored_before": stored,
        "seconds": round(seconds, 2),
        "messages_per_s": round(speed, 1),
        "limit_rows_per_s": round(limit_speed, 1),
        "ratio": round(speed / limit_speed, 3),
        "rows_per_message": round(rows / given.messages, 2),
        "cpu_s_per_1000": round(cpu / given.messages * 1000, 3),
        "peak_rss_mb": round(peak, 1),
        "lost": lost,
        "doubled": doubled,
    }
