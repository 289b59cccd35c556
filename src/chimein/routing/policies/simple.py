"""Policies to compare with: three people every three minutes in some order, everybody at once, nobody.

They keep the rules of `deciding.allowed`, but neither personal limits (Balance does) nor the budget of the brand.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from chimein.routing.matching import scoring
from chimein.routing.matching.deciding import Decision, allowed, highest
from chimein.routing.matching.facts import Float32, Helpers, Offers, Question, Seat
from chimein.routing.matching.settings import DEFAULT, Settings

WAVE = 3
WAVE_S = 180.0
WAVES = 20
_UNIFORM_LIMIT = 8.0

Rank = Callable[[Helpers, Question, float, Settings], Float32]
"""From helpers, question, now and settings to a positive number each: the highest is asked first, 0 never."""


@dataclass(frozen=True, slots=True)
class Waves:
    """`size` people every three minutes, by `rank`. A size of 0 asks nobody."""

    rank: Rank
    size: int = WAVE
    waves: int = WAVES
    settings: Settings = DEFAULT
    replaces_passes: bool = False
    matched_first: bool = False

    def offers(
        self,
        helpers: Helpers,
        question: Question,
        *,
        now: float,
        ring: int,
        phi: float = 1.0,
        seats: int | None = None,
    ) -> Offers:
        wanted = (self.size if ring < self.waves else 0) if seats is None else seats
        score = self.rank(helpers, question, now, self.settings)
        who = highest(score * allowed(helpers, question), wanted)
        grounds = (Seat.FIT,) * int(who.size)
        readiness = scoring.ready(helpers, now, self.settings)
        decision = Decision(
            question=question, now=now, ring=ring, phi=phi, wanted=wanted, who=who, seats=grounds,
            score=score, helpers=helpers, readiness=readiness, settings=self.settings,
        )  # fmt: skip
        return Offers(who=who, seats=grounds, decision=decision)

    def next_ring(self, question: Question, asked_rings: int, now: float) -> float | None:
        return max(now, question.arrived_at + asked_rings * WAVE_S) if asked_rings < self.waves else None


def _capability(helpers: Helpers, question: Question, settings: Settings) -> Float32:
    return scoring.capability(helpers.skill[question.topic], question.difficulty, settings)


def _best_match(helpers: Helpers, question: Question, now: float, settings: Settings) -> Float32:
    willing = (helpers.opened + settings.opens_weight * settings.opens) / (
        helpers.exposure + settings.opens_weight
    )
    c = _capability(helpers, question, settings)
    score: Float32 = (c * c * willing).astype(np.float32)
    return score


def _balanced(helpers: Helpers, question: Question, now: float, settings: Settings) -> Float32:
    uniform = replace(
        settings, limit_least=_UNIFORM_LIMIT, limit_most=_UNIFORM_LIMIT, active_factor=1.0, active_floor=0.0
    )
    readiness = scoring.ready(helpers, now, uniform)
    c = _capability(helpers, question, settings)
    score: Float32 = c * c * readiness.p * np.maximum(readiness.psi, 0)
    return score


def _longest_idle(helpers: Helpers, question: Question, now: float, settings: Settings) -> Float32:
    c = _capability(helpers, question, settings)
    return _turn(helpers, question, now, settings) * (c >= settings.open_seat_capability)


def _turn(helpers: Helpers, question: Question, now: float, settings: Settings) -> Float32:
    """1 for who was never asked, less for who was asked lately; the ranks, as times would tie in float32."""
    order = np.argsort(-helpers.asked_at, kind="stable")
    turn = np.empty(order.size, np.float32)
    turn[order] = np.arange(1, order.size + 1, dtype=np.float32) / max(order.size, 1)
    return turn


def _at_random(helpers: Helpers, question: Question, now: float, settings: Settings) -> Float32:
    drawn = np.random.default_rng([question.id & 0x7FFFFFFF, question.asked.size])
    return 1 - drawn.random(helpers.count, np.float32)


def _all_alike(helpers: Helpers, question: Question, now: float, settings: Settings) -> Float32:
    return np.ones(helpers.count, np.float32)


def balance(settings: Settings = DEFAULT) -> Waves:
    """Entry point `balance`: fit × chance × what is left of the same limit of eight a day for everybody."""
    return Waves(_balanced, settings=settings)


def greedy(settings: Settings = DEFAULT) -> Waves:
    """Entry point `greedy`: the best match, however often asked."""
    return Waves(_best_match, settings=settings)


def longest_idle(settings: Settings = DEFAULT) -> Waves:
    """Entry point `longest_idle`: of the capable, who was not asked for longest, as contact centres do it."""
    return Waves(_longest_idle, settings=settings)


def round_robin(settings: Settings = DEFAULT) -> Waves:
    """Entry point `round_robin`: everybody in turn, whatever they know."""
    return Waves(_turn, settings=settings)


def at_random(settings: Settings = DEFAULT) -> Waves:
    """Entry point `random`: anybody."""
    return Waves(_at_random, settings=settings)


def broadcast(settings: Settings = DEFAULT) -> Waves:
    """Entry point `broadcast`: everybody who may be asked, at once."""
    return Waves(_all_alike, size=1 << 30, waves=1, settings=settings)


def pool(settings: Settings = DEFAULT) -> Waves:
    """Entry point `pool`: nobody; people find questions in the open list."""
    return Waves(_all_alike, size=0, waves=0, settings=settings)
