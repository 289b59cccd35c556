"""Warble's JSON: posts, tombstones of posts and direct messages, as far as we use them."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, BeforeValidator, Field

from chimein.channels.adapters.bodies import Followers, Id, Link, MaybeId, MaybeText, Moment
from chimein.channels.port import Author

Handles = Annotated[list[str], BeforeValidator(lambda value: [] if value is None else value)]


class Account(BaseModel):
    """Somebody on the network."""

    id: Id
    handle: MaybeText = ""
    name: MaybeText = ""
    avatar_url: Link = ""
    url: Link = ""
    followers: Followers = 0
    verified: bool = False

    def author(self) -> Author:
        return Author(
            external_id=self.id,
            handle=self.handle,
            name=self.name,
            avatar_url=self.avatar_url,
            profile_url=self.url,
            followers=self.followers,
            verified=self.verified,
        )


class PostKey(BaseModel):
    """What tells one version of a post from all others."""

    id: Id
    conversation_id: Id
    revision: Annotated[int, Field(ge=1, le=2**31 - 1)] = 1
    deleted: bool = False

    @property
    def dedup_key(self) -> str:
        return f"post:{self.id}:{'gone' if self.deleted else self.revision}"


class Tombstone(PostKey):
    """What is left of a deleted post."""

    author: Account | None = None


class Post(PostKey):
    """A post that stands. The key is told only with the brand's own posts, if at all."""

    author: Account
    text: str
    created_at: Moment
    edited_at: Moment | None = None
    reply_to: MaybeId = ""
    mentions: Handles = Field(default_factory=list)
    url: Link = ""
    idempotency_key: MaybeText = ""


class MessageKey(BaseModel):
    """What tells one direct message from all others."""

    id: Id
    conversation_id: Id

    @property
    def dedup_key(self) -> str:
        return f"dm:{self.id}"


class Message(MessageKey):
    """A direct message between the brand and somebody."""

    sender: Account = Field(alias="from")
    receiver: Account = Field(alias="to")
    text: str
    created_at: Moment
    idempotency_key: MaybeText = ""
