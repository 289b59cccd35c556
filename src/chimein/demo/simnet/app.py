"""Puts the network together as one ASGI app, alone or mounted below a prefix."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles

from . import api, control, pages, persona
from .network import Network
from .render import FOLDER, View, show

JSON_PATHS = ("/api/", "/oauth/", "/persona/", "/control/")


def create_app(*, path: Path, base_url: str) -> Starlette:
    """The network over the SQLite file `path`; `base_url` is its address as others reach it, with any prefix.

    A mounted app gets no lifespan of its own: whoever mounts it calls `app.state.network.start()` and
    `.stop()`, which run the webhook sender. No webhook leaves before that.
    """
    network = Network(path=path, base_url=base_url)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        network.start()
        yield
        await run_in_threadpool(network.stop)

    static = Mount("/static", StaticFiles(directory=FOLDER / "static"), name="static")
    routes = [*api.ROUTES, *persona.ROUTES, *control.ROUTES, *pages.ROUTES, static]
    app = Starlette(routes=routes, lifespan=lifespan, exception_handlers={404: _lost, 405: _lost})
    app.state.network = network
    return app


async def _lost(request: Request, problem: Exception) -> Response:
    status = getattr(problem, "status_code", 404)
    path = request.scope["path"].removeprefix(request.scope.get("root_path", ""))
    if path.startswith(JSON_PATHS):
        code, message = (
            ("not_found", "There is nothing here.") if status == 404 else ("bad_method", "Not this way.")
        )
        return JSONResponse({"error": code, "message": message}, status, getattr(problem, "headers", None))
    return await run_in_threadpool(_lost_page, request, status)


def _lost_page(request: Request, status: int) -> Response:
    network: Network = request.app.state.network
    with network.store.read() as db:
        return show(View(request, db), "lost.html", status)
