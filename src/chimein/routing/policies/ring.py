"""The product's own policy: growing rings of the people who fit best, and the same without its extras."""

from __future__ import annotations

from dataclasses import dataclass, replace

from chimein.routing.matching import rings
from chimein.routing.matching.deciding import offer
from chimein.routing.matching.facts import Helpers, Offers, Question
from chimein.routing.matching.settings import DEFAULT, Settings


@dataclass(frozen=True, slots=True)
class Ring:
    """See `matching`."""

    settings: Settings = DEFAULT
    replaces_passes: bool = True
    matched_first: bool = True

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
        return offer(helpers, question, now=now, ring=ring, phi=phi, seats=seats, settings=self.settings)

    def next_ring(self, question: Question, asked_rings: int, now: float) -> float | None:
        return rings.next_ring(question, asked_rings, now, self.settings)


def ring(settings: Settings = DEFAULT) -> Ring:
    """Entry point `ring`."""
    return Ring(settings)


def ring_plain(settings: Settings = DEFAULT) -> Ring:
    """Entry point `ring_plain`: without open seat, noise, replacement of passes, experts first."""
    return Ring(replace(settings, open_seat_every=0, explore=0.0), replaces_passes=False, matched_first=False)
