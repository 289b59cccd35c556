"""What matching knows: helpers as a struct of arrays, one question, and what comes out.

Times are seconds since any fixed moment (production: the Unix epoch), durations in `settings` carry their unit in
their name. T: topics, N: helpers. Arrays per topic are topic-major, [T, N], so that one question reads one row.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import IntEnum
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from chimein.routing.matching.deciding import Decision

Float32 = NDArray[np.float32]
Float64 = NDArray[np.float64]
Index = NDArray[np.intp]

HOUR = 3600.0
DAY = 24 * HOUR
ALL_LANGUAGES = (1 << 62) - 1


class Why(IntEnum):
    """Why somebody is not asked. The first group is known before any question and stands in `Helpers.blocked`."""

    NOTHING = 0
    NO_CONSENT = 1
    MUTED = 2
    QUIET_HOURS = 3
    OFF_SHIFT = 4
    HOLDS_CLAIM = 5
    PAUSED = 6

    ASLEEP = 20
    LIMIT_REACHED = 21
    NOT_TRUSTED = 22
    LANGUAGE = 23
    ASKED_BEFORE = 24
    EXCLUDED = 25
    OTHERS_FIT_BETTER = 26


class Trust(IntEnum):
    """As `people.Trust.Level`."""

    NEW = 0
    COACHED = 1
    TRUSTED = 2
    MENTOR = 3


class Seat(IntEnum):
    """On which ground somebody was chosen."""

    FIT = 0
    FILLED = 1
    """Knows less than the ring asks for, but the seat would have stayed empty."""
    OPEN = 2
    """The capable person who was not asked for longest: fairness, and how newcomers are met."""


@dataclass(slots=True)
class Helpers:
    """Everybody of a brand who may be asked. Arrays may be written to; `asked` and `passed` keep the counters.

    ids             int64 [N]      memberships
    skill           float32 [T, N] log-odds of being a specialist
    trust           int8 [T, N]    level for harmless questions
    trust_doubtful  int8 [T, N]    level for doubtful ones
    languages       int64 [N]      bit mask of languages
    blocked         uint8 [N]      a `Why` of the first group; 0: may be asked
    presence        float32 [N]    0 (asleep) to 1: chance to be reachable in this hour of the week
    active_at       float64 [N]    last seen in the product
    asked_at        float64 [N]    last asked
    own_limit       float32 [N]    questions a day somebody wants to be asked at most
    opened          float32 [N]    offers opened so far
    exposure        float32 [N]    offers so far, each counted as 1 / (1 + load / 4)
    load            float32 [N]    fatigue as of `load_at`: every offer counts exp(-age / 24 h)
    load_at         when `load` was true; all decay together, so reading costs one multiplication
    """

    ids: NDArray[np.int64]
    skill: Float32
    trust: NDArray[np.int8]
    trust_doubtful: NDArray[np.int8]
    languages: NDArray[np.int64]
    blocked: NDArray[np.uint8]
    presence: Float32
    active_at: Float64
    asked_at: Float64
    own_limit: Float32
    opened: Float32
    exposure: Float32
    load: Float32
    load_at: float = 0.0

    @property
    def count(self) -> int:
        return int(self.ids.size)

    @classmethod
    def blank(cls, count: int, topics: int, *, now: float = 0.0) -> Helpers:
        """Newcomers without a history, all reachable; fill in what is known."""
        return cls(
            ids=np.arange(count, dtype=np.int64),
            skill=np.zeros((topics, count), np.float32),
            trust=np.full((topics, count), Trust.TRUSTED, np.int8),
            trust_doubtful=np.zeros((topics, count), np.int8),
            languages=np.full(count, ALL_LANGUAGES, np.int64),
            blocked=np.zeros(count, np.uint8),
            presence=np.ones(count, np.float32),
            active_at=np.full(count, -np.inf),
            asked_at=np.full(count, -np.inf),
            own_limit=np.full(count, 8.0, np.float32),
            opened=np.zeros(count, np.float32),
            exposure=np.zeros(count, np.float32),
            load=np.zeros(count, np.float32),
            load_at=now,
        )

    def load_now(self, now: float) -> Float32:
        """The fatigue of everybody at `now`. A clock that jumps back decays nothing."""
        return self.load * np.float32(np.exp(-max(0.0, now - self.load_at) / DAY))

    def note_asked(self, who: Index, *, now: float, fatigue: float = 4.0) -> None:
        """These have been asked at `now`."""
        if now - self.load_at > HOUR:
            self.load, self.load_at = self.load_now(now), now
        grown = np.float32(np.exp(max(0.0, now - self.load_at) / DAY))
        self.exposure[who] += 1 / (1 + self.load[who] / grown / np.float32(fatigue))
        self.load[who] += grown
        self.asked_at[who] = now

    def note_opened(self, who: Index | int) -> None:
        """These opened what they were offered."""
        self.opened[who] += 1


_NOBODY: Index = np.zeros(0, np.intp)


@dataclass(frozen=True, slots=True)
class Question:
    """What matching must know of an open question. `asked`, `excluded`, `known` are indexes into `Helpers`.

    language    a bit of `Helpers.languages`; 0: any
    difficulty  0 easy to 1 hard
    weight      1 and more; see `queues.weight_of`
    doubtful    only for people trusted with doubtful questions
    praise      friendly words that need one short thank-you
    asked       have been asked already
    excluded    the asker, a conflict of interest
    known       have answered this customer before
    sla_s       seconds after arrival by which there has to be an answer
    """

    id: int
    topic: int
    arrived_at: float
    language: int = 0
    difficulty: float = 0.5
    weight: float = 1.0
    doubtful: bool = False
    praise: bool = False
    vip: bool = False
    asked: Index = field(default_factory=lambda: _NOBODY)
    excluded: Index = field(default_factory=lambda: _NOBODY)
    known: Index = field(default_factory=lambda: _NOBODY)
    sla_s: float = 15 * 60.0

    def after_asking(self, who: Index) -> Question:
        """The same question, with these among the asked."""
        return replace(self, asked=np.concatenate([self.asked, who]))


@dataclass(frozen=True, slots=True)
class Offers:
    """Whom to ask, best first: indexes into `Helpers` and on which ground each was chosen. `decision` is its log."""

    who: Index
    seats: tuple[Seat, ...]
    decision: Decision

    def __len__(self) -> int:
        return len(self.seats)
