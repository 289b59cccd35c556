"""Feishu's custom bots, and Lark's, which are the same.

Source: open.feishu.cn/document/client-docs/bot-v3/add-custom-bot (`msg_type` ``post``: lines of tagged pieces; at most
20 kB; 100 messages a minute and 5 a second; the answer is 200 with a `code`: 0 is sent, 9499 bad request, 11232 too
many, 19021 wrong sign or a clock more than an hour off, 19022 address not allowed, 19024 no keyword).
The sign: HMAC-SHA256 of nothing, with ``timestamp\\nsecret`` as the key, in base64; both go into the body.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import httpx
from django.utils.translation import gettext_lazy as _

from chimein.alerts.platforms.port import Message, Platform, Reply, Request, by_status, cut_bytes, json_of

_PASSING = frozenset({11232, 11233, 11234})
_MOST_BYTES = 4000


def sign(secret: str, timestamp: int) -> str:
    """The signature of this second (in whole seconds since 1970)."""
    digest = hmac.new(f"{timestamp}\n{secret}".encode(), b"", hashlib.sha256).digest()
    return base64.b64encode(digest).decode()


def write(secret: Mapping[str, str], message: Message, now: datetime) -> Request:
    """A post with a title; pieces of text are not read as markup."""
    lines: list[list[dict[str, str]]] = [
        [{"tag": "text", "text": cut_bytes(line, _MOST_BYTES)}] for line in message.lines if line
    ]
    lines.append([{"tag": "a", "text": message.link, "href": message.url}])
    if message.mentions:
        lines.append([{"tag": "at", "user_id": one} for one in message.mentions])
    body: dict[str, Any] = {
        "msg_type": "post",
        "content": {"post": {"zh_cn": {"title": message.title, "content": lines}}},
    }
    if secret.get("sign"):
        moment = int(now.timestamp())
        body = {"timestamp": str(moment), "sign": sign(secret["sign"], moment), **body}
    return Request(secret["url"], body)


def read(answer: httpx.Response) -> Reply:
    """200 says nothing yet: the code does. Older bots answer `StatusCode`."""
    found = json_of(answer)
    code = found.get("code", found.get("StatusCode"))
    if code is None:
        return (
            by_status(answer)
            if not answer.is_success
            else Reply(False, "no answer of Feishu's", for_good=True)
        )
    if code == 0:
        return Reply(True)
    said = f"{code} {found.get('msg') or found.get('StatusMessage', '')}"[:200]
    return Reply(False, said, for_good=code not in _PASSING)


PLATFORM = Platform(
    name="feishu", label=_("Feishu / Lark"), hosts=("open.feishu.cn", "open.larksuite.com"), per_minute=100, signs=True,
    help_url="https://open.feishu.cn/document/client-docs/bot-v3/add-custom-bot",
    example="https://open.feishu.cn/open-apis/bot/v2/hook/…", write=write, read=read,
)  # fmt: skip
