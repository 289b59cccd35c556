"""Private data is masked however it is written; ordinary words and numbers stay."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chimein.core.text.redact import MASK, holds_contact, redact
from tests.factories.wall_secrets import digits_of, secrets, squeezed

ORDINARY = st.sampled_from(
    [
        "my router drops",
        "请问怎么退货",
        "Hi Mia,",
        "？",
        "…",
        "5 GHz",
        "版本 2.4.1",
        "24/7",
        "at",
        "点",
        "on 2025-12-01",
    ]
)


@settings(max_examples=400, derandomize=True, deadline=None)
@given(ORDINARY, secrets(), ORDINARY, st.sampled_from(["", " ", "：", "\n", "，"]))
def test_no_secret_stays(before: str, secret: str, after: str, gap: str) -> None:
    found = redact(f"{before}{gap}{secret} {after}")
    assert MASK in found
    assert secret not in found
    assert squeezed(secret) not in squeezed(found)
    number = digits_of(secret)
    assert len(number) < 7 or number[-7:] not in digits_of(found)


@settings(max_examples=300, derandomize=True, deadline=None)
@given(st.text(max_size=120) | st.lists(secrets() | ORDINARY, max_size=6).map(" ".join))
def test_masking_twice_changes_nothing(text: str) -> None:
    once = redact(text)
    assert redact(once) == once


@pytest.mark.parametrize(
    "text",
    [
        "my router keeps dropping since version 2.4.1",
        "open 10:30-11:30 on 5/6, or 24/7",
        "back on 2025-12-01 10:00",
        "am 12.05.2025 um 10.00",
        "Open 192.168.1.1, then Wi-Fi",
        "打开192.168.31.1，找到无线设置",
        "channels 1, 6, 11, 36, 40",
        "it costs 1,299.00 or 199 a year",
        "more at tamarind.example",
        "thanks @tamarind.Please help",
        "微信支付不行，一二三四五",
        "my password is wrong",
        "Ann, Store 12",
        "小林, 12号店",
        "see https://tamarind.example/help/reset",
    ],
)
def test_ordinary_text_stays(text: str) -> None:
    assert redact(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("请发邮件到service@tamarind.example谢谢大家", f"请发邮件到{MASK}谢谢大家"),
        ("order TM-88231-AX, model RM2209X11坏了", f"order {MASK}, model {MASK}坏了"),
        ("密码：hunter2 微信号 mia_2209abc", f"密码：{MASK} 微信号 {MASK}"),
        ("https://tamarind.example/a?token=abc#x 再看", "https://tamarind.example/a 再看"),
        ("https://mia:secret@tamarind.example/a", "https://tamarind.example/a"),
        ("order 8823 and #88231", f"order {MASK} and #{MASK}"),
    ],
)
def test_only_the_secret_goes(text: str, shown: str) -> None:
    assert redact(text) == shown


@pytest.mark.parametrize(
    ("handle", "held"),
    [
        ("mia_k", False),
        ("user115712", False),
        ("13800138000", True),
        ("１３８００１３８０００", True),
        ("m@x.example", True),
    ],
)
def test_handles_may_hold_short_numbers(handle: str, held: bool) -> None:
    assert holds_contact(handle) is held
