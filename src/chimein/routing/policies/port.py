"""What a policy is: it sees typed facts and says whom to ask, nothing else."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from chimein.routing.matching.facts import Helpers, Offers, Question


@runtime_checkable
class Policy(Protocol):
    """A way of choosing whom to ask. It writes nothing, and gives the same output for the same input."""

    @property
    def replaces_passes(self) -> bool:
        """Whether the next best is asked at once when somebody passes."""

    @property
    def matched_first(self) -> bool:
        """Whether the open list shows a fresh question only to people who probably know the answer."""

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
        """Whom to ask in that ring. Only people for whom `deciding.allowed` holds. `seats`: so many instead."""

    def next_ring(self, question: Question, asked_rings: int, now: float) -> float | None:
        """When the next ring is due (seconds, not before `now`), None when there is none. The first is number 0."""
