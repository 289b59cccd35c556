"""Whether an alert that is due is sent now, later or never.

Asked at the last moment, so that a mute, a choice or a claim counts the second it is made; for a whole batch in a
handful of statements.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from chimein.alerts import quiet
from chimein.alerts.kinds import KINDS, OFFER, Way
from chimein.alerts.models import Alert, Choice
from chimein.core.actor import Role
from chimein.people.models import HelperSettings
from chimein.routing.models import WorkItem

_PUSH_GRACE = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class Decision:
    """What becomes of an alert; `why` when it is not needed, `at` when it waits."""

    act: Literal["send", "wait", "drop"]
    why: str = ""
    at: datetime | None = None


SEND = Decision("send")


@dataclass(slots=True)
class Facts:
    """What the decisions of a batch look at."""

    silent: dict[int, datetime] = field(default_factory=dict)
    on_duty: set[int] = field(default_factory=set)
    declined: set[int] = field(default_factory=set)
    choices: dict[tuple[int, str, str], bool] = field(default_factory=dict)
    siblings: dict[tuple[int, str, str], dict[str, Alert]] = field(default_factory=dict)
    items: dict[int, WorkItem] = field(default_factory=dict)


def facts_of(alerts: Sequence[Alert], now: datetime) -> Facts:
    """Read what the batch needs. The alerts come with their members and brands."""
    members = {one.member_id: one.member for one in alerts}
    chosen = Choice.objects.filter(member__in=members)
    subjects = {one.subject for one in alerts}
    others = Alert.objects.filter(member__in=members, subject__in=subjects, way__in=[Way.PAGE, Way.PUSH])
    siblings: dict[tuple[int, str, str], dict[str, Alert]] = {}
    for other in others:
        siblings.setdefault((other.member_id, other.kind, other.subject), {})[other.way] = other
    return Facts(
        silent=quiet.silences(members.values(), now),
        on_duty=quiet.on_duty(members.values(), now),
        declined=set(
            HelperSettings.objects.filter(member__in=members, takes_offers=False).values_list(
                "member", flat=True
            )
        ),
        choices={(one.member_id, one.kind, one.way): one.wanted for one in chosen},
        siblings=siblings,
        items=WorkItem.objects.in_bulk([one.conversation_id for one in alerts if one.conversation_id]),
    )


def decide(alert: Alert, facts: Facts, now: datetime) -> Decision:
    """What becomes of this alert."""
    over = _over(alert, facts, now)
    if over:
        return Decision("drop", over)
    silent = facts.silent.get(alert.member_id)
    rings = KINDS[alert.kind].through_quiet and alert.member_id in facts.on_duty
    if silent is not None and not rings:
        return Decision("wait", at=silent) if _outlasts(alert, silent) else Decision("drop", "quiet")
    if alert.way == Way.PAGE:
        return SEND
    return _after_others(alert, facts, now)


def _outlasts(alert: Alert, moment: datetime) -> bool:
    return alert.until is None or alert.until > moment


def _over(alert: Alert, facts: Facts, now: datetime) -> str:
    """Why nobody needs this any more; empty when somebody does."""
    kind = KINDS.get(alert.kind)
    if kind is None or not alert.member.is_active:
        return "gone"
    if not _outlasts(alert, now):
        return "stale"
    role = Role(alert.member.role)
    wanted = facts.choices.get((alert.member_id, alert.kind, alert.way))
    if Way(alert.way) not in kind.ways_for(role):
        return "off"
    if not (Way(alert.way) in kind.default(role) if wanted is None else wanted):
        return "off"
    if kind is OFFER and alert.member_id in facts.declined:
        return "off"
    return _taken(alert, facts, now) if kind.about_question else ""


def _taken(alert: Alert, facts: Facts, now: datetime) -> str:
    item = facts.items.get(alert.conversation_id or 0)
    if item is None or not item.is_open:
        return "answered"
    held = item.holder_id is not None and item.claim_until is not None and item.claim_until > now
    return "taken" if item.sending or held else ""


def _after_others(alert: Alert, facts: Facts, now: datetime) -> Decision:
    """Whoever looked on the page needs no push; whoever has either needs no mail."""
    others = facts.siblings.get((alert.member_id, alert.kind, alert.subject), {})
    page, push = others.get(Way.PAGE), others.get(Way.PUSH)
    if page is not None and page.seen_at is not None:
        return Decision("drop", "looked")
    if alert.way == Way.MAIL and push is not None:
        if push.state == Alert.State.SENT:
            return Decision("drop", "pushed")
        if push.state == Alert.State.WAITING:
            return Decision("wait", at=max(now, push.due_at) + _PUSH_GRACE)
    return SEND
