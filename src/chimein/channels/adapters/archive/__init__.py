"""Traffic that was recorded elsewhere, replayed as if a network told it: see `chimein.intake.replay`."""

from __future__ import annotations

import hashlib
import html
import json
from datetime import UTC, datetime

import httpx

from chimein.channels.adapters.bodies import read_json
from chimein.channels.port import (
    AccountView,
    Author,
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
    Sent,
    Unparseable,
)

_TWITTER_TIME = "%a %b %d %H:%M:%S %z %Y"
_YES = {"1", "true", "yes", "t"}
_NO = {"0", "false", "no", "f"}
_NEEDED = ("tweet_id", "author_id", "inbound", "created_at")
_LONGEST_ID = 150


def parse_time(text: str) -> datetime:
    """ISO 8601 or the old Twitter form, which without a zone means UTC. Raises Unparseable."""
    for read in (datetime.fromisoformat, lambda value: datetime.strptime(value, _TWITTER_TIME)):  # noqa: DTZ007
        try:
            found = read(text.strip())
            return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
        except (ValueError, OverflowError):
            continue
    raise Unparseable(f"created_at {text[:40]!r} is not a time")


def _is_id(text: str) -> bool:
    return 0 < len(text) <= _LONGEST_ID and text.isprintable()


def _id(text: str) -> str:
    found = text.strip()
    if not _is_id(found):
        raise Unparseable(f"{found[:40]!r} is no id")
    return found


def _inbound(text: str) -> bool:
    value = text.strip().lower()
    if value not in _YES | _NO:
        raise Unparseable(f"inbound {text[:20]!r} is neither true nor false")
    return value in _YES


class ArchiveAdapter:
    """Reads rows with the columns tweet_id, author_id, inbound, created_at, text and two that name replies.

    A customer's row is inbound, a brand's is an answer written elsewhere. Nothing is sent.
    """

    name = "archive"
    label = "Archive"
    capabilities = Capabilities(
        public_reply=False, direct_message=False, max_length=280, direct_max_length=280, measure="weighted"
    )
    streams: tuple[str, ...] = ()

    def envelope(self, row: Payload, root: str) -> Envelope:
        """A row for the journal; `root` is the oldest known id of its thread."""
        own = str(row.get("tweet_id") or "").strip()
        key = own if _is_id(own) else hashlib.sha256(json.dumps(row, sort_keys=True).encode()).hexdigest()
        return Envelope(f"row:{key}", root or key, row)

    def parse(self, account: AccountView, payload: Payload) -> InboundRecord | None:
        missing = [name for name in _NEEDED if not payload.get(name)]
        if missing:
            raise Unparseable(f"the row lacks {', '.join(missing)}")
        children = str(payload.get("response_tweet_id") or "")
        own, author = _id(str(payload["tweet_id"])), _id(str(payload["author_id"]))
        parent = str(payload.get("in_response_to_tweet_id") or "").strip()
        return InboundRecord(
            action="post",
            external_id=own,
            author=Author(author, handle=author),
            own=not _inbound(str(payload["inbound"])),
            text=html.unescape(str(payload.get("text") or "")),
            posted_at=parse_time(str(payload["created_at"])),
            parent_external_id=_id(parent) if parent else "",
            child_external_ids=tuple(_id(part) for part in children.split(",") if part.strip()),
        )

    def verify(self, account: AccountView, request: HookRequest, now: datetime) -> str:
        raise InvalidSignature("an archive has no webhooks")

    def unpack(self, account: AccountView, body: bytes) -> list[Envelope]:
        return [self.envelope(read_json(body), "")]

    def poll(self, account: AccountView, stream: str, cursor: str, client: httpx.Client) -> Page:
        return Page((), cursor, False)

    def send(self, account: AccountView, outgoing: Outgoing, client: httpx.Client) -> Sent:
        raise SendError(SendErrorCode.NOT_ALLOWED, "An archive cannot be answered.")

    def find_sent(self, account: AccountView, outgoing: Outgoing, client: httpx.Client) -> Sent | None:
        return None

    def check(self, account: AccountView, client: httpx.Client) -> Health:
        return Health(ok=True)


adapter = ArchiveAdapter()
