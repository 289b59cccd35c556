"""Private data out of public text: mail addresses, phone, card, order, account and identity numbers.

The rule is to mask too much rather than too little: a public page is for ever.
"""

from __future__ import annotations

import regex

MASK = "•••"

_MAIL = regex.compile(r"[\p{L}\p{N}._%+\-]+\s?(?:@|＠)\s?[\p{L}\p{N}\-]+(?:\s?[.．]\s?[\p{L}\p{N}\-]+)+")
# Seven digits or more, however they are grouped: phones, cards, accounts, parcels, identity numbers.
_DIGIT = r"[\p{Nd}]"
_LONG_NUMBER = regex.compile(rf"(?<![\p{{L}}\p{{Nd}}])[+＋(（]?{_DIGIT}(?:[\s().（）\-–—·]{{0,3}}{_DIGIT}){{6,}}[Xx]?")
# Mixed codes such as TM-88231-AX or RM2209X11: six characters or more with at least four digits.
_CODE = regex.compile(r"(?<![\p{L}\p{Nd}/])(?=(?:[A-Za-z\-]*\d){4})[A-Za-z\d]+(?:-[A-Za-z\d]+)*(?![\p{L}\p{Nd}])")
_LABELLED = regex.compile(
    r"(?i)((?:order|account|acct|invoice|serial|tracking|parcel|case|ticket|booking|card|imei|"
    r"订单|账号|帐号|账户|单号|卡号|发票|序列号|手机|电话|身份证)[\w\s]{0,12}?(?:no\.?|number|号码?|id)?\s*[:：#＃]?\s*#?)"
    r"((?:[A-Za-z]{0,4}[\-\s]?)?\d[\dA-Za-z\-]{3,})"
)
_DATE = regex.compile(r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}(?!\d)")
_LINK = regex.compile(r"https?://\S+")
_MIN_CODE = 6


def _mask_number(match: regex.Match[str]) -> str:
    found = match.group()
    return found if _DATE.fullmatch(found.strip()) else MASK


def _mask_code(match: regex.Match[str]) -> str:
    return MASK if len(match.group()) >= _MIN_CODE else match.group()


def _redact_words(text: str) -> str:
    text = _MAIL.sub(MASK, text)
    text = _LABELLED.sub(lambda match: match.group(1) + MASK, text)
    text = _LONG_NUMBER.sub(_mask_number, text)
    return _CODE.sub(_mask_code, text)


def redact(text: str) -> str:
    """The text with everything masked that may identify a person or an account.

    A link keeps its address only up to the query, since queries carry tokens and addresses.
    """
    parts: list[str] = []
    position = 0
    for link in _LINK.finditer(text):
        parts.append(_redact_words(text[position : link.start()]))
        parts.append(_redact_words(link.group().split("?", 1)[0].split("#", 1)[0]))
        position = link.end()
    parts.append(_redact_words(text[position:]))
    return "".join(parts)
