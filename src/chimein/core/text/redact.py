"""Private data out of public text: mail addresses, passwords, phone, card, order and identity numbers.

The rule is to mask too much rather than too little: a public page is for ever. Numbers are looked for in
a folded copy of the text (full-width, circled and other digits become 0 to 9, invisible characters go),
so that the way they are written does not hide them. A date stays, also with an hour behind it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

import regex

MASK = "•••"
Span = tuple[int, int]

_HIDDEN = "\u200b"
_INVISIBLE = frozenset("\u20e3\ufe0e\ufe0f\u00ad\u034f\u180e\u3164\u115f\u1160")


class _Fold(dict[int, str]):
    """One character for each character, worked out when it is first met."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        number = unicodedata.digit(char, None)
        if char in _INVISIBLE or unicodedata.category(char) == "Cf":
            folded = _HIDDEN
        elif number is not None:
            folded = str(number)
        elif unicodedata.numeric(char, None) is not None and unicodedata.category(char) == "No":
            folded = "0"
        else:
            plain = unicodedata.normalize("NFKC", char)
            folded = plain if len(plain) == 1 else char
        self[code] = folded
        return folded


_FOLD = _Fold()

_HAN_DIGIT = "〇零一二两三四五六七八九幺壹贰叁肆伍陆柒捌玖"
_GAP = r"(?:[\s().（）\-‐-―−·•_/~*|、]|,(?=[0-9])){0,3}"
_TLD = r"(?:com|cn|net|org|info|edu|gov|io|co|uk|de|fr|me|example|test|invalid)"
_PROVIDER = (
    r"(?:qq|gmail|googlemail|163|126|139|189|yeah|outlook|hotmail|live|foxmail|icloud|yahoo|sina|sohu|aliyun)"
)

# An address from its @ on; in turn: the plain form; with blanks around the @, where the end must look
# like one; a provider's name alone; a domain in Chinese.
_HAN = "\u2e80-\u9fff"
_ADDRESS = rf"[^\W_{_HAN}]"
_MAIL_END = re.compile(
    rf"@(?:{_ADDRESS}|-)+(?:\s?[.。]\s?(?:{_ADDRESS}|-)+)+"
    rf"|\s?@\s?(?:{_ADDRESS}|[.\-])+\.{_TLD}(?!{_ADDRESS})"
    rf"|\s?@\s?{_PROVIDER}(?!{_ADDRESS})"
    rf"|@[\w\-]*[{_HAN}][\w\-]*(?:[.。][\w\-]+)+",
    re.IGNORECASE,
)
_IN_LOCAL_PART = frozenset("._%+'-")
_LONGEST_LOCAL_PART = 64
# "mia (at) example dot com", found by its end; with a plain "at" and plain dots only at a well-known
# provider, since "more at tamarind.example" is no mail address.
_AT = r"(?:[(\[{<]\s*(?:at|@)\s*[)\]}>]|艾特|圈a)"
_DOT = r"(?:\s*[(\[{<]?\s*\b(?:dot|点)\s*[)\]}>]?\s*|\s*点\s*)"
_SPELT_END = re.compile(
    rf"(?:{_AT}\s*[\w\-]+(?:(?:{_DOT}|\.)[\w\-]+)*?(?:{_DOT}|\.){_TLD}\b"
    rf"|(?:\bat\b|@)\s*[\w\-]+(?:(?:{_DOT}|\.)[\w\-]+)*?{_DOT}{_TLD}\b"
    rf"|\bat\s+{_PROVIDER}\s*\.\s*{_TLD}\b)",
    re.IGNORECASE,
)
_DOT_SIGNS = (".", "。", "dot", "点")
_PROVIDERS = tuple(_PROVIDER[3:-1].split("|"))
_SPELT_SIGNS = (" at ", "(at", "( at", "[at", "[ at", "{at", "<at", "@", "艾特", "圈a")
_LOCAL_PART = re.compile(r"[^\s()\[\]{}<>]{1,64}\s*$")
# Seven digits or more, however they are grouped: phones, cards, accounts, parcels, identity numbers.
_LONG_NUMBER = re.compile(rf"[+(]?(?<![0-9])[0-9](?:{_GAP}[0-9]){{6,}}(?:[Xx](?![A-Za-z]))?")
_HAN_NUMBER = re.compile(rf"[0-9{_HAN_DIGIT}](?:[\s\-·.，、,]{{0,2}}[0-9{_HAN_DIGIT}]){{6,}}[Xx]?")
_HAN_DIGITS = re.compile(f"[{_HAN_DIGIT}]")
_DIGIT_WORD = re.compile(r"\b(?:zero|oh|one|two|three|four|five|six|seven|eight|nine)\b", re.IGNORECASE)
_WORD_NUMBER = re.compile(
    r"\b(?:double|triple|zero|oh|one|two|three|four|five|six|seven|eight|nine)"
    r"(?:[\s,.\-]+(?:double|triple|zero|oh|one|two|three|four|five|six|seven|eight|nine)\b){5,}",
    re.IGNORECASE,
)
# Mixed codes such as TM-88231-AX or RM2209X11: six characters or more with at least four digits.
_CODE = re.compile(
    r"(?<![A-Za-z0-9/@])(?=(?:[A-Za-z_\-]*[0-9]){4})[A-Za-z0-9]+(?:[\-_]+[A-Za-z0-9]+)*(?![A-Za-z0-9])"
)
_LABELLED = re.compile(
    r"(?:order|account|acct|invoice|serial|tracking|parcel|case|ticket|booking|card|imei|passport|licen[cs]e|"
    r"phone|mobile|tel|call me|订单|账号|帐号|账户|单号|卡号|发票|序列号|手机|电话|身份证|护照|驾照|"
    r"快递|编号|工单)"
    r"[\w\s]{0,12}?(?:no\.?|number|id|号码?|是|为|is)?\s*[:#]?\s*#?((?:[A-Za-z]{0,4}[\-\s]?)?[0-9][0-9A-Za-z\-]{3,})"
    r"|[#№]\s?([0-9]{4,})",
    re.IGNORECASE,
)
_NAMED = re.compile(
    r"(?:微信号?|v信|\bvx|\bwe\s?chat(?:\s?id)?|qq号?|\bwhats\s?app|\btelegram|\bskype)"
    r"\s*(?:[:=]|号|是|为|\bis\b)+\s*([A-Za-z0-9_.\-]{4,})"
    r"|(?:\bpassword|\bpasscode|\bpasswd|\bpin(?:\s?code)?|密码|口令|验证码|校验码|"
    r"\b(?:verification|security|access)\s?code|\botp|\bcvv2?|\bcvc)"
    r"\s*(?:(?:[:=]|是|为)\s*([^\s，。,;；]+)|(?:\bis\b\s*)?([^\s，。,;；]*[0-9][^\s，。,;；]*))",
    re.IGNORECASE,
)
_LABELS = (
    *("order", "account", "acct", "invoice", "serial", "tracking", "parcel", "case", "ticket", "booking"),
    *("card", "imei", "passport", "licen", "phone", "mobile", "tel", "call", "#", "№"),
    *("订单", "账号", "帐号", "账户", "单号", "卡号", "发票", "序列号", "手机", "电话"),
    *("身份证", "护照", "驾照", "快递", "编号", "工单"),
)
_NAMES = (
    *("微信", "v信", "vx", "chat", "qq", "whats", "telegram", "skype"),
    *("pass", "pin", "密码", "口令", "验证码", "校验码", "code", "otp", "cvv", "cvc"),
)
_HOUR = r"(?:[\s,]+(?:[01]?[0-9]|2[0-3])(?:\.[0-5][0-9])?)?"
_DATE = re.compile(
    r"(?:(?:19|20)[0-9]{2}([-/.])(?:0?[1-9]|1[0-2])\1(?:0?[1-9]|[12][0-9]|3[01])"
    rf"|(?:0?[1-9]|[12][0-9]|3[01])([-/.])(?:0?[1-9]|1[0-2])\2(?:19|20)[0-9]{{2}}){_HOUR}"
)
# The address of the router in everybody's home: half of all answers about Wi-Fi name it.
_HOME_ADDRESS = re.compile(r"192\.168\.[0-9]{1,3}\.[0-9]{1,3}")
_LINK = regex.compile(r"(?i)(?:https?://|www\.)[^\s\p{Han}，。！？；]+")
_LOGIN_IN_LINK = re.compile(r"(?<=://)[^/\s@]*@")
_DIGIT = re.compile(r"[0-9]")
_MIN_CODE = 6
_MIN_NUMBER = 7


def _number_spans(pattern: re.Pattern[str], text: str) -> Iterable[Span]:
    for match in pattern.finditer(text):
        harmless = _DATE.fullmatch(match.group()) or _HOME_ADDRESS.fullmatch(match.group())
        if match.end() - match.start() >= _MIN_CODE and not harmless:
            yield match.span()


def _mail_spans(text: str) -> Iterable[Span]:
    for match in _MAIL_END.finditer(text):
        start = match.start()
        # Chinese may stand right before an address, but not inside it unless it ends with it.
        chinese = start > 0 and _is_han(text[start - 1])
        while (
            start > 0
            and match.start() - start < _LONGEST_LOCAL_PART
            and _in_local_part(text[start - 1], chinese)
        ):
            start -= 1
        if start < match.start():
            yield start, match.end()


def _spelt_mail_spans(text: str) -> Iterable[Span]:
    for match in _SPELT_END.finditer(text):
        local = _LOCAL_PART.search(text, max(0, match.start() - 80), match.start())
        yield (local.start() if local else match.start(), match.end())


def _is_han(char: str) -> bool:
    return "\u2e80" <= char <= "\u9fff"


def _in_local_part(char: str, chinese: bool) -> bool:
    return char in _IN_LOCAL_PART or (char.isalnum() and (chinese or not _is_han(char)))


def _secret_spans(pattern: re.Pattern[str], text: str) -> Iterable[Span]:
    for match in pattern.finditer(text):
        yield from (match.span(group) for group in range(1, pattern.groups + 1) if match[group] is not None)


def _contact_spans(text: str, digits: int) -> Iterable[Span]:
    """Mail addresses, and numbers as long as a phone's. A search is made only where it can find something."""
    lowered = text.lower()
    dotted = any(sign in lowered for sign in _DOT_SIGNS)
    if "@" in text and (dotted or any(name in lowered for name in _PROVIDERS)):
        yield from _mail_spans(text)
    if dotted and any(sign in lowered for sign in _SPELT_SIGNS):
        yield from _spelt_mail_spans(text)
    if digits >= _MIN_NUMBER:
        yield from _number_spans(_LONG_NUMBER, text)
    if not text.isascii() and digits + len(_HAN_DIGITS.findall(text)) >= _MIN_NUMBER:
        yield from _number_spans(_HAN_NUMBER, text)
    if len(_DIGIT_WORD.findall(text)) >= 4:
        yield from (match.span() for match in _WORD_NUMBER.finditer(text))


def _private_spans(text: str) -> Iterable[Span]:
    """Where private data stands in a folded text."""
    lowered = text.lower()
    digits = len(_DIGIT.findall(text))
    yield from _contact_spans(text, digits)
    if digits >= 4:
        yield from _number_spans(_CODE, text)
        if any(label in lowered for label in _LABELS):
            yield from _secret_spans(_LABELLED, text)
    if any(name in lowered for name in _NAMES):
        yield from _secret_spans(_NAMED, text)


def _fold(text: str) -> tuple[str, list[int] | None]:
    """The folded text without hidden characters; where its characters and its end stood, if some are gone."""
    folded = text if text.isascii() else text.translate(_FOLD)
    if _HIDDEN not in folded:
        return folded, None
    kept = [place for place, char in enumerate(folded) if char != _HIDDEN]
    return "".join(folded[place] for place in kept), [*kept, len(text)]


def _merged(spans: Iterable[Span]) -> Iterable[Span]:
    start, end = -1, -1
    for low, high in sorted(spans):
        if low > end:
            if end > start:
                yield start, end
            start, end = low, high
        else:
            end = max(end, high)
    if end > start:
        yield start, end


def _redact_words(text: str) -> str:
    folded, places = _fold(text)
    parts: list[str] = []
    position = 0
    for low, high in _merged(_private_spans(folded)):
        start, end = (low, high) if places is None else (places[low], places[high])
        parts += (text[position:start], MASK)
        position = end
    return "".join((*parts, text[position:])) if parts else text


def _shorten_link(match: regex.Match[str]) -> str:
    return _LOGIN_IN_LINK.sub("", match.group().split("?", 1)[0].split("#", 1)[0])


@lru_cache(maxsize=2048)  # the same text is asked about by triage, the heading and the search index
def redact(text: str) -> str:
    """The text with everything masked that may identify a person or an account.

    A link keeps its address only up to the query, since queries carry tokens and addresses. Never raises;
    redacting twice changes nothing.
    """
    if "//" in text or "www." in text.lower():
        text = _LINK.sub(_shorten_link, text)
    return _redact_words(text)


def holds_contact(text: str) -> bool:
    """Whether there is a mail address or a number of seven digits or more. A handle may hold shorter ones."""
    folded, _ = _fold(text)
    return any(True for _ in _contact_spans(folded, len(_DIGIT.findall(folded))))
