"""How people behave in the simulation. Shares are 0 to 1, times minutes.

Source of each value: [R] stated in, or computed from, figures of the research notes that docs/explanation/planner.md
names; [A] an assumption. One value is calibrated: `visits_per_day`, so that an open pool with 1,600 helpers and
29,000 questions a year answers in 12.6 minutes on average.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Response:
    """A brand replaces these by what its own events say, see `fitting`."""

    # Offers.
    opens: float = 0.22
    """Mean chance to open an offer when rested [R]."""
    opens_spread: float = 5.0
    """a + b of the Beta distribution over people: a few are keen, many are not [A]."""
    fatigue: float = 4.0
    """With so many offers in a day the chance is halved [R]."""
    delay_median: float = 3.0
    delay_sigma: float = 1.2
    """Until an offer is opened; with handling 86 % of answers come within 15 minutes of the offer [R]."""
    delay_most: float = 60.0
    """Later counts as never [R]."""
    active_floor: float = 0.2
    active_factor: float = 2.2
    active_most: float = 0.9
    active_most_min: float = 3.0
    """Chance of people seen in the product within three minutes: .2 + 2.2 p, at most .9 [R]."""
    active_delay_median: float = 0.6
    active_delay_sigma: float = 0.8
    """Until somebody who looks at the product opens an offer [A]."""

    # Visits without an offer.
    visits_per_day: float = 0.405
    """Per helper; the one calibrated value."""
    session: float = 2.0
    """Mean time somebody is seen in the product after the last act [A]."""
    looks_at: int = 3
    """Questions somebody looks at before leaving again [A]."""
    another: float = 0.4
    """Share of answerers who look at one more question [A]."""

    # Answering.
    tries: float = 0.9
    """Chance to try a question one can answer for sure; times capability [A]."""
    handling_median: float = 2.5
    handling_sigma: float = 0.5
    """From claim to answer [A]."""
    deserts: float = 0.04
    """Claims that are forgotten [A]."""

    # People.
    coached: float = 0.25
    """Share whose answers are reviewed [A]."""
    trusted_doubtful: float = 0.30
    """Share trusted with doubtful questions [A]; at least 500 of 2,600 [R]."""
    review_median: float = 2.5
    review_sigma: float = 0.6
    review_finds: float = 0.8
    review_errs: float = 0.05
    """A review: its time, share of poor answers it stops, share of good ones it stops [A]."""
    own_limit: float = 8.0

    # Questions.
    difficulty_a: float = 2.5
    difficulty_b: float = 2.5
    difficulty_error: float = 0.12
    """Difficulty is Beta(a, b); what the classifier says is off by so much (standard deviation) [A]."""
    risk_distance: float = 2.6
    """Mean score of risky ones above the harmless, in standard deviations [R, from leaks by gate]."""
    button_untrusted: float = 0.60
    button_trusted: float = 0.85
    """Risky ones that a helper sends to the desk instead of answering [R, assumed there]."""

    # Desk.
    desk_handling: float = 5.0
    """Mean [R, from desk items and use]."""
    desk_sigma: float = 0.5
    """Its spread, log-normal, as of helpers [A]; 0: exponential, as Erlang's formulas assume."""
    desk_good: float = 0.92
