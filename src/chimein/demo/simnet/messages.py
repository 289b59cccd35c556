"""Direct messages between two accounts."""

from __future__ import annotations

from .accounts import blocks, follows
from .counting import MESSAGE_LIMIT
from .errors import ApiError
from .outbox import announce
from .posts import check_length, fingerprint, refuse_reuse
from .shapes import Shapes
from .store import Db, Row, next_id, next_seq


def conversation_of(one: str, other: str) -> str:
    """The id of the conversation of two accounts, whoever writes: `dm-<lower id>-<higher id>`."""
    low, high = sorted((one, other), key=int)
    return f"dm-{low}-{high}"


def send_message(
    db: Db, shapes: Shapes, *, sender: Row, to: Row, text: str, now: int, key: str | None = None
) -> tuple[Row, bool]:
    """Store a message and queue its event. Returns (message, whether it is new).

    A brand may only write to people who wrote to it or follow it. Raises ApiError: `empty`, `too_long`,
    `not_allowed`, `key_reused`.
    """
    digest = fingerprint(to["id"], text)
    known = message_by_key(db, sender["id"], key)
    if known is not None:
        refuse_reuse(known, digest)
        return known, False
    check_length(text, MESSAGE_LIMIT)
    _permit(db, sender, to)
    message_id = next_id(db)
    conversation = conversation_of(sender["id"], to["id"])
    db.execute(
        "INSERT INTO messages VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (message_id, next_seq(db), conversation, sender["id"], to["id"], text, now, key, digest),
    )
    message: Row = db.execute("SELECT * FROM messages WHERE id = ?", (message_id,)).fetchone()
    payload = {"message": shapes.message(db, message)}
    announce(db, account_id=to["id"], kind="message.created", subject=conversation, payload=payload, now=now)
    return message, True


def message_by_key(db: Db, sender_id: str, key: str | None) -> Row | None:
    """The message sent under an idempotency key."""
    found: Row | None = db.execute(
        "SELECT * FROM messages WHERE from_id = ? AND idempotency_key = ?", (sender_id, key)
    ).fetchone()
    return found


def _permit(db: Db, sender: Row, to: Row) -> None:
    if sender["id"] == to["id"]:
        raise ApiError(422, "not_possible", "Nobody can write to themselves.")
    if blocks(db, to["id"], sender["id"]):
        raise ApiError(403, "not_allowed", f"@{to['handle']} has blocked @{sender['handle']}.")
    if sender["kind"] != "brand" or follows(db, to["id"], sender["id"]):
        return
    wrote = db.execute(
        "SELECT 1 FROM messages WHERE from_id = ? AND to_id = ?", (to["id"], sender["id"])
    ).fetchone()
    if wrote is None:
        message = f"@{to['handle']} neither wrote to @{sender['handle']} nor follows it."
        raise ApiError(403, "not_allowed", message)


def conversation(db: Db, one: str, other: str, *, limit: int = 200) -> list[Row]:
    """The newest messages of two accounts, oldest first."""
    found = db.execute(
        "SELECT * FROM messages WHERE conversation_id = ? ORDER BY seq DESC LIMIT ?",
        (conversation_of(one, other), limit),
    ).fetchall()
    return found[::-1]


def inbox(db: Db, account_id: str) -> list[Row]:
    """The last message of each conversation, newest first; `other_id` is the one talked to."""
    return db.execute(
        "SELECT m.*, CASE m.from_id WHEN :me THEN m.to_id ELSE m.from_id END AS other_id"
        " FROM messages m WHERE m.seq IN"
        " (SELECT max(seq) FROM (SELECT conversation_id, seq FROM messages WHERE from_id = :me"
        "  UNION ALL SELECT conversation_id, seq FROM messages WHERE to_id = :me) GROUP BY conversation_id)"
        " ORDER BY m.seq DESC",
        {"me": account_id},
    ).fetchall()
