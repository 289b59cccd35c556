"""The numbers of matching, with the values that were best in simulation. A brand may change them; the planner shows
what a change does."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Settings:
    """Shares are 0 to 1. Measured effects of the main knobs stand in docs/explanation/planner.md."""

    # Rings: how many are asked at which minute after arrival, and how capable they must be.
    ring_sizes: tuple[int, ...] = (3, 4, 6, 9, 12, 12, 12, 12)
    ring_minutes: tuple[float, ...] = (0, 3, 7, 12, 18, 26, 34, 44)
    ring_floors: tuple[float, ...] = (0.75, 0.65, 0.5, 0.35, 0.2, 0.1, 0, 0)
    praise_sizes: tuple[int, ...] = (1, 1, 1, 2, 2, 2, 2, 2)
    multiplier: float = 1.0
    vip_factor: float = 2.0
    open_seat_every: int = 3
    open_seat_capability: float = 0.5

    # Who opens an offer.
    opens: float = 0.22
    """The share of offers that are opened by people of whom nothing is known yet."""
    opens_weight: float = 6.0
    """That share counts as much as so many offers of one's own."""
    fatigue: float = 4.0
    """With so many offers in the last day, half as many are opened."""
    active_s: float = 180.0
    active_floor: float = 0.2
    active_factor: float = 2.2
    active_most: float = 0.9

    # Who answers well.
    specialist: float = 0.70
    layman: float = 0.25
    steepness: float = 8.0
    ease: float = 0.15
    explore: float = 0.35
    """Standard deviation of the noise on log-odds when ranking: who is little known gets a chance."""
    needs_review: float = 0.6
    """The factor for people whose answers wait for a review."""
    acquainted: float = 1.3
    """The factor for who has answered this customer before (an assumption)."""

    # What is asked of one person, and of all.
    limit_least: float = 4.0
    limit_most: float = 20.0
    limit_base: float = 2.0
    limit_slope: float = 25.0
    budget_per_day: float = 6.0
    """Offers per helper and day, over all; see `budget`."""

    # Queues.
    matched_first_s: float = 600.0
    matched_first_capability: float = 0.5
    urgency_slack_min: float = 20.0
    urgency_least_min: float = 2.0
    assist_lead_min: float = 8.0
    assist_lead_vip_min: float = 13.5
    assist_lead_doubtful_min: float = 12.0
    desk_reserve: int = 1
    fallback_min: float = 45.0
    lease_min: float = 4.0
    overload_base: int = 25
    overload_per_agent: int = 3
    overload_late_weight: float = 0.01
    overload_oldest_every: int = 5

    def ring_at(self, ring: int) -> float | None:
        """Seconds after arrival at which that ring begins (the first is 0), None after the last."""
        return self.ring_minutes[ring] * 60 if 0 <= ring < len(self.ring_minutes) else None


DEFAULT = Settings()
