"""Whether an account works, as shown on the channels page."""

from __future__ import annotations

from datetime import datetime

from chimein.channels.models import ChannelAccount


def mark_ok(account_id: int, *, now: datetime, inbound: bool = False) -> None:
    """A call worked."""
    fields: dict[str, object] = {"last_ok_at": now}
    if inbound:
        fields["last_inbound_at"] = now
    ChannelAccount.objects.filter(pk=account_id).update(**fields)


def mark_error(account_id: int, message: str, *, now: datetime) -> None:
    """A call failed; the words are shown to the brand's staff."""
    ChannelAccount.objects.filter(pk=account_id).update(last_error=message[:500], last_error_at=now)


def is_healthy(account: ChannelAccount) -> bool:
    """The last thing that happened went well."""
    if account.last_error_at is None:
        return True
    return account.last_ok_at is not None and account.last_ok_at > account.last_error_at
