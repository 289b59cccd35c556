"""The whole front door as a program of its own, on a free port and the tests' database."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from chimein.channels.adapters.webhook import signature
from chimein.channels.models import ChannelAccount
from chimein.core import clock
from chimein.runtime.pg_access import free_port
from tests.factories import traffic
from tests.factories.processes import ROOT, test_database_url

WAIT_S = 20.0
MOST_BYTES = 20_000


@dataclass(frozen=True, slots=True)
class Front:
    """A running front door."""

    url: str

    def hook(self, account: ChannelAccount, body: bytes, headers: dict[str, str]) -> httpx.Response:
        with httpx.Client(trust_env=False, timeout=30) as client:
            return client.post(
                f"{self.url}/hooks/{account.adapter}/{account.hook_token}", content=body, headers=headers
            )

    def get(self, path: str, **headers: str) -> httpx.Response:
        with httpx.Client(trust_env=False, timeout=30) as client:
            return client.get(self.url + path, headers=headers)


def until(true: Callable[[], object], *, seconds: float = WAIT_S) -> None:
    """Wait for something to become true."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.02)


def signed(
    body: bytes, *, id: str = "msg_1", secret: str = traffic.SECRET, seconds_ago: float = 0
) -> dict[str, str]:
    """The headers of Standard Webhooks."""
    return signature.signed_headers([secret], id, body, clock.now() - timedelta(seconds=seconds_ago))


def _answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/healthz", trust_env=False).is_success
    except httpx.HTTPError:
        return False


@pytest.fixture(scope="session")
def _running(django_db_setup: None) -> Iterator[Front]:
    port = free_port()
    environment = {
        **os.environ,
        "DATABASE_URL": test_database_url(),
        "DJANGO_SETTINGS_MODULE": "chimein.config.settings",
        "PYTHONPATH": str(ROOT),
        "CHIMEIN_HOOK_MAX_BYTES": str(MOST_BYTES),
    }
    script = str(Path(__file__).with_name("door.py"))
    server = subprocess.Popen([sys.executable, script, str(port)], env=environment, cwd=ROOT)
    try:
        front = Front(f"http://127.0.0.1:{port}")
        until(lambda: _answers(front.url), seconds=100)
        yield front
    finally:
        server.terminate()
        try:
            server.wait(timeout=15)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


@pytest.fixture
def front(_running: Front, transactional_db: None) -> Front:
    return _running
