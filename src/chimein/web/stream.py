"""Live updates by server-sent events: one LISTEN for the whole process, however many people watch.

The id of each event sent is the place in the event log up to which the watcher has seen everything; a browser that
comes back tells it (Last-Event-ID) and gets what it missed. Places are (transaction, row) pairs and stop before the
oldest transaction still running, so that a row that commits late is not skipped.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass, field
from typing import Any

from psycopg import AsyncConnection, OperationalError
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse

from chimein.core.events import LIVE_CHANNEL

log = logging.getLogger(__name__)

Place = tuple[int, int]
Key = tuple[str, int]

_GATHER_S = 0.05
_RECHECK_S = 0.05
_HEARTBEAT_S = 15.0
_REVALIDATE_S = 60.0
_QUEUE = 200
_MOST_FRAGMENTS = 30
_MOST_EVENTS = 2000

_READ = """
SELECT e.xid::text::bigint, e.id, e.brand_id, e.conversation_id,
       e.xid < pg_snapshot_xmin(pg_current_snapshot())
FROM core_event e WHERE (e.xid, e.id) > (%s::text::xid8, %s) ORDER BY e.xid, e.id LIMIT %s
"""
_NEWEST = """
SELECT (pg_snapshot_xmin(pg_current_snapshot())::text::bigint - 1), 9223372036854775807
"""


@dataclass(eq=False, slots=True)
class Watcher:
    """One open stream."""

    keys: frozenset[Key]
    language: str
    queue: asyncio.Queue[str | None] = field(default_factory=lambda: asyncio.Queue(_QUEUE))

    def send(self, message: str) -> None:
        """Queue a message; a watcher too slow to follow is told to fetch the page anew."""
        if self.queue.full():
            while not self.queue.empty():
                self.queue.get_nowait()
            message = sse("reset", "")
        self.queue.put_nowait(message)


@dataclass(slots=True)
class Changes:
    """What happened since the last look: conversations by brand, and whose alerts changed."""

    conversations: dict[int, int] = field(default_factory=dict)
    present: dict[int, int] = field(default_factory=dict)
    people: set[int] = field(default_factory=set)

    def add(self, brand_id: int | None, conversation_id: int | None) -> None:
        if brand_id is not None and conversation_id is not None:
            self.conversations.pop(conversation_id, None)
            self.conversations[conversation_id] = brand_id


def sse(event: str, data: str, place: Place | None = None) -> str:
    """One server-sent event."""
    lines = [f"id: {place[0]}-{place[1]}"] if place else []
    lines += [f"event: {event}", *(f"data: {line}" for line in data.split("\n"))]
    return "\n".join(lines) + "\n\n"


def parse_place(text: str) -> Place | None:
    """A Last-Event-ID, if it is one of ours."""
    xid, _, row = text.partition("-")
    return (int(xid), int(row)) if xid.isdigit() and row.isdigit() and len(text) < 45 else None


_doors: list[LiveDoor] = []


def stop_all() -> None:
    """Close all streams of this process; called from a signal handler."""
    for door in _doors:
        door.hang_up()


class LiveDoor:
    """``/live?topics=wall:1,question:7&lang=zh-hans``"""

    def __init__(self) -> None:
        self._watchers: set[Watcher] = set()
        self._place: Place = (0, 0)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._task: asyncio.Task[None] | None = None
        self._closed = False

    def start(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._task = asyncio.create_task(self._listen())
        _doors.append(self)

    async def stop(self) -> None:
        _doors.remove(self)
        if self._task:
            self._task.cancel()

    def hang_up(self) -> None:
        self._closed = True
        if self._loop:
            self._loop.call_soon_threadsafe(self._end_all)

    def _end_all(self) -> None:
        for watcher in self._watchers:
            with contextlib.suppress(asyncio.QueueFull):
                watcher.queue.put_nowait(None)

    # ------------------------------------------------------------ one stream
    async def endpoint(self, request: Request) -> Response:
        from chimein.web import topics
        from chimein.web.session import who_asks

        try:
            keys = topics.parse(request.query_params.get("topics", ""))
        except ValueError as error:
            return PlainTextResponse(str(error), status_code=400)
        asked = await run_in_threadpool(who_asks, request, keys)
        if not asked.allowed:
            return PlainTextResponse("not allowed", status_code=403)
        watcher = Watcher(frozenset(keys), asked.language)
        # A browser that comes back tells the last event it saw; a fresh page the place at which it was drawn.
        since = parse_place(request.headers.get("last-event-id") or request.query_params.get("since", ""))
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        stream = self._stream(request, watcher, keys, since)
        return StreamingResponse(stream, media_type="text/event-stream", headers=headers)

    async def _stream(
        self, request: Request, watcher: Watcher, keys: list[Key], since: Place | None
    ) -> AsyncIterator[str]:
        from chimein.web.session import who_asks

        self._watchers.add(watcher)
        checked = time.monotonic()
        try:
            yield "retry: 2000\n" + sse("hello", "", self._place)
            await self._publish_personal(watcher)
            if since is not None:
                await self._catch_up(watcher, since)
            while not self._closed:
                try:
                    message = await asyncio.wait_for(watcher.queue.get(), _HEARTBEAT_S)
                except TimeoutError:
                    message = ": still here\n\n"
                if message is None:
                    return
                yield message
                if time.monotonic() - checked > _REVALIDATE_S:
                    checked = time.monotonic()
                    if not (await run_in_threadpool(who_asks, request, keys)).allowed:
                        return
        finally:
            self._watchers.discard(watcher)

    async def _publish_personal(self, watcher: Watcher) -> None:
        """What is somebody's own is drawn as it is now: it is small, and no event tells of it."""
        from chimein.web.topics import TOPICS

        mine = {number for name, number in watcher.keys if TOPICS[name].personal}
        await self._publish(Changes(people=mine), [watcher])

    async def _catch_up(self, watcher: Watcher, since: Place) -> None:
        """What a watcher missed while it was away."""
        from chimein.web.database import listening

        connection = await listening()
        try:
            rows = await (await connection.execute(_READ, (str(since[0]), since[1], _MOST_EVENTS))).fetchall()
        finally:
            await connection.close()
        if len(rows) == _MOST_EVENTS:
            watcher.send(sse("reset", "", self._place))
            return
        changes = Changes()
        for _, _, brand_id, conversation_id, _ in rows:
            changes.add(brand_id, conversation_id)
        await self._publish(changes, [watcher])

    # ------------------------------------------------------------ the event log
    async def _listen(self) -> None:
        while not self._closed:
            try:
                await self._follow()
            except (OperationalError, OSError) as error:
                log.warning("live updates wait for the database: %s", error)
                await asyncio.sleep(1)

    async def _follow(self) -> None:
        from chimein.web.database import listening

        connection = await listening()
        try:
            await connection.execute(f"LISTEN {LIVE_CHANNEL}")
            if self._place == (0, 0):
                row = await (await connection.execute(_NEWEST)).fetchone()
                self._place = (row[0], row[1]) if row else (0, 0)
            await self._look(connection, Changes())
            while not self._closed:
                changes = Changes()
                async for notice in connection.notifies(timeout=_HEARTBEAT_S, stop_after=1):
                    _note(changes, notice.payload)
                async for notice in connection.notifies(timeout=_GATHER_S):
                    _note(changes, notice.payload)
                await self._look(connection, changes)
        finally:
            await connection.close()

    async def _look(self, connection: AsyncConnection[Any], changes: Changes) -> None:
        """Read what is new and settled; look again soon while transactions before it are still running."""
        unsettled = True
        while unsettled:
            cursor = await connection.execute(_READ, (str(self._place[0]), self._place[1], _MOST_EVENTS))
            rows = await cursor.fetchall()
            unsettled = len(rows) == _MOST_EVENTS
            for xid, pk, brand_id, conversation_id, settled in rows:
                if not settled:
                    unsettled = True
                    break
                self._place = (xid, pk)
                changes.add(brand_id, conversation_id)
            await self._publish(changes, self._watchers)
            changes = Changes()
            if unsettled:
                await asyncio.sleep(_RECHECK_S)

    # ------------------------------------------------------------ drawing and sending
    async def _publish(self, changes: Changes, watchers: Iterable[Watcher]) -> None:
        if not (changes.conversations or changes.present or changes.people):
            return
        followed: dict[tuple[Key, str], list[Watcher]] = defaultdict(list)
        for watcher in list(watchers):
            for key in watcher.keys:
                followed[(key, watcher.language)].append(watcher)
        for (key, language), those in followed.items():
            await self._publish_topic(key, language, those, changes)

    async def _publish_topic(
        self, key: Key, language: str, watchers: list[Watcher], changes: Changes
    ) -> None:
        from chimein.web.topics import TOPICS

        topic, number = TOPICS[key[0]], key[1]
        changed = changes.present if topic.presence else changes.conversations
        if topic.personal:
            wanted = [number] if number in changes.people else []
        elif topic.per_brand:
            wanted = [pk for pk, brand in changed.items() if brand == number]
        else:
            wanted = [number] if number in changed else []
        if len(wanted) > _MOST_FRAGMENTS:
            message = sse("reset", "", self._place)
        else:
            drawn = [await run_in_threadpool(_render, topic, pk, language) for pk in wanted]
            fragments = "\n".join(filter(None, drawn))
            if not fragments:
                return
            message = sse("patch", fragments, self._place)
        for watcher in watchers:
            watcher.send(message)


def _note(changes: Changes, payload: str) -> None:
    """What is told without an event: who is present where, and whose alerts changed."""
    told = json.loads(payload) if payload else {}
    changes.people.update(told.get("alerts", ()))
    if "presence" in told:
        changes.present[int(told["presence"])] = int(told["brand"])


def _render(topic: Any, conversation_id: int, language: str) -> str:
    from django.db import close_old_connections
    from django.utils import translation

    close_old_connections()
    try:
        with translation.override(language):
            drawn: str = topic.render(conversation_id, language)
            return drawn
    except Exception:
        log.exception("live fragment %s of conversation %s could not be drawn", topic.name, conversation_id)
        return ""
