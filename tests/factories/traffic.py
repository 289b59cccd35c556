"""What networks tell us: accounts, payloads in the webhook adapter's form, and the short way into intake."""

from __future__ import annotations

import base64
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

import orjson

from chimein.channels import journal
from chimein.channels.models import ChannelAccount, InboundEntry
from chimein.channels.port import Envelope, Payload
from chimein.channels.registry import adapter_for
from chimein.conversations.models import Conversation, Message
from chimein.core import clock
from chimein.core.ids import secret_token
from chimein.intake import batch
from chimein.intake.context import forget
from chimein.people.models import Brand

SECRET = "whsec_" + base64.b64encode(b"a secret of thirty-two bytes !!!").decode()
START = clock.now().replace(microsecond=0) - timedelta(hours=6)
OWN = "brand-account"


def account(of: Brand, adapter: str = "webhook", **fields: object) -> ChannelAccount:
    """An account on a network; with the webhook adapter, `OWN` is the brand's own author id."""
    known: dict[str, object] = {
        "name": "Our channel",
        "external_id": OWN,
        "handle": "tamarind",
        "base_url": "https://other.example/in",
        "credentials": {"secret": SECRET},
        "hook_token": secret_token(),
        "tokens_at": clock.now(),
    }
    return ChannelAccount.objects.create(brand=of, adapter=adapter, **(known | fields))


def minutes(number: float) -> datetime:
    """So many minutes after the tests' story begins."""
    return START + timedelta(minutes=number)


def post(
    id: str,
    text: str = "How do I pair the headphones?",
    *,
    by: str = "mia",
    at: float = 0,
    reply_to: str = "",
    thread: str = "",
    private: bool = False,
    edited: float | None = None,
    followers: int = 0,
    **more: Any,
) -> Payload:
    """A message `at` so many minutes after the start; an update when it was `edited`."""
    data: Payload = {
        "id": id,
        "author": {"id": by, "name": by.title(), "handle": by, "followers": followers},
        "text": text,
        "created_at": minutes(at).isoformat(),
        "reply_to": reply_to,
        "thread_id": thread,
        "private": private,
        **more,
    }
    if edited is not None:
        data["edited_at"] = minutes(edited).isoformat()
    return {"type": "message.created" if edited is None else "message.updated", "data": data}


def own(
    id: str,
    text: str = "Hold the button for five seconds.",
    *,
    reply_to: str = "",
    at: float = 5,
    **more: Any,
) -> Payload:
    """A post of the brand's own account, written elsewhere."""
    return post(id, text, by=OWN, at=at, reply_to=reply_to, **more)


def gone(id: str) -> Payload:
    """The author deleted the message."""
    return {"type": "message.deleted", "data": {"id": id}}


def envelopes(to: ChannelAccount, payloads: Iterable[Payload]) -> list[Envelope]:
    """What the account's adapter makes of the payloads."""
    adapter, view = adapter_for(to.adapter), to.view()
    return [one for payload in payloads for one in adapter.unpack(view, orjson.dumps(payload))]


def record(to: ChannelAccount, *payloads: Payload, now: datetime | None = None) -> int:
    """Journal the payloads without taking them in; how many were new."""
    return journal.record(to.pk, envelopes(to, payloads), source="hook", now=now or clock.now())


def tell(
    to: ChannelAccount, *payloads: Payload, limit: int = batch.BATCH, now: datetime | None = None
) -> batch.Outcome:
    """Journal the payloads and take in everything that waits."""
    record(to, *payloads, now=now)
    forget()
    return batch.drain(limit=limit, now=now)


def raw_entry(to: ChannelAccount, payload: object, key: str = "raw") -> InboundEntry:
    """A journal row as it should never be, past all checks of the door."""
    row = journal.row_of(to.pk, Envelope(key, key, {}), source="hook", now=clock.now())
    return InboundEntry.objects.create(
        account=to, dedup_key=key, source="hook", payload=payload, shard=row.shard, received_at=clock.now()
    )


def message(external_id: str) -> Message:
    return Message.objects.select_related("conversation").get(external_id=external_id)


def conversation_of(external_id: str) -> Conversation:
    return message(external_id).conversation


def standing(external_id: str) -> tuple[str, str]:
    """A message's disposition with the reason."""
    found = message(external_id)
    return found.disposition, found.disposition_reason
