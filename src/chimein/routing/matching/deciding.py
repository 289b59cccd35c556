"""One decision: who may be asked, who is asked, and the log that says why.

The entry point of production and of the planner is `offer`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chimein.routing.matching import rings, scoring
from chimein.routing.matching.facts import Float32, Helpers, Index, Offers, Question, Seat, Trust, Why
from chimein.routing.matching.scoring import Readiness
from chimein.routing.matching.settings import DEFAULT, Settings

LOGGED = 20
_BLOCK = 64
_NONE: Index = np.zeros(0, np.intp)


def offer(
    helpers: Helpers,
    question: Question,
    *,
    now: float,
    ring: int,
    phi: float = 1.0,
    seats: int | None = None,
    settings: Settings = DEFAULT,
    readiness: Readiness | None = None,
) -> Offers:
    """Whom to ask in that ring (0 is the first). Nothing is written; call `Helpers.note_asked` once they are asked.

    phi: 0 to 1, from the token bucket (`budget.Bucket.phi`). seats: a fixed number instead of the ring's, such as 1
    for the replacement of somebody who passed. readiness: shared by decisions of the same moment (`scoring.ready`).
    """
    if readiness is None:
        readiness = scoring.ready(helpers, now, settings)
    score = scoring.scores(helpers, question, readiness, settings)
    may = eligible(helpers, question, readiness)
    wanted = rings.size(question, ring, phi, settings) if seats is None else seats
    who, grounds = _choose(helpers, question, ring, score, may, wanted, settings)
    decision = Decision(
        question=question, now=now, ring=ring, phi=phi, wanted=wanted, who=who, seats=grounds,
        score=score, helpers=helpers, readiness=readiness, settings=settings,
    )  # fmt: skip
    return Offers(who=who, seats=grounds, decision=decision)


def allowed(helpers: Helpers, question: Question) -> NDArray[np.bool_]:
    """Who may be asked by the rules that no policy may break: consent, hours, claims, trust, language, asked before."""
    may: NDArray[np.bool_] = (helpers.blocked == 0) & (helpers.presence > 0)
    if question.doubtful:
        may &= helpers.trust_doubtful[question.topic] >= Trust.TRUSTED
    if question.language:
        may &= (helpers.languages & question.language) != 0
    may[question.asked] = False
    may[question.excluded] = False
    return may


def eligible(helpers: Helpers, question: Question, readiness: Readiness) -> NDArray[np.bool_]:
    """Who is allowed and has something left of the personal limit."""
    return allowed(helpers, question) & (readiness.psi > 0)


def reason(helpers: Helpers, question: Question, readiness: Readiness, one: int) -> Why:
    """Why that helper may not be asked; `Why.NOTHING` if she may."""
    checks = (
        (one in question.excluded, Why.EXCLUDED),
        (bool(helpers.blocked[one]), Why(int(helpers.blocked[one]))),
        (helpers.presence[one] <= 0, Why.ASLEEP),
        (one in question.asked, Why.ASKED_BEFORE),
        (
            question.doubtful and helpers.trust_doubtful[question.topic, one] < Trust.TRUSTED,
            Why.NOT_TRUSTED,
        ),
        (bool(question.language) and not helpers.languages[one] & question.language, Why.LANGUAGE),
        (readiness.psi[one] <= 0, Why.LIMIT_REACHED),
    )
    return next((why for holds, why in checks if holds), Why.NOTHING)


def _choose(
    helpers: Helpers,
    question: Question,
    ring: int,
    score: Float32,
    may: NDArray[np.bool_],
    wanted: int,
    settings: Settings,
) -> tuple[Index, tuple[Seat, ...]]:
    """Seats by score among the capable, every third for who waited longest, the rest filled from below the floor."""
    if wanted <= 0:
        return _NONE, ()
    odds = helpers.skill[question.topic]
    open_seats = rings.open_seats(wanted, settings)
    least = scoring.log_odds_for(rings.floor(ring, settings), question.difficulty, settings)
    # One ranking for both: the capable all come before those who only fill seats.
    key = (score + (odds >= least)) * may
    best: list[int] = highest(key, wanted).tolist()
    fits = best[: wanted - open_seats]
    waited = _waited_longest(helpers, question, may, fits, open_seats, settings)
    rest = [one for one in best[len(fits) :] if one not in waited][: wanted - len(fits) - len(waited)]
    grounds = {one: Seat.FIT if odds[one] >= least else Seat.FILLED for one in fits + rest}
    grounds.update(dict.fromkeys(waited, Seat.OPEN))
    who = fits + waited + rest
    return np.array(who, np.intp), tuple(grounds[one] for one in who)


def _waited_longest(
    helpers: Helpers,
    question: Question,
    may: NDArray[np.bool_],
    chosen: list[int],
    seats: int,
    settings: Settings,
) -> list[int]:
    if seats <= 0:
        return []
    least = scoring.log_odds_for(settings.open_seat_capability, question.difficulty, settings)
    free = may & (helpers.skill[question.topic] >= least)
    free[chosen] = False
    there = np.flatnonzero(free)
    if there.size <= seats:
        found: list[int] = there.tolist()
        return found
    when, longest = helpers.asked_at[there], []
    for _ in range(seats):
        first = int(when.argmin())
        longest.append(int(there[first]))
        when[first] = np.inf
    return longest


def highest(values: Float32, count: int) -> Index:
    """Indexes of the highest above 0, highest first; the lower index first among equals.

    The `count` highest are all at or above the count-th of the highest of any blocks: four times as fast as a
    partition of all.
    """
    count = min(count, values.size)
    if count <= 0:
        return _NONE
    blocks = values.size // _BLOCK
    if blocks > 2 * count:
        tops = values[: blocks * _BLOCK].reshape(blocks, _BLOCK).max(axis=1)
        edge = np.partition(tops, blocks - count)[blocks - count]
    else:
        edge = np.partition(values, values.size - count)[values.size - count]
    found = np.flatnonzero(values >= edge if edge > 0 else values > 0)
    order: Index = found[np.argsort(-values[found], kind="stable")[:count]]
    return order


@dataclass(frozen=True)
class Decision:
    """The log of a decision: who was asked, and twenty more with their factors and why they were not asked.

    `rows` reads the arrays of the moment, so read it before they change.
    """

    question: Question
    now: float
    ring: int
    phi: float
    wanted: int
    who: Index
    seats: tuple[Seat, ...]
    score: Float32
    helpers: Helpers
    readiness: Readiness
    settings: Settings

    @cached_property
    def rows(self) -> list[dict[str, Any]]:
        """One row each: id, factors c, p, psi, nu, score, seat, why not asked.

        After the asked the ten with the highest score, then the ten who know the topic best, whoever may be asked.
        """
        seats = dict(zip(self.who.tolist(), self.seats, strict=True))
        odds = self.helpers.skill[self.question.topic]
        known = scoring.capability(odds, self.question.difficulty, self.settings)
        half = LOGGED // 2
        best = [
            *highest(self.score, half + len(seats)).tolist(),
            *highest(known, LOGGED + len(seats)).tolist(),
        ]
        others = [one for one in dict.fromkeys(best) if one not in seats][:LOGGED]
        return [self._row(one, seats.get(one)) for one in [*seats, *others]]

    def _row(self, one: int, seat: Seat | None) -> dict[str, Any]:
        helpers, question, settings = self.helpers, self.question, self.settings
        odds = helpers.skill[question.topic, one : one + 1]
        trust = (helpers.trust_doubtful if question.doubtful else helpers.trust)[
            question.topic, one : one + 1
        ]
        why = Why.NOTHING if seat is not None else reason(helpers, question, self.readiness, one)
        if seat is None and why is Why.NOTHING:
            why = Why.OTHERS_FIT_BETTER
        return {
            "id": int(helpers.ids[one]),
            "c": round(float(scoring.capability(odds, question.difficulty, settings)[0]), 4),
            "p": round(float(self.readiness.p[one]), 4),
            "psi": round(float(self.readiness.psi[one]), 4),
            "nu": round(float(scoring.review_factor(trust, settings)[0]), 4),
            "score": round(float(self.score[one]), 6),
            "active": bool(helpers.active_at[one] >= self.now - settings.active_s),
            "known": bool(one in question.known),
            "seat": None if seat is None else seat.name.lower(),
            "why_not": None if seat is not None else why.name.lower(),
        }
