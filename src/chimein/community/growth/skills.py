"""What people are good at, worked out anew from what came of their answers; so that a job may run twice.

The row of a topic without a language sums all languages; a language's own row takes the others' word at half. There
is a row only where there is evidence: without one the prior holds (`routing.matching.priors`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from chimein.community.growth import events, figures
from chimein.community.growth.verdicts import VERDICTS
from chimein.community.models import SkillReset
from chimein.core import db
from chimein.core.actor import Actor
from chimein.core.errors import NotAllowed
from chimein.core.events import Fact, emit
from chimein.people.models import Membership, Skill
from chimein.routing.matching import priors
from chimein.triage.models import Topic

_HORIZON = timedelta(days=5 * figures.HALF_LIFE_DAYS)
_FADE = "power(2, -greatest(0, extract(epoch FROM %(now)s - {at})) / %(half)s)::float8"
PASS_REASONS = ("topic", "unsure")
"""Reasons of passing a question on that say something about ability; that somebody is busy says nothing."""

# A thank-you says that it is solved too: it counts once.
_EVIDENCE = f"""
WITH told AS (
    SELECT o.member_id, o.topic, o.language, o.outcome AS kind, o.at FROM answering_outcome o
    WHERE o.member_id = ANY(%(members)s) AND o.topic <> '' AND o.at > %(since)s
      AND NOT (o.outcome = 'solved' AND EXISTS (SELECT 1 FROM answering_outcome t
                                                WHERE t.answer_id = o.answer_id AND t.outcome = 'thanked'))
    UNION ALL
    SELECT f.member_id, c.topic, c.language, 'passed', f.passed_at
    FROM routing_offer f JOIN conversations_conversation c ON c.id = f.conversation_id
    WHERE f.member_id = ANY(%(members)s) AND f.passed_at > %(since)s AND f.pass_reason = ANY(%(reasons)s)
      AND c.topic <> ''
)
SELECT told.member_id, told.topic, told.language,
       sum(k.step * {_FADE.format(at="told.at")}), 0::float8, 0::float8
FROM told JOIN unnest(%(kinds)b::text[], %(steps)b::float8[]) AS k(kind, step) ON k.kind = told.kind
WHERE NOT EXISTS (SELECT 1 FROM community_skillreset r WHERE r.member_id = told.member_id AND r.undone_at IS NULL
                  AND r.topic IN ('', told.topic) AND told.at <= r.at)
GROUP BY 1, 2, 3
UNION ALL
SELECT v.member_id, v.topic, v.language, 0,
       sum(v.good * {_FADE.format(at="v.at")}), sum((1 - v.good) * {_FADE.format(at="v.at")})
FROM ({VERDICTS}) v
WHERE v.at > %(since)s
  AND NOT EXISTS (SELECT 1 FROM community_skillreset r WHERE r.member_id = v.member_id AND r.undone_at IS NULL
                  AND r.topic IN ('', v.topic) AND v.at <= r.at)
GROUP BY 1, 2, 3
"""


@dataclass(slots=True)
class _Sums:
    """Moves of the log-odds by language, good and poor answers by language, of one person in one topic."""

    moves: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    good: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    poor: dict[str, float] = field(default_factory=lambda: defaultdict(float))

    def rows(self, prior: float) -> list[tuple[str, float, float, float]]:
        """Language, log-odds, good and poor: of all languages together first."""
        total = sum(self.moves.values())
        found = [("", figures.believed(prior, [total]), sum(self.good.values()), sum(self.poor.values()))]
        for language in sorted({*self.moves, *self.good} - {""}):
            own = self.moves[language]
            moved = own + figures.OTHER_LANGUAGE * (total - own)
            mark = figures.believed(prior, [moved])
            found.append((language, mark, self.good[language], self.poor[language]))
        return found


def refresh(members: Collection[int], *, now: datetime) -> int:
    """Work out the skills of these members anew; how many rows they have."""
    wanted = sorted(set(members))
    if not wanted:
        return 0
    rows: list[tuple[int, str, str, float, float, float]] = []
    with db.atomic():
        prior_of = _Priors(wanted)
        for (member, topic), sums in _sums(wanted, now).items():
            start = prior_of(member, topic)
            rows += [(member, topic, *row) for row in sums.rows(start)]
        _write(wanted, rows, now)
    return len(rows)


def _sums(members: list[int], now: datetime) -> dict[tuple[int, str], _Sums]:
    kinds = list(figures.KINDS)
    params = {
        "members": members, "now": now, "since": now - _HORIZON, "half": figures.HALF_LIFE_DAYS * 86400,
        "kinds": kinds, "steps": [figures.step(kind) for kind in kinds], "reasons": list(PASS_REASONS),
    }  # fmt: skip
    found: dict[tuple[int, str], _Sums] = defaultdict(_Sums)
    for member, topic, language, moved, good, poor in db.fetch(_EVIDENCE, params):
        sums = found[member, topic]
        sums.moves[language] += moved
        sums.good[language] += good
        sums.poor[language] += poor
    return found


class _Priors:
    """What is believed of these members in a topic before there is any evidence."""

    def __init__(self, members: list[int]) -> None:
        rows = Membership.objects.filter(pk__in=members).values_list("pk", "brand_id", "team_id", "topics")
        self._people = {pk: (brand, team, set(topics)) for pk, brand, team, topics in rows}
        brands = {brand for brand, _team, _topics in self._people.values()}
        self._owner = {
            (brand, slug): team
            for brand, slug, team in Topic.objects.filter(brand__in=brands).values_list(
                "brand_id", "slug", "team_id"
            )
        }

    def __call__(self, member: int, topic: str) -> float:
        brand, team, declared = self._people[member]
        owner = self._owner.get((brand, topic))
        if topic in declared:
            return priors.DECLARED
        if owner is not None and owner == team:
            return priors.DEPARTMENT
        near = owner is not None and owner in {self._owner.get((brand, one)) for one in declared}
        return priors.NEIGHBOUR if near else priors.UNKNOWN


_UPSERT = """
INSERT INTO people_skill (member_id, topic, language, log_odds, good, poor, updated_at)
SELECT n.member, n.topic, n.language, n.log_odds, n.good, n.poor, %s
FROM unnest(%b::bigint[], %b::text[], %b::text[], %b::float8[], %b::float8[], %b::float8[])
     AS n(member, topic, language, log_odds, good, poor)
ORDER BY n.member, n.topic, n.language
ON CONFLICT (member_id, topic, language) DO UPDATE
SET log_odds = excluded.log_odds, good = excluded.good, poor = excluded.poor, updated_at = excluded.updated_at
"""
_DROP = """
DELETE FROM people_skill s WHERE s.member_id = ANY(%b::bigint[])
AND NOT EXISTS (SELECT 1 FROM unnest(%b::bigint[], %b::text[], %b::text[]) AS n(member, topic, language)
                WHERE n.member = s.member_id AND n.topic = s.topic AND n.language = s.language)
"""


def _write(members: list[int], rows: list[tuple[int, str, str, float, float, float]], now: datetime) -> None:
    columns: list[list[object]] = [list(column) for column in zip(*rows, strict=True)] or [
        [] for _column in range(6)
    ]
    db.execute(_DROP, (members, *columns[:3]))
    if rows:
        db.execute(_UPSERT, (now, *columns))


def refresh_all(*, now: datetime) -> int:
    """Every night: what is old has faded; how many rows."""
    sql = "SELECT DISTINCT member_id FROM answering_outcome WHERE member_id IS NOT NULL AND at > %s"
    members = [row[0] for row in db.fetch(sql, (now - _HORIZON,))]
    return sum(refresh(members[start : start + 500], now=now) for start in range(0, len(members), 500))


def reset(*, actor: Actor, member_id: int, topic: str, reason: str, now: datetime) -> SkillReset:
    """A lead lets somebody begin anew in one topic, or with an empty one in all: the prior holds again.

    Raises NotAllowed for others and for members of another brand.
    """
    _check(actor, member_id)
    with db.atomic():
        made = SkillReset.objects.create(
            member_id=member_id, topic=topic, reason=reason[:200], by_id=actor.membership_id, at=now
        )
        refresh([member_id], now=now)
        data: dict[str, object] = {"member": member_id, "topic": topic, "reason": made.reason}
        emit(Fact(events.SKILL_RESET, now, actor.label, actor.brand_id, None, None, data))
    return made


def undo_reset(*, actor: Actor, reset_id: int, now: datetime) -> None:
    """What came of the answers counts again. Raises NotAllowed when there is nothing to undo."""
    with db.atomic():
        rows = SkillReset.objects.select_for_update().filter(
            pk=reset_id, member__brand_id=actor.brand_id, undone_at=None
        )
        made = rows.first()
        if made is None or not actor.is_lead:
            raise NotAllowed(_("There is nothing to undo."))
        made.undone_at = now
        made.save(update_fields=["undone_at"])
        refresh([made.member_id], now=now)
        data: dict[str, object] = {"member": made.member_id, "topic": made.topic, "reason": "undone"}
        emit(Fact(events.SKILL_RESET, now, actor.label, actor.brand_id, None, None, data))


def _check(actor: Actor, member_id: int) -> None:
    if not actor.is_lead or not Membership.objects.filter(pk=member_id, brand_id=actor.brand_id).exists():
        raise NotAllowed(_("Only a lead of the brand may do this."))


def explained(member: Membership, *, mine: bool) -> list[str]:
    """Why questions of which topics come to this person, in words; `mine`: said to the person, else about them."""
    names = {one.slug: one.display_name for one in Topic.objects.filter(brand_id=member.brand_id)}
    rows = Skill.objects.filter(member=member, language="").order_by("-log_odds", "topic")
    said = [_sentence(names.get(row.topic, row.topic), row, mine) for row in rows]
    told = {row.topic for row in rows}
    declared = [names[topic] for topic in member.topics if topic in names and topic not in told]
    if declared:
        words = _("You chose these topics: %(topics)s") if mine else _("Chosen by themselves: %(topics)s")
        said.append(words % {"topics": ", ".join(declared)})
    return [one for one in said if one]


def _sentence(topic: str, row: Skill, mine: bool) -> str:
    good, poor = round(row.good), round(row.poor)
    if good and good >= poor:
        words = (
            ngettext(
                "You answered %(count)d question on %(topic)s well",
                "You answered %(count)d questions on %(topic)s well",
                good,
            )
            if mine
            else ngettext("%(count)d good answer on %(topic)s", "%(count)d good answers on %(topic)s", good)
        )
        return words % {"count": good, "topic": topic}
    if poor:
        words = ngettext(
            "%(count)d answer on %(topic)s did not help yet",
            "%(count)d answers on %(topic)s did not help yet",
            poor,
        )
        return words % {"count": poor, "topic": topic}
    return ""
