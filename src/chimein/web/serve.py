"""The front door: one port for everything.

Webhooks and live streams are answered here, asynchronously; in the demo the simulated network is mounted at ``/net``;
all other addresses go to Django's pages in a pool of threads, which measured far cheaper than Django's own
asynchronous handler (docs/adr/0004-one-front-door.md).
"""

from __future__ import annotations

import argparse
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import django
import uvicorn
from a2wsgi import WSGIMiddleware
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Mount, Route

from chimein.runtime.paths import var_dir

Endpoint = Callable[[Request], Awaitable[Response]]
THREADS = 8
_POOL = 8


def make_app(*, extra: list[BaseRoute] | None = None) -> Starlette:
    """The whole application. `extra` routes come first (benchmarks add their bare endpoint here)."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chimein.config.settings")
    django.setup()
    from django.conf import settings
    from django.core.wsgi import get_wsgi_application

    from chimein.web.database import pool
    from chimein.web.hooks import HookDoor, JournalWriter
    from chimein.web.stream import LiveDoor

    connections = pool(_POOL)
    writer = JournalWriter(connections)
    live = LiveDoor()
    network = _simulated_network() if settings.DEMO else None

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        app.state.pool = connections
        await connections.open()
        writer.start()
        live.start()
        if network:
            network.state.network.start()
        try:
            yield
        finally:
            if network:
                network.state.network.stop()
            await live.stop()
            await writer.stop()
            await connections.close()

    door = HookDoor(writer)

    async def hook(request: Request) -> Response:
        return await door(request)

    async def health(_request: Request) -> Response:
        async with connections.connection() as connection:
            await connection.execute("SELECT 1")
        return JSONResponse({"ok": True})

    routes: list[BaseRoute] = [
        *(extra or []),
        Route("/hooks/{adapter}/{token}", hook, methods=["GET", "POST"]),
        Route("/live", live.endpoint),
        Route("/healthz", health),
    ]
    if network is not None:
        routes.append(Mount("/net", network))
    routes.append(Mount("/", WSGIMiddleware(get_wsgi_application(), workers=THREADS)))  # type: ignore[arg-type]
    return Starlette(routes=routes, lifespan=lifespan)


def _simulated_network() -> Starlette:
    from django.conf import settings

    from chimein.demo.simnet.app import create_app

    return create_app(path=var_dir() / "warble.sqlite3", base_url=f"{settings.BASE_URL}/net")


class _Server(uvicorn.Server):
    """Streams never end by themselves: on a signal the live door closes them, so that stopping takes no time."""

    def handle_exit(self, sig: int, frame: Any) -> None:
        from chimein.web.stream import stop_all

        stop_all()
        super().handle_exit(sig, frame)


def main() -> None:
    """``python -m chimein.web.serve --port 8000``"""
    parser = argparse.ArgumentParser(
        description="Serve ChimeIn's pages, webhooks and live streams on one port."
    )
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000)
    given = parser.parse_args()
    config = uvicorn.Config(
        make_app(),
        host=given.host,
        port=given.port,
        log_level="warning",
        access_log=False,
        timeout_graceful_shutdown=5,
        timeout_keep_alive=30,
        proxy_headers=True,
    )
    _Server(config).run()


if __name__ == "__main__":
    main()
