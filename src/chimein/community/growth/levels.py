"""When somebody is trusted further and when less: the rules of routing.md 2.7, without a database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from chimein.community.growth.figures import wilson
from chimein.core.options import option
from chimein.people.models import Trust

Level = Trust.Level

APPROVED_IN_A_ROW = option(
    "TRUST_APPROVED_IN_A_ROW", 5, "Good answers in a row that make somebody coached trusted."
)
TRUSTED_WILSON = option(
    "TRUST_WILSON",
    0.55,
    "Or this lower bound (Wilson, 0 to 1) of their share of good answers; below it trust is lost again.",
)
DOUBTFUL_RATED = option("TRUST_DOUBTFUL_RATED", 20, "Rated answers wanted for doubtful questions.")
DOUBTFUL_WILSON = option(
    "TRUST_DOUBTFUL_WILSON", 0.75, "Lower bound of good ones wanted for doubtful questions."
)
DOUBTFUL_DAYS = option("TRUST_DOUBTFUL_DAYS", 14, "Active days wanted for doubtful questions.")
MENTOR_RATED = option(
    "TRUST_MENTOR_RATED", 50, "Rated answers from which on a lead is shown a possible mentor."
)
MENTOR_WILSON = option("TRUST_MENTOR_WILSON", 0.78, "Lower bound of good ones for the same.")
LOSE_AMONG = option(
    "TRUST_LOSE_AMONG", 30, "So many of the newest rated answers decide whether trust is lost."
)
LOSE_LEAST = option("TRUST_LOSE_LEAST", 10, "Below so many rated answers nobody loses trust by a rule.")
IDLE_DAYS = option("TRUST_IDLE_DAYS", 180, "Days without an answer after which trust goes down one level.")


@dataclass(frozen=True, slots=True)
class Rated:
    """One answer with its verdict: 0 poor, .5 good after changes, 1 good."""

    at: datetime
    good: float


@dataclass(frozen=True, slots=True)
class Standing:
    """Where somebody stands in a class of questions, and since when; `since` None: by a wider rule, not by itself."""

    level: int
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Move:
    """A change that the rules ask for. `why` is a code of `TrustChange.Why`."""

    level: Level
    why: str
    reason: str


def bound(rated: Sequence[Rated]) -> float:
    """The Wilson bound of the share of good ones, halves counted as halves."""
    return wilson(sum(one.good for one in rated), len(rated))


def _since(rated: Sequence[Rated], standing: Standing) -> list[Rated]:
    """What came after the last change, the newest first: nobody is judged twice for the same answer."""
    start = standing.since
    return sorted(
        (one for one in rated if start is None or one.at > start), key=lambda one: one.at, reverse=True
    )


def harmless(rated: Sequence[Rated], standing: Standing) -> Move | None:
    """The next step in harmless questions, if there is one. Who is new goes by the lesson, not by answers."""
    newest = _since(rated, standing)
    if standing.level == Level.COACHED and _has_earned(newest):
        return Move(Level.TRUSTED, "earned", _said(newest))
    if standing.level >= Level.TRUSTED and _has_fallen(newest):
        return Move(Level(standing.level - 1), "fell", _said(newest[: LOSE_AMONG.get()]))
    return None


def _has_earned(newest: Sequence[Rated]) -> bool:
    row = APPROVED_IN_A_ROW.get()
    in_a_row = len(newest) >= row and all(one.good == 1 for one in newest[:row])
    # The same bound would take it away at once where there are enough answers to do so.
    return not _has_fallen(newest) and (in_a_row or bound(newest) >= TRUSTED_WILSON.get())


def _has_fallen(newest: Sequence[Rated]) -> bool:
    last = newest[: LOSE_AMONG.get()]
    return len(last) >= LOSE_LEAST.get() and bound(last) < TRUSTED_WILSON.get()


def doubtful(
    rated: Sequence[Rated], standing: Standing, *, harmless_level: int, knows_risk: bool
) -> Move | None:
    """The next step in doubtful questions. `knows_risk`: the quiz on doubtful questions is passed."""
    newest = _since(rated, standing)
    if standing.level >= Level.TRUSTED:
        lost = harmless_level < Level.TRUSTED or _has_fallen(newest)
        return Move(Level.COACHED, "fell", _said(newest[: LOSE_AMONG.get()])) if lost else None
    days = {one.at.date() for one in newest}
    earned = (
        harmless_level >= Level.TRUSTED
        and knows_risk
        and len(newest) >= DOUBTFUL_RATED.get()
        and len(days) >= DOUBTFUL_DAYS.get()
        and bound(newest) >= DOUBTFUL_WILSON.get()
        and not _has_fallen(newest)
    )
    return Move(Level.TRUSTED, "earned", _said(newest)) if earned else None


def may_be_mentor(rated: Sequence[Rated]) -> bool:
    """Whether a lead is shown that this person could be a mentor; nobody becomes one by a rule."""
    return len(rated) >= MENTOR_RATED.get() and bound(rated) >= MENTOR_WILSON.get()


def idle(standing: Standing, last_answer: datetime | None, now: datetime) -> Move | None:
    """One level less after long silence, and again after as long."""
    if standing.level < Level.TRUSTED or standing.since is None:
        return None
    latest = max(standing.since, last_answer or standing.since)
    if now - latest < timedelta(days=IDLE_DAYS.get()):
        return None
    return Move(Level(standing.level - 1), "idle", "")


def _said(rated: Sequence[Rated]) -> str:
    """The figures behind a move, such as ``9.5/10``."""
    good = sum(one.good for one in rated)
    return f"{good:g}/{len(rated)}"
