"""Signatures of Standard Webhooks, symmetric scheme ``v1``.

Source: the Standard Webhooks specification 1.0.0, sections "Signature scheme" and "Webhook headers"
(https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md).
HMAC-SHA256 over ``id.timestamp.body`` with a base64 secret of 24 to 64 bytes, prefixed ``whsec_``; the
header holds one or more ``v1,<base64>`` separated by spaces. Written here so that a body stays bytes.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from chimein.channels.port import InvalidSignature

PREFIX = "whsec_"
TOLERANCE = timedelta(seconds=300)
SHORTEST_KEY = 24
LONGEST_KEY = 64


def key_of(secret: str) -> bytes:
    """The key that a ``whsec_…`` secret stands for. Raises ValueError when it is none."""
    try:
        key = base64.b64decode(secret.strip().removeprefix(PREFIX).encode("ascii"), validate=True)
    except (UnicodeEncodeError, binascii.Error):
        raise ValueError("the secret is not base64") from None
    if not SHORTEST_KEY <= len(key) <= LONGEST_KEY:
        raise ValueError(f"the secret has {len(key)} bytes, it needs {SHORTEST_KEY} to {LONGEST_KEY}")
    return key


def sign(key: bytes, message_id: str, timestamp: str, body: bytes) -> str:
    """One signature: ``v1,<base64>``."""
    content = f"{message_id}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()


def signed_headers(secrets: Sequence[str], message_id: str, body: bytes, now: datetime) -> dict[str, str]:
    """The three headers, signed with each secret, newest first. Raises ValueError for an unfit secret."""
    timestamp = str(int(now.timestamp()))
    signatures = [sign(key_of(secret), message_id, timestamp, body) for secret in secrets]
    joined = " ".join(signatures)
    return {"webhook-id": message_id, "webhook-timestamp": timestamp, "webhook-signature": joined}


def verify(secrets: Sequence[str], headers: Mapping[str, str], body: bytes, now: datetime) -> str:
    """Check the headers against any of the secrets, newest first; the signature under the newest one.

    That one is the same whichever of several signatures the sender put first, so a replay is told by it.
    Raises InvalidSignature.
    """
    message_id, timestamp = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    _check_id(message_id)
    _check_time(timestamp, now)
    given = [one.encode() for one in headers.get("webhook-signature", "").split(" ") if one.isascii()]
    try:
        expected = [sign(key_of(secret), message_id, timestamp, body) for secret in secrets]
    except ValueError as error:
        raise InvalidSignature(f"our own secret is unfit: {error}") from error
    matches = [hmac.compare_digest(mine.encode(), theirs) for mine in expected for theirs in given]
    if not any(matches):
        raise InvalidSignature("no signature fits")
    return expected[0]


def _check_id(message_id: str) -> None:
    """The specification forbids the full stop, which would let a part of the id pass for the time."""
    if not message_id or "." in message_id or not message_id.isascii():
        raise InvalidSignature("webhook-id is missing or unfit")


def _check_time(timestamp: str, now: datetime) -> None:
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 12):
        raise InvalidSignature("webhook-timestamp is missing or not a number")
    if abs(int(timestamp) - now.timestamp()) > TOLERANCE.total_seconds():
        raise InvalidSignature("webhook-timestamp is too old or lies in the future")
