"""Accounts: making and changing them, finding them, following and blocking."""

from __future__ import annotations

import re

from .errors import ApiError
from .fields import Body, maybe_count, maybe_flag, maybe_text, maybe_time, need_text, refuse
from .outbox import announce
from .shapes import Shapes
from .store import Db, Row, next_id
from .timeline import build_timeline

HANDLE = re.compile(r"[A-Za-z0-9_]{1,30}")


def find_account(db: Db, id_or_handle: str) -> Row | None:
    """By id, else by handle (case does not matter, a leading @ neither)."""
    found: Row | None = db.execute("SELECT * FROM accounts WHERE id = ?", (id_or_handle,)).fetchone()
    if found is None:
        handle = id_or_handle.removeprefix("@")
        found = db.execute("SELECT * FROM accounts WHERE handle = ?", (handle,)).fetchone()
    return found


def need_account(db: Db, id_or_handle: str) -> Row:
    """Like `find_account`; raises ApiError 404 when there is none."""
    found = find_account(db, id_or_handle)
    if found is None:
        raise ApiError(404, "not_found", f"There is no account '{id_or_handle}'.")
    return found


def put_account(db: Db, body: Body, *, now: int) -> tuple[Row, bool]:
    """Make or change the account named by `handle`; fields left out stay. Returns (account, is new)."""
    handle = need_text(body, "handle").removeprefix("@")
    if not HANDLE.fullmatch(handle):
        raise refuse("handle", "1 to 30 letters, digits or underscores")
    before = find_account_by_handle(db, handle)
    if before is None:
        db.execute(
            "INSERT INTO accounts (id, handle, name, created_at) VALUES (?, ?, ?, ?)",
            (next_id(db), handle, handle, now),
        )
    _apply(db, handle, body)
    after = need_account(db, f"@{handle}")
    if after["kind"] == "brand" and (before is None or before["kind"] != "brand"):
        build_timeline(db, after)
    return after, before is None


def find_account_by_handle(db: Db, handle: str) -> Row | None:
    """By handle alone, so that a handle made of digits can't be taken for an id."""
    found: Row | None = db.execute("SELECT * FROM accounts WHERE handle = ?", (handle,)).fetchone()
    return found


def _apply(db: Db, handle: str, body: Body) -> None:
    kind = maybe_text(body, "kind")
    if kind not in {None, "person", "brand"}:
        raise refuse("kind", "'person' or 'brand'")
    values = {
        "name": maybe_text(body, "name"),
        "bio": maybe_text(body, "bio"),
        "followers": maybe_count(body, "followers"),
        "following": maybe_count(body, "following"),
        "verified": maybe_flag(body, "verified"),
        "kind": kind,
        "created_at": maybe_time(body, "created_at"),
    }
    for column, value in values.items():
        if value is not None:
            change = f"UPDATE accounts SET {column} = ? WHERE handle = ?"
            db.execute(change, (value, handle))


def follows(db: Db, follower_id: str, account_id: str) -> bool:
    """Whether the first follows the second."""
    return _pair_exists(
        db, "SELECT 1 FROM follows WHERE follower_id = ? AND account_id = ?", follower_id, account_id
    )


def blocks(db: Db, blocker_id: str, account_id: str) -> bool:
    """Whether the first has blocked the second."""
    return _pair_exists(
        db, "SELECT 1 FROM blocks WHERE blocker_id = ? AND account_id = ?", blocker_id, account_id
    )


def _pair_exists(db: Db, query: str, one: str, other: str) -> bool:
    return db.execute(query, (one, other)).fetchone() is not None


def follow(db: Db, shapes: Shapes, *, follower: Row, account: Row, now: int) -> None:
    """Follow an account; doing it twice changes nothing. ApiError 403 when blocked, 422 for oneself."""
    if follower["id"] == account["id"]:
        raise ApiError(422, "not_possible", "Nobody can follow themselves.")
    if blocks(db, account["id"], follower["id"]):
        raise ApiError(403, "not_allowed", f"@{account['handle']} has blocked @{follower['handle']}.")
    if follows(db, follower["id"], account["id"]):
        return
    db.execute("INSERT INTO follows VALUES (?, ?, ?)", (follower["id"], account["id"], now))
    _count(db, follower["id"], account["id"], 1)
    payload = {
        "follow": shapes.follow(need_account(db, follower["id"]), need_account(db, account["id"]), now)
    }
    announce(
        db,
        account_id=account["id"],
        kind="follow.created",
        subject=f"f{follower['id']}",
        payload=payload,
        now=now,
    )


def unfollow(db: Db, *, follower: Row, account: Row) -> None:
    """Stop following; fine when not following."""
    if follows(db, follower["id"], account["id"]):
        db.execute(
            "DELETE FROM follows WHERE follower_id = ? AND account_id = ?", (follower["id"], account["id"])
        )
        _count(db, follower["id"], account["id"], -1)


def _count(db: Db, follower_id: str, account_id: str, step: int) -> None:
    db.execute("UPDATE accounts SET following = max(0, following + ?) WHERE id = ?", (step, follower_id))
    db.execute("UPDATE accounts SET followers = max(0, followers + ?) WHERE id = ?", (step, account_id))


def block(db: Db, *, blocker: Row, account: Row) -> None:
    """Block an account: it can no longer reply, write or follow."""
    if blocker["id"] == account["id"]:
        raise ApiError(422, "not_possible", "Nobody can block themselves.")
    unfollow(db, follower=account, account=blocker)
    db.execute("INSERT OR IGNORE INTO blocks VALUES (?, ?)", (blocker["id"], account["id"]))


def unblock(db: Db, *, blocker: Row, account: Row) -> None:
    """Lift a block; fine when there is none."""
    db.execute("DELETE FROM blocks WHERE blocker_id = ? AND account_id = ?", (blocker["id"], account["id"]))
