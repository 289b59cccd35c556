"""In which language somebody is told."""

from __future__ import annotations

from chimein.people.models import Membership


def language_of(member: Membership) -> str:
    """The language the person reads the console in; else the first they answer in; else English.

    Raises nothing for codes we do not have: those read English.
    """
    wanted = member.user.language or (member.languages[0] if member.languages else "")
    return "zh-hans" if wanted.startswith("zh") else "en"
