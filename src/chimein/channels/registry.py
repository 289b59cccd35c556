"""Which networks there are: the entry points of the group ``chimein.channels``."""

from __future__ import annotations

from functools import lru_cache
from importlib.metadata import entry_points

from chimein.channels.port import Adapter

GROUP = "chimein.channels"


@lru_cache(maxsize=1)
def adapters() -> dict[str, Adapter]:
    """All installed adapters by name. Raises TypeError for an entry point that is not an adapter."""
    found: dict[str, Adapter] = {}
    for entry in entry_points(group=GROUP):
        made = entry.load()
        if not isinstance(made, Adapter):
            raise TypeError(f"entry point {entry.name} is not a channel adapter")
        found[made.name] = made
    return found


def adapter_for(name: str) -> Adapter:
    """The adapter of that name. Raises LookupError, naming those installed, when there is none."""
    try:
        return adapters()[name]
    except KeyError:
        raise LookupError(f"no channel {name!r} is installed; there are: {', '.join(sorted(adapters()))}") from None
