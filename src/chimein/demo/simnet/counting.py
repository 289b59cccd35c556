"""How long a post is, the way Warble counts it.

1. The text is brought to Unicode NFC.
2. Each link (`http://` or `https://` followed by ASCII address characters, closing punctuation left out)
   counts 23.
3. An emoji sequence counts 2, however many code points it has: flags (two regional indicators), keycaps,
   and pictographs with a variation selector, skin tone, tag or zero-width-joined parts.
4. Any other wide or fullwidth East Asian character (Unicode width W or F, which covers single emoji) counts
   2.
5. Everything else counts 1, spaces and line breaks included.
"""

from __future__ import annotations

import re
import unicodedata

POST_LIMIT = 280
MESSAGE_LIMIT = 1000
LINK_LENGTH = 23

LINK = re.compile(r"https?://[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]*[A-Za-z0-9/_~=&#%+\-]", re.IGNORECASE)

_PICTURE = (
    "[\u00a9\u00ae\u203c\u2049\u2122\u2139\u2190-\u21ff\u2300-\u27bf\u2900-\u297f\u2b00-\u2bff"
    "\u3030\u303d\u3297\u3299\U0001f000-\U0001faff]"
)
_EXTRA = "[\ufe0f\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f]"
_JOINED = f"\u200d{_PICTURE}{_EXTRA}*"
EMOJI_SEQUENCE = re.compile(
    f"[\U0001f1e6-\U0001f1ff]{{2}}|[0-9#*]\ufe0f?\u20e3|{_PICTURE}(?:{_EXTRA}+(?:{_JOINED})*|(?:{_JOINED})+)"
)


def length(text: str) -> int:
    """The length of `text` as compared with `POST_LIMIT` and `MESSAGE_LIMIT`."""
    plain, links = LINK.subn("", unicodedata.normalize("NFC", text))
    rest, emoji = EMOJI_SEQUENCE.subn("", plain)
    return LINK_LENGTH * links + 2 * emoji + sum(_width(char) for char in rest)


def _width(char: str) -> int:
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1
