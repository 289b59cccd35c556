"""Slack's incoming webhooks.

Sources: docs.slack.dev, "Sending messages using incoming webhooks" (JSON with `text`; 200 ``ok``, else a status and a
word such as ``no_service``, ``channel_is_archived``, ``invalid_payload``), "Formatting message text" (``&``, ``<``,
``>`` are escaped, links are ``<url|text>``, people ``<@U…>``), "Rate limits" (one message a second, else 429 and
Retry-After).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime

from chimein.alerts.platforms.port import Message, Platform, Request, by_status

_USER = re.compile(r"[UW][A-Z0-9]{5,20}")
_MOST = 3000


def escape(text: str) -> str:
    """The three characters that mean something in Slack's text."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def write(secret: Mapping[str, str], message: Message, _now: datetime) -> Request:
    """A block of text with a button below; `text` is what a notification of Slack's own shows."""
    called = " ".join(f"<@{one}>" if _USER.fullmatch(one) else escape(f"@{one}") for one in message.mentions)
    quoted = [f">{escape(line)}" for line in message.lines if line]
    lines = [f"*{escape(message.title)}*", *quoted, *([called] if called else [])]
    text = "\n".join(lines)[:_MOST]
    button = {
        "type": "button", "url": message.url, "text": {"type": "plain_text", "text": message.link[:75]},
    }  # fmt: skip
    return Request(
        secret["url"],
        {
            "text": escape(message.title),
            "blocks": [
                {"type": "section", "text": {"type": "mrkdwn", "text": text}},
                {"type": "actions", "elements": [button]},
            ],
        },
    )


PLATFORM = Platform(
    name="slack", label="Slack", hosts=("hooks.slack.com",), per_minute=60, signs=False,
    help_url="https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks",
    example="https://hooks.slack.com/services/T…/B…/…", write=write, read=by_status,
)  # fmt: skip
