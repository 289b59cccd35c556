"""The desk of a simulation: agents in shifts, a queue in the product's order, time used."""

from __future__ import annotations

from collections import deque

from chimein.planner.traffic import HOUR_S
from chimein.routing.matching import queues
from chimein.routing.matching.queues import Waiting
from chimein.routing.matching.settings import Settings

_HALF_HOUR = 1800.0


class Desk:
    """Who is free, who waits. `agents`: night, day, evening."""

    def __init__(self, agents: tuple[int, ...], settings: Settings) -> None:
        self.agents = agents
        self.settings = settings
        self.queue: list[Waiting] = []
        self.busy = 0
        self.picks = 0
        self.used_s = 0.0
        self.overload = False
        self.overload_s = 0.0
        self._looked_at = 0.0
        self._answered: deque[float] = deque()

    def on_duty(self, now: float) -> int:
        """Agents of this shift."""
        return self.agents[int(now % (24 * HOUR_S) // (8 * HOUR_S))]

    def free(self, now: float) -> int:
        """Agents with nothing to do; who works on after the end of a shift is counted as busy."""
        return max(0, self.on_duty(now) - self.busy)

    def add(self, item: Waiting) -> None:
        self.queue.append(item)

    def pick(self, now: float) -> int | None:
        """Take the next from the queue: its key, None when nobody is free or nothing waits."""
        if not self.queue or not self.free(now):
            return None
        self._judge(now)
        at = queues.next_for_desk(
            self.queue, now=now, overload=self.overload, picks=self.picks, settings=self.settings
        )
        assert at is not None
        self.picks += 1
        self.busy += 1
        return self.queue.pop(at).key

    def begin(self) -> None:
        """An agent takes something that was not in the queue."""
        self.busy += 1

    def done(self, now: float, seconds: float) -> None:
        """An agent has answered after so many seconds of work."""
        self.busy -= 1
        self.used_s += seconds
        self._answered.append(now)

    def _judge(self, now: float) -> None:
        """Whether there is too much to go by deadlines alone."""
        while self._answered and self._answered[0] < now - _HALF_HOUR:
            self._answered.popleft()
        if self.overload:
            self.overload_s += now - self._looked_at
        self._looked_at = now
        least = self.settings.overload_base
        overdue = 0
        if len(self.queue) > least:
            overdue = sum(item.due_at < now for item in self.queue)
        self.overload = queues.overloaded(overdue, len(self._answered), self.on_duty(now), self.settings)

    def paid_s(self, days: int) -> float:
        """Seconds of all agents together in so many days."""
        return days * sum(self.agents) * 8 * HOUR_S
