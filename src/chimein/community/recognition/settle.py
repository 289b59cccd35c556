"""The ledger's only writer: compares what facts are worth with what the rows add up to, and appends the difference.

Run twice, it writes nothing the second time. Members are settled one by one, each under a lock of its own, so that two
workers never write for the same person at once and wait for nobody.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from chimein.community import events
from chimein.community.points_models import PointsFact, PointsRow, VoteFlag
from chimein.community.recognition import badges, rewards
from chimein.community.recognition.formula import Fact, Score, Unit, Void, score
from chimein.community.recognition.worth import worth_of
from chimein.core import db
from chimein.core.events import Fact as Event
from chimein.core.events import emit
from chimein.people.models import Membership

log = logging.getLogger(__name__)

LOCK_SPACE = 7501
_BATCH = 200
Reason = PointsRow.Reason
_FIELDS = ("member_id", "answer_id", "share", "kind", "rater", "pair", "sworn", "at")


@dataclass(frozen=True, slots=True)
class Standing:
    """What the ledger says of a unit so far. `last_gain`: its newest row above zero."""

    points: int
    rows: int
    last_reason: str
    last_gain: int | None
    gain_day: date | None


def settle_waiting(*, now: datetime) -> int:
    """Settle everybody of whom something new is known; how many. People whom another worker has in hand are left."""
    rows = db.fetch(
        "SELECT DISTINCT member_id FROM community_pointsfact WHERE NOT settled LIMIT %s", (_BATCH,)
    )
    return sum(_settle_safely(member_id, now) for (member_id,) in rows)


def _settle_safely(member_id: int, now: datetime) -> bool:
    """What is wrong with one person's facts must not keep the others waiting."""
    try:
        return settle(member_id, now=now)
    except Exception:
        log.exception("points of member %s cannot be settled", member_id)
        return False


def settle(member_id: int, *, now: datetime) -> bool:
    """Bring one person's ledger in line with the facts; False when another worker is at it."""
    with db.atomic():
        if not db.try_lock(LOCK_SPACE, member_id):
            return False
        member = Membership.objects.select_related("brand").filter(pk=member_id).first()
        if member is None:
            return False
        pairs = _mark(member_id)
        _append(member, now)
        badges.award(member, now=now)
    for partner in _partners(member_id, pairs):
        with db.atomic():
            if db.try_lock(LOCK_SPACE, partner):
                _append(Membership.objects.select_related("brand").get(pk=partner), now)
    return True


def _mark(member_id: int) -> set[str]:
    """The facts are seen; the pairs that voted in them."""
    rows = db.fetch(
        "UPDATE community_pointsfact SET settled = true WHERE member_id = %s AND NOT settled RETURNING pair",
        (member_id,),
    )
    return {pair for (pair,) in rows if pair}


def _partners(member_id: int, pairs: set[str]) -> list[int]:
    """Whom a vote that came late weighs on too: the same two, the other way round."""
    found = PointsFact.objects.filter(pair__in=pairs).exclude(member_id=member_id)
    return sorted(set(found.values_list("member_id", flat=True)))


def _append(member: Membership, now: datetime) -> None:
    rows = _rows(member, now)
    if rows:
        PointsRow.objects.bulk_create(rows)
        _tell(member, rows, now)


def facts_about(member_id: int) -> list[Fact]:
    """The member's facts, and others' votes of the same pairs."""
    mine = PointsFact.objects.filter(member_id=member_id)
    pairs = mine.filter(pair__startswith="member:").values("pair")
    others = PointsFact.objects.filter(pair__in=pairs).exclude(member_id=member_id)
    rows = [*mine.values_list(*_FIELDS), *others.values_list(*_FIELDS)]
    return [Fact(*row) for row in rows]


def voids_of(brand_id: int) -> list[Void]:
    """Votes that a lead has set aside."""
    flags = VoteFlag.objects.filter(brand_id=brand_id, state=VoteFlag.State.CONFIRMED)
    rows = flags.values_list("pairs", "since", "until")
    return [Void(pair, since, until) for pairs, since, until in rows for pair in pairs]


def scores(member: Membership, *, now: datetime) -> dict[Unit, Score]:
    """What the member's facts are worth now."""
    facts = facts_about(member.pk)
    worth = worth_of({fact.answer for fact in facts if fact.member == member.pk}, now=now)
    zone = ZoneInfo(member.brand.timezone)
    return score(facts, member=member.pk, worth=worth, voids=voids_of(member.brand_id), zone=zone)


_STANDING = """
SELECT answer_id, share, sum(points)::int, count(*)::int, (array_agg(reason ORDER BY id DESC))[1],
       max(id) FILTER (WHERE points > 0),
       (array_agg(day ORDER BY id DESC) FILTER (WHERE points > 0))[1]
FROM community_pointsrow WHERE member_id = %s GROUP BY answer_id, share
"""


def standings(member_id: int) -> dict[Unit, Standing]:
    """What the ledger says, by unit."""
    found = db.fetch(_STANDING, (member_id,))
    return {(member_id, answer, share): Standing(*rest) for answer, share, *rest in found}


_NOTHING = Standing(0, 0, "", None, None)


def _rows(member: Membership, now: datetime) -> list[PointsRow]:
    """The rows that are missing, in the order of what they tell."""
    known = standings(member.pk)
    wanted = scores(member, now=now)
    rows = [_row(member, unit, one, known.get(unit, _NOTHING), now) for unit, one in wanted.items()]
    gone = [_lost(member, unit, one, now) for unit, one in known.items() if unit not in wanted and one.points]
    made = [row for row in rows if row is not None] + gone
    return sorted(made, key=lambda row: (row.at, row.answer_id))


def _row(member: Membership, unit: Unit, one: Score, known: Standing, now: datetime) -> PointsRow | None:
    change = one.points - known.points
    shown = one.capped and not known.rows
    if not change and not shown:
        return None
    at = now if one.capped and known.points else one.at
    return PointsRow(
        brand_id=member.brand_id, member=member, answer_id=unit[1], share=unit[2], points=change, at=at,
        reason=_reason(one, known), parts=dict(one.parts),
        day=known.gain_day if change < 0 and known.gain_day else one.day,
        reverses_id=known.last_gain if change < 0 else None,
    )  # fmt: skip


def _reason(one: Score, known: Standing) -> str:
    if one.capped:
        return Reason.CAPPED
    if one.points < known.points:
        return Reason(one.lost) if one.lost else Reason.CORRECTED
    return Reason.RESTORED if known.last_reason in {Reason.CAPPED, Reason.VOID} else Reason(one.reason)


def _lost(member: Membership, unit: Unit, known: Standing, now: datetime) -> PointsRow:
    """Facts that are gone altogether, with the answer or by an audit's correction."""
    return PointsRow(
        brand_id=member.brand_id, member=member, answer_id=unit[1], share=unit[2], points=-known.points, at=now,
        reason=Reason.CORRECTED, day=known.gain_day or now.date(), reverses_id=known.last_gain,
    )  # fmt: skip


def _tell(member: Membership, rows: list[PointsRow], now: datetime) -> None:
    total = total_of(member.pk)
    data: dict[str, object] = {
        "member": member.pk, "points": sum(row.points for row in rows), "total": total
    }  # fmt: skip
    emit(Event(events.POINTS, now, "system:points", member.brand_id, data=data))
    rewards.earn(member, total=total, now=now)


def total_of(member_id: int) -> int:
    """What the ledger adds up to."""
    row = db.fetch_one(
        "SELECT coalesce(sum(points), 0)::int FROM community_pointsrow WHERE member_id = %s", (member_id,)
    )
    return int(row[0]) if row else 0
