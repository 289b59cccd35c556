"""What the author of a message says: without links and mentions, folded, and without other people's words behind it."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import regex

from chimein.core.text.redact import MASK, redact
from chimein.triage import lexicon
from chimein.triage.lexicon import Folded, Words

_MENTION = regex.compile(r"[@＠][\p{L}\p{N}_\-.]+")
_LINK = regex.compile(r"https?://\S+")
_HANDLE_SIGN = regex.compile(r"[@＠](?!cctv)[\p{L}\p{N}_\-.]+|https?://\S+", regex.IGNORECASE)
_WORDS = regex.compile(r"\p{L}")
_CAPITALS = regex.compile(r"\p{Lu}")
_MAY_BE_PRIVATE = regex.compile(
    r"\p{N}{3}|[@＠]|[:：]|\p{N}\D{0,3}\p{N}\D{0,3}\p{N}|[〇零一二三四五六七八九]{4}"
)
LONGEST = 2000


@dataclass
class Said:
    """One message as word lists look at it."""

    raw: str
    own: str
    text: str
    folded: Folded
    heads_chain: bool
    _has: dict[int, bool] = field(default_factory=dict)

    @classmethod
    def of(cls, raw: str) -> Said:
        raw = raw[:LONGEST]
        own, chain, _ = raw.partition(lexicon.CHAIN)
        text = own
        if "@" in text or "＠" in text:
            text = _MENTION.sub(" ", text)
        if "://" in text:
            text = _LINK.sub(" ", text)
        text = text.strip()
        return cls(raw, own, text, Folded.of(_HANDLE_SIGN.sub(" ", own) if "@" in own else text), bool(chain))

    def found(self, words: Words) -> tuple[str, ...]:
        """The first few words of a list that stand in it."""
        return words.found(self.folded)

    def has(self, words: Words) -> bool:
        """Whether any word of a list stands in it. Looked for once: flags and rules both ask."""
        if words.numbers.isdisjoint(self.folded.possible):
            return False
        known = self._has.get(id(words))
        if known is None:
            known = self._has[id(words)] = words.stand_in(self.folded)
        return known

    @property
    def asks(self) -> bool:
        return "?" in self.text or "？" in self.text

    @property
    def has_words(self) -> bool:
        return bool(_WORDS.search(self.text))

    @cached_property
    def is_shouted(self) -> bool:
        if self.text.count("!") + self.text.count("！") > 3:
            return True
        capitals = len(_CAPITALS.findall(self.text))
        return capitals > 12 and capitals > 0.6 * len(_WORDS.findall(self.text))

    @property
    def is_repost(self) -> bool:
        return bool(lexicon.REPOST.match(self.raw))

    @cached_property
    def shows_private_data(self) -> bool:
        """Whether redaction would mask something in it."""
        return bool(_MAY_BE_PRIVATE.search(self.own)) and MASK in redact(self.own)


_YES = ("",)


class Glance(Said):
    """The same message looked at only for whether words stand in it, which costs half as much as which."""

    def found(self, words: Words) -> tuple[str, ...]:
        return _YES if self.has(words) else ()

    @classmethod
    def at(cls, said: Said) -> Glance:
        """A glance at what is open already; what one of the two has looked up the other knows too."""
        made = cls(said.raw, said.own, said.text, said.folded, said.heads_chain, said._has)
        made.shows_private_data, made.is_shouted = said.shows_private_data, said.is_shouted
        return made
