"""Which networks there are: the entry points of the group ``chimein.channels``."""

from __future__ import annotations

from functools import lru_cache
from importlib.metadata import entry_points

from chimein.channels.port import Adapter

GROUP = "chimein.channels"


def names() -> list[str]:
    """The names of all installed adapters."""
    return sorted(entry_points(group=GROUP).names)


@lru_cache
def adapter_for(name: str) -> Adapter:
    """The adapter of that name.

    Raises LookupError, naming those installed, when there is none; TypeError when the entry point is not an adapter.
    """
    for entry in entry_points(group=GROUP, name=name):
        made = entry.load()
        if not isinstance(made, Adapter):
            raise TypeError(f"entry point {name} is not a channel adapter")
        return made
    raise LookupError(f"no channel {name!r} is installed; there are: {', '.join(names())}")
