"""Questions to be answered, one for each channel that answers; a new channel adds its own to `PLACES`."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass

import httpx
import pytest

from chimein.channels.port import (
    AccountView,
    Adapter,
    Outgoing,
    SendError,
)
from tests.contract.conftest import Warble
from tests.contract.kits import KITS, SECRET, account
from tests.contract.servers import Receiver


@dataclass(frozen=True)
class Place:
    """A question to be answered: where, and how many answers stand there by now."""

    adapter: Adapter
    account: AccountView
    reply_to: str
    recipient: str
    count: Callable[[], int]

    def answer(self, text: str = "Set it to channel 36, please. ^Ann", *, private: bool = False) -> Outgoing:
        reply_to = "" if private else self.reply_to
        return Outgoing(str(uuid.uuid4()), text, private, reply_to=reply_to, recipient=self.recipient)


def on_warble(warble: Warble, receiver: Receiver) -> Place:
    brand = warble.brand()
    asker = warble.person(f"asker{brand.id}")
    question = warble.say(f"asker{brand.id}", f"@{brand.handle} does it do 5 GHz?")
    warble.write(f"asker{brand.id}", brand.handle, "my order is 48213")
    return Place(
        KITS["warble"].adapter, brand, question["id"], asker, lambda: len(warble.texts_of(brand.handle))
    )


def on_webhook(warble: Warble, receiver: Receiver) -> Place:
    told = account("webhook", credentials={"secret": SECRET}, base_url=f"{receiver.address}/in")
    return Place(KITS["webhook"].adapter, told, "t-81", "c-5", lambda: receiver.distinct)


def on_webform(warble: Warble, receiver: Receiver) -> Place:
    return Place(KITS["webform"].adapter, account("webform"), "5e0c", "form:v-77", lambda: 1)


PLACES = {"warble": on_warble, "webhook": on_webhook, "webform": on_webform}


def refusal(place: Place, outgoing: Outgoing, client: httpx.Client) -> SendError:
    with pytest.raises(SendError) as caught:
        place.adapter.send(place.account, outgoing, client)
    assert str(caught.value)
    return caught.value
