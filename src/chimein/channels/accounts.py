"""Steering an account by hand: stop sending for a while, go on; and how much of its quota is left."""

from __future__ import annotations

from datetime import datetime, timedelta

from chimein.channels import events
from chimein.channels.deliveries import DELIVERY_CHANNEL
from chimein.channels.models import ChannelAccount
from chimein.core import db
from chimein.core.actor import Actor
from chimein.core.errors import NotAllowed
from chimein.core.events import Fact, emit

PAUSE = timedelta(hours=1)


def tokens_left(account: ChannelAccount, *, now: datetime) -> float:
    """Posts the account may send at once; the bucket refills at `rate_per_minute` up to `burst`."""
    passed = max(0.0, (now - account.tokens_at).total_seconds())
    return min(account.burst, account.tokens + passed * account.rate_per_minute / 60)


def pause(*, actor: Actor, account_id: int, now: datetime) -> datetime:
    """Send nothing for an hour; what comes in is still taken in. Raises NotAllowed for anybody but leads."""
    until = now + PAUSE
    _set(actor, account_id, until, now)
    return until


def resume(*, actor: Actor, account_id: int, now: datetime) -> None:
    """Send again at once. Raises NotAllowed for anybody but leads."""
    _set(actor, account_id, None, now)


def _set(actor: Actor, account_id: int, until: datetime | None, now: datetime) -> None:
    if not actor.is_lead:
        raise NotAllowed("only leads steer accounts")
    with db.atomic():
        mine = ChannelAccount.objects.filter(pk=account_id, brand_id=actor.brand_id)
        if not mine.update(paused_until=until):
            raise NotAllowed("this account belongs to another brand")
        data: dict[str, object] = {"account": account_id, "until": until.isoformat() if until else ""}
        emit(Fact(events.PAUSED, now, actor.label, actor.brand_id, data=data))
        db.notify(DELIVERY_CHANNEL)
