"""The demo brand's accounts: the simulated network, the form on the wall, and a webhook nobody uses yet."""

from __future__ import annotations

import base64
import secrets
from dataclasses import dataclass

from chimein.channels.models import ChannelAccount
from chimein.core.ids import secret_token
from chimein.demo.scenario import Scenario
from chimein.demo.seeding.network import CLIENT_ID, Access
from chimein.people.models import Brand

WARBLE = "warble"


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where ChimeIn and the network are, as people and programs reach them."""

    base_url: str

    @property
    def network(self) -> str:
        return f"{self.base_url}/net"

    def hook(self, token: str) -> str:
        return f"{self.base_url}/hooks/{WARBLE}/{token}"


def new_access(addresses: Addresses, token: str) -> Access:
    """Fresh secrets for both directions."""
    return Access(
        client_secret=secrets.token_urlsafe(32),
        webhook_secret=secrets.token_urlsafe(32),
        webhook_url=addresses.hook(token),
    )


def make_accounts(brand: Brand, scenario: Scenario, addresses: Addresses) -> ChannelAccount:
    """All three accounts; the network's, which still lacks its credentials, is returned."""
    warble = ChannelAccount.objects.create(
        brand=brand,
        adapter=WARBLE,
        name="Warble",
        handle=scenario.brand.handle,
        base_url=addresses.network,
        hook_token=secret_token(),
        rate_per_minute=100,
        burst=40,
        tokens=40,
    )
    ChannelAccount.objects.create(brand=brand, adapter="webform", name="Ask us", hook_token=secret_token())
    ChannelAccount.objects.create(
        brand=brand,
        adapter="webhook",
        name="Other systems",
        hook_token=secret_token(),
        credentials={"secret": "whsec_" + base64.b64encode(secrets.token_bytes(24)).decode()},
        is_active=False,
    )
    return warble


def connect(warble: ChannelAccount, access: Access, external_id: str) -> None:
    """Give the account its credentials and its id on the network."""
    warble.external_id = external_id
    warble.credentials = {
        "client_id": CLIENT_ID,
        "client_secret": access.client_secret,
        "webhook_secret": access.webhook_secret,
    }
    warble.save(update_fields=["external_id", "credentials"])
