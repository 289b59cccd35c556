"""Static files as Vite built them, with a mark of their content in the address, so that browsers may keep them.

The names stay as they are and nothing has to be collected before a start; only the query changes with the content.
"""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import StaticFilesStorage

_MARK_LENGTH = 10


@lru_cache(maxsize=512)
def _mark(path: str, changed_ns: int) -> str:
    return hashlib.blake2b(Path(path).read_bytes()).hexdigest()[:_MARK_LENGTH]


class BuiltFiles(StaticFilesStorage):
    """``/static/build/app.css?v=3f…``; a file that is not there keeps its plain address."""

    def url(self, name: str | None) -> Any:
        address = super().url(name)
        found = finders.find(name) if name else None
        if not isinstance(found, str) or not Path(found).is_file():
            return address
        return f"{address}?v={_mark(found, Path(found).stat().st_mtime_ns)}"
