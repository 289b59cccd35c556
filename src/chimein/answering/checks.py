"""What is looked at before an answer is posted: private data, the brand's lists, own interests, sameness, links.

Some findings block; the others warn, and go out with the writer's reason, which is kept. Each says in a sentence what
is wrong and what to do.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from urllib.parse import urlsplit

import regex
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from chimein.answering.models import ListedWord
from chimein.answering.word_lists import words_of
from chimein.conversations.models import Message
from chimein.core.errors import UserError
from chimein.core.text.compare import similarity
from chimein.core.text.redact import holds_contact, redact

REPLIES_COMPARED = 50
ALIKE = 0.8
_ALIKE_OFTEN = 2
_LEAST_LENGTH = 24
_MOST_SHOWN = 5

_SENTENCES: dict[str, str | Promise] = {
    "private": gettext_lazy(
        "A mail address or a long number would stand in public for ever. Take it out, or go on in a private message."
    ),
    "taboo": gettext_lazy("We never say: %(words)s. Put it in other words."),
    "code": gettext_lazy("This looks like somebody's code, order or account: %(words)s. Take it out if it is."),
    "unreleased": gettext_lazy("Not announced yet: %(words)s. Wait until it is out."),
    "competitor": gettext_lazy("Another brand is named: %(words)s. Speak of what we can do."),
    "conflict": gettext_lazy(
        "It sounds as if you had an interest of your own in it: %(words)s. Leave it out, or say so openly."
    ),
    "alike": gettext_lazy(
        "You sent almost the same words to others lately. Begin with this person's own question."
    ),
    "link": gettext_lazy("Look at the link once more: %(words)s. It hides where it leads, or is not ours."),
}  # fmt: skip
BLOCKING = frozenset({"private", "taboo"})

# What people write who have something to gain; the brand's own list comes on top.
_OWN_INTEREST = (
    "my own shop", "my own store", "my website", "my friend's shop", "i sell these", "buy it from me",
    "i get a commission", "my referral", "referral code", "promo code from me", "affiliate link", "dm me personally",
    "my personal number", "my own company", "i have shares", "我自己的店", "我的店", "我朋友的店", "找我买", "从我这买",
    "我有提成", "我的邀请码", "邀请码", "推荐码", "返利", "加我微信", "加我qq", "加我好友", "私下联系我", "我的网店",
    "我持有股票",
)  # fmt: skip
_SHORTENERS = frozenset(
    {
        *("bit.ly", "t.co", "tinyurl.com", "goo.gl", "is.gd", "ow.ly", "buff.ly", "cutt.ly", "rb.gy"),
        *("t.cn", "dwz.cn", "url.cn", "suo.im"),
    }
)
_LINK = regex.compile(r"(?i)(?:https?://|www\.)[^\s\p{Han}，。！？；]+")
_DOMAIN = re.compile(r"[a-z0-9-]+(?:\.[a-z0-9-]+)+")
_ADDRESS = re.compile(r"[0-9.]+|.*:.*")


@dataclass(frozen=True, slots=True)
class Finding:
    """Something about a text. `words`: what was found; `notes`: what the brand says about it."""

    code: str
    words: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def blocks(self) -> bool:
        return self.code in BLOCKING

    @property
    def sentence(self) -> str:
        """What is wrong and what to do, in the reader's language."""
        said = str(_SENTENCES[self.code]) % {"words": ", ".join(self.words[:_MOST_SHOWN])}
        return " ".join((said, *self.notes))


class Blocked(UserError):
    """A text that cannot be posted as it is."""


class Warned(UserError):
    """A text that is posted only with the writer's reason."""


def look(text: str, *, brand_id: int, author_id: int | None, private: bool, now: datetime) -> list[Finding]:
    """Everything that is found in a text, what blocks first. Two statements, one for a private message."""
    if not text.strip():
        return []
    listed = words_of(brand_id, today=now.date())
    fine = [row.word for row in listed if row.kind == ListedWord.Kind.FINE]
    found = [*_listed(text, listed), *_own_interest(text, listed)]
    if not private:
        found += [*_private(text, fine), *_links(text, fine), *_alike(text, author_id)]
    return sorted(found, key=lambda one: not one.blocks)


def enforce(findings: Sequence[Finding], *, anyway: str) -> str:
    """The reason to keep with the answer; empty when nothing was found. Raises Blocked, or Warned without a reason."""
    blocking = [one.sentence for one in findings if one.blocks]
    if blocking:
        raise Blocked(" ".join(blocking))
    if findings and not anyway.strip():
        said = " ".join(one.sentence for one in findings)
        raise Warned(
            _("%(warnings)s If it is right all the same, say why and send it again.") % {"warnings": said}
        )
    return anyway.strip()[:200] if findings else ""


@lru_cache(maxsize=512)
def _folded(text: str) -> str:
    """Small letters, one form of each character, nothing invisible: a word cannot hide by how it is written."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    return " ".join("".join(char for char in plain if unicodedata.category(char) != "Cf").split())


@lru_cache(maxsize=4096)
def _pattern(word: str) -> re.Pattern[str]:
    """Latin words count whole, Chinese ones wherever they stand."""
    escaped = re.escape(_folded(word)).replace(r"\ ", r"\s*")
    return re.compile(rf"(?:(?<![a-z0-9])|(?=[^a-z0-9])){escaped}(?:(?![a-z0-9])|(?<=[^a-z0-9]))")


def _said(text: str, words: Iterable[str]) -> list[str]:
    folded = _folded(text)
    return [word for word in words if _pattern(word).search(folded)]


def _listed(text: str, listed: Sequence[ListedWord]) -> Iterable[Finding]:
    for kind in (ListedWord.Kind.TABOO, ListedWord.Kind.UNRELEASED, ListedWord.Kind.COMPETITOR):
        rows = {row.word: row for row in listed if row.kind == kind}
        if words := _said(text, rows):
            yield Finding(
                kind.value, tuple(words), tuple(rows[word].note for word in words if rows[word].note)
            )


def _own_interest(text: str, listed: Sequence[ListedWord]) -> Iterable[Finding]:
    own = [row.word for row in listed if row.kind == ListedWord.Kind.CONFLICT]
    if words := _said(text, dict.fromkeys((*_OWN_INTEREST, *own))):
        yield Finding("conflict", tuple(words))


def _private(text: str, fine: Sequence[str]) -> Iterable[Finding]:
    """What identifies a person or an account, apart from links and from what the brand says is fine."""
    rest = _LINK.sub(" ", text)
    for word in sorted(fine, key=len, reverse=True):
        rest = re.sub(re.escape(word), " ", rest, flags=re.IGNORECASE)
    if holds_contact(rest):
        yield Finding("private")
    elif (masked := redact(rest)) != rest:
        kept = set(masked.split())
        yield Finding("code", tuple(word for word in rest.split() if word not in kept))


def _links(text: str, fine: Sequence[str]) -> Iterable[Finding]:
    """Links that hide where they lead; where the brand lists its own addresses, those that are not among them."""
    own = {word.lower().removeprefix("www.") for word in fine if _DOMAIN.fullmatch(word.lower())}
    odd = [link for link in _LINK.findall(text) if _is_odd(link, own)]
    if odd:
        yield Finding("link", tuple(odd))


def _is_odd(link: str, own: set[str]) -> bool:
    try:
        parts = urlsplit(link if "//" in link else f"https://{link}")
        host = (parts.hostname or "").removeprefix("www.")
    except ValueError:
        return True
    strange = "@" in parts.netloc or not host.isascii() or host.startswith("xn--") or ".xn--" in host
    if strange or _ADDRESS.fullmatch(host) or host in _SHORTENERS:
        return True
    return bool(own) and not any(host == one or host.endswith(f".{one}") for one in own)


def _alike(text: str, author_id: int | None) -> Iterable[Finding]:
    """Nearly the same as several of the author's last public replies."""
    if author_id is None or len(text.strip()) < _LEAST_LENGTH:
        return
    rows = Message.objects.filter(author_id=author_id, direction="out", visibility="public")
    recent = rows.order_by("-posted_at").values_list("text", flat=True)[:REPLIES_COMPARED]
    if sum(similarity(text, one) >= ALIKE for one in recent) >= _ALIKE_OFTEN:
        yield Finding("alike")
