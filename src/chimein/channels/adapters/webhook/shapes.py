"""The messages that other systems send us, and what becomes of them in our terms.

``{"type": "message.created" | "message.updated" | "message.deleted", "data": {…}}``
"""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, StringConstraints

from chimein.channels.adapters.bodies import Email, Followers, Id, Link, MaybeId, MaybeText, Moment
from chimein.channels.port import Author, InboundRecord

CREATED, UPDATED, DELETED = "message.created", "message.updated", "message.deleted"
_LARGEST_REVISION = 2**31 - 1


class Sender(BaseModel):
    """Who wrote the message in the other system."""

    id: Id
    name: MaybeText = ""
    handle: MaybeText = ""
    followers: Followers = 0

    def author(self) -> Author:
        return Author(self.id, handle=self.handle, name=self.name, followers=self.followers)


class Message(BaseModel):
    """``data`` of a message that was created or updated."""

    id: Id
    author: Sender
    text: str
    created_at: Moment
    edited_at: Moment | None = None
    thread_id: MaybeId = ""
    reply_to: MaybeId = ""
    private: bool = False
    url: Link = ""
    shares: Followers = 0
    email: Email = ""

    @property
    def revision(self) -> int:
        """1 as written, higher the later it was edited: in tenths of a second after it was written."""
        if self.edited_at is None:
            return 1
        tenths = int((self.edited_at - self.created_at).total_seconds() * 10)
        return min(max(tenths, 0) + 2, _LARGEST_REVISION)

    def record(self, own_id: str) -> InboundRecord:
        """The message in our terms; `own_id` is the brand's own author id in that system."""
        return InboundRecord(
            action="post",
            external_id=self.id,
            author=self.author.author(),
            own=bool(own_id) and self.author.id == own_id,
            private=self.private,
            text=self.text,
            posted_at=self.created_at,
            edited_at=self.edited_at,
            revision=self.revision,
            parent_external_id=self.reply_to,
            root_external_id=f"thread:{self.thread_id}" if self.thread_id else "",
            permalink=self.url,
            shares=self.shares,
            contact_name=self.author.name,
            contact_email=self.email,
        )


class Updated(Message):
    """``data`` of an update, which has to say when, so that updates can be told apart and ordered."""

    edited_at: Moment


class Deleted(BaseModel):
    """``data`` of a deletion: the id is enough."""

    id: Id
    thread_id: MaybeId = ""
    reply_to: MaybeId = ""

    def record(self) -> InboundRecord:
        return InboundRecord(action="delete", external_id=self.id)


class Event(BaseModel):
    """The body's outer shape."""

    type: Annotated[str, StringConstraints(min_length=1, max_length=100)]
    data: dict[str, object]
