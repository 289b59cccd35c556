"""From a post on the simulated network to every screen: webhook, journal, intake, event log, drawing, stream.

Everything is real and runs in processes of its own: the network, the front door, a worker. Half of the streams are
consoles of an agent, half are readers of the wall. A delay is counted for each post on each stream.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import secrets
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore

from chimein.bench import server, setting
from chimein.channels.models import ChannelAccount
from chimein.core import db
from chimein.core.actor import Role
from chimein.core.ids import public_id
from chimein.intake import batch
from chimein.people.models import Brand, Membership, User
from chimein.runtime.pg_access import free_port

_KEY = "bench-control-key"
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_PATIENCE_S = 15.0


@dataclass(slots=True)
class Seen:
    """When each token was seen on which streams, in seconds after it was posted."""

    posted: dict[str, float] = field(default_factory=dict)
    delays: dict[str, list[float]] = field(default_factory=lambda: {"console": [], "wall": []})


@contextlib.contextmanager
def _network(folder: Path) -> Iterator[str]:
    """The simulated network in a process of its own; its address."""
    port = free_port()
    base = f"http://127.0.0.1:{port}"
    path = folder / f"warble-{secrets.token_hex(4)}.sqlite3"
    command = [
        sys.executable,
        "-m",
        "chimein.demo.simnet",
        "--port",
        str(port),
        "--db",
        str(path),
        "--base-url",
        base,
    ]
    process = subprocess.Popen(command, env={**os.environ, "WARBLE_CONTROL_KEY": _KEY})
    try:
        for _ in range(100):
            with contextlib.suppress(httpx.HTTPError):
                httpx.get(base, timeout=2)
                break
            time.sleep(0.1)
        yield base
    finally:
        process.terminate()
        process.wait(timeout=10)


def _connect(base: str, port: int) -> ChannelAccount:
    """The brand's account there and here, with webhooks to our front door."""
    account = setting.account()
    control = httpx.Client(base_url=base, headers={"X-Control-Key": _KEY}, timeout=10)
    control.put(
        "/control/faults", json={"reads_per_minute": 100_000, "posts_per_minute": 100_000}
    ).raise_for_status()
    made = control.post("/persona/accounts", json={"handle": "tamarind", "name": "Tamarind", "kind": "brand"})
    control.post(
        "/persona/accounts", json={"handle": "asker", "name": "Asker", "followers": 900}
    ).raise_for_status()
    app = {"client_id": "bench", "client_secret": "bench", "handle": "tamarind"}
    control.post("/persona/apps", json=app).raise_for_status()
    token = httpx.post(
        f"{base}/oauth/token",
        data={"grant_type": "client_credentials", "client_id": "bench", "client_secret": "bench"},
    ).json()["access_token"]
    hook = {
        "url": f"http://127.0.0.1:{port}/hooks/warble/{account.hook_token}",
        "secret": setting.HOOK_SECRET,
    }
    httpx.put(
        f"{base}/api/webhook", json=hook, headers={"Authorization": f"Bearer {token}"}
    ).raise_for_status()
    account.base_url, account.external_id, account.cursors = (
        base,
        str(made.raise_for_status().json()["id"]),
        {},
    )
    account.save()
    return account


def _agent_session(brand: Brand) -> str:
    """The cookie of a signed-in agent."""
    user, _ = User.objects.get_or_create(email="agent@bench.example", defaults={"name": "Agent"})
    Membership.objects.get_or_create(
        user=user, brand=brand,
        defaults={"role": Role.AGENT, "public_id": public_id(), "public_name": "Agent"},
    )  # fmt: skip
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    return str(session.session_key)


async def _watch(port: int, kind: str, path: str, cookie: str, seen: Seen, ready: asyncio.Semaphore) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1 << 22)
    writer.write(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: sessionid={cookie}\r\n\r\n".encode())
    missing = dict.fromkeys(seen.posted)
    await reader.readuntil(b"event: hello")
    ready.release()
    while True:
        line = (await reader.readline()).decode(errors="replace")
        if not line:
            return
        for token in [token for token in missing if token in line]:
            del missing[token]
            seen.delays[kind].append(time.monotonic() - seen.posted[token])


async def _post_all(base: str, seen: Seen) -> None:
    async with httpx.AsyncClient(base_url=base, headers={"X-Control-Key": _KEY}, timeout=10) as control:
        for token in seen.posted:
            seen.posted[token] = time.monotonic()
            text = f"@tamarind how do I pair the {token} with my laptop?"
            (await control.post("/persona/asker/posts", json={"text": text})).raise_for_status()
            await asyncio.sleep(0.1)


async def _run(given: argparse.Namespace, base: str, port: int, brand: Brand, cookie: str) -> Seen:
    tokens = ["".join(secrets.choice(_LETTERS) for _ in range(14)) for _ in range(given.posts)]
    seen = Seen(posted=dict.fromkeys(tokens, 0.0))
    ready = asyncio.Semaphore(0)
    kinds = {
        "console": f"/live?topics=queue:{brand.pk}&lang=en",
        "wall": f"/live?topics=wall:{brand.pk}&lang=en",
    }
    each = given.streams // 2
    watchers = [
        asyncio.create_task(_watch(port, kind, path, cookie if kind == "console" else "", seen, ready))
        for kind, path in kinds.items()
        for _ in range(each)
    ]
    async with asyncio.timeout(60):
        for _ in watchers:
            await ready.acquire()
    await _post_all(base, Seen(posted=dict.fromkeys(("warmone", "warmtwo", "warmthree"), 0.0)))
    await asyncio.sleep(2)
    await _post_all(base, seen)
    end = time.monotonic() + _PATIENCE_S
    while time.monotonic() < end and sum(map(len, seen.delays.values())) < each * 2 * given.posts:  # noqa: ASYNC110
        await asyncio.sleep(0.05)
    for watcher in watchers:
        watcher.cancel()
    await asyncio.gather(*watchers, return_exceptions=True)
    return seen


def _percentile(values: list[float], share: float) -> float:
    ordered = sorted(values)
    return round(ordered[min(len(ordered) - 1, int(share * len(ordered)))] * 1000, 1) if ordered else -1.0


def run(given: argparse.Namespace, folder: Path) -> dict[str, Any]:
    """Delays in milliseconds on consoles and walls, and how many sightings there should have been and were."""
    # What other benchmarks left in the journal and in the queue would come as a flood, which streams cut short.
    batch.drain()
    db.execute(
        "UPDATE routing_workitem SET is_open = false, next_ring_at = NULL WHERE is_open OR next_ring_at IS NOT NULL"
    )
    with (
        _network(folder) as base,
        server.running(CHIMEIN_ALLOWED_PRIVATE_HOSTS=base.removeprefix("http://")) as port,
    ):
        account = _connect(base, port)
        cookie = _agent_session(account.brand)
        env = {**os.environ, "CHIMEIN_ALLOWED_PRIVATE_HOSTS": base.removeprefix("http://")}
        worker = subprocess.Popen(
            [sys.executable, "-m", "django", "worker"], env=env, stdout=subprocess.DEVNULL
        )
        try:
            time.sleep(3)
            seen = asyncio.run(_run(given, base, port, account.brand, cookie))
        finally:
            worker.terminate()
            worker.wait(timeout=10)
    both = seen.delays["console"] + seen.delays["wall"]
    return {
        "streams": given.streams // 2 * 2,
        "posts": given.posts,
        "sightings_expected": given.streams // 2 * 2 * given.posts,
        "sightings": len(both),
        "p50_ms": _percentile(both, 0.5),
        "p95_ms": _percentile(both, 0.95),
        "console_p95_ms": _percentile(seen.delays["console"], 0.95),
        "wall_p95_ms": _percentile(seen.delays["wall"], 0.95),
    }
