"""Badges: absolute bars that anybody can reach, one a thing that was achieved, none for how much was written.

Source: absolute and reachable bars rather than top places (routing.md, 2.11; Easley and Ghosh).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from chimein.community import events
from chimein.community.points_models import BadgeEarned
from chimein.core import db
from chimein.core.events import Fact, emit
from chimein.people.models import Membership


@dataclass(frozen=True, slots=True)
class Badge:
    """Earned when the count named `counts` reaches `bar`."""

    key: str
    name: str | Promise
    text: str | Promise
    icon: str
    counts: str
    bar: int


BADGES = (
    Badge("first", _("First one solved"), _("A customer said that your answer solved it."), "sparkles", "solved", 1),
    Badge("solved-10", _("Ten solved"), _("Ten questions are solved by your answers."), "circle-check", "solved", 10),
    Badge("solved-50", _("Fifty solved"), _("Fifty questions are solved by your answers."), "award", "solved", 50),
    Badge("thanked-5", _("Well thanked"), _("Five customers thanked you."), "heart", "thanked", 5),
    Badge("thanked-25", _("Much thanked"), _("Twenty-five customers thanked you."), "heart-handshake", "thanked", 25),
    Badge("accepted-5", _("Five accepted"), _("Five of your drafts were accepted as they were."), "badge-check",
          "accepted", 5),
    Badge("reused-3", _("Worth repeating"), _("An answer of yours was used again three times."), "copy", "reused", 3),
    Badge("coached-5", _("Good coach"), _("Five answers you let through were solved."), "lightbulb", "coached", 5),
    Badge("weeks-4", _("Four weeks"), _("Something of yours counted in four different weeks."), "calendar", "weeks", 4),
    Badge("topics-3", _("Wide awake"), _("You solved questions of three topics."), "layers", "topics", 3),
    Badge("languages-2", _("Two tongues"), _("You solved questions in two languages."), "languages", "languages", 2),
)  # fmt: skip

# Only what counts: a reopened answer, a vote that was set aside or over the limit of the day has no points left.
_COUNTS = """
WITH units AS (
    SELECT r.answer_id, r.share, sum(r.points) AS points, min(r.day) AS day
    FROM community_pointsrow r WHERE r.member_id = %(member)s GROUP BY r.answer_id, r.share HAVING sum(r.points) > 0
), solved AS (
    SELECT u.answer_id, c.topic, c.language FROM units u
    JOIN answering_answer a ON a.id = u.answer_id
    JOIN conversations_conversation c ON c.id = a.conversation_id
    WHERE u.share = 'answer' AND EXISTS (
        SELECT 1 FROM community_pointsfact f WHERE f.answer_id = u.answer_id AND f.member_id = %(member)s
          AND f.share = 'answer' AND f.kind = 'solved' AND NOT EXISTS (
              SELECT 1 FROM community_pointsfact o WHERE o.answer_id = f.answer_id AND o.kind = 'reopened'
                AND o.at > f.at))
)
SELECT (SELECT count(*) FROM solved),
       (SELECT count(DISTINCT answer_id) FROM community_pointsfact WHERE member_id = %(member)s AND kind = 'thanked'),
       (SELECT count(DISTINCT answer_id) FROM community_pointsfact
        WHERE member_id = %(member)s AND share = 'answer' AND kind = 'accepted'),
       (SELECT coalesce(max(n), 0) FROM (SELECT count(DISTINCT rater) AS n FROM community_pointsfact
        WHERE member_id = %(member)s AND share = 'reused' GROUP BY answer_id) again),
       (SELECT count(*) FROM units WHERE share = 'coached'),
       (SELECT count(DISTINCT date_trunc('week', day)) FROM units),
       (SELECT count(DISTINCT topic) FROM solved WHERE topic <> ''),
       (SELECT count(DISTINCT split_part(language, '-', 1)) FROM solved WHERE language NOT IN ('', 'und'))
"""
_NAMES = ("solved", "thanked", "accepted", "reused", "coached", "weeks", "topics", "languages")


def counts_of(member_id: int) -> Mapping[str, int]:
    """What the bars count, by name."""
    row = db.fetch_one(_COUNTS, {"member": member_id})
    return dict(zip(_NAMES, row or (0,) * len(_NAMES), strict=True))


def award(member: Membership, *, now: datetime) -> list[str]:
    """Give the badges whose bars are reached and which the member has not yet; their keys."""
    counts = counts_of(member.pk)
    reached = {badge.key for badge in BADGES if counts[badge.counts] >= badge.bar}
    new = sorted(reached - set(BadgeEarned.objects.filter(member=member).values_list("badge", flat=True)))
    BadgeEarned.objects.bulk_create(
        [BadgeEarned(member=member, badge=key, at=now) for key in new], ignore_conflicts=True
    )
    for key in new:
        data: dict[str, object] = {"member": member.pk, "badge": key}
        emit(Fact(events.BADGE, now, "system:points", member.brand_id, data=data))
    return new
