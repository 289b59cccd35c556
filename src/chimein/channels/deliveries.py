"""Getting texts out: each posted once, in order inside its conversation, within the account's quota.

A delivery whose worker died while sending, or that got no answer, may stand on the network already. It is looked up
there by its key before anything is sent again; where a network cannot look up but promises that one key is one post,
it is sent again with the same key.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta

import httpx

from chimein.channels import events, health
from chimein.channels.models import ChannelAccount, Delivery
from chimein.channels.port import RETRYABLE, Adapter, Outgoing, SendError, SendErrorCode, Sent
from chimein.channels.registry import adapter_for
from chimein.core import clock, db
from chimein.core.events import Fact, Kind, emit
from chimein.core.http import safe_client
from chimein.core.options import option

log = logging.getLogger(__name__)

DELIVERY_CHANNEL = "chimein_deliveries"
GIVE_UP_HOURS = option(
    "DELIVERY_GIVE_UP_HOURS", 24, "Hours after which a text that cannot be delivered is given up."
)
# Longer than the four calls of up to ten seconds a step that one delivery may need.
LEASE = timedelta(seconds=90)
_LOOK_AGAIN = timedelta(seconds=3)
_LONGEST_WAIT_S = 300
_ACTOR = "system:delivery"
State = Delivery.State


class _CannotLookUp(Exception):
    """The network neither finds a post by our key nor promises that one key is one post."""


def queue(
    *,
    account_id: int,
    order_key: int,
    parts: Sequence[str],
    private: bool,
    reply_to: str,
    recipient: str,
    due_at: datetime,
) -> list[Delivery]:
    """Queue a text of one or more parts inside the caller's transaction."""  # fmt: skip
    made = [
        Delivery(
            account_id=account_id, key=uuid.uuid4(), order_key=order_key, part=number, parts=len(parts),
            private=private, text=text, reply_to=reply_to, recipient=recipient, due_at=due_at,
        )
        for number, text in enumerate(parts, 1)
    ]  # fmt: skip
    Delivery.objects.bulk_create(made)
    db.notify(DELIVERY_CHANNEL)
    return made


def cancel(delivery_ids: Sequence[int]) -> int:
    """Take back what has not been touched yet; how many were taken back."""
    untouched = Delivery.objects.filter(pk__in=delivery_ids, state__in=[State.QUEUED, State.RETRY])
    return untouched.update(state=State.CANCELLED)


_TAKE = """
WITH due AS (
    SELECT d.id, d.state FROM channels_delivery d
    JOIN channels_channelaccount a ON a.id = d.account_id
    WHERE d.state IN ('queued', 'sending', 'retry', 'uncertain')
      AND CASE d.state WHEN 'sending' THEN d.lease_until < %(now)s ELSE d.due_at <= %(now)s END
      AND (a.paused_until IS NULL OR a.paused_until <= %(now)s)
      AND NOT EXISTS (SELECT 1 FROM channels_delivery e
                      WHERE e.order_key = d.order_key AND e.id < d.id
                        AND e.state IN ('queued', 'sending', 'retry', 'uncertain'))
    ORDER BY d.due_at LIMIT %(limit)s FOR UPDATE OF d SKIP LOCKED
)
UPDATE channels_delivery d
SET state = 'sending', lease_until = %(lease)s, attempts = d.attempts + 1
FROM due WHERE d.id = due.id
RETURNING d.id, due.state
"""


def take_due(*, now: datetime, limit: int = 20) -> list[tuple[int, bool]]:
    """Lease what is due: (delivery, whether it may stand on the network already)."""
    rows = db.fetch(_TAKE, {"now": now, "lease": now + LEASE, "limit": limit})
    return [(pk, before in {State.SENDING, State.UNCERTAIN}) for pk, before in rows]


_SPEND = """
UPDATE channels_channelaccount a
SET tokens = f.filled - 1, tokens_at = %(now)s
FROM (SELECT id, least(burst, tokens + rate_per_minute / 60
                         * greatest(0, extract(epoch FROM %(now)s - tokens_at))) AS filled
      FROM channels_channelaccount WHERE id = %(id)s FOR UPDATE) f
WHERE a.id = f.id AND f.filled >= 1 RETURNING a.id
"""


def take_token(account_id: int, *, now: datetime) -> bool:
    """One post's worth of the account's quota, if there is any."""
    return db.fetch_one(_SPEND, {"id": account_id, "now": now}) is not None


def deliver(delivery_id: int, *, look_first: bool, client: httpx.Client) -> None:
    """Send one leased delivery, or find it on the network, and keep what came of it."""
    delivery = Delivery.objects.select_related("account__brand").get(pk=delivery_id)
    try:
        adapter = adapter_for(delivery.account.adapter)
    except (LookupError, TypeError) as error:
        _settle_error(delivery, SendError(SendErrorCode.BAD_REQUEST, str(error)), now=clock.now())
        return
    if look_first and _settle_by_look(delivery, adapter, client):
        return
    if not take_token(delivery.account_id, now=clock.now()):
        _wait_for_token(delivery, look_first)
    elif _renew(delivery, now=clock.now()):
        _send(delivery, adapter, client)


def _send(delivery: Delivery, adapter: Adapter, client: httpx.Client) -> None:
    try:
        sent = adapter.send(delivery.account.view(), _outgoing(delivery), client)
    except SendError as error:
        _settle_error(delivery, error, now=clock.now())
    except Exception as error:  # also a fault of the adapter's own: nobody knows how far it came
        log.warning("delivery %s is uncertain: %r", delivery.pk, error)
        _settle_uncertain(delivery, error, now=clock.now())
    else:
        settle_sent(delivery, sent, found_again=False, now=clock.now())
        health.mark_ok(delivery.account_id, now=clock.now())


def _settle_by_look(delivery: Delivery, adapter: Adapter, client: httpx.Client) -> bool:
    """Look the delivery up; True when nothing is to be sent: it was found, or the network cannot say yet."""
    try:
        found = _look_up(delivery, adapter, client)
    except _CannotLookUp as error:
        _settle_error(delivery, SendError(SendErrorCode.DUPLICATE, str(error)), now=clock.now())
        return True
    except Exception as error:  # whatever it is, not knowing must never become sending
        _settle_uncertain(delivery, error, now=clock.now())
        return True
    if found is not None:
        settle_sent(delivery, found, found_again=True, now=clock.now())
    return found is not None


def _renew(delivery: Delivery, *, now: datetime) -> bool:
    """Compare and swap just before sending: False when somebody else has leased or settled it meanwhile."""
    mine = Delivery.objects.filter(pk=delivery.pk, state=State.SENDING, attempts=delivery.attempts)
    return bool(mine.update(lease_until=now + LEASE))


def _outgoing(delivery: Delivery) -> Outgoing:
    return Outgoing(
        key=str(delivery.key),
        text=delivery.text,
        private=delivery.private,
        reply_to=delivery.reply_to,
        recipient=delivery.recipient,
    )


def _look_up(delivery: Delivery, adapter: Adapter, client: httpx.Client) -> Sent | None:
    if adapter.capabilities.can_look_up:
        return adapter.find_sent(delivery.account.view(), _outgoing(delivery), client)
    if adapter.capabilities.idempotent:
        return None
    raise _CannotLookUp(
        "Nobody knows whether this was posted. Please look on the network, then answer again."
    )


def _wait_for_token(delivery: Delivery, look_first: bool) -> None:
    wait = 60 / max(delivery.account.rate_per_minute, 1)
    state = State.UNCERTAIN if look_first else State.RETRY
    _move(delivery, state, due_at=clock.now() + timedelta(seconds=wait), attempts=delivery.attempts - 1)


def _move(delivery: Delivery, state: str, **fields: object) -> bool:
    """Compare and swap: only from an unsettled state, so that the first to settle wins."""
    rows = Delivery.objects.filter(pk=delivery.pk, state__in=Delivery.UNSETTLED)
    return bool(rows.update(state=state, lease_until=None, **fields))


def _tell(kind: Kind, delivery: Delivery, now: datetime, data: dict[str, object]) -> None:
    brand, conversation = delivery.account.brand_id, delivery.order_key
    emit(Fact(kind, now, _ACTOR, brand, conversation, None, {"delivery": delivery.pk, **data}))


def settle_sent(delivery: Delivery, sent: Sent, *, found_again: bool, now: datetime) -> None:
    """The text stands on the network: keep where, and tell."""
    at = sent.posted_at or now
    with db.atomic():
        moved = _move(
            delivery,
            State.SENT,
            external_id=sent.external_id,
            permalink=sent.permalink,
            sent_at=at,
            error="",
            error_code="",
        )
        if moved:
            _tell(events.SENT, delivery, at, {"external_id": sent.external_id, "found_again": found_again})


def _settle_error(delivery: Delivery, error: SendError, *, now: datetime) -> None:
    data: dict[str, object] = {"code": error.code.value, "error": str(error)[:300]}
    with db.atomic():
        if error.code in RETRYABLE and not _is_too_old(delivery, now):
            wait = timedelta(seconds=min(2 ** min(delivery.attempts, 16), _LONGEST_WAIT_S))
            retry_at = max(error.retry_at or now, now + wait)
            if error.code is SendErrorCode.RATE_LIMITED:
                ChannelAccount.objects.filter(pk=delivery.account_id).update(paused_until=retry_at)
            if _move(delivery, State.RETRY, due_at=retry_at, error=str(error), error_code=error.code.value):
                _tell(events.RETRIED, delivery, now, data)
        elif _move(delivery, State.FAILED, error=str(error), error_code=error.code.value):
            _tell(events.FAILED, delivery, now, data)
    health.mark_error(delivery.account_id, str(error), now=now)


def _settle_uncertain(delivery: Delivery, error: Exception, *, now: datetime) -> None:
    said = str(error) or "no answer came"
    if _is_too_old(delivery, now):
        _settle_error(delivery, SendError(SendErrorCode.TEMPORARY, said), now=now)
        return
    wait = min(_LOOK_AGAIN * delivery.attempts, timedelta(seconds=_LONGEST_WAIT_S))
    with db.atomic():
        if _move(delivery, State.UNCERTAIN, due_at=now + wait, error=said, error_code="uncertain"):
            _tell(events.UNCERTAIN, delivery, now, {})
    health.mark_error(delivery.account_id, said, now=now)


def _is_too_old(delivery: Delivery, now: datetime) -> bool:
    return now - delivery.created_at > timedelta(hours=GIVE_UP_HOURS.get())


def run_due(*, now: datetime, limit: int = 20) -> int:
    """Deliver what is due, leasing one at a time so that no lease runs out meanwhile; how many."""
    done = 0
    with safe_client() as client:
        while done < limit and (taken := take_due(now=max(now, clock.now()), limit=1)):
            deliver(taken[0][0], look_first=taken[0][1], client=client)
            done += 1
    return done


def next_due() -> datetime | None:
    """When the next delivery wants to be looked at."""
    row = db.fetch_one(
        """SELECT min(CASE state WHEN 'sending' THEN lease_until ELSE due_at END) FROM channels_delivery
           WHERE state IN ('queued', 'sending', 'retry', 'uncertain')"""
    )
    return row[0] if row else None
