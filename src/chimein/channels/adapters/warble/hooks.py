"""Warble's webhooks: is it from Warble, and what does it tell.

``X-Warble-Signature: sha256=`` and the hex HMAC-SHA256 of ``timestamp.body`` under the webhook's secret, with
the time (unix seconds) in ``X-Warble-Timestamp``.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Annotated

from pydantic import BaseModel, StringConstraints

from chimein.channels.adapters.bodies import read_json, read_model
from chimein.channels.adapters.warble.shapes import MessageKey, PostKey
from chimein.channels.port import Envelope, InvalidSignature, Payload, Unparseable

TOLERANCE = timedelta(seconds=300)
POST_EVENTS = frozenset({"post.created", "post.edited", "post.deleted"})
MESSAGE_EVENTS = frozenset({"message.created"})


class Event(BaseModel):
    """The body's outer shape."""

    type: Annotated[str, StringConstraints(min_length=1, max_length=100)]
    post: dict[str, object] | None = None
    message: dict[str, object] | None = None


def verify(secret: str, headers: Mapping[str, str], body: bytes, now: datetime) -> str:
    """The signature, once it is clear that it is right and fresh. Raises InvalidSignature."""
    timestamp = headers.get("x-warble-timestamp", "")
    given = headers.get("x-warble-signature", "")
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 12):
        raise InvalidSignature("x-warble-timestamp is missing or not a number")
    if abs(int(timestamp) - now.timestamp()) > TOLERANCE.total_seconds():
        raise InvalidSignature("x-warble-timestamp is too old or lies in the future")
    digest = hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()
    if not given.isascii() or not hmac.compare_digest(f"sha256={digest}".encode(), given.encode()):
        raise InvalidSignature("x-warble-signature does not fit")
    return given


def unpack(body: bytes) -> list[Envelope]:
    """The post or message an event is about; nothing for other events. Raises Unparseable."""
    event = read_model(Event, read_json(body))
    if event.type in POST_EVENTS:
        return [post_envelope(_needed(event.post, "post"))]
    if event.type in MESSAGE_EVENTS:
        return [message_envelope(_needed(event.message, "message"))]
    return []


def post_envelope(post: Payload, *, searched: bool = False) -> Envelope:
    """A post for the journal; `searched` when it was found by a word. Raises Unparseable."""
    key = read_model(PostKey, post, at="post")
    payload: Payload = {"post": post, "searched": True} if searched else {"post": post}
    return Envelope(key.dedup_key, key.conversation_id, payload)


def message_envelope(message: Payload) -> Envelope:
    """A direct message for the journal. Raises Unparseable."""
    key = read_model(MessageKey, message, at="message")
    return Envelope(key.dedup_key, key.conversation_id, {"message": message})


def _needed(part: Payload | None, name: str) -> Payload:
    if part is None:
        raise Unparseable(f"{name}: field required")
    return part
