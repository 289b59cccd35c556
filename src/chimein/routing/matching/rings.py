"""Rings: how many are asked at which moment, and how capable they have to be."""

from __future__ import annotations

from chimein.routing.matching.facts import Question
from chimein.routing.matching.settings import Settings

_GOLDEN = 0x9E3779B97F4A7C15
_MASK = (1 << 64) - 1


def size(question: Question, ring: int, phi: float, settings: Settings) -> int:
    """Seats of a ring, 0 after the last: the table × VIP factor × multiplier × φ.

    The part after the decimal point is a seat with that chance, drawn from the question's id: k = ⌊φk⌋ + Bernoulli.
    """
    sizes = settings.praise_sizes if question.praise else settings.ring_sizes
    if not 0 <= ring < len(sizes):
        return 0
    factor = settings.vip_factor if question.vip else 1.0
    seats = sizes[ring] * factor * settings.multiplier * min(max(phi, 0.0), 1.0)
    whole = int(seats)
    return whole + (chance(question.id, ring) < seats - whole)


def open_seats(wanted: int, settings: Settings) -> int:
    """How many of them go to who was not asked for longest."""
    return wanted // settings.open_seat_every if settings.open_seat_every > 0 else 0


def floor(ring: int, settings: Settings) -> float:
    """The capability below which people only fill empty seats."""
    return settings.ring_floors[min(ring, len(settings.ring_floors) - 1)]


def next_ring(question: Question, asked_rings: int, now: float, settings: Settings) -> float | None:
    """When the next ring is due (never before `now`), None when all have been asked. `asked_rings`: how many so far."""
    at = settings.ring_at(asked_rings)
    return None if at is None else max(now, question.arrived_at + at)


def chance(question_id: int, salt: int) -> float:
    """A number in [0, 1) that depends on both only (the finaliser of SplitMix64)."""
    x = (question_id * 0x9E3779B1 + (salt + 1) * _GOLDEN) & _MASK
    x = ((x ^ (x >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
    x = ((x ^ (x >> 27)) * 0x94D049BB133111EB) & _MASK
    return ((x ^ (x >> 31)) >> 11) / (1 << 53)
