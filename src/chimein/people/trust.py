"""How far somebody is trusted: read by offers, claims and reviews; written by `community.trust`.

A row for the very topic and language counts before one for the topic, that before one for the language, that before
the one for everything. Nothing is inherited from harmless to doubtful questions: those want a row of their own. No row
is *new*. Staff are trusted everywhere. Who is paused (see `Membership.paused_until`) counts as new until it ends.
"""

from __future__ import annotations

import hashlib
from datetime import datetime

from chimein.core import clock, db
from chimein.core.actor import STAFF_ROLES, Role
from chimein.core.options import option
from chimein.people.models import Membership, Trust

Level = Trust.Level
CLEAN, DOUBTFUL = Trust.Risk.CLEAN.value, Trust.Risk.DOUBTFUL.value

LEAST_CAPABILITY = option(
    "REVIEW_BELOW_CAPABILITY",
    0.6,
    "Below this chance of answering well (0 to 1) even the draft of somebody trusted is reviewed first.",
)
SAMPLE_PERCENT = option(
    "REVIEW_SAMPLE_PERCENT", 10, "Percent of the answers of trusted people that are looked at afterwards."
)

STAFF = [role.value for role in STAFF_ROLES]
_LEVELS = """
SELECT m.id, CASE WHEN m.role = ANY(%(staff)s) THEN greatest(2, coalesce(t.level, 0))
                  WHEN m.paused_until > %(now)s THEN 0
                  ELSE coalesce(t.level, 0) END
FROM people_membership m
LEFT JOIN (SELECT member_id, (array_agg(level ORDER BY topic DESC, language DESC))[1] AS level
           FROM people_trust
           WHERE risk = %(risk)s AND topic IN (%(topic)s, '') AND language IN (%(language)s, '') {of}
           GROUP BY member_id) t ON t.member_id = m.id
WHERE {who}
"""
_OF_BRAND = _LEVELS.format(of="", who="m.brand_id = %(brand)s AND m.is_active")
_OF_ONE = _LEVELS.format(of="AND member_id = %(member)s", who="m.id = %(member)s AND m.is_active")


def level_of(
    member: Membership | int | None,
    *,
    topic: str = "",
    language: str = "",
    risk: str = CLEAN,
    now: datetime | None = None,
) -> Level:
    """How far this member (or the member with this id) is trusted there; nobody and who left are new."""
    if member is None:
        return Level.NEW
    wanted = member.pk if isinstance(member, Membership) else member
    row = db.fetch_one(_OF_ONE, _params(topic, language, risk, now) | {"member": wanted})
    return Level(row[1]) if row else Level.NEW


def levels_of(
    brand_id: int,
    *,
    topic: str = "",
    language: str = "",
    risk: str = CLEAN,
    now: datetime | None = None,
) -> dict[int, int]:
    """The level of every active member of a brand, by member id, in one statement."""
    params = _params(topic, language, risk, now) | {"brand": brand_id}
    return dict(db.fetch(_OF_BRAND, params))


def _params(topic: str, language: str, risk: str, now: datetime | None) -> dict[str, object]:
    return {
        "topic": topic, "language": language, "risk": risk, "staff": STAFF, "now": now or clock.now()
    }  # fmt: skip


def has_begun(member: Membership) -> bool:
    """Whether somebody may answer anything at all; who may not is shown the way in."""
    if Role(member.role) in STAFF_ROLES:
        return True
    return Trust.objects.filter(member=member, level__gt=Level.NEW).exists()


def is_paused(member: Membership, *, now: datetime) -> bool:
    """Whether nobody asks a helper anything just now."""
    paused = member.paused_until is not None and member.paused_until > now
    return paused and Role(member.role) not in STAFF_ROLES


def risk_of(*, trusted_only: bool) -> str:
    """The class of risk of a queue item: what the lane policy keeps to the trusted is doubtful."""
    return DOUBTFUL if trusted_only else CLEAN


def least_level(risk: str) -> Level:
    """The lowest level that may answer: harmless questions from *coached* on, doubtful ones from *trusted* on."""
    return Level.TRUSTED if risk == DOUBTFUL else Level.COACHED


def may_answer(
    member: Membership | int | None,
    *,
    topic: str,
    language: str,
    risk: str,
    now: datetime | None = None,
) -> bool:
    """Whether somebody may take such a question at all."""
    return level_of(member, topic=topic, language=language, risk=risk, now=now) >= least_level(risk)


def needs_review(
    member: Membership | int,
    *,
    topic: str = "",
    language: str = "",
    risk: str = CLEAN,
    capability: float | None = None,
    now: datetime | None = None,
) -> bool:
    """Whether a draft is looked at by somebody else before it is published.

    Everybody's below *trusted*, and a trusted helper's where `capability` (the chance of answering well, 0 to 1, as the
    matching estimates it; None: not known) is too low. Mentors and staff publish at once.
    """
    level = level_of(member, topic=topic, language=language, risk=risk, now=now)
    if level < Level.TRUSTED:
        return True
    doubt = capability is not None and capability < LEAST_CAPABILITY.get()
    return doubt and level < Level.MENTOR and not _is_staff(member)


def _is_staff(member: Membership | int) -> bool:
    if isinstance(member, Membership):
        return Role(member.role) in STAFF_ROLES
    return Membership.objects.filter(pk=member, role__in=STAFF).exists()


def is_sampled(answer_id: int) -> bool:
    """Whether a published answer is among those that are looked at afterwards: the same answer, the same word."""
    digest = hashlib.blake2b(f"sample:{answer_id}".encode(), digest_size=2).digest()
    return int.from_bytes(digest) % 100 < SAMPLE_PERCENT.get()
