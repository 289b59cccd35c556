"""Reading typed values out of JSON bodies; anything unfit raises ApiError 422 `invalid_field`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .clock import parse_iso
from .errors import ApiError

Body = Mapping[str, Any]


def refuse(name: str, wanted: str) -> ApiError:
    """The error for a field that isn't what it should be."""
    return ApiError(422, "invalid_field", f"'{name}' must be {wanted}.", field=name)


def need_text(body: Body, name: str) -> str:
    """A text that is not blank."""
    value = body.get(name)
    if not isinstance(value, str) or not value.strip() or not _sound(value):
        raise refuse(name, "a text that is not empty")
    return value


def maybe_text(body: Body, name: str) -> str | None:
    """A text, or None when the field is missing or null."""
    value = body.get(name)
    if value is not None and (not isinstance(value, str) or not _sound(value)):
        raise refuse(name, "a text")
    return value


def maybe_count(body: Body, name: str) -> int | None:
    """A whole number of 0 or more, or None when missing."""
    value = body.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 2**53:
        raise refuse(name, "a whole number of 0 or more")
    return value


def maybe_flag(body: Body, name: str) -> bool | None:
    """True or false, or None when missing."""
    value = body.get(name)
    if value is not None and not isinstance(value, bool):
        raise refuse(name, "true or false")
    return value


def maybe_time(body: Body, name: str) -> int | None:
    """Milliseconds since 1970 from an ISO 8601 text, or None when missing."""
    value = maybe_text(body, name)
    if value is None:
        return None
    try:
        return parse_iso(value)
    except (ValueError, OverflowError):
        raise refuse(name, "an ISO 8601 time") from None


def rows_of(body: Body, name: str) -> list[Body]:
    """A list of JSON objects; empty when missing."""
    value = body.get(name, [])
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise refuse(name, "a list of objects")
    return value


def _sound(text: str) -> bool:
    """False for half surrogate pairs, which JSON can carry and UTF-8 can't."""
    return not any("\ud800" <= char <= "\udfff" for char in text)
