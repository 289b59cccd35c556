"""How accounts, posts and messages look as JSON, and the SELECTs that fetch what is needed for it."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

from .clock import iso, iso_or_none
from .store import Db, Row

Json = dict[str, Any]

POST_COLUMNS = "SELECT p.*, p.seq AS pos, a.handle, a.name, a.followers, a.following, a.verified, a.kind"
POST_TABLES = " FROM posts p JOIN accounts a ON a.id = p.author_id"
POSTS = POST_COLUMNS + POST_TABLES


def find_post(db: Db, post_id: str) -> Row | None:
    """One post with its author's columns."""
    found: Row | None = db.execute(f"{POSTS} WHERE p.id = ?", (post_id,)).fetchone()
    return found


class Shapes:
    """Builds the JSON of the platform API; `base_url` is where the world reaches the network."""

    def __init__(self, base_url: str) -> None:
        self.base_url = base_url.rstrip("/")

    def author(self, row: Row, id_column: str = "id") -> Json:
        """The short form of an account, from any row that carries its columns."""
        account_id = row[id_column]
        return {
            "id": account_id,
            "handle": row["handle"],
            "name": row["name"],
            "avatar_url": f"{self.base_url}/avatar/{account_id}.svg",
            "followers": row["followers"],
            "following": row["following"],
            "verified": bool(row["verified"]),
            "url": f"{self.base_url}/@{quote(row['handle'])}",
        }

    def account(self, row: Row) -> Json:
        """The long form of an account."""
        more = {"bio": row["bio"], "kind": row["kind"], "created_at": iso(row["created_at"])}
        return self.author(row) | more

    def post(self, row: Row) -> Json:
        """A post as fetched by `POSTS`; a deleted one becomes its tombstone."""
        author = self.author(row, "author_id")
        if row["deleted"]:
            return {"id": row["id"], "conversation_id": row["root_id"], "deleted": True, "author": author}
        return {
            "id": row["id"],
            "author": author,
            "text": row["text"],
            "created_at": iso(row["created_at"]),
            "edited_at": iso_or_none(row["edited_at"]),
            "revision": row["revision"],
            "reply_to": row["reply_to"],
            "conversation_id": row["root_id"],
            "mentions": json.loads(row["mentions"]),
            "url": f"{self.base_url}/p/{row['id']}",
            "deleted": False,
        }

    def message(self, db: Db, row: Row) -> Json:
        """A direct message; the two people are looked up."""
        return {
            "id": row["id"],
            "conversation_id": row["conversation_id"],
            "from": self._author_of(db, row["from_id"]),
            "to": self._author_of(db, row["to_id"]),
            "text": row["text"],
            "created_at": iso(row["created_at"]),
        }

    def follow(self, follower: Row, account: Row, at: int) -> Json:
        """Somebody follows an account."""
        return {"follower": self.author(follower), "account": self.author(account), "created_at": iso(at)}

    def _author_of(self, db: Db, account_id: str) -> Json:
        return self.author(db.execute("SELECT * FROM accounts WHERE id = ?", (account_id,)).fetchone())
