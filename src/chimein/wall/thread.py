"""One question with everything that was said about it in public."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from chimein.core import db
from chimein.core.text.redact import redact
from chimein.wall.public import POSTED, asker_name, link_of
from chimein.wall.selectors import Card, Signed, cards, signed

MOST = 200


@dataclass(frozen=True, slots=True)
class Said:
    """One post of a thread, masked. A post that was taken down keeps its place, without name and text."""

    id: int
    direction: Literal["in", "out"]
    text: str
    language: str
    at: datetime
    edited_at: datetime | None
    gone: bool
    link: str
    asker: str = ""
    verified: bool = False
    colour: int = 0
    """A number that is the same for all posts of one customer."""
    by: Signed | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """A conversation's public page."""

    card: Card
    posts: list[Said]
    more: bool
    """There are posts beyond those shown here."""
    settled_by_thanks: bool

    @property
    def answers(self) -> list[Said]:
        return [post for post in self.posts if post.direction == "out" and not post.gone]

    @property
    def people(self) -> list[Signed]:
        """Those who answered and have a public page, each once."""
        found = {post.by.person_id: post.by for post in self.answers if post.by and post.by.person_id}
        return list(found.values())


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Why there is no page: `moved_to` another question, or gone for good."""

    moved_to: str = ""
    gone: bool = False


_FIND = "SELECT id, close_reason FROM conversations_conversation WHERE brand_id = %s AND public_id = %s"
_POSTS = f"""
SELECT m.id, m.direction, m.text, m.language, m.posted_at, m.edited_at, m.deleted_at IS NOT NULL, m.permalink,
       h.adapter, i.handle, i.name, coalesce(i.verified, false), coalesce(m.contact_id, 0),
       m.attribution, p.public_name, p.public_id
FROM conversations_message m
JOIN channels_channelaccount h ON h.id = m.account_id
LEFT JOIN contacts_identity i ON i.id = m.identity_id
LEFT JOIN people_membership p ON p.id = m.author_id AND p.on_wall AND p.is_active
WHERE m.conversation_id = %s AND {POSTED}
ORDER BY m.posted_at, m.id LIMIT {MOST + 1}
"""


def _said(row: tuple[Any, ...]) -> Said:
    pk, direction, text, language, at, edited_at, gone, permalink, *who = row
    adapter, handle, name, verified, contact, attribution, public_name, person_id = who
    if gone:
        return Said(pk, direction, "", "", at, None, True, "")
    return Said(
        pk, direction, redact(text), language, at, edited_at, False, link_of(permalink),
        asker=asker_name(adapter, handle or "", name or "") if direction == "in" else "",
        verified=verified and direction == "in",
        colour=contact,
        by=signed(attribution, public_name, person_id) if direction == "out" else None,
    )  # fmt: skip


def by_id(conversation_id: int) -> Question | None:
    """The page of a conversation that is on the wall."""
    found = cards([conversation_id])
    if not found:
        return None
    reason = db.fetch_one(
        "SELECT close_reason FROM conversations_conversation WHERE id = %s", (conversation_id,)
    )
    rows = db.fetch(_POSTS, (conversation_id,))
    return Question(
        found[0],
        [_said(row) for row in rows[:MOST]],
        len(rows) > MOST,
        bool(reason and reason[0] == "thanked"),
    )


def question(brand_id: int, public_id: str) -> Question | Elsewhere | None:
    """The page of a question, where it went, or None when there never was a public one."""
    row = db.fetch_one(_FIND, (brand_id, public_id))
    if row is None:
        return None
    return by_id(row[0]) or _elsewhere(row[0])


_WINNER = """
WITH RECURSIVE trail AS (
    SELECT id, merged_into_id FROM conversations_conversation WHERE id = %s
    UNION
    SELECT c.id, c.merged_into_id FROM conversations_conversation c JOIN trail t ON c.id = t.merged_into_id
)
SELECT c.public_id FROM trail t JOIN conversations_conversation c ON c.id = t.id
WHERE c.merged_into_id IS NULL AND c.visibility = 'public' AND c.id <> %s
"""
# It was on the wall when a customer's public post, since deleted, had needed an answer.
_WAS_SHOWN = """
SELECT 1 FROM conversations_message m JOIN conversations_conversation c ON c.id = m.conversation_id
WHERE m.conversation_id = %s AND c.visibility = 'public' AND m.direction = 'in' AND m.visibility = 'public'
  AND m.deleted_at IS NOT NULL LIMIT 1
"""


def _elsewhere(conversation_id: int) -> Elsewhere | None:
    winner = db.fetch_one(_WINNER, (conversation_id, conversation_id))
    if winner:
        return Elsewhere(moved_to=winner[0])
    return Elsewhere(gone=True) if db.fetch_one(_WAS_SHOWN, (conversation_id,)) else None
