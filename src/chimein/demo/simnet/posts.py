"""Writing posts: making, editing, deleting."""

from __future__ import annotations

import hashlib
import json
import unicodedata
from dataclasses import dataclass

from .accounts import blocks
from .counting import POST_LIMIT, length
from .errors import ApiError
from .shapes import Shapes, find_post
from .store import Db, Row, next_id, next_seq
from .timeline import mentioned, spread, tell


@dataclass(frozen=True)
class NewPost:
    """What somebody wants to say. `created_at` (ms) back-dates it; `key` makes the call repeatable."""

    text: str
    reply_to: str | None = None
    created_at: int | None = None
    key: str | None = None

    @property
    def fingerprint(self) -> str:
        """Tells a repeated request from another one under the same key."""
        return fingerprint(self.text, self.reply_to)


def fold(text: str) -> str:
    """The form in which texts are searched: compatibility characters and case made alike."""
    return unicodedata.normalize("NFKC", text).casefold()


def check_length(text: str, limit: int) -> None:
    """Raises ApiError 422 `too_long` or `empty`."""
    if not text.strip():
        raise ApiError(422, "empty", "The text is empty.")
    counted = length(text)
    if counted > limit:
        message = f"The text counts {counted}, the limit is {limit}."
        raise ApiError(422, "too_long", message, limit=limit, length=counted)


def fingerprint(*parts: str | None) -> str:
    """A digest by which a repeated request is told from another one under the same key."""
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def refuse_reuse(found: Row, wanted: str) -> None:
    """Raises ApiError 409 `key_reused` when the key was used for something else."""
    if found["fingerprint"] != wanted:
        raise ApiError(409, "key_reused", "This Idempotency-Key was used with another body.")


def create_post(
    db: Db, shapes: Shapes, *, author: Row, new: NewPost, now: int, silent: bool = False
) -> tuple[Row, bool]:
    """Store a post and queue its events. Returns (post, whether it is new).

    With `new.key` known already, the first post is returned unchanged. A reply can't be older than what it
    answers: its time is moved up when it is. `silent` leaves the events out. Raises ApiError: `empty`,
    `too_long`, `not_found`, `target_gone`, `not_allowed`, `key_reused`.
    """
    known = post_by_key(db, author["id"], new.key)
    if known is not None:
        refuse_reuse(known, new.fingerprint)
        return known, False
    check_length(new.text, POST_LIMIT)
    parent = None if new.reply_to is None else _target(db, author, new.reply_to)
    post_id = _insert(db, author, new, parent, now)
    post = _spread(db, post_id, new.text)
    if not silent:
        tell(db, shapes, post_id=post_id, kind="post.created", now=now)
    return post, True


def edit_post(db: Db, shapes: Shapes, *, author: Row, post_id: str, text: str, now: int) -> Row:
    """Give an own post a new text; the old one is kept as a revision. The same text again changes nothing."""
    before = own_post(db, author, post_id)
    check_length(text, POST_LIMIT)
    if text == before["text"]:
        return before
    old = (before["id"], before["revision"], before["text"], before["folded"], now)
    db.execute("INSERT INTO revisions VALUES (?, ?, ?, ?, ?)", old)
    db.execute(
        "UPDATE posts SET seq = ?, text = ?, folded = ?, mentions = ?, edited_at = ?, revision = revision + 1"
        " WHERE id = ?",
        (next_seq(db), text, fold(text), _handles(db, text), now, post_id),
    )
    post = _spread(db, post_id, text)
    tell(db, shapes, post_id=post_id, kind="post.edited", now=now)
    return post


def delete_post(db: Db, shapes: Shapes, *, author: Row, post_id: str, now: int) -> Row:
    """Take an own post down; a tombstone stays so that feeds can tell."""
    before = own_post(db, author, post_id)
    db.execute("UPDATE posts SET seq = ?, deleted = 1 WHERE id = ?", (next_seq(db), post_id))
    post = _spread(db, post_id, before["text"])
    tell(db, shapes, post_id=post_id, kind="post.deleted", now=now)
    return post


def own_post(db: Db, author: Row, post_id: str) -> Row:
    """A standing post of the author. Raises ApiError 404, 410 `gone` or 403 `not_allowed`."""
    post = standing_post(db, post_id)
    if post["author_id"] != author["id"]:
        raise ApiError(403, "not_allowed", "Only the author may change a post.")
    return post


def standing_post(db: Db, post_id: str) -> Row:
    """A post that exists and is not deleted. Raises ApiError 404 `not_found` or 410 `gone`."""
    post = find_post(db, post_id)
    if post is None:
        raise ApiError(404, "not_found", "There is no such post.")
    if post["deleted"]:
        raise ApiError(410, "gone", "This post was deleted.")
    return post


def post_by_key(db: Db, author_id: str, key: str | None) -> Row | None:
    """The post the author made under an idempotency key."""
    row = db.execute(
        "SELECT id FROM posts WHERE author_id = ? AND idempotency_key = ?", (author_id, key)
    ).fetchone()
    return None if row is None else find_post(db, row["id"])


def _target(db: Db, author: Row, post_id: str) -> Row:
    target = find_post(db, post_id)
    if target is None:
        raise ApiError(404, "not_found", "The post to reply to does not exist.")
    if target["deleted"]:
        raise ApiError(410, "target_gone", "The post to reply to was deleted.")
    if blocks(db, target["author_id"], author["id"]):
        raise ApiError(403, "not_allowed", f"@{target['handle']} has blocked @{author['handle']}.")
    return target


def _insert(db: Db, author: Row, new: NewPost, parent: Row | None, now: int) -> str:
    post_id = next_id(db)
    created_at = now if new.created_at is None else new.created_at
    if parent is not None:
        created_at = max(created_at, parent["created_at"] + 1)
    values = {
        "id": post_id,
        "seq": next_seq(db),
        "author_id": author["id"],
        "text": new.text,
        "folded": fold(new.text),
        "mentions": _handles(db, new.text),
        "created_at": created_at,
        "reply_to": new.reply_to,
        "root_id": post_id if parent is None else parent["root_id"],
        "idempotency_key": new.key,
        "fingerprint": new.fingerprint,
    }
    places = ", ".join(f":{name}" for name in values)
    columns = ", ".join(values)
    db.execute(f"INSERT INTO posts ({columns}) VALUES ({places})", values)
    return post_id


def _handles(db: Db, text: str) -> str:
    return json.dumps([row["handle"] for row in mentioned(db, text)])


def _spread(db: Db, post_id: str, text: str) -> Row:
    post = find_post(db, post_id)
    if post is None:
        raise LookupError(post_id)
    spread(db, post, mentioned(db, text))
    return post
