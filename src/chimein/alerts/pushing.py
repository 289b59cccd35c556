"""Web push: an encrypted message to a browser, by way of the push service its maker runs.

Sources: RFC 8030 (delivery: TTL, Urgency, Topic, 404 and 410 for subscriptions that are gone), RFC 8291 (encryption),
RFC 8292 (VAPID). Nothing here touches the database, so that several can be sent at once.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import httpx

from chimein.core.http import ForbiddenAddress, safe_client

MOST_BYTES = 3800
"""A push service takes 4,096 bytes; encryption adds up to 103, and room is left for padding."""
_AT_ONCE = 8
_LONGEST_RETRY_AFTER_S = 3600


class End(StrEnum):
    """How a push ended."""

    OK = "ok"
    GONE = "gone"  # the browser unsubscribed, or its address is none we may call
    AGAIN = "again"  # later
    REFUSED = "refused"  # never with this message


@dataclass(frozen=True, slots=True)
class Push:
    """One message to one browser. `topic`: a later message of the same topic replaces one not yet delivered."""

    browser_id: int
    endpoint: str
    p256dh: str
    auth: str
    authorization: str = field(repr=False)
    payload: Mapping[str, Any]
    ttl_s: int
    urgent: bool
    topic: str


@dataclass(frozen=True, slots=True)
class Result:
    """What came of a push; `after_s`: how long the service asks us to wait."""

    browser_id: int
    end: End
    error: str = ""
    after_s: int = 0


def topic_of(tag: str) -> str:
    """At most 32 characters of the URL-safe alphabet (RFC 8030, 5.4)."""
    return hashlib.sha256(tag.encode()).hexdigest()[:32]


def encode(payload: Mapping[str, Any], *, p256dh: str, auth: str) -> bytes:
    """The payload encrypted for one browser (aes128gcm). Raises ValueError for keys that are none."""
    # 0.3 s to load: only who sends pays for it.
    from pywebpush import WebPusher, WebPushException  # type: ignore[import-untyped]

    data = json.dumps(payload, ensure_ascii=False, separators=(",", ":")).encode()
    if len(data) > MOST_BYTES:
        raise ValueError(f"a push holds {MOST_BYTES} bytes, this has {len(data)}")
    # The encoder looks at the keys alone; we send by our own client.
    info = {"endpoint": "https://not.used", "keys": {"p256dh": p256dh, "auth": auth}}
    try:
        return bytes(WebPusher(info).encode(data, "aes128gcm")["body"])
    except WebPushException as error:
        raise ValueError(str(error)) from error


def send_all(pushes: Sequence[Push]) -> list[Result]:
    """Send these, several at a time; results in order."""
    if not pushes:
        return []
    with safe_client() as client, ThreadPoolExecutor(min(_AT_ONCE, len(pushes))) as pool:
        return list(pool.map(lambda push: _send(client, push), pushes))


def _send(client: httpx.Client, push: Push) -> Result:
    try:
        body = encode(push.payload, p256dh=push.p256dh, auth=push.auth)
    except (ValueError, TypeError) as error:
        return Result(push.browser_id, End.REFUSED, str(error)[:300])
    headers = {
        "Content-Encoding": "aes128gcm", "Content-Type": "application/octet-stream", "TTL": str(push.ttl_s),
        "Urgency": "high" if push.urgent else "normal", "Topic": push.topic, "Authorization": push.authorization,
    }  # fmt: skip
    try:
        answer = client.post(push.endpoint, content=body, headers=headers)
    except ForbiddenAddress as error:
        return Result(push.browser_id, End.GONE, str(error)[:300])
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        return Result(push.browser_id, End.AGAIN, f"{type(error).__name__}: {error}"[:300])
    return _read(push.browser_id, answer)


def _read(browser_id: int, answer: httpx.Response) -> Result:
    said = f"{answer.status_code} {answer.text[:200]}".strip()
    if answer.is_success:
        return Result(browser_id, End.OK)
    if answer.status_code in {404, 410}:
        return Result(browser_id, End.GONE, said)
    if answer.status_code == 429 or answer.status_code >= 500:
        return Result(browser_id, End.AGAIN, said, retry_after(answer))
    return Result(browser_id, End.REFUSED, said)


def retry_after(answer: httpx.Response) -> int:
    """The seconds a server asks us to wait; 0 when it says none, or a date."""
    words = answer.headers.get("Retry-After", "")
    return min(int(words), _LONGEST_RETRY_AFTER_S) if words.isdecimal() and len(words) < 7 else 0
