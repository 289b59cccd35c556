"""A Warble of its own for each test, served by a real server on a free port, and a webhook receiver."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from starlette.applications import Starlette

from chimein.demo.simnet.app import create_app
from chimein.demo.simnet.network import Network
from chimein.demo.simnet.webhooks import Sender

KEY = "test-control-key"
Json = dict[str, Any]


@dataclass
class Warble:
    """The running network with clients for its two APIs."""

    base: str
    network: Network
    persona: httpx.Client
    api: httpx.Client

    def say(self, handle: str, text: str, **more: Any) -> Json:
        """Post as anybody."""
        answer = self.persona.post(f"/persona/{handle}/posts", json={"text": text, **more})
        assert answer.status_code == 201, answer.text
        post: Json = answer.json()
        return post

    def faults(self, **changes: Any) -> None:
        """Set switches."""
        self.persona.put("/control/faults", json=changes).raise_for_status()

    def feed(self, path: str, **query: Any) -> list[Json]:
        """Read a feed to its end."""
        found: list[Json] = []
        cursor = ""
        while True:
            page = self.api.get(path, params={"cursor": cursor, **query}).raise_for_status().json()
            found += page["data"]
            cursor = page["cursor"]
            if not page["more"]:
                return found


@dataclass
class Hook:
    """One request a receiver got."""

    headers: dict[str, str]
    body: bytes


@dataclass
class Receiver:
    """Somebody's webhook endpoint; `statuses` are used up first, then it answers 204."""

    url: str
    got: list[Hook] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)

    def wait_for(self, count: int, seconds: float = 10) -> list[Hook]:
        """Until so many requests came in."""
        wait_until(lambda: len(self.got) >= count, seconds)
        return self.got


def wait_until(check: Callable[[], bool], seconds: float = 10) -> None:
    """Fails when `check` isn't true in time."""
    end = time.monotonic() + seconds
    while not check():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.01)


@pytest.fixture(name="wait_until")
def wait_until_fixture() -> Callable[[Callable[[], bool]], None]:
    return wait_until


@pytest.fixture
def serve() -> Iterator[Callable[[Starlette, socket.socket], None]]:
    """Runs apps on bound sockets until the test is over."""
    running: list[tuple[uvicorn.Server, threading.Thread]] = []

    def start(app: Starlette, listener: socket.socket) -> None:
        server = uvicorn.Server(
            uvicorn.Config(app, log_level="error", ws="none", timeout_graceful_shutdown=2)
        )
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        running.append((server, thread))
        wait_until(lambda: server.started)

    yield start
    for server, thread in running:
        server.should_exit = True
        thread.join(10)
        assert not thread.is_alive()


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as sock:
        yield sock


@pytest.fixture
def warble(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    serve: Callable[[Starlette, socket.socket], None],
    listener: socket.socket,
) -> Iterator[Warble]:
    """A network with the brand @acme and the people @ann, @bob and @li."""
    monkeypatch.setenv("WARBLE_CONTROL_KEY", KEY)
    base = f"http://127.0.0.1:{listener.getsockname()[1]}"
    app = create_app(path=tmp_path / "warble.sqlite3", base_url=base)
    network: Network = app.state.network
    network.sender = Sender(network.store, retry_seconds=(0.05, 0.1))
    serve(app, listener)
    with (
        httpx.Client(base_url=base, headers={"X-Control-Key": KEY}, trust_env=False) as persona,
        httpx.Client(base_url=base, trust_env=False) as api,
    ):
        for handle, kind in (("acme", "brand"), ("ann", "person"), ("bob", "person"), ("li", "person")):
            persona.post("/persona/accounts", json={"handle": handle, "name": handle.title(), "kind": kind})
        persona.post("/persona/apps", json={"client_id": "app", "client_secret": "secret", "handle": "acme"})
        persona.put("/control/faults", json={"reads_per_minute": 100_000, "posts_per_minute": 100_000})
        form = {"grant_type": "client_credentials", "client_id": "app", "client_secret": "secret"}
        token = api.post("/oauth/token", data=form).json()["access_token"]
        api.headers["Authorization"] = f"Bearer {token}"
        yield Warble(base, network, persona, api)


@pytest.fixture
def receiver(warble: Warble) -> Iterator[Receiver]:
    """A webhook endpoint, already registered with the secret `hush`."""
    state = Receiver("")

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            state.got.append(Hook({name.lower(): value for name, value in self.headers.items()}, body))
            self.send_response(state.statuses.pop(0) if state.statuses else 204)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    state.url = f"http://127.0.0.1:{server.server_address[1]}/hook"
    warble.api.put("/api/webhook", json={"url": state.url, "secret": "hush"}).raise_for_status()
    yield state
    server.shutdown()
    thread.join()
    server.server_close()
