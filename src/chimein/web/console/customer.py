"""What is known of the customer: names, reach, other accounts, earlier conversations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from chimein.contacts.models import Identity
from chimein.conversations.models import Conversation, Message
from chimein.routing.lane_models import VipManager
from chimein.web.console.rows import network_label

MOST_EARLIER = 6


@dataclass(frozen=True, slots=True)
class Account:
    """One account of the customer on a network."""

    identity: Identity
    network: str


@dataclass(frozen=True, slots=True)
class Customer:
    """The customer beside the conversation, and the others who write in it."""

    name: str
    main: Identity | None
    accounts: Sequence[Account]
    earlier: Sequence[Conversation]
    more: bool
    others: Sequence[Identity]
    care: VipManager | None
    """Who looks after this person, if somebody is named."""


def customer_of(conversation: Conversation, messages: Sequence[Message]) -> Customer:
    """What the side pane shows. Four statements, whatever the history."""
    contact_id = conversation.contact_id
    identities = (
        list(Identity.objects.filter(contact_id=contact_id).order_by("-followers", "pk"))
        if contact_id
        else []
    )
    known = {one.pk for one in identities}
    here = {m.identity_id: m.identity for m in messages if m.direction == "in" and m.identity}
    main = next((one for one in identities if one.pk in here), identities[0] if identities else None)
    earlier = _earlier(conversation)
    return Customer(
        name=(main.name or main.handle)
        if main
        else (conversation.contact.name if conversation.contact else ""),
        main=main,
        accounts=[Account(one, network_label(one.network)) for one in identities],
        earlier=earlier[:MOST_EARLIER],
        more=len(earlier) > MOST_EARLIER,
        others=[one for pk, one in here.items() if pk not in known],
        care=VipManager.objects.select_related("manager", "stand_in").filter(contact_id=contact_id).first()
        if contact_id
        else None,
    )


def _earlier(conversation: Conversation) -> list[Conversation]:
    if conversation.contact_id is None:
        return []
    rows = Conversation.objects.filter(contact_id=conversation.contact_id, merged_into=None).exclude(
        pk=conversation.pk
    )
    return list(rows.select_related("account").order_by("-last_message_at")[: MOST_EARLIER + 1])
