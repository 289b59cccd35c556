"""Private data in the ways people write it, for property tests."""

from __future__ import annotations

import unicodedata

from hypothesis import strategies as st

_HAN = dict(zip("0123456789", "零一二三四五六七八九", strict=True))
_WIDE = {char: chr(ord(char) + 0xFEE0) for char in "0123456789@."}
_KEYCAP = {digit: f"{digit}\ufe0f\u20e3" for digit in "0123456789"}
_CIRCLED = dict(zip("0123456789", "⓪①②③④⑤⑥⑦⑧⑨", strict=True))
_WORDS = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]


def squeezed(text: str) -> str:
    """Only letters and digits, in plain form and lower case."""
    return "".join(char for char in unicodedata.normalize("NFKC", text).lower() if char.isalnum())


def digits_of(text: str) -> str:
    """Only digits, in plain form."""
    return "".join(char for char in squeezed(text) if char in "0123456789")


def _grouped(number: str, sizes: tuple[int, ...], gap: str) -> str:
    parts, start = [], 0
    for size in sizes:
        parts.append(number[start : start + size])
        start += size
    return gap.join(filter(None, (*parts, number[start:])))


def _luhn(head: str) -> str:
    total = 0
    for place, char in enumerate(reversed(head)):
        value = int(char) * (2 if place % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return head + str(-total % 10)


def _number(length: int, first: str = "123456789") -> st.SearchStrategy[str]:
    rest = st.text("0123456789", min_size=length - 1, max_size=length - 1)
    return st.tuples(st.sampled_from(first), rest).map("".join)


def _translated(text: str, table: dict[str, str]) -> str:
    return "".join(table.get(char, char) for char in text)


_gaps = st.sampled_from([" ", "-", ".", "·", "—", " - ", "\u2009", "/"])


def phones() -> st.SearchStrategy[str]:
    mobile = _number(10, "3456789").map(lambda rest: f"1{rest}")
    american = _number(10, "23456789")
    return st.one_of(
        mobile,
        st.tuples(mobile, _gaps).map(lambda pair: _grouped(pair[0], (3, 4), pair[1])),
        mobile.map(lambda n: f"+86 {_grouped(n, (3, 4), ' ')}"),
        mobile.map(lambda n: f"（+86）{n}"),
        mobile.map(lambda n: _translated(n, _WIDE)),
        mobile.map(lambda n: _translated(n, _HAN)),
        mobile.map(lambda n: _translated(n, _KEYCAP)),
        mobile.map(lambda n: _translated(n, _CIRCLED)),
        mobile.map("\u200b".join),
        mobile.map(" ".join),
        american.map(lambda n: f"({n[:3]}) {n[3:6]}-{n[6:]}"),
        american.map(lambda n: f"+1-{n[:3]}-{n[3:6]}-{n[6:]}"),
        american.map(lambda n: " ".join(_WORDS[int(digit)] for digit in n)),
        american.map(lambda n: f"0{n[:2]}-{n[2:]}"),
    )


def cards() -> st.SearchStrategy[str]:
    number = _number(15, "345").map(_luhn)
    gap = st.sampled_from(["", " ", "-", "  "])
    plain = st.tuples(number, gap).map(lambda pair: _grouped(pair[0], (4, 4, 4), pair[1]))
    return plain | plain.map(lambda text: _translated(text, _WIDE))


def identities() -> st.SearchStrategy[str]:
    chinese = _number(17).map(lambda n: f"{n}X") | _number(18)
    order = st.tuples(st.sampled_from(["TM", "SO", "RM"]), _number(5), st.sampled_from(["AX", "CN", ""]))
    return (
        chinese | order.map(lambda parts: "-".join(filter(None, parts))) | _number(8).map(lambda n: f"SF{n}")
    )


def mails() -> st.SearchStrategy[str]:
    local = st.text("bdfghjkmnpqrstvwxz", min_size=6, max_size=9)
    host = st.sampled_from(["example.com", "mail.example.cn", "qq.com", "163.com"])
    return st.one_of(
        st.tuples(local, host).map("@".join),
        st.tuples(local, host).map(lambda p: f"{p[0].upper()}@{p[1].upper()}"),
        st.tuples(local, host).map(lambda p: f"{p[0]} @ {p[1]}"),
        st.tuples(local, host).map(lambda p: _translated(f"{p[0]}@{p[1]}", _WIDE)),
        local.map(lambda name: f"{name} (at) example (dot) com"),
        local.map(lambda name: f"{name}[at]example.com"),
        local.map(lambda name: f"{name} at example dot com"),
        local.map(lambda name: f"{name}艾特example点com"),
        local.map(lambda name: f"{name}@qq"),
    )


def secrets() -> st.SearchStrategy[str]:
    """Any of them."""
    return st.one_of(phones(), cards(), identities(), mails())
