"""Who wrote a message, as a network tells it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Author:
    """The account a message comes from."""

    external_id: str
    handle: str = ""
    name: str = ""
    avatar_url: str = ""
    profile_url: str = ""
    followers: int = 0
    verified: bool = False
