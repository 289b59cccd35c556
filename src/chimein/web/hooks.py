"""The webhook door: verify, journal, commit, and only then say thank you.

Requests that arrive while a transaction is under way are journalled together by the next one (group commit), so that
a flood costs a commit per handful of requests instead of one each.
"""

from __future__ import annotations

import asyncio
import logging
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db import DatabaseError
from psycopg import AsyncConnection, OperationalError
from psycopg_pool import AsyncConnectionPool, PoolTimeout
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from chimein.channels.journal import (
    INBOUND_CHANNEL,
    INSERT_SQL,
    JournalRow,
    aside_row,
    insert_params,
    row_of,
    token_of,
)
from chimein.channels.port import AccountView, Adapter, HookRequest, InvalidSignature, Unparseable
from chimein.core.options import option

log = logging.getLogger(__name__)

MAX_BODY = option("HOOK_MAX_BYTES", 1_000_000, "The largest webhook body that is accepted, in bytes.")
_KEEP_ACCOUNT_S = 5.0
_MAX_GROUP = 256


@dataclass(slots=True)
class _Waiting:
    rows: list[JournalRow]
    token: bytes
    done: asyncio.Future[bool]


class JournalWriter:
    """Collects rows from concurrent requests and commits them together."""

    def __init__(self, pool: AsyncConnectionPool[AsyncConnection[Any]]) -> None:
        self._pool = pool
        self._waiting: list[_Waiting] = []
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        if self._task:
            self._task.cancel()

    async def write(self, rows: list[JournalRow], token: bytes) -> bool:
        """Once this returns the rows are committed; False when the signed request has been seen before."""
        done: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._waiting.append(_Waiting(rows, token, done))
        self._wake.set()
        return await done

    async def _run(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            while self._waiting:
                group, self._waiting = self._waiting[:_MAX_GROUP], self._waiting[_MAX_GROUP:]
                await self._commit(group)

    async def _commit(self, group: list[_Waiting]) -> None:
        try:
            fresh = await self._insert([row for one in group for row in one.rows])
        except Exception as error:  # whatever it is, each sender has to hear that nothing was stored
            if len(group) > 1 and not isinstance(error, OperationalError | PoolTimeout):
                # One of them holds what the database refuses; the others must not suffer.
                for one in group:
                    await self._commit([one])
                return
            for one in group:
                if not one.done.done():
                    one.done.set_exception(error)
            return
        for one in group:
            first = not one.token or one.token in fresh
            fresh.discard(one.token)
            if not one.done.done():
                one.done.set_result(first)

    async def _insert(self, rows: list[JournalRow]) -> set[bytes]:
        if not rows:
            return set()
        async with self._pool.connection() as connection, connection.transaction():
            cursor = await connection.execute(INSERT_SQL, insert_params(rows))
            found = await cursor.fetchone()
            await connection.execute(f"NOTIFY {INBOUND_CHANNEL}")
        return {bytes(token) for token in (found[1] if found and found[1] else ())}


class HookDoor:
    """``/hooks/<adapter>/<token>``: the addresses we give to networks."""

    def __init__(self, writer: JournalWriter) -> None:
        self._writer = writer
        self._accounts: dict[str, tuple[float, tuple[AccountView, Adapter] | None]] = {}

    async def __call__(self, request: Request) -> Response:
        try:
            found = await self._account(request.path_params["adapter"], request.path_params["token"])
        except DatabaseError as error:
            return _try_again(error)
        if found is None:
            return PlainTextResponse("not found", status_code=404)
        body = await _read(request)
        if body is None:
            return JSONResponse({"error": "too_large"}, status_code=413)
        account, adapter = found
        asked = HookRequest(request.method, dict(request.headers), dict(request.query_params), body)
        return await self._take(account, adapter, asked)

    async def _take(self, account: AccountView, adapter: Adapter, asked: HookRequest) -> Response:
        now = datetime.now(UTC)
        try:
            token = token_of(account.id, adapter.verify(account, asked, now))
        except InvalidSignature as error:
            log.info("webhook for account %s refused: %s", account.id, error)
            return JSONResponse({"error": "invalid_signature"}, status_code=401)
        rows = _rows(account, adapter, asked.body, now, token)
        try:
            first = await self._writer.write(rows, token if rows else b"")
        except (OperationalError, PoolTimeout) as error:
            return _try_again(error)
        if not first:
            return JSONResponse({"error": "replayed"}, status_code=401)
        return JSONResponse({"ok": True})

    async def _account(self, adapter: str, token: str) -> tuple[AccountView, Adapter] | None:
        known = self._accounts.get(token)
        if known is None or time.monotonic() - known[0] > _KEEP_ACCOUNT_S:
            if len(self._accounts) > 1000:
                self._accounts.clear()
            known = (time.monotonic(), await run_in_threadpool(_find_account, token))
            self._accounts[token] = known
        found = known[1]
        return found if found and found[1].name == adapter else None


def _try_again(error: Exception) -> Response:
    log.warning("journal not reachable: %s", str(error).split("\n")[0])
    return JSONResponse({"error": "try_again"}, status_code=503, headers={"Retry-After": "2"})


def _find_account(token: str) -> tuple[AccountView, Adapter] | None:
    from django.db import close_old_connections

    from chimein.channels.models import ChannelAccount
    from chimein.channels.registry import adapter_for

    close_old_connections()
    account = ChannelAccount.objects.select_related("brand").filter(hook_token=token, is_active=True).first()
    if account is None:
        return None
    adapter = adapter_for(account.adapter)
    return (account.view(), adapter) if adapter.capabilities.hooks else None


async def _read(request: Request) -> bytes | None:
    """The body, or None as soon as it is larger than allowed."""
    limit = MAX_BODY.get()
    parts: list[bytes] = []
    size = 0
    async for part in request.stream():
        size += len(part)
        if size > limit:
            return None
        parts.append(part)
    return b"".join(parts)


def _rows(
    account: AccountView, adapter: Adapter, body: bytes, now: datetime, token: bytes
) -> list[JournalRow]:
    """What a verified body becomes; a body that makes no sense is kept, set aside, with the reason."""
    try:
        envelopes = adapter.unpack(account, body)
    except Unparseable as error:
        return [aside_row(account.id, body, str(error), source="hook", now=now, token=token)]
    except Exception as error:
        log.exception("adapter %s broke on a body", adapter.name)
        return [
            aside_row(
                account.id, body, f"{type(error).__name__}: {error}", source="hook", now=now, token=token
            )
        ]
    return [row_of(account.id, envelope, source="hook", now=now, token=token) for envelope in envelopes]
