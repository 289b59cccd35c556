"""Real servers on this machine for the adapters to call: each in a thread, on a port of its own."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from chimein.core.http import ALLOWED_PRIVATE_HOSTS


@contextmanager
def listening_socket() -> Iterator[socket.socket]:
    """A socket bound to a free port of 127.0.0.1."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        yield listener


def address_of(listener: socket.socket) -> str:
    """The http address of a bound socket."""
    return f"http://127.0.0.1:{listener.getsockname()[1]}"


@contextmanager
def serving(make_app: Callable[[str], Starlette]) -> Iterator[str]:
    """Serve the app that `make_app` makes for its own address; gives the address."""
    with listening_socket() as listener:
        address = address_of(listener)
        config = uvicorn.Config(
            make_app(address), log_level="error", ws="none", lifespan="on", timeout_graceful_shutdown=1
        )
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        try:
            wait_for(lambda: server.started)
            yield address
        finally:
            server.should_exit = True
            thread.join(timeout=10)


def wait_for(true: Callable[[], Any], seconds: float = 10.0) -> None:
    """Wait until something holds. Raises TimeoutError."""
    end = time.monotonic() + seconds
    while not true():
        if time.monotonic() > end:
            raise TimeoutError("it did not come true in time")
        time.sleep(0.02)


@contextmanager
def allowing(*addresses: str) -> Iterator[None]:
    """These addresses may be called although they are on this machine."""
    hosts = ALLOWED_PRIVATE_HOSTS
    more = [address.removeprefix("http://").split("/")[0] for address in addresses]
    with hosts.override((*hosts.get(), *more)):
        yield


@contextmanager
def impatient(client: httpx.Client) -> Iterator[None]:
    """For a while the client waits half a second for answers instead of ten."""
    before, client.timeout = client.timeout, httpx.Timeout(10, read=0.5)
    try:
        yield
    finally:
        client.timeout = before


@dataclass(frozen=True)
class Heard:
    """A request as it came."""

    method: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Receiver:
    """Takes webhooks and answers as told; `distinct` counts each webhook-id once, as a good receiver does."""

    address: str = ""
    status: int = 200
    answer: bytes = b""
    answer_headers: dict[str, str] = field(default_factory=dict)
    delay_s: float = 0.0
    heard: list[Heard] = field(default_factory=list)

    def app(self, address: str) -> Starlette:
        self.address = address
        return Starlette(routes=[Route("/in", self._take, methods=["POST"])])

    async def _take(self, request: Request) -> Response:
        body = await request.body()
        self.heard.append(Heard(request.method, dict(request.headers), body))
        await asyncio.sleep(self.delay_s)
        return Response(self.answer, self.status, self.answer_headers)

    @property
    def distinct(self) -> int:
        return len({one.headers["webhook-id"] for one in self.heard})


@contextmanager
def hanging_up() -> Iterator[str]:
    """A server that reads every request and then closes the connection without a word."""
    with listening_socket() as listener:
        listener.listen()
        listener.settimeout(0.1)
        stop = threading.Event()

        def run() -> None:
            while not stop.is_set():
                try:
                    caller, _ = listener.accept()
                except TimeoutError:
                    continue
                with caller:
                    caller.recv(65536)

        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        try:
            yield address_of(listener)
        finally:
            stop.set()
            thread.join(timeout=5)
