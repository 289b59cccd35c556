"""Reading in order of change: mentions, search, messages, everything. A cursor neither skips nor repeats.

Change numbers are handed out inside the one write transaction at a time, so whoever reads up to number N
has seen all that will ever be at or below N, unless it changes again and so gets a higher number.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from .errors import ApiError
from .posts import fold
from .shapes import POST_COLUMNS, POSTS, Json
from .store import Db, Row, last_seq

MAX_LIMIT = 100
CHECK_FEEDS = {"a", "b"}


@dataclass(frozen=True)
class Window:
    """What a caller asks of a feed: at most `limit` entries with a position above `after`."""

    after: int
    limit: int


def read_window(feed: str, cursor: str, limit: str, *, ceiling: int = MAX_LIMIT) -> Window:
    """Parse the query; feeds for checks take a bare change number too. Raises ApiError 400."""
    if limit and not (limit.isascii() and limit.isdigit()):
        raise ApiError(400, "bad_request", "'limit' must be a whole number.")
    wanted = min(max(int(limit[:9] or ceiling), 1), ceiling)
    return Window(_opened(feed, cursor), wanted)


def sealed(feed: str, position: int) -> str:
    """An opaque cursor that only fits the feed it comes from."""
    return base64.urlsafe_b64encode(f"{feed}:{position}".encode()).decode().rstrip("=")


def _opened(feed: str, cursor: str) -> int:
    if not cursor:
        return 0
    if feed in CHECK_FEEDS and cursor.isascii() and cursor.isdigit():
        return min(int(cursor[:18]), 2**62)
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        name, _, position = base64.urlsafe_b64decode(padded.encode("ascii")).decode("ascii").partition(":")
        if name == feed:
            return int(position)
    except (ValueError, binascii.Error):
        pass
    raise ApiError(400, "bad_cursor", "This cursor does not belong to this list.")


def page(feed: str, rows: Sequence[Row], window: Window, shape: Callable[[Row], Json], newest: int) -> Json:
    """The answer `{"data", "cursor", "more"}` from up to limit+1 rows that carry `pos`.

    When nothing is left the cursor moves on to `newest`, the last change number of the snapshot read.
    """
    kept = rows[: window.limit]
    more = len(rows) > window.limit
    position = kept[-1]["pos"] if more else max(newest, window.after)
    return {"data": [shape(row) for row in kept], "cursor": sealed(feed, position), "more": more}


def mention_rows(db: Db, account_id: str, window: Window) -> list[Row]:
    """What the brand's mentions feed holds above the cursor."""
    query = (
        POST_COLUMNS.replace("p.seq AS pos", "t.pos")
        + " FROM timeline t JOIN posts p ON p.id = t.post_id JOIN accounts a ON a.id = p.author_id"
        + " WHERE t.account_id = ? AND t.pos > ? ORDER BY t.pos LIMIT ?"
    )
    return db.execute(query, (account_id, window.after, window.limit + 1)).fetchall()


def search_rows(db: Db, words: Sequence[str], window: Window) -> list[Row]:
    """Posts whose text, now or before an edit, contains any of the words."""
    folded = [fold(word) for word in words]
    now = " OR ".join("instr(p.folded, ?)" for _ in folded)
    before = " OR ".join("instr(r.folded, ?)" for _ in folded)
    query = POSTS + " WHERE p.seq > ? AND (" + now + " OR (p.revision > 1 AND EXISTS"
    query += f" (SELECT 1 FROM revisions r WHERE r.post_id = p.id AND ({before}))))"
    query += " ORDER BY p.seq LIMIT ?"
    return db.execute(query, (window.after, *folded, *folded, window.limit + 1)).fetchall()


def all_rows(db: Db, window: Window) -> list[Row]:
    """Every post."""
    query = POSTS + " WHERE p.seq > ? ORDER BY p.seq LIMIT ?"
    return db.execute(query, (window.after, window.limit + 1)).fetchall()


def message_rows(db: Db, account_id: str, window: Window) -> list[Row]:
    """Direct messages from and to the account."""
    return db.execute(
        "SELECT *, seq AS pos FROM messages WHERE from_id = :me AND seq > :after"
        " UNION ALL SELECT *, seq AS pos FROM messages WHERE to_id = :me AND seq > :after"
        " ORDER BY seq LIMIT :limit",
        {"me": account_id, "after": window.after, "limit": window.limit + 1},
    ).fetchall()


def all_message_rows(db: Db, window: Window) -> list[Row]:
    """Every direct message."""
    query = "SELECT *, seq AS pos FROM messages WHERE seq > ? ORDER BY seq LIMIT ?"
    return db.execute(query, (window.after, window.limit + 1)).fetchall()


def thread_rows(db: Db, root_id: str) -> list[Row]:
    """A whole thread by time; a reply always comes after what it answers."""
    return db.execute(f"{POSTS} WHERE p.root_id = ? ORDER BY p.created_at, p.id", (root_id,)).fetchall()


def search_words(values: Sequence[str]) -> list[str]:
    """The words asked for: each `q` may hold several joined by ` OR `. ApiError 400 when there is none."""
    words = [part.strip() for value in values for part in value.split(" OR ")]
    kept = [word for word in words if word]
    if not kept or len(kept) > 50:
        raise ApiError(400, "bad_request", "'q' must name 1 to 50 words.")
    return kept


def newest(db: Db) -> int:
    """The last change number of this snapshot."""
    return last_seq(db)
