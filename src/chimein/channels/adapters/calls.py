"""What adapters share for calling out: which failure means *refused*, *try again* or *nobody knows*."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

import httpx
import orjson

from chimein.channels.port import Payload, SendError, SendErrorCode, SendUncertain
from chimein.core.http import ForbiddenAddress, is_web_address

_LONGEST_PAUSE = timedelta(days=1)
_NO_CONNECTION = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
_NO_ADDRESS = (ForbiddenAddress, httpx.InvalidURL)


@contextmanager
def certain_or_not(*, writes: bool) -> Iterator[None]:
    """Turn httpx's exceptions into the port's.

    No connection means that nothing was done. Once a request that `writes` may have left, a broken
    connection or a time-out leaves everybody in doubt: SendUncertain. One that only reads is made again.
    """
    try:
        yield
    except _NO_ADDRESS as error:
        raise SendError(SendErrorCode.BAD_REQUEST, f"The address cannot be called: {error}") from error
    except _NO_CONNECTION as error:
        raise SendError(SendErrorCode.TEMPORARY, f"No connection: {error}") from error
    except httpx.RequestError as error:
        said = f"{type(error).__name__}: {error}"
        if writes:
            raise SendUncertain(said) from error
        raise SendError(SendErrorCode.TEMPORARY, said) from error


def web_address(url: str) -> str:
    """The address itself when it is a complete http(s) one. Raises SendError when it cannot be called."""
    try:
        fit = is_web_address(url)
    except ValueError:
        fit = False
    if not fit:
        raise SendError(SendErrorCode.BAD_REQUEST, f"{url[:100]!r} is no complete http(s) address.")
    return url


def body_of(response: httpx.Response) -> Payload:
    """The answer's JSON object; empty when it is anything else."""
    try:
        found = orjson.loads(response.content)
    except orjson.JSONDecodeError:
        return {}
    return found if isinstance(found, dict) else {}


def retry_at(response: httpx.Response, now: datetime) -> datetime | None:
    """When to try again: `Retry-After` (RFC 9110, seconds or a date), else `X-Rate-Limit-Reset` (unix s)."""
    given = response.headers.get("retry-after", "").strip()
    if given.isascii() and given.isdigit():
        return _sensible(now.timestamp() + float(given[:12]), now)
    if given:
        try:
            return _sensible(parsedate_to_datetime(given).timestamp(), now)
        except (ValueError, OverflowError):
            pass
    reset = response.headers.get("x-rate-limit-reset", "").strip()
    return _sensible(float(reset[:12]), now) if reset.isascii() and reset.isdigit() else None


def _sensible(unix_seconds: float, now: datetime) -> datetime:
    """Not before now, and not so late that a wrong header stops an account for ever."""
    latest = now + _LONGEST_PAUSE
    if unix_seconds >= latest.timestamp():
        return latest
    return max(datetime.fromtimestamp(unix_seconds, UTC), now)
