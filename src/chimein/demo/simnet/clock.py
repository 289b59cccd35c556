"""Time as the network keeps it: whole milliseconds since 1970, UTC; shown as ISO 8601 with `Z`."""

from __future__ import annotations

import time
from datetime import UTC, datetime


def now_ms() -> int:
    """The present moment in milliseconds since 1970."""
    return time.time_ns() // 1_000_000


def iso(moment: int) -> str:
    """`moment` (ms) as for example `2026-03-01T09:30:00.000Z`."""
    whole = datetime.fromtimestamp(moment // 1000, UTC)
    return f"{whole:%Y-%m-%dT%H:%M:%S}.{moment % 1000:03d}Z"


def iso_or_none(moment: int | None) -> str | None:
    """Like `iso`, letting None through."""
    return None if moment is None else iso(moment)


def parse_iso(text: str) -> int:
    """Milliseconds for an ISO 8601 text; a text without a zone counts as UTC. Raises ValueError."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return round(moment.timestamp() * 1000)
