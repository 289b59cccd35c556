"""From Warble's posts and messages to records: whose they are, and whether they speak to the brand."""

from __future__ import annotations

import unicodedata

from chimein.channels.adapters.bodies import read_model
from chimein.channels.adapters.warble.shapes import Account, Message, Post, PostKey, Tombstone
from chimein.channels.port import AccountView, InboundRecord, Payload, Unparseable


def read(account: AccountView, payload: Payload) -> InboundRecord:
    """A journal row of this channel as a record. Raises Unparseable."""
    if "post" in payload:
        post = payload["post"]
        if read_model(PostKey, post, at="post").deleted:
            return _gone(account, read_model(Tombstone, post, at="post"))
        return _posted(account, read_model(Post, post, at="post"), searched=payload.get("searched") is True)
    if "message" in payload:
        return _written(account, read_model(Message, payload["message"], at="message"))
    raise Unparseable("neither a post nor a message")


def fold(text: str) -> str:
    """The form in which the network itself compares texts: compatibility characters and case made alike."""
    return unicodedata.normalize("NFKC", text).casefold()


def is_ours(account: AccountView, author: Account) -> bool:
    """By id; by handle as long as the account's id is not known."""
    if account.external_id:
        return author.id == account.external_id
    return _is_handle(account, author.handle)


def _is_handle(account: AccountView, handle: str) -> bool:
    return bool(account.handle) and handle.lstrip("@").casefold() == account.handle.lstrip("@").casefold()


def _posted(account: AccountView, post: Post, *, searched: bool) -> InboundRecord:
    mentioned = any(_is_handle(account, handle) for handle in post.mentions)
    named = mentioned or names_us(account, post.text)
    unclear = bool(post.reply_to) and not named
    return InboundRecord(
        action="post",
        external_id=post.id,
        author=post.author.author(),
        own=is_ours(account, post.author),
        text=post.text,
        posted_at=post.created_at,
        edited_at=post.edited_at,
        revision=post.revision,
        parent_external_id=post.reply_to,
        root_external_id=post.conversation_id,
        permalink=post.url,
        found=not mentioned and (searched or not post.reply_to),
        to_us=not unclear or not post.mentions,
        thread_decides=unclear,
        answers_key=post.idempotency_key,
    )


def names_us(account: AccountView, text: str) -> bool:
    """Whether the text names one of the brand's words, as the network's search sees it."""
    folded = fold(text)
    return any(fold(word) in folded for word in account.listening_words if word.strip())


def _gone(account: AccountView, post: Tombstone) -> InboundRecord:
    author = post.author
    return InboundRecord(
        action="delete",
        external_id=post.id,
        author=author.author() if author else None,
        own=author is not None and is_ours(account, author),
        root_external_id=post.conversation_id,
    )


def _written(account: AccountView, message: Message) -> InboundRecord:
    own = is_ours(account, message.sender)
    other = message.receiver if own else message.sender
    return InboundRecord(
        action="post",
        external_id=message.id,
        author=message.sender.author(),
        own=own,
        private=True,
        text=message.text,
        posted_at=message.created_at,
        root_external_id=f"dm:{other.id}",
        answers_key=message.idempotency_key,
    )
