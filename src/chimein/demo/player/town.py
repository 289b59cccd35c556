"""The simulated network as those see it who live there: everybody's posts, and speaking as anybody.

Over HTTP with the control key, like any script. What is known is kept in memory and brought up to date by
what has changed since.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import httpx

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
_PAGE = 1000
_TIMEOUT_S = 5.0


class Refused(Exception):
    """The network does not take this: the post replied to is gone, or somebody has blocked somebody."""


@dataclass(frozen=True, slots=True)
class Post:
    """A post as it stands now."""

    id: str
    root: str
    by: str
    at: datetime
    key: str
    revision: int
    edited_at: datetime | None
    gone: bool


@dataclass(frozen=True, slots=True)
class Letter:
    """A direct message."""

    id: str
    by: str
    to: str
    at: datetime
    key: str


class Town:
    """The network. `client` has its address and the control key; see `knock`."""

    def __init__(self, client: httpx.Client, *, brand: str) -> None:
        self.brand = brand
        self.posts: dict[str, Post] = {}
        self.letters: dict[str, Letter] = {}
        self.keyed: dict[str, Post | Letter] = {}
        self._ours: dict[str, list[str]] = defaultdict(list)
        self._written: dict[str, list[Letter]] = defaultdict(list)
        self._client = client
        self._cursors = {"posts": "", "messages": ""}

    def close(self) -> None:
        """Hang up."""
        self._client.close()

    # ------------------------------------------------------------ seeing
    def look(self) -> None:
        """Learn what has changed. Raises httpx.HTTPError when the network can't be reached."""
        for row in self._news("posts"):
            self._learn_post(row)
        for row in self._news("messages"):
            self._learn_letter(row)

    def _news(self, feed: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        while True:
            query = {"since": self._cursors[feed], "limit": str(_PAGE)}
            page = self._client.get(f"/persona/{feed}", params=query).raise_for_status().json()
            found += page["data"]
            self._cursors[feed] = page["cursor"]
            if not page["more"]:
                return found

    def _learn_post(self, row: dict[str, Any]) -> Post:
        before = self.posts.get(row["id"])
        post = Post(
            id=row["id"],
            root=row["conversation_id"],
            by=row["author"]["handle"],
            at=before.at if before else _moment(row.get("created_at")) or LONG_AGO,
            key=row.get("idempotency_key") or (before.key if before else ""),
            revision=row.get("revision") or (before.revision if before else 1),
            edited_at=_moment(row.get("edited_at")),
            gone=bool(row["deleted"]),
        )
        self.posts[post.id] = post
        if post.key:
            self.keyed[post.key] = post
        if before is None and post.by == self.brand:
            self._ours[post.root].append(post.id)
        return post

    def _learn_letter(self, row: dict[str, Any]) -> Letter:
        moment = _moment(row["created_at"]) or LONG_AGO
        key = row.get("idempotency_key") or ""
        letter = Letter(row["id"], row["from"]["handle"], row["to"]["handle"], moment, key)
        if letter.id not in self.letters and letter.by == self.brand:
            self._written[letter.to].append(letter)
        self.letters[letter.id] = letter
        if letter.key:
            self.keyed[letter.key] = letter
        return letter

    def answers_in(self, root: str) -> list[Post]:
        """The brand's posts in a thread that still stand, in order."""
        return [post for post in (self.posts[one] for one in self._ours[root]) if not post.gone]

    def letters_to(self, handle: str, since: datetime) -> list[Letter]:
        """What the brand has written to somebody since then."""
        return [letter for letter in self._written[handle] if letter.at >= since]

    # ------------------------------------------------------------ speaking
    def say(self, handle: str, text: str, *, key: str, reply_to: str | None = None) -> Post:
        """Post as somebody; the same key again is the same post. Raises Refused."""
        body = {"text": text, "reply_to": reply_to}
        row = self._speak("POST", f"/persona/{handle}/posts", body, key)
        return self._learn_post({**row, "idempotency_key": key})

    def write(self, handle: str, text: str, *, key: str) -> Letter:
        """Write a direct message to the brand. Raises Refused."""
        row = self._speak("POST", f"/persona/{handle}/messages", {"to": self.brand, "text": text}, key)
        return self._learn_letter({**row, "idempotency_key": key})

    def edit(self, post: Post, text: str) -> None:
        """Give somebody's post another text. Raises Refused."""
        self._learn_post(self._speak("PATCH", f"/persona/{post.by}/posts/{post.id}", {"text": text}))

    def delete(self, post: Post) -> None:
        """Take somebody's post down. Raises Refused."""
        self._learn_post(self._speak("DELETE", f"/persona/{post.by}/posts/{post.id}", None))

    def _speak(self, method: str, path: str, body: dict[str, Any] | None, key: str = "") -> dict[str, Any]:
        headers = {"Idempotency-Key": key} if key else {}
        answer = self._client.request(method, path, json=body, headers=headers)
        if answer.is_client_error and answer.status_code != httpx.codes.UNAUTHORIZED:
            raise Refused(answer.text[:200])
        answer.raise_for_status()
        found: dict[str, Any] = answer.json()
        return found


def knock(base_url: str, control_key: str) -> httpx.Client:
    """A client for the network's scripts."""
    headers = {"X-Control-Key": control_key}
    return httpx.Client(base_url=base_url, headers=headers, timeout=_TIMEOUT_S, trust_env=False)


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
