"""Length of a text as the simulated network counts it, rounded up where the two could differ.

A link is 23, a wide or full-width character or an emoji 2, anything else 1, after NFC. Emoji joined into one
picture are counted one by one here, so a text that fits here fits there.
"""

from __future__ import annotations

import re
import unicodedata

LIMIT = 280
_LINK = re.compile(r"https?://[^\s\u3000-\u9fff\uff00-\uffef]+")
_INVISIBLE = frozenset("\u200d\ufe0f")


def weighted_length(text: str) -> int:
    """Length in the network's units (limit 280)."""
    text = unicodedata.normalize("NFC", text)
    links = len(_LINK.findall(text))
    return 23 * links + sum(_width(char) for char in _LINK.sub("", text))


def _width(char: str) -> int:
    if char in _INVISIBLE:
        return 0
    wide = unicodedata.east_asian_width(char) in "WF" or ord(char) >= 0x1F000 or 0x2600 <= ord(char) <= 0x27BF
    return 2 if wide else 1
