"""Why a question was brought to somebody, and the reasons for passing it on, in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from chimein.triage.models import Topic


def asked_because(why: Mapping[str, Any], *, brand_id: int) -> list[str]:
    """What spoke for this person, one sentence each; `why` as `routing.offers_asking` wrote it."""
    topic = _topic(brand_id, str(why.get("topic") or ""))
    said = [_sentence(str(code), topic) for code in why.get("reasons", ())]
    count = int(why.get("copies") or 0)
    if count:
        said.append(
            ngettext(
                "%(count)d other customer asks the same: your answer can go to both.",
                "%(count)d other customers ask the same: your answer can go to all of them.",
                count,
            )
            % {"count": count}
        )
    return [one for one in said if one]


def _topic(brand_id: int, slug: str) -> str:
    found = Topic.objects.filter(brand_id=brand_id, slug=slug).first() if slug else None
    return found.display_name if found else slug


def _sentence(code: str, topic: str) -> str:
    sentences = {
        "known": _("You have helped this customer before."),
        "proven": _("Your answers on %(topic)s have done well."),
        "topic": _("You chose the topic %(topic)s."),
        "team": _("%(topic)s belongs to your department."),
        "language": _("It is in a language of yours."),
        "here": _("You are here right now."),
        "turn": _("You have not been asked for a while."),
        "free": _("You take questions at this time of the day."),
    }
    sentence = sentences.get(code, "")
    return sentence % {"topic": topic} if "%(topic)s" in sentence else sentence


def pass_reasons() -> list[tuple[str, str]]:
    """Why somebody may pass, with its key."""
    return [
        ("busy", _("No time now")),
        ("topic", _("Not my topic")),
        ("unsure", _("I do not know")),
        ("conflict", _("I have an interest of my own in it")),
    ]


def left_by_itself(reason: str) -> str:
    """Why a question went from the crowd to the desk, for the timeline; empty for a person's own words."""
    return {
        "desk_assists": _("It went to the desk, so that it is answered in time"),
        "too_late": _("It had waited too long and went to the desk"),
        "nobody_there": _("Nobody could be asked: it went to the desk"),
    }.get(reason, "")
