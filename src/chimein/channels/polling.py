"""Reading timelines: listening without webhooks, and filling the gaps that lost webhooks leave."""

from __future__ import annotations

import logging
from datetime import datetime

import httpx

from chimein.channels import health, journal
from chimein.channels.models import ChannelAccount
from chimein.channels.port import SendError
from chimein.channels.registry import adapter_for
from chimein.core import clock, db
from chimein.core.http import safe_client

log = logging.getLogger(__name__)

_LOCK_SPACE = 7202
_MAX_PAGES = 50


def poll_account(account: ChannelAccount, *, client: httpx.Client, now: datetime) -> int:
    """Read every timeline of one account to its end; how many entries were new."""
    adapter = adapter_for(account.adapter)
    new = 0
    try:
        for stream in adapter.streams:
            for _ in range(_MAX_PAGES):
                added, more = _poll_page(account, stream, client=client, now=now)
                new += added
                if not more:
                    break
    except (SendError, httpx.HTTPError) as error:
        health.mark_error(account.pk, str(error), now=now)
        return new
    health.mark_ok(account.pk, now=now, inbound=new > 0)
    return new


def _poll_page(
    account: ChannelAccount, stream: str, *, client: httpx.Client, now: datetime
) -> tuple[int, bool]:
    """One page: its entries and the new cursor are kept together or not at all."""
    cursor = str(account.cursors.get(stream, ""))
    page = adapter_for(account.adapter).poll(account.view(), stream, cursor, client)
    if page.cursor == cursor:
        return 0, False
    with db.atomic():
        new = journal.record(account.pk, page.envelopes, source="poll", now=now)
        account.cursors = {**account.cursors, stream: page.cursor}
        account.save(update_fields=["cursors"])
    return new, page.more


def poll_all(*, now: datetime | None = None) -> int:
    """Poll every active account that has timelines, each by one worker at a time."""
    new = 0
    for account in ChannelAccount.objects.select_related("brand").filter(is_active=True).order_by("pk"):
        if not adapter_for(account.adapter).capabilities.polls:
            continue
        with db.held_lock(_LOCK_SPACE, account.pk) as held, safe_client() as client:
            if held:
                account.refresh_from_db()
                new += poll_account(account, client=client, now=now or clock.now())
    return new
