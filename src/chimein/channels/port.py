"""The channel port: all that a network has to offer to be a channel of ChimeIn.

An adapter is one object with these members, registered by an entry point in the group ``chimein.channels``.
It knows this module and `chimein.core`, nothing else. It keeps no state: accounts and cursors are given to it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Literal, Protocol, runtime_checkable

import httpx

from chimein.contacts.author import Author
from chimein.core.text.measure import Measure

__all__ = ["Author"]  # the one name that is made elsewhere; adapters know only this module

Payload = dict[str, Any]


class InvalidSignature(Exception):
    """The request is not from the network, or too old, or seen before: 401, nothing stored."""


class Unparseable(Exception):
    """The body or a part of it makes no sense to us; the words say what is wrong with it."""


class SendErrorCode(StrEnum):
    """Why a text was not posted, in words shared by all networks. Only the first two are tried again."""

    RATE_LIMITED = "rate_limited"
    TEMPORARY = "temporary"
    AUTH_EXPIRED = "auth_expired"
    NOT_ALLOWED = "not_allowed"
    WINDOW_CLOSED = "window_closed"
    TOO_LONG = "too_long"
    DUPLICATE = "duplicate"
    TARGET_GONE = "target_gone"
    BLOCKED = "blocked_by_user"
    BAD_REQUEST = "bad_request"


RETRYABLE = frozenset({SendErrorCode.RATE_LIMITED, SendErrorCode.TEMPORARY})


class SendError(Exception):
    """The network refused, and it is certain that nothing was posted."""

    def __init__(self, code: SendErrorCode, message: str, *, retry_at: datetime | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.retry_at = retry_at


class SendUncertain(Exception):
    """No answer came: the text may have been posted or not."""


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What the network can do; drives the buttons, the counter and the delivery's ways."""

    public_reply: bool
    direct_message: bool
    max_length: int
    direct_max_length: int
    measure: Measure
    edit: bool = False
    delete: bool = False
    polls: bool = False
    hooks: bool = False
    needs_base_url: bool = False
    can_look_up: bool = False
    """A posted text can be found again by our idempotency key."""
    idempotent: bool = False
    """Posting twice with the same key is one post, by the network's own promise."""


@dataclass(frozen=True, slots=True)
class AccountView:
    """What an adapter may know of the brand's account."""

    id: int
    brand_name: str
    network: str
    external_id: str
    handle: str
    base_url: str
    credentials: Mapping[str, str] = field(repr=False)
    listening_words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class HookRequest:
    """A request to our webhook address: header names in lower case, body as it came."""

    method: str
    headers: Mapping[str, str]
    query: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Envelope:
    """One thing that happened, ready for the journal.

    `dedup_key` is the same however often and by whatever way we are told of it; `thread_key` is the same for all
    of one thread as far as the network says, and keeps their order.
    """

    dedup_key: str
    thread_key: str
    payload: Payload


@dataclass(frozen=True, slots=True)
class InboundRecord:
    """One message, edit or deletion, in our terms. Ids are always text; times are aware and in UTC."""

    action: Literal["post", "delete"]
    external_id: str
    author: Author | None = None
    own: bool = False
    """Written by the brand's own account: an echo of ours, or an answer written elsewhere."""
    private: bool = False
    text: str = ""
    posted_at: datetime | None = None
    edited_at: datetime | None = None
    revision: int = 1
    parent_external_id: str = ""
    root_external_id: str = ""
    child_external_ids: tuple[str, ...] = ()
    permalink: str = ""
    found: bool = False
    to_us: bool = True
    """Addressed to the brand by mention, reply or name; False for bystanders' talk in a thread."""
    thread_decides: bool = False
    """The network does not say whose post this reply is for: `to_us` is a guess, to be corrected by whoever knows the
    thread. It is to us when it replies to the brand, or when it is the asker who goes on."""
    answers_key: str = ""
    """Our idempotency key, when the network tells it with our own post."""
    shares: int = 0
    """How often others have passed the post on so far, where the network tells."""
    topic: str = ""
    """The topic the customer chose, by its slug, where the channel asks for one."""
    contact_name: str = ""
    contact_email: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """A page of a timeline, with the place to go on from."""

    envelopes: Sequence[Envelope]
    cursor: str
    more: bool


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A text to be posted once. `key` identifies it for ever."""

    key: str
    text: str
    private: bool
    reply_to: str = ""
    recipient: str = ""


@dataclass(frozen=True, slots=True)
class Sent:
    """Where the text now stands."""

    external_id: str
    permalink: str = ""
    posted_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Health:
    """Whether the account can be used; `remedy` says in plain words what to do if not."""

    ok: bool
    problem: str = ""
    remedy: str = ""


@runtime_checkable
class Adapter(Protocol):
    """A network. Calls that go out are given a client that is safe to use (timeouts, no private addresses)."""

    name: str
    label: str
    capabilities: Capabilities
    streams: tuple[str, ...]
    """Names of the timelines that `poll` can read; each has its own cursor."""

    def verify(self, account: AccountView, request: HookRequest, now: datetime) -> str:
        """Check the signature over the raw body. Raises InvalidSignature.

        Returns what makes this signed request unique (its signature), so that a replay is noticed; empty when
        the network signs no time, and a repeat is told only by the event's own id.
        """

    def unpack(self, account: AccountView, body: bytes) -> list[Envelope]:
        """What a verified body tells. Raises Unparseable with the reason."""

    def parse(self, account: AccountView, payload: Payload) -> InboundRecord | None:
        """A journal row in our terms; None when there is nothing to do. Raises Unparseable with the reason."""

    def poll(self, account: AccountView, stream: str, cursor: str, client: httpx.Client) -> Page:
        """The next page of a timeline. Raises SendError for the network's refusals."""

    def send(self, account: AccountView, outgoing: Outgoing, client: httpx.Client) -> Sent:
        """Post a text. Raises SendError when certainly nothing was posted, SendUncertain when nobody knows."""

    def find_sent(self, account: AccountView, outgoing: Outgoing, client: httpx.Client) -> Sent | None:
        """Look a text up by its key. Raises SendError when the network cannot say."""

    def check(self, account: AccountView, client: httpx.Client) -> Health:
        """Try the credentials."""
