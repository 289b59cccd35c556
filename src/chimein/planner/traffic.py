"""What comes in: how much, when, of which kinds. Built in are two profiles; a brand's own history is a file."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from chimein.planner.response import Response

HOUR_S = 3600.0
DAY_S = 24 * HOUR_S
DAYS_A_YEAR = 365.25
# Share of messages by hour, as brands on Twitter see it, moved to the middle of four American time zones.
_HOURS = (
    2.0, 1.7, 1.7, 2.0, 2.4, 3.5, 3.4, 3.6, 3.8, 4.3, 4.9, 5.9, 6.0, 6.8, 6.9, 6.3, 5.5, 5.2, 5.1, 4.3, 4.2, 4.6,
    3.1, 2.7,
)  # fmt: skip
_WEEK = (1.05, 1.05, 1.05, 1.05, 1.05, 0.9, 0.85)
YEARLY = "yearly"
MENTIONS = "mentions"


@dataclass(frozen=True, slots=True)
class Profile:
    """Traffic of a brand. `hours` and `week` are weights, `topics` the share of each topic."""

    name: str
    per_day: float
    hours: tuple[float, ...] = _HOURS
    week: tuple[float, ...] = _WEEK
    topics: tuple[float, ...] = (1.0,) * 24
    declared: tuple[float, ...] = ()
    """How many helpers say they know each topic; empty: two or three topics each."""
    wants_answer: float = 1.0
    """Share that needs an answer at all; the rest is noise, small talk, thanks."""
    risky: float = 0.17
    """Share of these that helpers must not answer."""
    praise: float = 0.12
    vip: float = 0.03
    again: float = 0.08
    """Third contact within 48 hours."""
    near_copies: float = 0.03
    """Messages that repeat an open one in nearly the same words."""
    bursts_per_day: float = 0.0
    burst_size: int = 0
    burst_copies: float = 0.5
    """An incident: how often, how many messages within the hour (within the total), how many near copies."""
    days: int = 28
    """How long it is simulated."""
    desk: int | None = None
    """Agents by day; None: as many as the traffic needs."""

    @property
    def wanted_per_day(self) -> float:
        """Messages a day that need an answer; bursts are among them."""
        return self.per_day * self.wants_answer


def yearly(questions: float) -> Profile:
    """So many questions a year, evenly over it."""
    return Profile(name=YEARLY, per_day=questions / DAYS_A_YEAR)


BUILT_IN = {
    YEARLY: yearly(29_000),
    MENTIONS: Profile(
        name=MENTIONS,
        per_day=115_257 / 28,
        wants_answer=0.65,
        risky=0.23,
        desk=10,
        bursts_per_day=1 / 3,
        burst_size=120,
        days=7,
    ),
}


@dataclass(slots=True)
class Item:
    """A message that wants an answer. `risk` is the gate's score, in standard deviations of the harmless."""

    id: int
    at: float
    topic: int
    difficulty: float
    estimate: float
    risky: bool
    risk: float
    vip: bool = False
    praise: bool = False
    again: bool = False
    copy_of: int = -1
    parts: dict[str, float] = field(default_factory=dict)


def arrivals(profile: Profile, *, days: int, response: Response, seed: int) -> list[Item]:
    """The messages of so many days from a Monday 0:00 on, in order. The same seed, the same messages."""
    rng = np.random.default_rng([seed, 1])
    times, incident = _times(profile, days, rng)
    count = times.size
    share = np.asarray(profile.topics) / np.sum(profile.topics)
    topics = rng.choice(share.size, count, p=share)
    hot = rng.choice(share.size, max(int(incident.max(initial=-1)) + 1, 1), p=share)
    topics = np.where(incident >= 0, hot[np.maximum(incident, 0)], topics)
    difficulty = rng.beta(response.difficulty_a, response.difficulty_b, count)
    estimate = np.clip(difficulty + rng.normal(0, response.difficulty_error, count), 0, 1)
    risky = rng.random(count) < profile.risky
    risk = rng.normal(0, 1, count) + response.risk_distance * risky
    kinds = rng.random((4, count))
    copies = _copies(topics, incident, kinds[3], profile)
    praise = (kinds[0] < profile.praise) & ~risky
    return [
        Item(
            id=i, at=float(times[i]), topic=int(topics[i]), difficulty=float(difficulty[i]),
            estimate=float(estimate[i]), risky=bool(risky[i]), risk=float(risk[i]), vip=bool(kinds[1, i] < profile.vip),
            praise=bool(praise[i]), again=bool(kinds[2, i] < profile.again), copy_of=copies[i],
        )
        for i in range(count)
    ]  # fmt: skip


def _times(profile: Profile, days: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """When, and of which incident (-1: none)."""
    burst_count = int(rng.poisson(profile.bursts_per_day * days))
    ordinary = max(profile.wanted_per_day - profile.bursts_per_day * profile.burst_size, 0.0)
    hours = np.asarray(profile.hours) / np.mean(profile.hours)
    week = np.asarray(profile.week) / np.mean(profile.week)
    rate = ordinary / 24 * (week[np.arange(days) % 7][:, None] * hours[None, :]).ravel()
    counts = rng.poisson(rate)
    times = [np.repeat(np.arange(counts.size), counts) * HOUR_S + rng.random(counts.sum()) * HOUR_S]
    marks = [np.full(int(counts.sum()), -1)]
    for number in range(burst_count):
        # Incidents come by day, grow fast and fade.
        begin = (rng.integers(days) * 24 + rng.integers(8, 21)) * HOUR_S
        size = int(rng.poisson(profile.burst_size))
        times.append(begin + rng.gamma(2.0, HOUR_S / 4, size))
        marks.append(np.full(size, number))
    at, mark = np.concatenate(times), np.concatenate(marks)
    inside = at < days * DAY_S
    order = np.argsort(at[inside], kind="stable")
    return at[inside][order], mark[inside][order]


def _copies(topics: np.ndarray, incident: np.ndarray, chance: np.ndarray, profile: Profile) -> list[int]:
    """Of which earlier message each is a near copy; -1: of none."""
    first_of_incident: dict[int, int] = {}
    last_of_topic: dict[int, int] = {}
    copies = []
    for i, (topic, number) in enumerate(zip(topics.tolist(), incident.tolist(), strict=True)):
        found = -1
        if number >= 0:
            first = first_of_incident.setdefault(number, i)
            found = first if first != i and chance[i] < profile.burst_copies else -1
        elif chance[i] < profile.near_copies:
            found = last_of_topic.get(topic, -1)
        last_of_topic[topic] = i
        copies.append(found)
    return copies
