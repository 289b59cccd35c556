"""Where a page follows what happens after it was drawn.

The guard notes the place in the event log before a page reads anything; the page's stream begins there, so that what
happens between drawing and connecting is not lost. See `chimein.web.stream` for what a place is.
"""

from __future__ import annotations

from contextvars import ContextVar

from django.utils.translation import get_language

from chimein.core import db

_NEWEST = "SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint - 1"
_LAST_ROW = 2**63 - 1
_place: ContextVar[str] = ContextVar("live_place", default="")


def note_place() -> None:
    """Remember, for this request, that everything up to now will be on the page."""
    row = db.fetch_one(_NEWEST)
    _place.set(f"{row[0]}-{_LAST_ROW}" if row else "")


def live_url(*topics: str) -> str:
    """The address of the stream of these topics, in the page's language; empty without topics."""
    if not topics:
        return ""
    return f"/live?topics={','.join(topics)}&lang={get_language() or 'en'}&since={_place.get()}"
