"""What becomes a journal row, and in which shard."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from chimein.channels import journal
from chimein.channels.port import Envelope
from chimein.core import clock

ANY_TEXT = st.text()
ODD = st.text(st.sampled_from("\\u0000\x00n\"' \ud83d\ude00x/"), max_size=30)


@given(text=ANY_TEXT | ODD, key=ODD)
def test_every_payload_becomes_json_that_postgresql_stores(text: str, key: str) -> None:
    stored = journal.storable(json.dumps({"t": text, "k" + key: [text]}, ensure_ascii=False))
    stored.encode()
    found = json.loads(stored)
    assert found["t"] == text.replace("\x00", "").encode("utf-8", "replace").decode()
    assert "\x00" not in json.dumps(found, ensure_ascii=False)


@given(account=st.integers(1, 10**9), thread=st.text(max_size=50))
def test_a_thread_has_one_shard(account: int, thread: str) -> None:
    found = journal.shard_of(account, thread)
    assert 0 <= found < journal.SHARDS
    assert found == journal.shard_of(account, thread)


def test_threads_are_spread_over_all_shards() -> None:
    counts = [0] * journal.SHARDS
    for number in range(8000):
        counts[journal.shard_of(1, f"thread-{number}")] += 1
    assert min(counts) > 800
    assert max(counts) < 1200


def test_a_signature_is_remembered_per_account() -> None:
    assert journal.token_of(1, "v1,abc") != journal.token_of(2, "v1,abc")
    assert journal.token_of(1, "") == b""
    assert len(journal.token_of(1, "v1,abc")) == 16


def test_a_body_is_known_by_its_content() -> None:
    now = clock.now()
    rows = [journal.aside_row(1, body, "why" * 2000, source="hook", now=now) for body in (b"a", b"a", b"b")]
    assert rows[0].dedup_key == rows[1].dedup_key != rows[2].dedup_key
    assert (rows[0].state, rows[0].raw, len(rows[0].reason)) == ("aside", b"a", 2000)


def test_there_is_a_list_for_every_column() -> None:
    rows = [journal.row_of(1, Envelope(f"k{n}", "t", {}), source="poll", now=clock.now()) for n in range(3)]
    columns = journal.insert_params(rows)
    assert [len(column) for column in columns] == [3] * 10
    assert journal.INSERT_SQL.count("%b::") == 10
