"""A network for tests: its payloads are the records themselves, so that a test says exactly what came in."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

import httpx

from chimein.channels import journal
from chimein.channels.models import ChannelAccount
from chimein.channels.port import (
    AccountView,
    Author,
    Capabilities,
    Envelope,
    Health,
    HookRequest,
    InboundRecord,
    Outgoing,
    Page,
    Payload,
    Sent,
)
from chimein.intake import batch, context
from chimein.people.models import Brand, Membership, Team, User
from tests.factories.network import install

NOW = datetime(2026, 3, 5, 12, 0, tzinfo=UTC)
_counter = itertools.count(1)


class PlainNetwork:
    """Does what it is told."""

    capabilities = Capabilities(True, True, 280, 1000, "weighted", idempotent=True)
    streams: tuple[str, ...] = ()

    def __init__(self, name: str, label: str) -> None:
        self.name, self.label = name, label

    def verify(self, account: AccountView, request: HookRequest, now: datetime) -> str:
        return ""

    def unpack(self, account: AccountView, body: bytes) -> list[Envelope]:
        return []

    def parse(self, account: AccountView, payload: Payload) -> InboundRecord | None:
        given = dict(payload)
        author = given.pop("author", None)
        for name in ("posted_at", "edited_at"):
            if given.get(name):
                given[name] = datetime.fromisoformat(given[name])
        return InboundRecord(author=Author(**author) if author else None, **given)

    def poll(self, account: AccountView, stream: str, cursor: str, client: httpx.Client) -> Page:
        return Page((), cursor, False)

    def send(self, account: AccountView, outgoing: Outgoing, client: httpx.Client) -> Sent:
        return Sent(f"sent-{outgoing.key}")

    def find_sent(self, account: AccountView, outgoing: Outgoing, client: httpx.Client) -> Sent | None:
        return None

    def check(self, account: AccountView, client: httpx.Client) -> Health:
        return Health(ok=True)


@contextmanager
def plain_networks() -> Iterator[None]:
    """Plain networks beside the installed ones, one of them by the name of the form on the wall."""
    context.forget()
    removals = [install(PlainNetwork("plain", "Plainnet")), install(PlainNetwork("webform", "Web"))]
    yield
    for remove in reversed(removals):
        remove()
    context.forget()


def a_brand(**fields: Any) -> Brand:
    number = next(_counter)
    values = {"slug": f"tamarind-{number}", "name": "Tamarind", "name_zh": "罗望电器", **fields}
    return Brand.objects.create(**values)


def an_account(brand: Brand, adapter: str = "plain") -> ChannelAccount:
    number = next(_counter)
    return ChannelAccount.objects.create(
        brand=brand,
        adapter=adapter,
        name=adapter,
        external_id="us",
        handle="tamarind",
        hook_token=f"t{number}",
    )


def a_member(brand: Brand, name: str = "Ann", *, on_wall: bool = True, team: str = "Store 12") -> Membership:
    number = next(_counter)
    user = User.objects.create(email=f"member{number}@staff.invalid", name="Ann Whitfield")
    place, _ = Team.objects.get_or_create(
        brand=brand, slug=team.lower().replace(" ", "-"), defaults={"kind": "shop", "name": team}
    )
    return Membership.objects.create(
        user=user, brand=brand, role="colleague", team=place, public_id=f"m{number:08d}", public_name=name,
        on_wall=on_wall,
    )  # fmt: skip


def tell(account: ChannelAccount, external_id: str, text: str = "", **fields: Any) -> None:
    """Something happens on the network: a post, an edit (revision=2) or a deletion (action="delete")."""
    action: Literal["post", "delete"] = fields.pop("action", "post")
    own = fields.get("own", False)
    author = fields.pop("author", {"external_id": "us" if own else "c1", "handle": "" if own else "mia_k"})
    at = fields.pop("at", NOW)
    payload = {"action": action, "external_id": external_id, "text": text, "author": author, **fields}
    payload["posted_at"] = at.isoformat()
    key = f"{external_id}:{fields.get('revision', 1)}:{action}"
    thread = fields.get("root_external_id") or fields.get("parent_external_id") or external_id
    journal.record(account.pk, [Envelope(key, thread, payload)], source="poll", now=at)


def take_in(now: datetime = NOW) -> batch.Outcome:
    """Intake takes everything in."""
    context.forget()
    return batch.drain(now=now)


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)
