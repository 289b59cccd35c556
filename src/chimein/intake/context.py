"""What a batch needs to know of accounts and brands, remembered for a few seconds."""

from __future__ import annotations

import time
from dataclasses import dataclass

from chimein.channels.models import ChannelAccount
from chimein.channels.port import AccountView, Adapter
from chimein.channels.registry import adapter_for
from chimein.people.access import signature
from chimein.people.models import Membership
from chimein.triage import policies, policy
from chimein.triage.port import BrandWords
from chimein.triage.writing import brand_words

_KEEP_S = 3.0


@dataclass(frozen=True, slots=True)
class AccountContext:
    """One account with its adapter and what its brand brings along."""

    id: int
    brand_id: int
    network: str
    view: AccountView
    adapter: Adapter
    words: BrandWords
    lanes: policy.Table
    reopen_days: int
    signatures: dict[str, int]
    """Membership ids by signature, to credit answers that were written on the network itself."""


_cache: dict[int, tuple[float, AccountContext]] = {}


def signatures(brand_id: int) -> dict[str, int]:
    """Every form in which members of the brand sign, in lower case, in both languages."""
    found: dict[str, int] = {}
    members = Membership.objects.select_related("team").filter(brand_id=brand_id).order_by("-pk")
    for language in ("en", "zh"):
        found.update({signature(member, language).lower(): member.pk for member in members})
    return found


def account_context(account_id: int) -> AccountContext:
    """The context of an account, at most three seconds old."""
    known = _cache.get(account_id)
    if known and time.monotonic() - known[0] < _KEEP_S:
        return known[1]
    account = ChannelAccount.objects.select_related("brand").get(pk=account_id)
    made = AccountContext(
        id=account.pk,
        brand_id=account.brand_id,
        network=account.adapter,
        view=account.view(),
        adapter=adapter_for(account.adapter),
        words=brand_words(account.brand_id),
        lanes=policies.current(account.brand_id),
        reopen_days=account.brand.reopen_days,
        signatures=signatures(account.brand_id),
    )
    _cache[account_id] = (time.monotonic(), made)
    return made


def forget() -> None:
    """Forget everything, for tests and after changes that cannot wait."""
    _cache.clear()
