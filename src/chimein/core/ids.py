"""Identifiers that are shown to people and cannot be guessed or counted."""

from __future__ import annotations

import secrets
import time

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford's base 32: no i, l, o, u
_MINUTE_LENGTH = 5
_RANDOM_LENGTH = 9
PUBLIC_ID_LENGTH = _MINUTE_LENGTH + _RANDOM_LENGTH


def _written(number: int, length: int) -> str:
    return "".join(_ALPHABET[(number >> shift) & 31] for shift in range(5 * (length - 1), -1, -5))


def public_id() -> str:
    """45 random bits behind the minute they were drawn in, as 14 lower-case characters, for use in public addresses.

    New ones stand side by side in an index: measured with a million stored, wholly random ones cost every batch of
    intake a thousand cold pages.
    """
    minute = int(time.time() // 60)
    return _written(minute, _MINUTE_LENGTH) + _written(secrets.randbits(5 * _RANDOM_LENGTH), _RANDOM_LENGTH)


def secret_token() -> str:
    """192 random bits for addresses that must not be guessed, such as webhook addresses."""
    return secrets.token_urlsafe(24)
