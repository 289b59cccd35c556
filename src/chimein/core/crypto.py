"""Secrets at rest: a JSON field encrypted with Fernet, with keys that can be rotated.

Source: the Fernet specification (AES-128-CBC with HMAC-SHA256), as implemented by `cryptography`.
"""

from __future__ import annotations

import base64
import hashlib
import json
from functools import lru_cache
from typing import Any

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.db import models


@lru_cache(maxsize=8)
def _cipher(keys: tuple[str, ...]) -> MultiFernet:
    digests = (hashlib.sha256(b"chimein:fields:" + key.encode()).digest() for key in keys)
    return MultiFernet([Fernet(base64.urlsafe_b64encode(digest)) for digest in digests])


def cipher() -> MultiFernet:
    """Encrypts with the first key of FIELD_KEYS, decrypts with any of them."""
    return _cipher(tuple(settings.FIELD_KEYS))


class EncryptedJSONField(models.BinaryField):  # type: ignore[type-arg]
    """A JSON value stored encrypted. It cannot be searched, and never appears in a query's text."""

    def from_db_value(self, value: bytes | None, expression: Any, connection: Any) -> Any:
        return None if value is None else json.loads(cipher().decrypt(bytes(value)))

    def get_prep_value(self, value: Any) -> bytes | None:
        return None if value is None else cipher().encrypt(json.dumps(value).encode())

    def value_to_string(self, obj: models.Model) -> str:
        raise TypeError("secrets are not serialised")
