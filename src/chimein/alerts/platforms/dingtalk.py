"""DingTalk's custom robots.

Source: open.dingtalk.com/document/robots/custom-robot-access (custom robots: `msgtype` ``markdown`` with `title` and
`text`; `at` with `atUserIds` or `atMobiles`, who must also stand in the text as ``@id``; 20 messages a minute, else ten
minutes of silence; the answer is 200 with `errcode`: 0 is sent, 130101 too many, 310000 sign or keyword wrong).
The sign: HMAC-SHA256 of ``timestamp\\nsecret`` with the secret, base64, then URL-quoted; milliseconds; both go into the
address.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import quote_plus

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

_MOBILE = re.compile(r"\+?\d[\d-]{6,18}")
_PASSING = frozenset({-1, 130101, 130102})
_TOO_MANY_WAIT_S = 600
_MOST_BYTES = 5000


def sign(secret: str, timestamp: int) -> str:
    """The signature of this moment (in milliseconds since 1970), not yet quoted for the address."""
    text = f"{timestamp}\n{secret}".encode()
    return base64.b64encode(hmac.new(secret.encode(), text, hashlib.sha256).digest()).decode()


def write(secret: Mapping[str, str], message: Message, now: datetime) -> Request:
    """Markdown with a quotation and a link."""
    quoted = [f"> {without_marks(line)}" for line in message.lines if line]
    called = " ".join(f"@{one}" for one in message.mentions)
    lines = [
        f"#### {without_marks(message.title)}",
        *quoted,
        f"[{without_marks(message.link)}]({message.url})",
        called,
    ]
    text = cut_bytes("\n\n".join(line for line in lines if line), _MOST_BYTES)
    body: dict[str, Any] = {"msgtype": "markdown", "markdown": {"title": message.title[:60], "text": text}}
    if message.mentions:
        mobiles = [one for one in message.mentions if _MOBILE.fullmatch(one)]
        others = [one for one in message.mentions if one not in mobiles]
        body["at"] = {"atMobiles": mobiles, "atUserIds": others, "isAtAll": False}
    return Request(_signed(secret, now), body)


def _signed(secret: Mapping[str, str], now: datetime) -> str:
    if not secret.get("sign"):
        return secret["url"]
    moment = int(now.timestamp() * 1000)
    return f"{secret['url']}&timestamp={moment}&sign={quote_plus(sign(secret['sign'], moment))}"


def read(answer: httpx.Response) -> Reply:
    """200 says nothing yet: `errcode` does."""
    found = json_of(answer)
    code = found.get("errcode")
    if code is None:
        return (
            by_status(answer)
            if not answer.is_success
            else Reply(False, "no answer of DingTalk's", for_good=True)
        )
    if code == 0:
        return Reply(True)
    after_s = _TOO_MANY_WAIT_S if code == 130101 else 0
    return Reply(
        False, f"{code} {found.get('errmsg', '')}"[:200], for_good=code not in _PASSING, after_s=after_s
    )


PLATFORM = Platform(
    name="dingtalk", label=_("DingTalk"), hosts=("oapi.dingtalk.com", "api.dingtalk.com"), per_minute=20, signs=True,
    help_url="https://open.dingtalk.com/document/robots/custom-robot-access",
    example="https://oapi.dingtalk.com/robot/send?access_token=…", write=write, read=read,
)  # fmt: skip
