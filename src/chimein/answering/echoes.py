"""Our own posts coming back from a network before we knew that they were posted."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from chimein.channels import deliveries
from chimein.channels.models import Delivery
from chimein.channels.port import InboundRecord, Sent


class OwnPost(Protocol):
    """A post of the brand's own account on its way through intake."""

    message_id: int
    record: InboundRecord
    posted_at: datetime

    @property
    def account_id(self) -> int: ...


def claim(items: Sequence[OwnPost], *, now: datetime) -> set[int]:
    """Settle the deliveries of posts that came back.

    Returns the message ids that intake had set apart for them and that are not needed. A post is ours when
    the network tells our key with it, or when an unsettled delivery has the same account, target and text.
    """
    accounts = {item.account_id for item in items}
    on_the_way = list(
        Delivery.objects.select_related("account")
        .filter(account_id__in=accounts, state__in=Delivery.UNSETTLED, attempts__gt=0)
        .order_by("pk")
    )
    found: set[int] = set()
    for item in items if on_the_way else ():
        delivery = next((one for one in on_the_way if _is_echo(item, one)), None)
        if delivery is not None:
            found.add(item.message_id)
            on_the_way.remove(delivery)
            sent = Sent(item.record.external_id, item.record.permalink, item.posted_at)
            deliveries.settle_sent(delivery, sent, found_again=True, now=now)
    return found


def _is_echo(item: OwnPost, delivery: Delivery) -> bool:
    record = item.record
    if record.answers_key:
        return str(delivery.key) == record.answers_key
    same_place = delivery.account_id == item.account_id and delivery.reply_to == record.parent_external_id
    return same_place and delivery.text == record.text
