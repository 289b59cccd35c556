"""What may stand on a public page: the one definition of it, in SQL and in words.

A message is shown when it is public, stands on the network, and is not spam. Notes, drafts, direct
messages and answers on their way are in no statement of this room. Every text passes `redact`, the
staff's as well.
"""

from __future__ import annotations

import regex

from chimein.core.http import is_web_address
from chimein.core.text.redact import MASK, holds_contact, redact

WEBFORM = "webform"

# Of a message `m`. `posted` includes what was taken down since, whose place in the thread is shown
# without its text.
POSTED = """m.visibility = 'public' AND (m.direction = 'in' OR m.external_id IS NOT NULL)
    AND NOT (m.disposition = 'no_reply' AND m.disposition_reason = 'spam')"""
SHOWN = f"{POSTED} AND m.deleted_at IS NULL"
# Of a message `m`: a customer's that needed an answer.
ASKED = "m.direction = 'in' AND m.disposition IN ('waiting', 'answered', 'private')"
# Of a conversation `c`.
ON_WALL = "c.on_wall AND c.visibility = 'public' AND c.merged_into_id IS NULL"

_LEADING_MENTIONS = regex.compile(r"^(?:\s*[@＠][\p{L}\p{N}_\-.]+)+[\s:：,，]*")
_TRAILING_MENTIONS = regex.compile(r"(?:\s*[@＠][\p{L}\p{N}_\-.]+)+\s*$")
_SPACES = regex.compile(r"\s+")
_HAN_NAME = regex.compile(r"\p{Han}{2,4}")
_SLUG = regex.compile(r"[\p{L}\p{N}]+")
_TITLE = 110
_SLUG_LENGTH = 60
EMPTY_SLUG = "question"


def cut(text: str, length: int) -> str:
    """The beginning of a text, at a word's end where there is one."""
    if len(text) <= length:
        return text
    start = text[: length - 1]
    space = start.rfind(" ")
    return (start[:space] if space > length * 2 // 3 else start).rstrip() + "…"


def title_of(text: str) -> str:
    """A question's first words without the mentions around them; may be empty. The text is masked."""
    plain = _TRAILING_MENTIONS.sub("", _LEADING_MENTIONS.sub("", text))
    return cut(_SPACES.sub(" ", plain).strip(), _TITLE)


def slug_of(title: str) -> str:
    """The readable end of a question's address. Chinese stays Chinese, as browsers show it."""
    words = _SLUG.findall(title.replace(MASK, " ").lower())
    slug = ""
    for word in words:
        longer = f"{slug}-{word}" if slug else word
        if len(longer) > _SLUG_LENGTH:
            break
        slug = longer
    return slug or "".join(words)[:_SLUG_LENGTH] or EMPTY_SLUG


def asker_name(network: str, handle: str, name: str) -> str:
    """A customer as the public may know them: the handle of a post, else the given name; may be empty."""
    if handle and network != WEBFORM:
        return "" if _is_no_handle(handle) else f"@{handle}"
    given = given_name(name)
    return given if given == redact(given) and not holds_contact(name) else ""


def _is_no_handle(handle: str) -> bool:
    """Handles are public and may hold a short number; what looks like a code or a contact is none."""
    plain = handle.replace("_", "").replace(".", "").isalnum()
    return holds_contact(handle) or (not plain and redact(handle) != handle)


def given_name(name: str) -> str:
    """``Mia Kowalski`` is Mia, ``林小雨`` 小雨, a nickname stays whole."""
    plain = _SPACES.sub(" ", name).strip()
    if _HAN_NAME.fullmatch(plain):
        return plain[1:] if len(plain) < 4 else plain[2:]
    return plain.split(" ", 1)[0][:40] if plain else ""


def link_of(permalink: str) -> str:
    """The address of a post on its network, when it is one that can be shown."""
    return (
        permalink
        if is_web_address(permalink) and "@" not in permalink.split("://", 1)[1].split("/", 1)[0]
        else ""
    )
