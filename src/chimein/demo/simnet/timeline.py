"""Which posts a brand gets to see in its mentions feed, and the events that tell it of them.

A post belongs to a brand's feed when it names the brand, lies in a thread the brand has written in, or is
the brand's own. Once in the feed it stays, so that a later edit or deletion is seen there too. When a brand
first writes in a thread, the older posts of that thread enter its feed at that moment, without an event.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from .outbox import announce
from .shapes import Shapes, find_post
from .store import Db, Row, next_seq

MENTION = re.compile(r"(?<![A-Za-z0-9_@/.])@([A-Za-z0-9_]{1,30})")

_PUT = (
    "INSERT INTO timeline (account_id, post_id, pos) VALUES (?, ?, ?)"
    " ON CONFLICT (account_id, post_id) DO UPDATE SET pos = excluded.pos"
)
_RELEVANT = (
    "SELECT p.id FROM posts p WHERE p.root_id IN (SELECT root_id FROM posts WHERE author_id = :id)"
    " OR EXISTS (SELECT 1 FROM json_each(p.mentions) WHERE json_each.value = :handle) ORDER BY p.seq"
)


def mentioned(db: Db, text: str) -> list[Row]:
    """The accounts that `text` names with @, in order, each once."""
    found: dict[str, Row] = {}
    for handle in MENTION.findall(text):
        row = db.execute("SELECT * FROM accounts WHERE handle = ?", (handle,)).fetchone()
        if row is not None:
            found.setdefault(row["id"], row)
    return list(found.values())


def spread(db: Db, post: Row, named: Iterable[Row]) -> None:
    """Put a new or changed post into the feeds it belongs to, at the post's own change number."""
    readers = {row["id"] for row in named if row["kind"] == "brand"}
    readers |= _column(db, "SELECT account_id FROM timeline WHERE post_id = ?", post["id"])
    readers |= _column(
        db,
        "SELECT DISTINCT p.author_id FROM posts p JOIN accounts a ON a.id = p.author_id"
        " WHERE p.root_id = ? AND a.kind = 'brand'",
        post["root_id"],
    )
    db.executemany(_PUT, [(reader, post["id"], post["seq"]) for reader in sorted(readers)])
    if post["kind"] == "brand":
        _join_thread(db, post)


def tell(db: Db, shapes: Shapes, *, post_id: str, kind: str, now: int) -> None:
    """Queue the event `kind` for every brand whose feed holds the post, except its author."""
    post = find_post(db, post_id)
    if post is None:
        raise LookupError(post_id)
    for reader in sorted(_column(db, "SELECT account_id FROM timeline WHERE post_id = ?", post_id)):
        if reader != post["author_id"]:
            payload = {"post": shapes.post(post)}
            announce(db, account_id=reader, kind=kind, subject=post["root_id"], payload=payload, now=now)


def build_timeline(db: Db, account: Row) -> None:
    """Fill the feed of an account that has just become a brand."""
    values = {"id": account["id"], "handle": account["handle"]}
    for row in db.execute(_RELEVANT, values).fetchall():
        db.execute(_PUT, (account["id"], row["id"], next_seq(db)))


def _join_thread(db: Db, post: Row) -> None:
    """Bring the rest of the thread into the feed of the brand that now takes part."""
    missing = db.execute(
        "SELECT p.id FROM posts p WHERE p.root_id = ? AND NOT EXISTS"
        " (SELECT 1 FROM timeline t WHERE t.account_id = ? AND t.post_id = p.id) ORDER BY p.seq",
        (post["root_id"], post["author_id"]),
    ).fetchall()
    for row in missing:
        db.execute(_PUT, (post["author_id"], row["id"], next_seq(db)))


def _column(db: Db, query: str, value: str) -> set[str]:
    return {row[0] for row in db.execute(query, (value,))}
