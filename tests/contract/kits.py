"""What the suite has to know of each adapter: an account, how its network signs, and the recorded payloads.

A new channel adds a `Kit` here and payloads beside; the tests find both.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from chimein.channels.adapters.webform import envelope_for
from chimein.channels.port import AccountView, Adapter, Envelope, HookRequest, InboundRecord
from chimein.channels.registry import adapter_for, names

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
PAYLOADS = Path(__file__).with_name("payloads")
SECRET = "whsec_" + base64.b64encode(b"a secret of 32 bytes for testing").decode()
OTHER_SECRET = "whsec_" + base64.b64encode(b"another secret of 32 bytes, ours").decode()

Signer = Callable[[str, bytes, datetime], dict[str, str]]


@dataclass(frozen=True)
class Kit:
    """One adapter's part of the suite. `sign` makes the network's headers; None for who has no webhooks."""

    name: str
    account: AccountView
    secret_name: str = ""
    sign: Signer | None = None

    @property
    def adapter(self) -> Adapter:
        return adapter_for(self.name)

    def request(self, body: bytes, *, secret: str = SECRET, at: datetime = NOW) -> HookRequest:
        """A webhook as the network would send it."""
        assert self.sign is not None
        return HookRequest("POST", self.sign(secret, body, at), {}, body)

    def account_with(self, **credentials: str) -> AccountView:
        return replace(self.account, credentials=credentials)

    def envelopes(self, case: dict[str, Any]) -> list[Envelope]:
        """What the recorded payload unpacks to."""
        if "form" in case:
            form = dict(case["form"])
            return [envelope_for(**{**form, "posted_at": datetime.fromisoformat(form["posted_at"])})]
        return self.adapter.unpack(self.account, json.dumps(case["given"]).encode())


def sign_warble(secret: str, body: bytes, at: datetime) -> dict[str, str]:
    """Written from Warble's description, not with the adapter's code."""
    timestamp = str(int(at.timestamp()))
    digest = hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()
    return {
        "x-warble-timestamp": timestamp,
        "x-warble-signature": f"sha256={digest}",
        "x-warble-delivery": "evt_0123456789",
    }


def sign_standard(secret: str, body: bytes, at: datetime) -> dict[str, str]:
    """Written from the specification of Standard Webhooks, not with the adapter's code."""
    timestamp = str(int(at.timestamp()))
    key = base64.b64decode(secret.removeprefix("whsec_"))
    digest = hmac.new(
        key, b"msg_2KWPBgLlAfxdpx2A." + timestamp.encode() + b"." + body, hashlib.sha256
    ).digest()
    return {
        "webhook-id": "msg_2KWPBgLlAfxdpx2A",
        "webhook-timestamp": timestamp,
        "webhook-signature": "v1," + base64.b64encode(digest).decode(),
    }


def account(network: str, **more: Any) -> AccountView:
    """An account of the made-up shop."""
    given = {
        "id": 7,
        "brand_name": "Tamarind",
        "external_id": "900",
        "handle": "tamarind",
        "base_url": "http://127.0.0.1:1",
    }
    return AccountView(network=network, credentials=more.pop("credentials", {}), **{**given, **more})


KITS = {
    kit.name: kit
    for kit in (
        Kit(
            "warble",
            account("warble", credentials={"webhook_secret": SECRET}, listening_words=("Tamarind", "罗望")),
            "webhook_secret",
            sign_warble,
        ),
        Kit("webhook", account("webhook", credentials={"secret": SECRET}), "secret", sign_standard),
        Kit("webform", account("webform")),
        Kit("archive", account("archive")),
    )
}

INSTALLED = names()
WITH_HOOKS = [name for name in INSTALLED if name in KITS and KITS[name].adapter.capabilities.hooks]


def recorded(name: str) -> list[tuple[str, dict[str, Any]]]:
    """The adapter's recorded payloads, by file name."""
    files = sorted((PAYLOADS / name).glob("*.json"))
    return [(file.stem, json.loads(file.read_text(encoding="utf-8"))) for file in files]


def plain(record: InboundRecord) -> dict[str, Any]:
    """A record as the payload files write it: times in ISO form, the author as an object."""
    shown: dict[str, Any] = {}
    for one in fields(record):
        value = getattr(record, one.name)
        if isinstance(value, datetime):
            value = value.isoformat()
        elif isinstance(value, tuple):
            value = list(value)
        elif one.name == "author" and value is not None:
            value = {part.name: getattr(value, part.name) for part in fields(value)}
        shown[one.name] = value
    return shown
