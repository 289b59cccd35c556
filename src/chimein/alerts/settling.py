"""What sending leaves behind: told, tried again later, or given up. Only rows that are still as they were change."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from chimein.alerts.models import Alert

log = logging.getLogger(__name__)

MOST_ATTEMPTS = 8
_LONGEST_WAIT_S = 900


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of sending one alert. `reached`: browsers that have it; `after_s`: the wait a service asks for."""

    done: bool
    why: str = ""
    reached: tuple[int, ...] = ()
    error: str = ""
    after_s: int = 0


def back_off(attempts: int, after_s: int = 0) -> timedelta:
    """The wait before the next try: 10 s, doubled each time, at most 15 minutes, never less than was asked for."""
    return timedelta(seconds=max(after_s, min(5 * 2**attempts, _LONGEST_WAIT_S)))


def put_off(alert: Alert, moment: datetime) -> None:
    """Not before then; waiting is no attempt."""
    Alert.objects.filter(pk=alert.pk, state="waiting").update(due_at=moment, attempts=0)


def settle(alerts: Sequence[Alert], outcomes: Mapping[int, Outcome], *, now: datetime) -> None:
    """Write down what came of each."""
    for alert in alerts:
        outcome = outcomes.get(alert.pk, Outcome(False, error="no outcome"))
        reached = sorted({*alert.reached, *outcome.reached})
        if alert.state == Alert.State.WITHDRAWING:
            _withdrawn(alert, outcome, now)
        elif not _advance(alert, outcome, reached, now):
            # Withdrawn while it was being sent: those who got it are told at once.
            mine = Alert.objects.filter(pk=alert.pk)
            mine.update(reached=reached)
            mine.filter(state="withdrawing").update(due_at=now)


def _advance(alert: Alert, outcome: Outcome, reached: list[int], now: datetime) -> bool:
    """Move a waiting row on; False when it is waiting no more."""
    mine = Alert.objects.filter(pk=alert.pk, state="waiting")
    error = outcome.error[:300]
    if outcome.done:
        state = Alert.State.DROPPED if outcome.why else Alert.State.SENT
        changes = {"state": state, "why": outcome.why, "sent_at": None if outcome.why else now}
        return bool(mine.update(reached=reached, error=error, **changes))
    if alert.attempts >= MOST_ATTEMPTS:
        log.warning("alert %s was given up: %s", alert.pk, error)
        if reached:
            return bool(mine.update(state=Alert.State.SENT, sent_at=now, reached=reached, error=error))
        return bool(mine.update(state=Alert.State.DROPPED, why="failed", error=error))
    due = now + back_off(alert.attempts, outcome.after_s)
    return bool(mine.update(due_at=due, reached=reached, error=error))


def _withdrawn(alert: Alert, outcome: Outcome, now: datetime) -> None:
    mine = Alert.objects.filter(pk=alert.pk, state="withdrawing")
    if outcome.done or alert.attempts >= MOST_ATTEMPTS:
        mine.update(state=Alert.State.WITHDRAWN, error=outcome.error[:300])
    else:
        left = [pk for pk in alert.reached if pk not in outcome.reached]
        mine.update(
            due_at=now + back_off(alert.attempts, outcome.after_s), reached=left, error=outcome.error[:300]
        )
