"""A running Warble and a receiver of webhooks for the suite."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from chimein.channels.port import AccountView
from chimein.core.http import safe_client
from chimein.demo.simnet.app import create_app
from chimein.demo.simnet.network import control_key_file
from tests.contract.kits import SECRET, account
from tests.contract.servers import Receiver, allowing, serving

_numbers = itertools.count(1)
CALM = {
    "outage": False, "latency_ms": 0, "error_rate": 0.0, "lost_reply_rate": 0.0, "hang_seconds": 1,
    "duplicate_rate": 0.0, "reorder_rate": 0.0, "lose_rate": 0.0, "reads_per_minute": 10_000,
    "posts_per_minute": 10_000,
}  # fmt: skip


@dataclass
class Warble:
    """The network as the tests use it: people by the persona API, weather by the control API."""

    address: str
    control: httpx.Client

    def say(self, handle: str, text: str, reply_to: str | None = None) -> dict[str, Any]:
        return self._done("POST", f"/persona/{handle}/posts", {"text": text, "reply_to": reply_to})

    def edit(self, handle: str, post_id: str, text: str) -> dict[str, Any]:
        return self._done("PATCH", f"/persona/{handle}/posts/{post_id}", {"text": text})

    def delete(self, handle: str, post_id: str) -> dict[str, Any]:
        return self._done("DELETE", f"/persona/{handle}/posts/{post_id}", {})

    def write(self, handle: str, to: str, text: str) -> dict[str, Any]:
        return self._done("POST", f"/persona/{handle}/messages", {"to": to, "text": text})

    def block(self, handle: str, other: str) -> None:
        self._done("POST", f"/persona/{handle}/block/{other}", {})

    def bulk(self, posts: list[dict[str, Any]]) -> list[str]:
        ids: list[str] = self._done("POST", "/persona/bulk", {"posts": posts})["ids"]
        return ids

    def faults(self, **changes: object) -> None:
        self._done("PUT", "/control/faults", changes)

    def texts_of(self, handle: str) -> list[str]:
        """All that stands on the network by this account, posts and messages."""
        found = []
        for path, author in (("/persona/posts", "author"), ("/persona/messages", "from")):
            data = self._done("GET", f"{path}?limit=1000", None)["data"]
            found += [
                one["text"] for one in data if not one.get("deleted") and one[author]["handle"] == handle
            ]
        return found

    def person(self, handle: str, **more: object) -> str:
        """A new account; gives its id."""
        return str(
            self._done("POST", "/persona/accounts", {"handle": handle, "name": handle.title(), **more})["id"]
        )

    def brand(self, words: tuple[str, ...] = ()) -> AccountView:
        """A brand with an app of its own, as ChimeIn knows it."""
        number = next(_numbers)
        handle, client_id = f"shop{number}", f"app{number}"
        external_id = self.person(handle, kind="brand")
        self._done(
            "POST", "/persona/apps", {"client_id": client_id, "client_secret": "s3cret", "handle": handle}
        )
        credentials = {"client_id": client_id, "client_secret": "s3cret", "webhook_secret": SECRET}
        known = account("warble", credentials=credentials, listening_words=words)
        return replace(known, id=number, external_id=external_id, handle=handle, base_url=self.address)

    def _done(self, method: str, path: str, body: object) -> dict[str, Any]:
        answer = self.control.request(method, path, json=body)
        assert answer.is_success, answer.text
        given: dict[str, Any] = answer.json()
        return given


@pytest.fixture(scope="session")
def running_warble(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warble]:
    path: Path = tmp_path_factory.mktemp("warble") / "warble.sqlite3"

    def make(address: str) -> Starlette:
        return create_app(path=path, base_url=address)

    with serving(make) as address:
        key = control_key_file(path).read_text(encoding="utf-8").strip()
        with httpx.Client(base_url=address, headers={"X-Control-Key": key}, trust_env=False) as control:
            yield Warble(address, control)


@pytest.fixture
def warble(running_warble: Warble) -> Iterator[Warble]:
    """Warble in calm weather."""
    running_warble.faults(**CALM)
    yield running_warble
    running_warble.faults(**CALM)


@pytest.fixture(scope="session")
def running_receiver() -> Iterator[Receiver]:
    receiver = Receiver()
    with serving(receiver.app):
        yield receiver


@pytest.fixture
def receiver(running_receiver: Receiver) -> Receiver:
    """Takes everything and has heard nothing yet."""
    running_receiver.__dict__.update(status=200, answer=b"", answer_headers={}, delay_s=0.0, heard=[])
    return running_receiver


@pytest.fixture
def allowed(running_warble: Warble, running_receiver: Receiver) -> Iterator[None]:
    """The servers of this suite may be called although they are on this machine."""
    with allowing(running_warble.address, running_receiver.address):
        yield


@pytest.fixture
def client(allowed: None) -> Iterator[httpx.Client]:
    """The product's own client."""
    with safe_client() as made:
        yield made
