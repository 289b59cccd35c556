"""Levels of trust in words, as a person and their lead read them."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from chimein.community.growth import trust as changes
from chimein.community.models import TrustChange
from chimein.core.actor import STAFF_ROLES, Role
from chimein.people.models import Membership, Trust
from chimein.triage.models import Topic

_TONES = {0: "quiet", 1: "soon", 2: "ok", 3: "accent"}
_ICONS = {0: "circle", 1: "heart-handshake", 2: "badge-check", 3: "award"}


def level_words(level: int | None, *, everywhere: bool = False) -> str:
    """A level in words; without a row of its own a place has that of the wider one, and the widest nobody's."""
    if level is None and not everywhere:
        return _("as elsewhere")
    return str(Trust.Level(level or Trust.Level.NEW).label)


def level_chip(level: int) -> dict[str, Any]:
    """A level as a chip: label, tone, icon."""
    return {"label": level_words(level), "tone": _TONES[level], "icon": _ICONS[level], "level": level}


def meaning(level: int, risk: str) -> str:
    """What a level means for the person who has it."""
    if risk == Trust.Risk.DOUBTFUL:
        return (
            _("May answer doubtful questions too.") if level >= Trust.Level.TRUSTED else _("Not these yet.")
        )
    return {
        0: _("The way in comes first."),
        1: _("A coach reads each answer before it goes out."),
        2: _("Answers go out at once."),
        3: _("Answers go out at once, and reads those of others."),
    }[level]


def place_words(topic: str, language: str, risk: str, names: dict[str, str]) -> str:
    """The class of questions in words."""
    tongues = {"en": _("English"), "zh": _("Chinese")}
    where = [names.get(topic, topic) if topic else _("All topics")]
    if language:
        where.append(tongues.get(language, language))
    if risk == Trust.Risk.DOUBTFUL:
        where.append(_("doubtful questions"))
    return " · ".join(where)


def topic_names(brand_id: int) -> dict[str, str]:
    return {one.slug: one.display_name for one in Topic.objects.filter(brand_id=brand_id).order_by("slug")}


def levels_of(member: Membership) -> list[dict[str, Any]]:
    """Everything a member is trusted with, the widest first; staff by their role."""
    names = topic_names(member.brand_id)
    rows = list(
        Trust.objects.select_related("by").filter(member=member).order_by("risk", "topic", "language")
    )
    shown = [
        {
            "row": row, "chip": level_chip(row.level), "means": meaning(row.level, row.risk),
            "place": place_words(row.topic, row.language, row.risk, names),
        }
        for row in rows
    ]  # fmt: skip
    is_staff = Role(member.role) in STAFF_ROLES
    if is_staff and not rows:
        chip = level_chip(Trust.Level.TRUSTED)
        shown = [
            {"row": None, "chip": chip, "means": _("Staff are always trusted."), "place": _("All topics")}
        ]
    return shown


def changes_of(member: Membership) -> list[dict[str, Any]]:
    """The history of a member's trust in words, newest first."""
    names = topic_names(member.brand_id)
    rows = list(changes.history(member.pk))
    current = {(one.topic, one.language, one.risk): one.level for one in Trust.objects.filter(member=member)}
    return [
        {
            "change": row, "before": level_words(row.before, everywhere=not row.topic + row.language),
            "after": level_words(row.after, everywhere=not row.topic + row.language),
            "place": place_words(row.topic, row.language, row.risk, names),
            "why": TrustChange.Why(row.why).label, "by": row.by.public_name if row.by else "",
            "can_undo": row.undone_at is None and row.why != TrustChange.Why.UNDONE
            and current.get((row.topic, row.language, row.risk)) == row.after,
        }
        for row in rows
    ]  # fmt: skip
