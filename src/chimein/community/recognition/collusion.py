"""Votes that look arranged are shown to a lead, who judges; the machine takes no points by itself.

Looked for over the last thirty days: two who vote for one another, three in a circle, most of somebody's votes from one
person, many votes within an hour. Votes of appointed readers and a customer's silence are no votes.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from chimein.community import events
from chimein.community.points_models import PointsFact, VoteFlag
from chimein.community.recognition.facts import POINTS_CHANNEL
from chimein.core import db
from chimein.core.actor import Actor
from chimein.core.errors import Conflict, NotAllowed
from chimein.core.events import Fact, emit
from chimein.core.options import option

SPAN = timedelta(days=30)
LEAST_VOTES = option(
    "COLLUSION_VOTES", 10, "More votes than this between the same people within 30 days are looked at."
)
LEAST_SHARE = option(
    "COLLUSION_SHARE",
    0.5,
    "Above this reciprocity, or share of one person in somebody's votes (0 to 1), a lead is asked to judge.",
)
BURST_VOTES = option("BURST_VOTES", 8, "Fewer votes than this in an hour are never a burst.")
BURST_Z = option("BURST_Z", 4.0, "How far above the usual an hour's votes have to be to count as a burst.")
Kind, State = VoteFlag.Kind, VoteFlag.State


@dataclass(frozen=True, slots=True)
class Votes:
    """What one gave another: rater and member as ``member:3``, the answers voted on."""

    rater: str
    member: str
    pair: str
    answers: int
    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Found:
    """Something for a person to look at."""

    kind: str
    key: str
    votes: tuple[Votes, ...]
    share: float


def reciprocity(one: int, other: int) -> float:
    """How evenly two vote for one another: the fewer over the more, 0 to 1."""
    return min(one, other) / max(one, other) if one and other else 0.0


def burst_z(votes: int, usual: float) -> float:
    """How unusual a count is, in standard deviations of the square root (Anscombe 1948; routing.md, 2.10)."""
    return 2 * (math.sqrt(votes + 3 / 8) - math.sqrt(usual + 3 / 8))


_VOTES = """
SELECT rater, 'member:' || member_id, min(pair), count(DISTINCT answer_id), min(at), max(at)
FROM community_pointsfact
WHERE brand_id = %s AND at > %s AND pair <> '' AND NOT sworn AND kind <> 'quiet'
GROUP BY rater, member_id HAVING count(DISTINCT answer_id) > 2
"""
_RECEIVED = """
SELECT 'member:' || member_id, count(DISTINCT (rater, answer_id)) FROM community_pointsfact
WHERE brand_id = %s AND at > %s AND pair <> '' AND NOT sworn AND kind <> 'quiet' GROUP BY member_id
"""
_HOURS = """
SELECT rater, 'member:' || member_id, pair, count(DISTINCT answer_id), min(at), max(at), date_trunc('hour', at)
FROM community_pointsfact
WHERE brand_id = %s AND at > %s AND pair <> '' AND NOT sworn AND kind <> 'quiet'
  AND (member_id, date_trunc('hour', at)) IN (
      SELECT member_id, date_trunc('hour', at) FROM community_pointsfact
      WHERE brand_id = %s AND at > %s AND pair <> '' AND NOT sworn AND kind <> 'quiet'
      GROUP BY 1, 2 HAVING count(DISTINCT (rater, answer_id)) >= %s)
GROUP BY rater, member_id, pair, date_trunc('hour', at)
"""


def look(*, brand_id: int, now: datetime) -> int:
    """Look for arranged votes and keep what is new; how many flags that were."""
    since = now - SPAN
    votes = [Votes(*row) for row in db.fetch(_VOTES, (brand_id, since))]
    received: dict[str, int] = dict(db.fetch(_RECEIVED, (brand_id, since)))
    found = [*pairs(votes), *rings(votes), *fans(votes, received), *_bursts(brand_id, since, received)]
    return sum(_keep(brand_id, one, now) for one in found)


def pairs(votes: Iterable[Votes]) -> list[Found]:
    """Two members with many votes for one another, about as many each way."""
    given = {(one.rater, one.member): one for one in votes}
    found = []
    for (rater, member), one in sorted(given.items()):
        back = given.get((member, rater))
        if back is None or rater > member:
            continue
        share = reciprocity(one.answers, back.answers)
        if _is_much(one.answers + back.answers, share):
            found.append(Found(Kind.PAIR, one.pair, (one, back), share))
    return found


def rings(votes: Iterable[Votes]) -> list[Found]:
    """Three members, each with many votes for the next."""
    given = {(one.rater, one.member): one for one in votes if one.rater.startswith("member:")}
    after: dict[str, list[str]] = {}
    for rater, member in sorted(given):
        after.setdefault(rater, []).append(member)
    found = []
    for first, second in sorted(given):
        for third in after.get(second, ()):
            if first >= min(second, third) or first == third or (third, first) not in given:
                continue
            circle = (given[(first, second)], given[(second, third)], given[(third, first)])
            counts = [one.answers for one in circle]
            share = min(counts) / max(counts)
            if _is_much(sum(counts), share):
                found.append(Found(Kind.RING, f"{first}+{second}+{third}", circle, share))
    return found


def fans(votes: Iterable[Votes], received: dict[str, int]) -> list[Found]:
    """Somebody most of whose many votes come from one person."""
    found = []
    for one in votes:
        share = one.answers / received.get(one.member, one.answers)
        if _is_much(one.answers, share):
            found.append(Found(Kind.FAN, f"{one.rater}>{one.member}", (one,), share))
    return found


def _is_much(votes: int, share: float) -> bool:
    return votes > LEAST_VOTES.get() and share > LEAST_SHARE.get()


def _bursts(brand_id: int, since: datetime, received: dict[str, int]) -> list[Found]:
    """Hours with far more votes for somebody than usual, from few people."""
    hours: dict[tuple[str, datetime], list[Votes]] = {}
    for *row, hour in db.fetch(_HOURS, (brand_id, since, brand_id, since, BURST_VOTES.get())):
        one = Votes(*row)
        hours.setdefault((one.member, hour), []).append(one)
    found = []
    for (member, hour), votes in sorted(hours.items()):
        count = sum(one.answers for one in votes)
        usual = (received.get(member, count) - count) / (SPAN / timedelta(hours=1))
        few = 2 * len(votes) <= count
        if few and count >= BURST_VOTES.get() and burst_z(count, usual) > BURST_Z.get():
            found.append(
                Found(Kind.BURST, f"{member}@{hour:%Y-%m-%dT%H}", tuple(votes), 1 - len(votes) / count)
            )
    return found


def _keep(brand_id: int, found: Found, now: datetime) -> bool:
    """Keep a flag, unless the same was shown within the span, whatever became of it."""
    known = VoteFlag.objects.filter(
        brand_id=brand_id, kind=found.kind, key=found.key, found_at__gt=now - SPAN
    )
    if known.exists():
        return False
    names = {name for one in found.votes for name in (one.rater, one.member)}
    members = sorted(int(name[7:]) for name in names if name.startswith("member:"))
    flag = VoteFlag.objects.create(
        brand_id=brand_id, kind=found.kind, key=found.key, pairs=sorted({one.pair for one in found.votes}),
        members=members, votes=sum(one.answers for one in found.votes), share=found.share,
        since=min(one.since for one in found.votes), until=max(one.until for one in found.votes), found_at=now,
    )  # fmt: skip
    data: dict[str, object] = {"flag": flag.pk, "kind": found.kind, "members": members}
    emit(Fact(events.FLAGGED, now, "system:points", brand_id, data=data))
    return True


def judge(*, actor: Actor, flag_id: int, state: str, now: datetime) -> VoteFlag:
    """A lead says what it was; `open` takes an earlier judgement back. Points follow within seconds.

    Raises NotAllowed for anybody else and for who is concerned, Conflict when it stands so already.
    """
    with db.atomic():
        flag = VoteFlag.objects.select_for_update().filter(pk=flag_id, brand_id=actor.brand_id).first()
        if flag is None or not actor.is_lead or state not in State.values:
            raise NotAllowed(_("This is for a lead to judge."))
        if actor.membership_id in flag.members:
            raise NotAllowed(_("It is about your own votes: another lead has to judge."))
        if flag.state == state:
            raise Conflict(_("Somebody has judged this already."))
        flag.state, flag.judged_by_id, flag.judged_at = state, actor.membership_id, now
        flag.save(update_fields=["state", "judged_by", "judged_at"])
        rated = PointsFact.objects.filter(brand_id=actor.brand_id, pair__in=flag.pairs)
        rated.update(settled=False)
        db.notify(POINTS_CHANNEL)
        data: dict[str, object] = {"flag": flag.pk, "state": state, "members": flag.members}
        emit(Fact(events.JUDGED, now, actor.label, actor.brand_id, data=data))
    return flag


def open_flags(brand_id: int) -> int:
    """How many wait for a lead."""
    return VoteFlag.objects.filter(brand_id=brand_id, state=State.OPEN).count()
