"""The budget of offers of a whole brand: a token bucket that thins the rings before everybody is tired."""

from __future__ import annotations

from dataclasses import dataclass

from chimein.routing.matching.facts import HOUR
from chimein.routing.matching.settings import Settings

_CAPACITY_H = 10.0
_FULL_H = 2.0


@dataclass(slots=True)
class Bucket:
    """Tokens accrue evenly, `budget_per_day` per helper; the bucket holds ten hours of it.

    A row (tokens, at) is all that has to be stored.
    """

    helpers: int
    tokens: float
    at: float

    @classmethod
    def full(cls, helpers: int, now: float, settings: Settings) -> Bucket:
        bucket = cls(helpers=helpers, tokens=0.0, at=now)
        bucket.tokens = bucket._hourly(settings) * _CAPACITY_H
        return bucket

    def _hourly(self, settings: Settings) -> float:
        return self.helpers * settings.budget_per_day / 24

    def refill(self, now: float, settings: Settings) -> None:
        """Add what has accrued since the last time."""
        hourly = self._hourly(settings)
        gained = hourly * max(0.0, now - self.at) / HOUR
        self.tokens, self.at = min(self.tokens + gained, hourly * _CAPACITY_H), max(now, self.at)

    def phi(self, now: float, settings: Settings) -> float:
        """The share of a ring that may be asked now: 1 as long as two hours' allowance is left."""
        self.refill(now, settings)
        full = self._hourly(settings) * _FULL_H
        return min(max(self.tokens / full, 0.0), 1.0) if full > 0 else 0.0

    def take(self, offers: int) -> None:
        """So many have been asked."""
        self.tokens -= offers
