"""A database for one command: the configured server, the running embedded one, or one just for now."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from chimein.runtime.errors import PlatformError
from chimein.runtime.locks import FileLock
from chimein.runtime.postgres import EmbeddedPostgres


@contextmanager
def database_url(folder: Path) -> Iterator[str]:
    """The address of the database, valid inside the block. `DATABASE_URL` in the environment wins.

    Raises PlatformError when the embedded server can be neither used nor started.
    """
    given = os.environ.get("DATABASE_URL")
    if given:
        yield given
        return
    users = FileLock(folder / "postgres.users")
    users.acquire(shared=True, wait_s=30)
    server = EmbeddedPostgres(folder)
    try:
        yield _join_or_start(server)
    finally:
        if server.lock.held:
            _wait_for_others(users)
            server.stop()
        users.release()


def _join_or_start(server: EmbeddedPostgres, *, wait_s: float = 30.0) -> str:
    deadline = time.monotonic() + wait_s
    while time.monotonic() < deadline:
        if server.lock.acquire():
            return server.start()
        if server.usable():
            return server.url
        time.sleep(0.1)
    raise PlatformError(
        f"Process {server.lock.holder()} runs the database, which does not answer.",
        "Stop that process, then try again.",
    )


def _wait_for_others(users: FileLock) -> None:
    """Commands that joined our server may finish first; the server goes when the last of them has."""
    if not users.acquire(wait_s=1):
        print("Waiting for other chimein commands that use the same database …", file=sys.stderr)
        while not users.acquire(wait_s=60):
            pass
