"""WeCom's group robots (企业微信群机器人).

Source: developer.work.weixin.qq.com/document/path/91770 (`msgtype` ``markdown``: at most 4,096 bytes of UTF-8,
``<@userid>`` calls somebody; 20 messages a minute; the answer is 200 with `errcode`: 0 is sent, 45009 too many, 93000
no such webhook, 40058 too long or malformed). There is no sign: the key in the address is the secret.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import httpx
from django.utils.translation import gettext_lazy as _

from chimein.alerts.platforms.port import (
    Message,
    Platform,
    Reply,
    Request,
    by_status,
    cut_bytes,
    json_of,
    without_marks,
)

_PASSING = frozenset({-1, 45009, 45033})
_MOST_BYTES = 4096
_MINUTE_S = 60


def write(secret: Mapping[str, str], message: Message, _now: datetime) -> Request:
    """Markdown of their small dialect: bold, quotation, link. What is too long loses the end of the quotation."""
    foot = [
        f"[{without_marks(message.link)}]({message.url})",
        " ".join(f"<@{one}>" for one in message.mentions),
    ]
    end = "\n".join(line for line in foot if line)
    quoted = [f"> {without_marks(line)}" for line in message.lines if line]
    head = "\n".join([f"**{without_marks(message.title)}**", *quoted])
    text = f"{cut_bytes(head, _MOST_BYTES - len(end.encode()) - 1)}\n{end}"
    return Request(secret["url"], {"msgtype": "markdown", "markdown": {"content": text}})


def read(answer: httpx.Response) -> Reply:
    """200 says nothing yet: `errcode` does."""
    found = json_of(answer)
    code = found.get("errcode")
    if code is None:
        return (
            by_status(answer)
            if not answer.is_success
            else Reply(False, "no answer of WeCom's", for_good=True)
        )
    if code == 0:
        return Reply(True)
    after_s = _MINUTE_S if code == 45009 else 0
    return Reply(
        False, f"{code} {found.get('errmsg', '')}"[:200], for_good=code not in _PASSING, after_s=after_s
    )


PLATFORM = Platform(
    name="wecom", label=_("WeCom"), hosts=("qyapi.weixin.qq.com",), per_minute=20, signs=False,
    help_url="https://developer.work.weixin.qq.com/document/path/91770",
    example="https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=…", write=write, read=read,
)  # fmt: skip
