"""What is posted into each chat, to the byte, and how its answers are read."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from chimein.alerts.platforms import PLATFORMS, dingtalk, feishu
from chimein.alerts.platforms.port import Message, cut_bytes

PAYLOADS = Path(__file__).parent / "payloads"
NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
MESSAGE = Message(
    title="Overdue: a customer waits too long",
    lines=[
        "Why <b>won't</b> it *pair* & 怎么重置？ @channel [here](http://evil.example)",
        "mia · Warble · 31 minutes",
    ],
    url="https://care.example/console/tamarind/c/0abc/",
    link="Open in ChimeIn",
    mentions=("U012ABCDEF", "13800138000", "zhang.wei"),
)
FEISHU_SIGN = "l1N0gAcBjdwBvGm1xMjOF0XSyaLRpR7tuO5dHfhAYc8="
DINGTALK_SIGN = "tGWkA5eQOQNCNPDgphtxIoNLO+/gD8Lcb705KQoRzeY="
SECRETS = {
    "slack": {"url": "https://hooks.slack.com/services/T0/B0/xyz"},
    "mattermost": {"url": "https://chat.example/hooks/abc"},
    "feishu": {"url": "https://open.feishu.cn/open-apis/bot/v2/hook/abc", "sign": "demo"},
    "dingtalk": {"url": "https://oapi.dingtalk.com/robot/send?access_token=abc", "sign": "SECdemo"},
    "wecom": {"url": "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=abc"},
}


@pytest.mark.parametrize("name", sorted(PLATFORMS))
def test_the_payload_is_the_recorded_one(name: str) -> None:
    """The recorded ones were compared with the platforms' documentation by hand; see each module's sources."""
    made = PLATFORMS[name].write(SECRETS[name], MESSAGE, NOW)
    recorded = json.loads((PAYLOADS / f"{name}.json").read_text("utf-8"))
    assert {"url": made.url, "body": json.loads(json.dumps(made.body))} == recorded


def test_every_platform_has_a_recording() -> None:
    assert {path.stem for path in PAYLOADS.glob("*.json")} == set(PLATFORMS) == set(SECRETS)


def test_the_signs_are_made_as_documented() -> None:
    """Worked out apart from the code, with `openssl dgst -sha256 -hmac`."""
    assert feishu.sign("demo", 1599360473) == FEISHU_SIGN
    assert dingtalk.sign("SECdemo", 1599360473000) == DINGTALK_SIGN
    body = PLATFORMS["feishu"].write(SECRETS["feishu"], MESSAGE, NOW).body
    assert body["sign"] == feishu.sign("demo", int(body["timestamp"]))


def test_without_a_secret_nothing_is_signed() -> None:
    assert "sign" not in feishu.write({"url": "https://x"}, MESSAGE, NOW).body
    assert dingtalk.write({"url": "https://x?a=b"}, MESSAGE, NOW).url == "https://x?a=b"


@pytest.mark.parametrize("name", sorted(PLATFORMS))
def test_a_customer_cannot_call_the_room_or_write_markup(name: str) -> None:
    text = json.dumps(dict(PLATFORMS[name].write(SECRETS[name], MESSAGE, NOW).body), ensure_ascii=False)
    if name not in {"feishu", "slack"}:  # which read no such links
        assert "[here](http://evil.example)" not in text
    if name == "slack":
        assert "<b>" not in text
    if name == "mattermost":
        assert "@channel" not in text


@pytest.mark.parametrize("name", sorted(PLATFORMS))
def test_a_very_long_question_fits(name: str) -> None:
    long = Message("标题" * 100, ["字" * 9000], MESSAGE.url, MESSAGE.link, ("a",))
    made = PLATFORMS[name].write(SECRETS[name], long, NOW)
    assert len(json.dumps(dict(made.body), ensure_ascii=False).encode()) < 20_000
    if name == "wecom":
        assert len(made.body["markdown"]["content"].encode()) <= 4096
        assert MESSAGE.url in made.body["markdown"]["content"]


def _answer(status: int, text: str, **headers: str) -> httpx.Response:
    return httpx.Response(status, text=text, headers=headers)


@pytest.mark.parametrize(
    ("name", "answer", "ok", "for_good", "after_s"),
    [
        ("slack", _answer(200, "ok"), True, False, 0),
        ("slack", _answer(429, "rate_limited", **{"Retry-After": "30"}), False, False, 30),
        ("slack", _answer(404, "no_service"), False, True, 0),
        ("slack", _answer(503, ""), False, False, 0),
        ("mattermost", _answer(400, "bad"), False, True, 0),
        ("feishu", _answer(200, '{"StatusCode":0,"StatusMessage":"success"}'), True, False, 0),
        ("feishu", _answer(200, '{"code":0,"msg":"success","data":{}}'), True, False, 0),
        ("feishu", _answer(200, '{"code":19021,"msg":"sign match fail"}'), False, True, 0),
        ("feishu", _answer(200, '{"code":11232,"msg":"frequency limited"}'), False, False, 0),
        ("feishu", _answer(200, "<html>"), False, True, 0),
        ("feishu", _answer(502, "<html>"), False, False, 0),
        ("dingtalk", _answer(200, '{"errcode":0,"errmsg":"ok"}'), True, False, 0),
        ("dingtalk", _answer(200, '{"errcode":310000,"errmsg":"sign not match"}'), False, True, 0),
        ("dingtalk", _answer(200, '{"errcode":130101,"errmsg":"send too fast"}'), False, False, 600),
        ("wecom", _answer(200, '{"errcode":0,"errmsg":"ok"}'), True, False, 0),
        ("wecom", _answer(200, '{"errcode":93000,"errmsg":"invalid webhook url"}'), False, True, 0),
        ("wecom", _answer(200, '{"errcode":45009,"errmsg":"api freq out of limit"}'), False, False, 60),
    ],
)  # fmt: skip
def test_answers(name: str, answer: httpx.Response, ok: bool, for_good: bool, after_s: int) -> None:
    reply = PLATFORMS[name].read(answer)
    assert (reply.ok, reply.for_good, reply.after_s) == (ok, for_good, after_s)
    assert bool(reply.error) is not ok


def test_text_is_cut_between_characters() -> None:
    assert cut_bytes("短", 3) == "短"
    assert cut_bytes("一二三四", 10) == "一二…"
