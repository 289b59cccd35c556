"""What the worker does for recognition: points within seconds, rewards when they are due, the audit at night."""

from __future__ import annotations

from chimein.community.recognition import nightly, rewards
from chimein.community.recognition.facts import gather
from chimein.community.recognition.settle import settle_waiting
from chimein.core import clock

_IDLE_S = 5.0
_NIGHT_S = 300.0


def score() -> float:
    """What came of answers since the last look becomes points."""
    more = gather()
    return 0.0 if settle_waiting(now=clock.now()) or more else _IDLE_S


def reward() -> float:
    """Tell brands' own systems of rewards; sleep until the next call is due."""
    rewards.tell_due(now=clock.now())
    due = rewards.next_due()
    return _IDLE_S if due is None else min(_IDLE_S, max(0.2, (due - clock.now()).total_seconds()))


def audit() -> float:
    """The night's work of each brand whose night has come."""
    nightly.run_due(now=clock.now())
    return _NIGHT_S
