"""The same pages through our front door (WSGI in threads) and through Django's own asynchronous handler.

Both run in uvicorn, one process each, measured in turn in the same run; the CPU is that of the serving process.
"""

from __future__ import annotations

import argparse
import asyncio
import os
from pathlib import Path
from typing import Any

import psutil
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Mount, Route

from chimein.bench import load, server
from chimein.bench.load import Build, Result

_PAGE = "/robots.txt"
_SECONDS = 3.0
_ROUNDS = 3


def asynchronous() -> Starlette:
    """Django behind its asynchronous handler, as the plainest set-up would have it."""
    from django.core.asgi import get_asgi_application

    async def health(_request: Request) -> Response:
        return PlainTextResponse("ok")

    pages: Any = get_asgi_application()
    return Starlette(routes=[Route("/healthz", health), Mount("/", pages)])


def main() -> None:
    """``python -m chimein.bench.serving --port N``: serve that."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    given = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chimein.config.settings")
    config = uvicorn.Config(asynchronous(), port=given.port, log_level="warning", access_log=False)
    asyncio.run(uvicorn.Server(config).serve())


def _get(path: str) -> Build:
    request = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode()
    return lambda _number: request


def _cpu_s(port: int) -> float:
    """CPU seconds of the process that listens on the port."""
    for process in psutil.Process().children(recursive=True):
        if any(
            item.laddr.port == port for item in process.net_connections() if item.status == psutil.CONN_LISTEN
        ):
            times = process.cpu_times()
            return float(times.user + times.system)
    return 0.0


def _measure(port: int, total: Result) -> float:
    before = _cpu_s(port)
    part = load.load(port, _get(_PAGE), seconds=_SECONDS, connections=8)
    total.seconds += part.seconds
    total.waits_ms += part.waits_ms
    total.refused += part.refused
    return _cpu_s(port) - before


def run(given: argparse.Namespace, folder: Path) -> dict[str, Any]:
    """CPU milliseconds a page on both sides, and how many times cheaper ours is."""
    del given, folder
    ours, theirs = Result(), Result()
    cpu_ours = cpu_theirs = 0.0
    with server.running() as port, server.running("chimein.bench.serving") as other:
        for _ in range(_ROUNDS):
            cpu_ours += _measure(port, ours)
            cpu_theirs += _measure(other, theirs)
    mine = cpu_ours / max(1, len(ours.waits_ms)) * 1000
    django = cpu_theirs / max(1, len(theirs.waits_ms)) * 1000
    return {
        "cpu_ms_a_page": round(mine, 3),
        "django_async_cpu_ms_a_page": round(django, 3),
        "times_cheaper": round(django / mine, 2) if mine else 0.0,
        "requests_per_s": round(ours.per_second, 1),
        "django_async_requests_per_s": round(theirs.per_second, 1),
        "refused": ours.refused + theirs.refused,
    }


if __name__ == "__main__":
    main()
