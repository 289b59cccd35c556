"""The physical limit of intake: the rows it wrote, written once more by plain SQL and nothing else."""

from __future__ import annotations

import contextlib
import time

from chimein.channels.models import ChannelAccount
from chimein.core import db
from chimein.core.ids import secret_token

_SHIFT = 1_000_000_000_000
"""Ids of the copies, far from the real ones."""

_CONVERSATIONS = "SELECT conversation_id FROM conversations_message WHERE external_id LIKE %(run)s"
_MESSAGES = "SELECT id FROM conversations_message WHERE external_id LIKE %(run)s"
# Which rows of each table belong to a run, in the order in which foreign keys allow them to be written.
_TABLES = {
    "channels_inboundentry": "t.account_id = %(account)s AND t.dedup_key LIKE ANY(ARRAY[%(posts)s, %(again)s])",
    "contacts_contact": "t.id IN (SELECT contact_id FROM contacts_identity WHERE external_id LIKE %(run)s)",
    "contacts_identity": "t.external_id LIKE %(run)s",
    "conversations_conversation": f"t.id IN ({_CONVERSATIONS})",
    "conversations_message": "t.external_id LIKE %(run)s",
    "triage_triage": f"t.message_id IN ({_MESSAGES})",
    "conversations_threadref": "t.external_id LIKE %(run)s",
    "routing_workitem": f"t.conversation_id IN ({_CONVERSATIONS})",
    "core_event": f"t.message_id IN ({_MESSAGES})",
}
_SHIFTED = {
    "channels_inboundentry": ("id",),
    "contacts_contact": ("id",),
    "contacts_identity": ("id", "contact_id"),
    "conversations_conversation": ("id", "contact_id", "previous_id"),
    "conversations_message": ("id", "conversation_id", "contact_id", "identity_id"),
    "triage_triage": ("message_id",),
    "conversations_threadref": ("id", "conversation_id", "message_id"),
    "routing_workitem": ("conversation_id",),
    "core_event": ("id", "conversation_id", "message_id"),
}
_RENAMED = {
    "channels_inboundentry": ("dedup_key",),
    "contacts_identity": ("external_id",),
    "conversations_conversation": ("public_id",),
    "conversations_message": ("external_id",),
    "conversations_threadref": ("external_id",),
}


def _columns(table: str) -> list[str]:
    rows = db.fetch(
        """SELECT column_name FROM information_schema.columns
           WHERE table_name = %s AND is_generated = 'NEVER' ORDER BY ordinal_position""",
        (table,),
    )
    return [row[0] for row in rows]


def _expression(table: str, column: str, mark: str) -> str:
    if column in _SHIFTED.get(table, ()):
        return f"t.{column} + {_SHIFT}"
    if column in _RENAMED.get(table, ()):
        return (
            f"'{mark}' || t.{column}"
            if column != "public_id"
            else f"left(t.public_id, 5) || left(md5('{mark}' || t.public_id), 11)"
        )
    return f"t.{column}"


def _prepare(table: str, params: dict[str, object], mark: str) -> int:
    """The final rows in a plain table without indexes, ready to be copied."""
    names = _columns(table)
    values = ", ".join(f"{_expression(table, name, mark)} AS {name}" for name in names)
    db.execute(
        f"CREATE TEMP TABLE limit_{table} AS SELECT {values} FROM {table} t WHERE {_TABLES[table]}", params
    )
    row = db.fetch_one(f"SELECT count(*) FROM limit_{table}")
    return int(row[0]) if row else 0


def measure(account: ChannelAccount, seed: str) -> tuple[float, int]:
    """Seconds that plain SQL takes to write the run's rows again, and how many rows they are."""
    mark = f"L{secret_token()[:4]}"
    params: dict[str, object] = {
        "account": account.pk, "run": f"{seed}-%", "posts": f"post:{seed}-%", "again": f"again:{seed}-%",
    }  # fmt: skip
    rows = sum(_prepare(table, params, mark) for table in _TABLES)
    seconds = _write()
    for table in _TABLES:
        db.execute(f"DROP TABLE limit_{table}")
    return seconds, rows


class _TakeBack(Exception):
    pass


def _write() -> float:
    """Write all tables and check all keys, then take it back, so that the next run finds what this one found."""
    seconds = 0.0
    with contextlib.suppress(_TakeBack), db.atomic():
        began = time.monotonic()
        for table in _TABLES:
            names = ", ".join(_columns(table))
            db.execute(f"INSERT INTO {table} ({names}) SELECT {names} FROM limit_{table}")
        db.execute("SET CONSTRAINTS ALL IMMEDIATE")
        seconds = time.monotonic() - began
        raise _TakeBack
    return seconds
