"""A small, cheap HTTP client for load: one request at a time on each of many kept connections."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import time
from collections.abc import Callable
from dataclasses import dataclass, field

Build = Callable[[int], bytes]
"""A whole HTTP request, head and body, for the n-th call."""


@dataclass(slots=True)
class Result:
    """What a run gave: how many requests in how many seconds, how long each took, how many were not 200."""

    seconds: float = 0.0
    waits_ms: list[float] = field(default_factory=list)
    refused: int = 0

    @property
    def per_second(self) -> float:
        return len(self.waits_ms) / self.seconds if self.seconds else 0.0

    def percentile(self, share: float) -> float:
        ordered = sorted(self.waits_ms)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0


async def _connection(port: int, build: Build, until: float, numbers: list[int], result: Result) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        while time.monotonic() < until:
            numbers[0] += 1
            request = build(numbers[0])
            began = time.monotonic()
            writer.write(request)
            head = await reader.readuntil(b"\r\n\r\n")
            length = next(
                int(line.split(b":")[1])
                for line in head.split(b"\r\n")
                if line.lower().startswith(b"content-length:")
            )
            await reader.readexactly(length)
            result.waits_ms.append((time.monotonic() - began) * 1000)
            result.refused += not head.startswith(b"HTTP/1.1 200")
    finally:
        writer.close()


async def _run(port: int, build: Build, seconds: float, connections: int, first: int) -> Result:
    result = Result()
    began = time.monotonic()
    numbers = [first]
    await asyncio.gather(
        *(_connection(port, build, began + seconds, numbers, result) for _ in range(connections))
    )
    result.seconds = time.monotonic() - began
    return result


def load(port: int, build: Build, *, seconds: float, connections: int, first: int = 0) -> Result:
    """Ask as fast as the server answers, for so many seconds."""
    return asyncio.run(_run(port, build, seconds, connections, first))


def post(path: str, body: bytes, headers: dict[str, str]) -> bytes:
    """A POST request as bytes."""
    lines = [
        f"POST {path} HTTP/1.1",
        "Host: 127.0.0.1",
        "Content-Type: application/json",
        f"Content-Length: {len(body)}",
    ]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + body


def warble_headers(secret: str, body: bytes, delivery: str) -> dict[str, str]:
    """The simulated network's signature, as its documentation has it."""
    now = str(int(time.time()))
    digest = hmac.new(secret.encode(), now.encode() + b"." + body, hashlib.sha256).hexdigest()
    return {
        "X-Warble-Timestamp": now,
        "X-Warble-Signature": f"sha256={digest}",
        "X-Warble-Delivery": delivery,
    }
