"""Questions asked on our own public page, with an e-mail address or anonymously.

The answer appears on the page by itself, so that *sending* is nothing but saying where it stands.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import httpx
from django.utils.translation import gettext_noop
from pydantic import BaseModel, StringConstraints

from chimein.channels.adapters.bodies import Email, Id, MaybeId, MaybeText, Moment, read_json, read_model
from chimein.channels.port import (
    AccountView,
    Author,
    Capabilities,
    Envelope,
    Health,
    HookRequest,
    InboundRecord,
    InvalidSignature,
    Outgoing,
    Page,
    Payload,
    Sent,
)
from chimein.core import clock

_MAX_LENGTH = 2000


class Ask(BaseModel):
    """What the form gives. `visitor` is a random mark kept in the asker's browser; empty for none."""

    id: Id
    text: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
    posted_at: Moment
    name: MaybeText = ""
    email: Email = ""
    topic: MaybeText = ""
    visitor: MaybeId = ""

    def record(self) -> InboundRecord:
        """The question in our terms. The e-mail address belongs to the contact and never to the text."""
        return InboundRecord(
            action="post",
            external_id=self.id,
            author=Author(f"form:{self.visitor or self.id}", name=self.name),
            text=self.text,
            posted_at=self.posted_at,
            topic=self.topic,
            contact_name=self.name,
            contact_email=self.email,
        )


def envelope_for(
    *,
    ask_id: str,
    text: str,
    posted_at: datetime,
    name: str = "",
    email: str = "",
    topic: str = "",
    visitor: str = "",
) -> Envelope:
    """A question from the form, ready for the journal. The same `ask_id` is the same question.

    Raises Unparseable naming the field that is unfit; the page's form checks before, in kinder words.
    """
    given = {"id": ask_id, "text": text, "posted_at": posted_at, "name": name, "email": email}
    ask = read_model(Ask, {**given, "topic": topic, "visitor": visitor})
    return _envelope(ask)


def _envelope(ask: Ask) -> Envelope:
    return Envelope(f"form:{ask.id}", ask.id, ask.model_dump(mode="json"))


class WebformAdapter:
    """The form on our own page: no webhooks, no timelines, nothing that could fail."""

    name = "webform"
    label = gettext_noop("Ask-us form")
    capabilities = Capabilities(
        public_reply=True,
        direct_message=False,
        max_length=_MAX_LENGTH,
        direct_max_length=_MAX_LENGTH,
        measure="graphemes",
        delete=True,
        idempotent=True,
    )
    streams: tuple[str, ...] = ()

    def verify(self, account: AccountView, request: HookRequest, now: datetime) -> str:
        raise InvalidSignature("the form has no webhooks")

    def unpack(self, account: AccountView, body: bytes) -> list[Envelope]:
        return [_envelope(read_model(Ask, read_json(body)))]

    def parse(self, account: AccountView, payload: Payload) -> InboundRecord | None:
        return read_model(Ask, payload).record()

    def poll(self, account: AccountView, stream: str, cursor: str, client: httpx.Client) -> Page:
        return Page((), cursor, False)

    def send(self, account: AccountView, outgoing: Outgoing, client: httpx.Client) -> Sent:
        """The answer stands on the page as soon as it is stored; mail to the asker is sent elsewhere."""
        return Sent(f"web:{outgoing.key}", posted_at=clock.now())

    def find_sent(self, account: AccountView, outgoing: Outgoing, client: httpx.Client) -> Sent | None:
        return None

    def check(self, account: AccountView, client: httpx.Client) -> Health:
        return Health(True)
