"""What a chat platform has to say: how a message is written for it, and what its answer means."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import httpx
from django.utils.functional import Promise


@dataclass(frozen=True, slots=True)
class Message:
    """What is told: a title, some lines, a complete address, and the ids of those who are called by name."""

    title: str
    lines: Sequence[str]
    url: str
    link: str
    mentions: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Request:
    """What is posted: the address, with a signature in it where that is its place, and the JSON body."""

    url: str
    body: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Reply:
    """What the platform answered. `for_good`: trying again does not help until a person changes something."""

    ok: bool
    error: str = ""
    for_good: bool = False
    after_s: int = 0


@dataclass(frozen=True, slots=True)
class Platform:
    """One chat. `hosts`: the only hosts its webhooks have; empty for what people run themselves.

    `per_minute`: how many messages a room takes. `signs`: it can check a signature made with a second secret.
    """

    name: str
    label: Promise | str
    hosts: tuple[str, ...]
    per_minute: int
    signs: bool
    help_url: str
    example: str
    write: Callable[[Mapping[str, str], Message, datetime], Request]
    read: Callable[[httpx.Response], Reply]


def cut_bytes(text: str, most: int) -> str:
    """The text, cut between characters so that it takes no more bytes in UTF-8."""
    data = text.encode()
    if len(data) <= most:
        return text
    return data[: most - 3].decode("utf-8", "ignore").rstrip() + "…"


_MARKS = str.maketrans("<>[]*`", "＜＞［］＊｀")


def without_marks(text: str) -> str:
    """Text without the marks of Markdown, for dialects that know no escaping: their wide twins look nearly the same."""
    return text.translate(_MARKS)


def json_of(answer: httpx.Response) -> dict[str, Any]:
    """The answer's JSON object; empty when it is none."""
    try:
        found = answer.json()
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def by_status(answer: httpx.Response) -> Reply:
    """What a status alone says: 429 and 5xx pass, other errors stay."""
    words = answer.headers.get("Retry-After", "")
    after_s = int(words) if words.isdecimal() and len(words) < 6 else 0
    if answer.is_success:
        return Reply(True)
    said = f"{answer.status_code} {answer.text[:150]}".strip()
    passing = answer.status_code == 429 or answer.status_code >= 500
    return Reply(False, said, for_good=not passing, after_s=after_s)
