"""The way into the platform and persona APIs: JSON in, JSON out, with keys, limits and faults in between.

The handlers themselves are plain functions and run in a thread; waiting (slowness, lost replies) happens
here, without holding a thread.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response

from .clock import now_ms
from .errors import ApiError
from .faults import Faults, load_faults, strikes
from .network import Network
from .oauth import Budget, app_of, fresh_budget, spend
from .shapes import Json
from .store import Row

MAX_BODY = 5_000_000

Endpoint = Callable[[Request], Awaitable[Response]]


@dataclass
class Call:
    """One request, as the handlers see it. `app` is only there in the platform API."""

    network: Network
    request: Request
    body: Json
    now: int
    app: Row | None = None

    @property
    def caller(self) -> Row:
        """The calling app."""
        if self.app is None:
            raise LookupError("no app in this call")
        return self.app

    @property
    def brand_id(self) -> str:
        """The account the calling app belongs to."""
        return str(self.caller["account_id"])

    def path(self, name: str) -> str:
        """A part of the path."""
        return str(self.request.path_params[name])

    def query(self, name: str) -> str:
        """A query parameter, empty when missing."""
        return self.request.query_params.get(name, "")


@dataclass
class Reply:
    """What a handler answers."""

    body: Json
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


Handler = Callable[[Call], Reply]


def network_of(request: Request) -> Network:
    """The network this request came to."""
    network: Network = request.app.state.network
    return network


def json_error(error: ApiError) -> JSONResponse:
    """An ApiError as the answer."""
    return JSONResponse(error.body(), error.status, error.headers)


def platform(handler: Handler, kind: str) -> Endpoint:
    """A platform API endpoint that counts as `reads` or `posts`."""

    async def endpoint(request: Request) -> Response:
        network = network_of(request)
        faults = await run_in_threadpool(faults_of, network)
        budget = fresh_budget(faults, kind, now_ms())
        try:
            await strike(faults)
            call = Call(network, request, await read_json(request), now_ms())
            budget = await run_in_threadpool(_enter, call, kind, faults)
            if budget.used > budget.limit:
                raise ApiError(429, "rate_limited", "Too many calls this minute.")
            reply = await run_in_threadpool(handler, call)
            response: Response = JSONResponse(reply.body, reply.status, reply.headers)
            if kind == "posts" and strikes(faults.lost_reply_rate):
                response = await _lose(request, faults)
        except ApiError as error:
            response = json_error(error)
        response.headers.update(budget.headers())
        if response.status_code == 429:
            response.headers["retry-after"] = str(max(1, budget.reset - now_ms() // 1000))
        return response

    return endpoint


def keyed(handler: Handler) -> Endpoint:
    """A persona or control endpoint: free of limits and faults, for holders of the control key."""

    async def endpoint(request: Request) -> Response:
        network = network_of(request)
        try:
            if not network.is_control_key(request.headers.get("x-control-key", "")):
                raise ApiError(401, "invalid_key", "The header X-Control-Key is missing or wrong.")
            call = Call(network, request, await read_json(request), now_ms())
            reply = await run_in_threadpool(handler, call)
        except ApiError as error:
            return json_error(error)
        return JSONResponse(reply.body, reply.status, reply.headers)

    return endpoint


async def strike(faults: Faults) -> None:
    """Outage, slowness and errors that happen before anything is done."""
    if faults.latency_ms:
        await asyncio.sleep(faults.latency_ms / 1000)
    if faults.outage:
        raise ApiError(503, "unavailable", "Warble is down for the moment.")
    if strikes(faults.error_rate):
        raise ApiError(500, "internal_error", "Something went wrong, nothing was done.")


async def read_json(request: Request) -> Json:
    """The body as a JSON object; empty when there is no body. Raises ApiError 400 or 413."""
    raw = bytearray()
    try:
        async for chunk in request.stream():
            raw += chunk
            if len(raw) > MAX_BODY:
                raise ApiError(413, "too_large", f"A body may have {MAX_BODY} bytes.")
    except ClientDisconnect:
        raise ApiError(400, "bad_request", "The body ended early.") from None
    return _parsed(bytes(raw)) if raw else {}


def _parsed(raw: bytes) -> Json:
    try:
        body: Any = json.loads(raw)
    except (ValueError, RecursionError):
        raise ApiError(400, "bad_request", "The body is not JSON.") from None
    if not isinstance(body, dict):
        raise ApiError(400, "bad_request", "The body must be a JSON object.")
    return body


def faults_of(network: Network) -> Faults:
    """The switches as they stand."""
    with network.store.read() as db:
        return load_faults(db)


def _enter(call: Call, kind: str, faults: Faults) -> Budget:
    """Who calls, and how many calls that makes. Raises ApiError 401."""
    with call.network.store.read() as db:
        call.app = app_of(db, call.request.headers.get("authorization", ""), call.now)
    with call.network.store.write() as db:
        return spend(db, client_id=call.app["client_id"], kind=kind, faults=faults, now=call.now)


async def _lose(request: Request, faults: Faults) -> Response:
    """The post is stored, but the caller won't learn it: silence until it hangs up, or 504."""
    if strikes(0.5):
        with suppress(TimeoutError):
            async with asyncio.timeout(faults.hang_seconds):
                while (await request.receive())["type"] != "http.disconnect":
                    pass
    return json_error(ApiError(504, "timeout", "The answer got lost on the way."))
