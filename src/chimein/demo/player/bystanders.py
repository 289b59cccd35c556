"""Those who are about: the page open while their shift lasts, they see what is brought to them and pass some on."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from chimein.core import db
from chimein.demo.player.helpers import Helper, Helpers
from chimein.demo.scenario import Scenario
from chimein.demo.scenario.chance import dice
from chimein.routing import offers, presence

_EVERY = timedelta(seconds=20)
_LOOKING = timedelta(seconds=12)
_UP_ANYWAY = 0.25
_SEES, _PASSES = 0.5, 0.15
_REASONS = ("busy", "busy", "topic")
_SHOWN_TO_VISITORS = 4
"""The first few of each role are offered on the login page: what is brought to them is a visitor's to decide."""

_UNSEEN = """
SELECT f.conversation_id, f.member_id FROM routing_offer f
JOIN people_membership m ON m.id = f.member_id
WHERE m.brand_id = %s AND f.seen_at IS NULL AND f.passed_at IS NULL AND f.withdrawn_at IS NULL AND f.offered_at < %s
  AND f.offered_at > %s
ORDER BY f.offered_at LIMIT 50
"""


class Bystanders:
    """Everybody who is there and not answering just now. `hour` says which hour the written day has."""

    def __init__(
        self,
        scenario: Scenario,
        helpers: Helpers,
        free: Callable[[Helper], bool],
        hour: Callable[[], float],
        *,
        brand_id: int,
        pace: float,
    ) -> None:
        self._shifts = {one.id: one.shift for one in (*scenario.helpers, *scenario.newcomers)}
        self._helpers = helpers
        self._free = free
        self._hour = hour
        self._brand_id = brand_id
        self._pace = pace
        self._left_alone = _offered_to_visitors(scenario)
        self._next: datetime | None = None

    def run(self, *, now: datetime) -> None:
        """Be there; look at what was brought."""
        if self._next is not None and now < self._next:
            return
        self._next = now + _EVERY / self._pace
        hour = self._hour() % 24
        here = [one for one in self._helpers.everybody() if self._is_here(one, hour)]
        presence.seen_here([one.member_id for one in here], now=now)
        self._look(now)

    def _is_here(self, helper: Helper, hour: float) -> bool:
        begin, end = self._shifts[helper.id]
        return begin <= hour < end or dice(f"up:{helper.id}:{int(hour)}").random() < _UP_ANYWAY

    def _look(self, now: datetime) -> None:
        since = now - timedelta(hours=1)
        for conversation_id, member_id in db.fetch(
            _UNSEEN, (self._brand_id, now - _LOOKING / self._pace, since)
        ):
            helper = self._helpers.member(member_id)
            if helper is None or helper.id in self._left_alone or not self._free(helper):
                continue
            luck = dice(f"offer:{conversation_id}:{helper.id}")
            turn = luck.random()
            if turn < _PASSES:
                reason = luck.choice(_REASONS)
                offers.pass_on(actor=helper.actor, conversation_id=conversation_id, reason=reason, now=now)
            elif turn < _SEES:
                offers.mark_shown(conversation_id=conversation_id, member_id=member_id, opened=False, now=now)


def _offered_to_visitors(scenario: Scenario) -> frozenset[str]:
    """Whom the login page shows, who are also those the banner names."""
    colleagues = [one.id for one in scenario.colleagues if one.role == "colleague"]
    customers = [one.id for one in scenario.trusted]
    english = [one.id for one in scenario.helpers if one.languages[0] == "en"]
    named = [next((one for one in english if one in those), "") for those in (colleagues, customers)]
    shown = [*colleagues[:_SHOWN_TO_VISITORS], *customers[:_SHOWN_TO_VISITORS]]
    return frozenset({*shown, *named, *(one.id for one in scenario.newcomers)})
