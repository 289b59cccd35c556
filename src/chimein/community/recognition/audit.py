"""The nightly audit: everything worked out anew from the event log, beside what the ledger says.

It reads the raw events, not the facts that were made of them, and uses neither the worker's cursor nor its marks. What
an answer is worth by itself is worked out anew too, but for the difficulty, which is a matter of the day.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from chimein.answering import events as answering_events
from chimein.community.points_models import AnswerWorth, PointsAudit, PointsFact
from chimein.community.recognition.facts import KINDS, Told, facts_of
from chimein.community.recognition.formula import COPY_OVER, Fact, Worth, score
from chimein.community.recognition.settle import standings, voids_of
from chimein.community.recognition.worth import overlap
from chimein.core import db
from chimein.people.models import Brand

SHOWN = 100
_RECENT = 500
"""The overlap of so many of the latest answers is worked out anew."""

_EVENTS = f"""
SELECT e.brand_id, (e.data->>'answer')::bigint, (e.data->>'member')::bigint, e.data->>'outcome', e.actor, e.at
FROM core_event e JOIN answering_outcomecursor c ON c.name = 'points'
WHERE e.kind = '{answering_events.OUTCOME.name}' AND e.brand_id = %s AND e.data->>'member' IS NOT NULL
  AND (e.xid, e.id) <= (c.xid::text::xid8, c.event_id)
"""


def audit(*, brand: Brand, now: datetime) -> PointsAudit:
    """Work everything out anew, note what differs, and keep the result."""
    with db.atomic():
        facts = _raw_facts(brand.pk)
        differences = [*_missing(brand.pk, facts), *_overlaps(brand.pk)]
        by_member, by_pair = _sorted_out(facts)
        points = 0
        for member_id, mine in by_member.items():
            pairs = {fact.pair for fact in mine if fact.pair}
            others = [one for pair in pairs for one in by_pair[pair] if one.member != member_id]
            total, found = _compare(brand, member_id, [*mine, *others])
            points += total
            differences += found
        return PointsAudit.objects.create(
            brand=brand, at=now, facts=len(facts), members=len(by_member), points=points,
            differing=len(differences), differences=differences[:SHOWN],
        )  # fmt: skip


def _raw_facts(brand_id: int) -> list[Fact]:
    """What the event log says, as far as the worker has read it."""
    rows = db.fetch(_EVENTS, (brand_id,))
    made = facts_of([Told(*row) for row in rows if row[3] in KINDS])
    return sorted({_plain(one) for one in made}, key=lambda fact: (fact.at, fact.answer, fact.kind))


def _plain(one: PointsFact) -> Fact:
    return Fact(one.member_id, one.answer_id, one.share, one.kind, one.rater, one.pair, one.sworn, one.at)


def _missing(brand_id: int, facts: Iterable[Fact]) -> list[dict[str, Any]]:
    """Facts that were kept and have no event, and the other way round."""
    kept = {
        (one.member_id, one.answer_id, one.share, one.kind, one.at)
        for one in PointsFact.objects.filter(brand_id=brand_id)
    }
    told = {(one.member, one.answer, one.share, one.kind, one.at) for one in facts}
    return [
        {"what": what, "member": row[0], "answer": row[1], "share": row[2], "kind": row[3]}
        for what, rows in (("no_event", kept - told), ("not_kept", told - kept))
        for row in sorted(rows)
    ]


def _overlaps(brand_id: int) -> list[dict[str, Any]]:
    """Answers whose near copies were missed or seen where there are none."""
    rows = AnswerWorth.objects.filter(answer__conversation__brand_id=brand_id).select_related("answer")
    found = []
    for one in rows.order_by("-answer_id")[:_RECENT]:
        anew = overlap(one.answer)
        if (anew > COPY_OVER) != (one.overlap > COPY_OVER):
            found.append({
                "what": "overlap", "member": one.answer.author_id, "answer": one.answer_id,
                "before": one.overlap, "after": anew,
            })  # fmt: skip
    return found


def _sorted_out(facts: Iterable[Fact]) -> tuple[dict[int, list[Fact]], dict[str, list[Fact]]]:
    """The facts by member and by pair."""
    by_member: dict[int, list[Fact]] = defaultdict(list)
    by_pair: dict[str, list[Fact]] = defaultdict(list)
    for fact in facts:
        by_member[fact.member].append(fact)
        by_pair[fact.pair].append(fact)
    return by_member, by_pair


def _compare(brand: Brand, member_id: int, mine: list[Fact]) -> tuple[int, list[dict[str, Any]]]:
    """One person: the sum that is right, and the units that differ from the ledger."""
    answers = {fact.answer for fact in mine if fact.member == member_id}
    known = AnswerWorth.objects.filter(answer_id__in=answers)
    worth = {one.answer_id: Worth(one.difficulty, one.overlap, one.in_time) for one in known}
    right = score(
        mine, member=member_id, worth=worth, voids=voids_of(brand.pk), zone=ZoneInfo(brand.timezone)
    )
    written = standings(member_id)
    found = []
    for unit in sorted(set(right) | set(written)):
        wanted = right[unit].points if unit in right else 0
        has = written[unit].points if unit in written else 0
        if wanted != has:
            found.append({
                "what": "points", "member": member_id, "answer": unit[1], "share": unit[2],
                "before": has, "after": wanted,
            })  # fmt: skip
    return sum(one.points for one in right.values()), found
