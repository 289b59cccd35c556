"""The worker's part: what is due is taken in batches, decided on, sent, and settled.

A row is leased (its `due_at` moves a minute on) and the transaction ends before anything is sent, so that a slow
service holds no lock: a claim can withdraw an alert at any moment. After sending, only a row that is still as it was
is settled. A worker killed in between leaves a lease that runs out; the same alert then goes out again, with the same
tag or Message-ID, by which browsers and mail programs know it as one.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from chimein.alerts import mails, pushes
from chimein.alerts.deciding import Decision, decide, facts_of
from chimein.alerts.kinds import Way
from chimein.alerts.models import Alert
from chimein.alerts.settling import Outcome, put_off, settle
from chimein.alerts.writing import show
from chimein.core import clock, db

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=60)
_BATCH = 50
LIVE_WAYS = (Way.PAGE, Way.PUSH)
Sender = Callable[[Sequence[Alert], datetime], dict[int, Outcome]]

_TAKE = """
UPDATE alerts_alert a SET due_at = %(lease)s, attempts = a.attempts + 1
FROM (SELECT id, attempts FROM alerts_alert
      WHERE state IN ('waiting', 'withdrawing') AND way <> 'bridge' AND way = ANY(%(ways)b::text[])
        AND due_at <= %(now)s
      ORDER BY due_at LIMIT %(limit)s FOR UPDATE SKIP LOCKED) due
WHERE a.id = due.id RETURNING a.id
"""


def take(ways: Sequence[str], *, now: datetime, limit: int = _BATCH) -> list[Alert]:
    """Lease what is due by these ways, with everything that deciding and sending look at."""
    given = {"lease": now + LEASE, "now": now, "ways": [str(way) for way in ways], "limit": limit}
    ids = [row[0] for row in db.fetch(_TAKE, given)]
    rows = Alert.objects.filter(pk__in=ids).order_by("pk")
    related = ("member__user", "member__brand", "member__team", "conversation__merged_into")
    return list(rows.select_related(*related))


def run_due(ways: Sequence[str] = LIVE_WAYS, *, now: datetime) -> int:
    """Send everything that is due by these ways; how many rows were looked at."""
    looked = 0
    while batch := take(ways, now=now):
        _run(batch, now)
        looked += len(batch)
    return looked


def _run(batch: Sequence[Alert], now: datetime) -> None:
    facts = facts_of(batch, now)
    sent: list[Alert] = []
    for alert in batch:
        if alert.state == Alert.State.WITHDRAWING:
            _take_back(alert, alert.member_id in facts.silent, sent)
            continue
        decision = decide(alert, facts, now)
        if decision.act == "send":
            sent.append(alert)
        else:
            _not_now(alert, decision)
    for way, send in _SENDERS.items():
        mine = [alert for alert in sent if alert.way == way]
        if mine:
            settle(mine, send(mine, now), now=now)
    show({alert.member_id for alert in sent if alert.way == Way.PAGE})


def _take_back(alert: Alert, silent: bool, sent: list[Alert]) -> None:
    """A push that is out is replaced on the devices that have it, unless that would disturb somebody's quiet."""
    if alert.reached and not silent:
        sent.append(alert)
    else:
        Alert.objects.filter(pk=alert.pk, state="withdrawing").update(state=Alert.State.WITHDRAWN)


def _not_now(alert: Alert, decision: Decision) -> None:
    if decision.at is not None:
        put_off(alert, decision.at)
    else:
        Alert.objects.filter(pk=alert.pk, state="waiting").update(state=Alert.State.DROPPED, why=decision.why)


def _show_on_page(alerts: Sequence[Alert], _now: datetime) -> dict[int, Outcome]:
    """A page draws what its member has been told: settling is sending."""
    return {alert.pk: Outcome(done=True) for alert in alerts}


_SENDERS: dict[Way, Sender] = {Way.PAGE: _show_on_page, Way.PUSH: pushes.send, Way.MAIL: mails.send}


def next_due(ways: Sequence[str] = LIVE_WAYS) -> datetime | None:
    """When the next row by these ways is due; None when nothing waits."""
    rows = Alert.objects.filter(state__in=["waiting", "withdrawing"], way__in=list(ways))
    return rows.order_by("due_at").values_list("due_at", flat=True).first()


def run_live() -> float:
    """One step of the loop for pages and browsers; the seconds until the next is due."""
    now = clock.now()
    run_due(LIVE_WAYS, now=now)
    return pause_until(next_due(LIVE_WAYS))


def run_mail() -> float:
    """One step of the loop for mails."""
    run_due((Way.MAIL,), now=clock.now())
    return pause_until(next_due((Way.MAIL,)))


def pause_until(moment: datetime | None, longest_s: float = 5.0) -> float:
    """How long a loop may sleep before this moment."""
    if moment is None:
        return longest_s
    return min(longest_s, max(0.2, (moment - clock.now()).total_seconds()))
