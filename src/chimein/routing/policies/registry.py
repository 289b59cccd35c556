"""Which policies are installed. Another one is a package with an entry point in the group `chimein.routing`."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from importlib.metadata import entry_points

from chimein.routing.matching.settings import DEFAULT, Settings
from chimein.routing.policies.port import Policy

GROUP = "chimein.routing"
PRODUCT = "ring"


def names() -> list[str]:
    """The installed policies."""
    return sorted({entry.name for entry in entry_points(group=GROUP)})


@lru_cache(maxsize=32)
def _factory(name: str) -> Callable[[Settings], Policy]:
    for entry in entry_points(group=GROUP, name=name):
        made: Callable[[Settings], Policy] = entry.load()
        return made
    raise LookupError(f"no routing policy {name!r} is installed")


def named(name: str, settings: Settings = DEFAULT) -> Policy:
    """The policy of that entry point. Raises LookupError when it is not installed, TypeError when it is none."""
    policy = _factory(name)(settings)
    if not isinstance(policy, Policy):
        raise TypeError(f"entry point {name} makes no routing policy")
    return policy
