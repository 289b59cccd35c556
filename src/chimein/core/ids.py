"""Identifiers that are shown to people and cannot be guessed or counted."""

from __future__ import annotations

import secrets

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford's base 32: no i, l, o, u
PUBLIC_ID_LENGTH = 12


def public_id() -> str:
    """60 random bits as 12 lower-case characters, for use in public addresses."""
    bits = secrets.randbits(5 * PUBLIC_ID_LENGTH)
    return "".join(_ALPHABET[(bits >> shift) & 31] for shift in range(0, 5 * PUBLIC_ID_LENGTH, 5))


def secret_token() -> str:
    """192 random bits for addresses that must not be guessed, such as webhook addresses."""
    return secrets.token_urlsafe(24)
