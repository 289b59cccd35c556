"""The real front door in a process of its own, with one more endpoint: the plainest way to keep a body."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from typing import Any

import uvicorn
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from chimein.runtime.pg_access import free_port

BARE = "/bench/bare"
_TABLE = "CREATE TABLE IF NOT EXISTS bench_bare (id bigserial PRIMARY KEY, body bytea NOT NULL)"


async def _bare(request: Request) -> Response:
    """Insert the raw body, commit, answer: what a webhook endpoint cannot do less than."""
    body = await request.body()
    async with request.app.state.pool.connection() as connection:
        await connection.execute("INSERT INTO bench_bare (body) VALUES (%s)", (body,))
    return JSONResponse({"ok": True})


def _bare_route() -> list[BaseRoute]:
    return [Route(BARE, _bare, methods=["POST"])]


def main() -> None:
    """``python -m chimein.bench.server --port N``"""
    from chimein.web.serve import make_app

    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    given = parser.parse_args()
    app = make_app(extra=_bare_route())
    from chimein.core import db

    db.execute(_TABLE)
    config = uvicorn.Config(app, port=given.port, log_level="warning", access_log=False)
    asyncio.run(uvicorn.Server(config).serve())


@contextlib.contextmanager
def running(module: str = "chimein.bench.server", **environment: str) -> Iterator[int]:
    """Start a server module on a free port, wait until it is healthy, stop it afterwards."""
    port = free_port()
    command = [sys.executable, "-m", module, "--port", str(port)]
    process = subprocess.Popen(command, env={**os.environ, **environment})
    try:
        _wait_until_healthy(port, process)
        yield port
    finally:
        process.terminate()
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_until_healthy(port: int, process: subprocess.Popen[Any]) -> None:
    for _ in range(300):
        if process.poll() is not None:
            raise RuntimeError(f"the server ended with {process.returncode}")
        with (
            contextlib.suppress(OSError),
            urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=2),
        ):
            return
        time.sleep(0.1)
    raise RuntimeError("the server did not become healthy")


if __name__ == "__main__":
    main()
