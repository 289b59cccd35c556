"""Filling the simulated network: its accounts, the brand's app and webhook, and what was said before today.

The network's own functions are used, in one transaction, because seeding runs before anything is served. Each
post carries a key, so that doing it twice is doing it once.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from chimein.demo.scenario import Customer, Scenario
from chimein.demo.scenario.chance import dice
from chimein.demo.seeding.past import Past
from chimein.demo.simnet.accounts import need_account, put_account
from chimein.demo.simnet.messages import send_message
from chimein.demo.simnet.network import Network
from chimein.demo.simnet.oauth import put_app
from chimein.demo.simnet.posts import NewPost, create_post
from chimein.demo.simnet.shapes import Shapes
from chimein.demo.simnet.store import Db

CLIENT_ID = "chimein"
FILE = "warble.sqlite3"


@dataclass(frozen=True, slots=True)
class Access:
    """How ChimeIn reaches the network and the network reaches ChimeIn."""

    client_secret: str
    webhook_secret: str
    webhook_url: str


def open_network(folder: Path, base_url: str) -> Network:
    """The network's file below `folder`, made with its control key when missing."""
    return Network(path=folder / FILE, base_url=base_url)


def fill(network: Network, scenario: Scenario, past: Iterable[Past], access: Access, *, now: datetime) -> str:
    """Write everything; the id of the brand's account.

    The webhook is set last, so that history is found by polling.
    """
    with closing(network.store), network.store.write() as db:
        _accounts(db, scenario, now)
        _say(db, network.shapes, scenario, past)
        brand = need_account(db, scenario.brand.handle)
        put_app(db, client_id=CLIENT_ID, client_secret=access.client_secret, account=brand)
        _set_webhook(db, access.webhook_url, access.webhook_secret)
        return str(brand["id"])


def move_webhook(network: Network, url: str) -> None:
    """ChimeIn has another address now."""
    with closing(network.store), network.store.write() as db:
        db.execute("UPDATE apps SET webhook_url = ? WHERE client_id = ?", (url, CLIENT_ID))


def _set_webhook(db: Db, url: str, secret: str) -> None:
    change = "UPDATE apps SET webhook_url = ?, webhook_secret = ? WHERE client_id = ?"
    db.execute(change, (url, secret, CLIENT_ID))


def _accounts(db: Db, scenario: Scenario, now: datetime) -> None:
    moment = _ms(now)
    brand = scenario.brand
    joined = (now - timedelta(days=3000)).astimezone(UTC).isoformat()
    own = {
        "handle": brand.handle,
        "name": f"{brand.name_en} {brand.name_zh}",
        "bio": f"{brand.bio_en} {brand.bio_zh}",
        "kind": "brand",
        "followers": brand.followers,
        "following": 310,
        "verified": True,
        "created_at": joined,
    }
    put_account(db, own, now=moment)
    for customer in scenario.customers:
        put_account(db, _account(customer, now), now=moment)


def _account(customer: Customer, now: datetime) -> dict[str, object]:
    age = timedelta(days=dice(f"joined:{customer.handle}").randint(40, 4000))
    return {
        "handle": customer.handle,
        "name": customer.name,
        "bio": customer.bio,
        "followers": customer.followers,
        "following": customer.following,
        "verified": customer.verified,
        "created_at": (now - age).astimezone(UTC).isoformat(),
    }


def _say(db: Db, shapes: Shapes, scenario: Scenario, past: Iterable[Past]) -> None:
    ids: dict[str, str] = {}
    for one in past:
        author = need_account(db, one.author or scenario.brand.handle)
        if one.private:
            to = need_account(db, one.to or scenario.brand.handle)
            send_message(db, shapes, sender=author, to=to, text=one.text, now=_ms(one.at), key=one.key)
            continue
        new = NewPost(one.text, ids.get(one.reply_to), _ms(one.at), one.key)
        row, _ = create_post(db, shapes, author=author, new=new, now=_ms(one.at), silent=True)
        ids[one.key] = row["id"]


def _ms(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)
