"""Who is called by name in a note: ``@Ann`` or ``@小林``."""

from __future__ import annotations

import re

from chimein.people.models import Membership

_AT = re.compile(r"(?<![\w.])@(\w[\w'’.-]{0,39})")
_MOST = 20


def named_in(text: str, *, brand_id: int) -> list[int]:
    """The members of the brand who are named behind an @, by public name, in no matter which case.

    A name that several share calls all of them: better one call too many than the wrong one. In Chinese no space
    follows a name, so that the beginning of a word counts as well.
    """
    words = [word.casefold() for word in _AT.findall(text)[:_MOST]]
    if not words:
        return []
    rows = Membership.objects.filter(brand=brand_id, is_active=True).values_list("pk", "public_name")
    return [pk for pk, name in rows if any(_calls(word, name.casefold()) for word in words)]


def _calls(word: str, name: str) -> bool:
    first = name.split(" ", maxsplit=1)[0]
    if word.rstrip(".'’-") in {name, first, name.replace(" ", "")}:
        return True
    return not name.isascii() and word.startswith(name)
