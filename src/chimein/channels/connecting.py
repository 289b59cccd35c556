"""Connecting a system of one's own by signed webhooks: an address to post to, a secret to sign with."""

from __future__ import annotations

import base64
import secrets

from chimein.channels.models import ChannelAccount
from chimein.core.errors import UserError
from chimein.core.http import is_web_address
from chimein.core.ids import secret_token

ADAPTER = "webhook"
_SECRET_BYTES = 32


def connect_webhook(
    *, brand_id: int, name: str, answers_to: str = "", own_id: str = "", new_secret: bool = False
) -> ChannelAccount:
    """The brand's webhook account of that name, made when missing; what is given replaces what was.

    `own_id` is the brand's own author id in that system. With `new_secret` the old secret stays valid
    beside the new one until the next change. Raises UserError for an address that is none.
    """
    if answers_to and not is_web_address(answers_to):
        raise UserError(f"{answers_to} is not a complete address: it begins with https:// or http://")
    account = ChannelAccount.objects.filter(brand_id=brand_id, adapter=ADAPTER, name=name).first()
    if account is None:
        account = ChannelAccount(brand_id=brand_id, adapter=ADAPTER, name=name, hook_token=secret_token())
    kept: dict[str, str] = account.credentials or {}
    if new_secret or not kept.get("secret"):
        kept = {"secret": _secret(), **({"previous_secret": kept["secret"]} if kept.get("secret") else {})}
    account.credentials = kept
    account.base_url = answers_to or account.base_url
    account.external_id = own_id or account.external_id
    account.is_active = True
    account.save()
    return account


def _secret() -> str:
    return "whsec_" + base64.b64encode(secrets.token_bytes(_SECRET_BYTES)).decode()
