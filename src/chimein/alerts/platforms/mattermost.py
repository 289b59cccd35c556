"""Mattermost's incoming webhooks.

Source: developers.mattermost.com/integrate/webhooks/incoming (JSON with `text` in Markdown, at most 16,383 characters;
200 ``ok``; ``@name`` calls somebody). People run it themselves: its host may be one of CHIMEIN_ALLOWED_PRIVATE_HOSTS.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime

from chimein.alerts.platforms.port import Message, Platform, Request, by_status, cut_bytes

_SPECIAL = re.compile(r"([\\`*_\[\]()#|>~])")
_MOST_BYTES = 4000


def escape(text: str) -> str:
    """Text whose marks mean nothing: a customer's @channel must not call the whole room."""
    return _SPECIAL.sub(r"\\\1", text).replace("@", "@\u200b")


def write(secret: Mapping[str, str], message: Message, _now: datetime) -> Request:
    """A title, the quotation, a link."""
    called = " ".join(f"@{one.lstrip('@')}" for one in message.mentions)
    quoted = [f"> {escape(cut_bytes(line, _MOST_BYTES))}" for line in message.lines if line]
    lines = [f"**{escape(message.title)}**", *quoted, "", f"[{escape(message.link)}]({message.url})", called]
    return Request(secret["url"], {"text": "\n".join(lines).rstrip()})


PLATFORM = Platform(
    name="mattermost", label="Mattermost", hosts=(), per_minute=60, signs=False,
    help_url="https://developers.mattermost.com/integrate/webhooks/incoming/",
    example="https://mattermost.example.com/hooks/…", write=write, read=by_status,
)  # fmt: skip
