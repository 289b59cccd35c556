"""The queries behind the pages: newest posts, profiles, threads as trees, people to choose from."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from .feeds import thread_rows
from .posts import fold
from .shapes import POST_COLUMNS, POST_TABLES
from .store import Db, Row

PAGE = 40
DEEPEST = 4

_WITH_PARENT = (
    POST_COLUMNS
    + ", pa.handle AS parent_handle,"
    + " (SELECT count(*) FROM posts c WHERE c.reply_to = p.id AND NOT c.deleted) AS reply_count"
    + POST_TABLES
    + " LEFT JOIN posts pp ON pp.id = p.reply_to LEFT JOIN accounts pa ON pa.id = pp.author_id"
)


@dataclass(frozen=True)
class Leaf:
    """A post of a thread and how far it is indented."""

    post: Row
    depth: int


def _newest(db: Db, where: str, values: tuple[str | int, ...], before: str) -> list[Row]:
    moment, _, post_id = before.partition("-")
    if moment.isascii() and moment.isdigit() and len(moment) < 18:
        where += " AND (p.created_at, p.id) < (?, ?)"
        values = (*values, int(moment), post_id)
    query = f"{_WITH_PARENT} WHERE p.deleted = 0 AND {where} ORDER BY p.created_at DESC, p.id DESC LIMIT ?"
    return db.execute(query, (*values, PAGE + 1)).fetchall()


def newest_posts(db: Db, *, before: str = "") -> list[Row]:
    """The newest posts of everybody, one more than a page; `before` is `<created_at>-<id>`."""
    return _newest(db, "1", (), before)


def posts_of(db: Db, account_id: str, *, only_replies: bool, before: str = "") -> list[Row]:
    """The newest posts of one account, all or only its replies."""
    where = "p.author_id = ?" + (" AND p.reply_to IS NOT NULL" if only_replies else "")
    return _newest(db, where, (account_id,), before)


def found_posts(db: Db, word: str, *, before: str = "") -> list[Row]:
    """The newest posts that contain the word."""
    return _newest(db, "instr(p.folded, ?)", (fold(word),), before)


def found_people(db: Db, word: str, *, limit: int = 8) -> list[Row]:
    """Accounts whose handle or name contains the word; an empty word finds everybody."""
    return db.execute(
        "SELECT * FROM accounts WHERE instr(lower(handle), lower(?1)) OR instr(lower(name), lower(?1))"
        " ORDER BY kind, followers DESC LIMIT ?2",
        (word.removeprefix("@"), limit),
    ).fetchall()


def persons(db: Db, word: str, *, limit: int = 60) -> list[Row]:
    """People one can continue as."""
    return db.execute(
        "SELECT * FROM accounts WHERE kind = 'person' AND"
        " (instr(lower(handle), lower(?1)) OR instr(lower(name), lower(?1))) ORDER BY name LIMIT ?2",
        (word, limit),
    ).fetchall()


def thread_leaves(db: Db, root_id: str) -> list[Leaf]:
    """A thread from the root down: each answer right below what it answers, siblings by time."""
    children: dict[str | None, list[Row]] = defaultdict(list)
    for row in thread_rows(db, root_id):
        children[row["reply_to"]].append(row)
    leaves: list[Leaf] = []
    waiting = [Leaf(row, 0) for row in reversed(children[None])]
    while waiting:
        leaf = waiting.pop()
        leaves.append(leaf)
        below = children[leaf.post["id"]]
        waiting += [Leaf(row, min(leaf.depth + 1, DEEPEST)) for row in reversed(below)]
    return leaves
