"""Warble as a channel."""

from __future__ import annotations

import hashlib
from datetime import datetime

import httpx
import orjson
from django.utils.translation import gettext, gettext_noop

from chimein.channels.adapters.bodies import read_model
from chimein.channels.adapters.warble import hooks, reading
from chimein.channels.adapters.warble.api import Api, Tokens
from chimein.channels.adapters.warble.shapes import Account, Message, Post, Tombstone
from chimein.channels.port import (
    AccountView,
    Capabilities,
    Envelope,
    Health,
    HookRequest,
    InboundRecord,
    InvalidSignature,
    Outgoing,
    Page,
    Payload,
    SendError,
    SendErrorCode,
    SendUncertain,
    Sent,
    Unparseable,
)

POST_LIMIT = 280
MESSAGE_LIMIT = 1000
_PAGE = 100
_MOST_WORDS = 50
_PATHS = {"mentions": "/api/mentions", "search": "/api/search", "messages": "/api/messages"}


class WarbleAdapter:
    """Public posts and direct messages.

    Credentials: `client_id` and `client_secret` of the brand's app, `webhook_secret` of its webhook.
    Only access tokens are remembered; they can be had again at any time.
    """

    name = "warble"
    label = gettext_noop("Warble")
    capabilities = Capabilities(
        public_reply=True,
        direct_message=True,
        max_length=POST_LIMIT,
        direct_max_length=MESSAGE_LIMIT,
        measure="weighted",
        edit=True,
        delete=True,
        polls=True,
        hooks=True,
        needs_base_url=True,
        can_look_up=True,
        idempotent=True,
    )
    streams: tuple[str, ...] = tuple(_PATHS)

    def __init__(self) -> None:
        self._tokens = Tokens()

    def verify(self, account: AccountView, request: HookRequest, now: datetime) -> str:
        secret = account.credentials.get("webhook_secret", "")
        if not secret:
            raise InvalidSignature("this account has no webhook secret")
        return hooks.verify(secret, request.headers, request.body, now)

    def unpack(self, account: AccountView, body: bytes) -> list[Envelope]:
        return hooks.unpack(body)

    def parse(self, account: AccountView, payload: Payload) -> InboundRecord | None:
        return reading.read(account, payload)

    def poll(self, account: AccountView, stream: str, cursor: str, client: httpx.Client) -> Page:
        """Mentions and threads, posts found by the listening words (the first 50), or direct messages."""
        asked: dict[str, object] = {"cursor": cursor, "limit": _PAGE}
        if stream == "search":
            asked["q"] = [word for word in account.listening_words if word.strip()][:_MOST_WORDS]
            if not asked["q"]:
                return Page((), cursor, False)
        body = Api(self._tokens, account, client).get(_PATHS[stream], asked)
        data, after = body.get("data"), body.get("cursor")
        if not isinstance(data, list) or not isinstance(after, str):
            raise SendError(SendErrorCode.TEMPORARY, "The network answered something that is no timeline.")
        return Page([_envelope(stream, item) for item in data], after, body.get("more") is True)

    def send(self, account: AccountView, outgoing: Outgoing, client: httpx.Client) -> Sent:
        api = Api(self._tokens, account, client)
        if outgoing.private:
            body = api.post("/api/messages", {"to": outgoing.recipient, "text": outgoing.text}, outgoing.key)
        else:
            given = {"text": outgoing.text, "reply_to": outgoing.reply_to or None}
            body = api.post("/api/posts", given, outgoing.key)
        try:
            return _sent(body, private=outgoing.private)
        except Unparseable as error:
            raise SendUncertain(f"The network accepted it, but said not where it stands: {error}") from error

    def find_sent(self, account: AccountView, outgoing: Outgoing, client: httpx.Client) -> Sent | None:
        path = "/api/messages" if outgoing.private else "/api/posts"
        body = Api(self._tokens, account, client).get(path, {"idempotency_key": outgoing.key})
        found = body.get("data")
        if not isinstance(found, list):
            raise SendError(SendErrorCode.TEMPORARY, "The network could not look the text up.")
        try:
            return _sent(found[0], private=outgoing.private) if found else None
        except Unparseable as error:
            raise SendError(
                SendErrorCode.TEMPORARY, f"The network's answer makes no sense: {error}"
            ) from error

    def check(self, account: AccountView, client: httpx.Client) -> Health:
        try:
            me = read_model(Account, Api(self._tokens, account, client).get("/api/me"))
        except SendError as error:
            return Health(False, str(error), _remedy(error.code))
        except Unparseable as error:
            return Health(False, str(error), _remedy(SendErrorCode.BAD_REQUEST))
        if not reading.is_ours(account, me):
            problem = gettext("The credentials belong to @%(handle)s.") % {"handle": me.handle}
            return Health(
                False, problem, gettext("Enter the client id and secret of this account's own app.")
            )
        return Health(True)


def _envelope(stream: str, item: object) -> Envelope:
    """An entry of a timeline; one that makes no sense is journalled too and set aside later."""
    payload: Payload = item if isinstance(item, dict) else {"odd": item}
    try:
        if stream == "messages":
            return hooks.message_envelope(payload)
        return hooks.post_envelope(payload, searched=stream == "search")
    except Unparseable:
        digest = hashlib.sha256(orjson.dumps(payload, option=orjson.OPT_SORT_KEYS)).hexdigest()
        name = "message" if stream == "messages" else "post"
        return Envelope(f"odd:{digest}", digest, {name: payload})


def _sent(body: Payload, *, private: bool) -> Sent:
    """Where a text stands, from the network's JSON of it; it may be gone again. Raises Unparseable."""
    if private:
        message = read_model(Message, body)
        return Sent(message.id, posted_at=message.created_at)
    if body.get("deleted") is True:
        return Sent(read_model(Tombstone, body).id)
    post = read_model(Post, body)
    return Sent(post.id, permalink=post.url, posted_at=post.created_at)


def _remedy(code: SendErrorCode) -> str:
    """What to do, in plain words."""
    if code is SendErrorCode.AUTH_EXPIRED:
        return gettext("Check the client id and the client secret: the network does not accept them.")
    if code in {SendErrorCode.TEMPORARY, SendErrorCode.RATE_LIMITED}:
        return gettext(
            "Nothing to do: it is tried again by itself. If this goes on, see whether the network is up."
        )
    return gettext("Check the network's address: what answers there is not Warble.")
