"""The file itself."""

from __future__ import annotations

import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from chimein.demo.simnet.store import Store, last_seq, next_id, next_seq


def test_many_may_make_the_same_file_at_once(tmp_path: Path) -> None:
    count = 8
    for turn in range(10):
        start = threading.Barrier(count)

        def work(path: Path, barrier: threading.Barrier = start) -> tuple[int, str]:
            barrier.wait()
            store = Store(path)
            with store.write() as db:
                made = next_seq(db), next_id(db)
            store.close()
            return made

        with ThreadPoolExecutor(count) as pool:
            made = list(pool.map(work, [tmp_path / f"{turn}.sqlite3"] * count))
        assert sorted(seq for seq, _ in made) == list(range(1, count + 1))
        assert [post_id for _, post_id in sorted(made)] == sorted((post_id for _, post_id in made), key=int)


def test_a_failed_write_leaves_nothing(tmp_path: Path) -> None:
    store = Store(tmp_path / "w.sqlite3")
    with pytest.raises(sqlite3.IntegrityError), store.write() as db:
        db.execute("INSERT INTO counters SELECT 'seq', ?", (next_seq(db),))
    with store.read() as db:
        assert last_seq(db) == 0
    store.close()
