"""Any system that can send and receive webhooks, with the signatures of Standard Webhooks both ways."""

from __future__ import annotations

from datetime import datetime

import httpx
import orjson
from django.utils.translation import gettext, gettext_noop

from chimein.channels.adapters.bodies import read_json, read_model
from chimein.channels.adapters.calls import body_of, certain_or_not, retry_at, web_address
from chimein.channels.adapters.webhook import shapes, signature
from chimein.channels.port import (
    AccountView,
    Capabilities,
    Envelope,
    Health,
    HookRequest,
    InboundRecord,
    InvalidSignature,
    Outgoing,
    Page,
    Payload,
    SendError,
    SendErrorCode,
    Sent,
)
from chimein.core import clock

_MAX_LENGTH = 10_000


class WebhookAdapter:
    """Messages come in as signed posts to our address, answers go out so to the account's `base_url`.

    Credentials: `secret` (``whsec_…``) and, while it is being changed, `previous_secret`.
    """

    name = "webhook"
    label = gettext_noop("Webhook")
    capabilities = Capabilities(
        public_reply=True,
        direct_message=True,
        max_length=_MAX_LENGTH,
        direct_max_length=_MAX_LENGTH,
        measure="graphemes",
        hooks=True,
        needs_base_url=True,
        idempotent=True,
    )
    streams: tuple[str, ...] = ()

    def verify(self, account: AccountView, request: HookRequest, now: datetime) -> str:
        secrets = _secrets(account)
        if not secrets:
            raise InvalidSignature("this account has no secret")
        return signature.verify(secrets, request.headers, request.body, now)

    def unpack(self, account: AccountView, body: bytes) -> list[Envelope]:
        """One message a body. Events of other kinds are none of our business and give nothing."""
        payload = read_json(body)
        event = read_model(shapes.Event, payload)
        kept: Payload = {"type": event.type, "data": event.data}
        if event.type == shapes.DELETED:
            gone = read_model(shapes.Deleted, event.data, at="data")
            return [Envelope(f"msg:{gone.id}:gone", _thread_of(gone), kept)]
        if event.type not in {shapes.CREATED, shapes.UPDATED}:
            return []
        message = _message(event)
        return [Envelope(f"msg:{message.id}:{message.revision}", _thread_of(message), kept)]

    def parse(self, account: AccountView, payload: Payload) -> InboundRecord | None:
        event = read_model(shapes.Event, payload)
        if event.type == shapes.DELETED:
            return read_model(shapes.Deleted, event.data, at="data").record()
        if event.type not in {shapes.CREATED, shapes.UPDATED}:
            return None
        return _message(event).record(account.external_id)

    def poll(self, account: AccountView, stream: str, cursor: str, client: httpx.Client) -> Page:
        """There is nothing to read: the other system tells by itself."""
        return Page((), cursor, False)

    def send(self, account: AccountView, outgoing: Outgoing, client: httpx.Client) -> Sent:
        body = orjson.dumps(_answer(outgoing, clock.now()))
        headers = {**_signed(account, outgoing.key, body), "content-type": "application/json"}
        address = web_address(account.base_url)
        with certain_or_not(writes=True):
            response = client.post(address, content=body, headers=headers)
        return _outcome(response, outgoing)

    def find_sent(self, account: AccountView, outgoing: Outgoing, client: httpx.Client) -> Sent | None:
        """The receiver cannot be asked; it promises that the same webhook-id is one answer."""
        return None

    def check(self, account: AccountView, client: httpx.Client) -> Health:
        """Whether secrets and address are fit for use. Nothing is sent: it would be taken for an answer."""
        secrets = _secrets(account)
        try:
            for secret in secrets:
                signature.key_of(secret)
        except ValueError as error:
            remedy = gettext("Make a new secret here and enter it in the other system.")
            return Health(False, gettext("The secret is unfit: %(why)s.") % {"why": error}, remedy)
        if not secrets:
            return Health(False, gettext("There is no secret yet."), gettext("Make a secret here first."))
        if not _has_address(account):
            problem = gettext("There is no address to send answers to.")
            return Health(False, problem, gettext("Enter the address where the other system takes answers."))
        return Health(True)


def _secrets(account: AccountView) -> list[str]:
    """The newest first."""
    named = (account.credentials.get(name, "") for name in ("secret", "previous_secret"))
    return [secret for secret in named if secret]


def _has_address(account: AccountView) -> bool:
    try:
        return bool(web_address(account.base_url))
    except SendError:
        return False


def _signed(account: AccountView, key: str, body: bytes) -> dict[str, str]:
    secrets = _secrets(account)
    if not secrets:
        raise SendError(SendErrorCode.BAD_REQUEST, "The answer cannot be signed: there is no secret.")
    try:
        return signature.signed_headers(secrets, key, body, clock.now())
    except ValueError as error:
        raise SendError(SendErrorCode.BAD_REQUEST, f"The answer cannot be signed: {error}.") from error


def _message(event: shapes.Event) -> shapes.Message:
    model = shapes.Updated if event.type == shapes.UPDATED else shapes.Message
    return read_model(model, event.data, at="data")


def _thread_of(message: shapes.Message | shapes.Deleted) -> str:
    return message.thread_id or message.reply_to or message.id


def _answer(outgoing: Outgoing, now: datetime) -> Payload:
    data = {
        "id": outgoing.key,
        "reply_to": outgoing.reply_to,
        "recipient": outgoing.recipient,
        "text": outgoing.text,
        "private": outgoing.private,
        "created_at": now.isoformat(),
    }
    return {"type": "answer.created", "data": data}


def _outcome(response: httpx.Response, outgoing: Outgoing) -> Sent:
    """What the receiver's status means. A server error may be sent again, since one id is one answer."""
    status = response.status_code
    if response.is_success:
        given = body_of(response).get("id")
        usable = isinstance(given, str | int) and not isinstance(given, bool) and 0 < len(str(given)) <= 200
        return Sent(str(given) if usable else f"out:{outgoing.key}")
    said = f"The receiver answered {status}."
    if status == 429:
        raise SendError(SendErrorCode.RATE_LIMITED, said, retry_at=retry_at(response, clock.now()))
    if status == 410:
        raise SendError(SendErrorCode.TARGET_GONE, said)
    code = SendErrorCode.TEMPORARY if status >= 500 else SendErrorCode.BAD_REQUEST
    raise SendError(code, said)
