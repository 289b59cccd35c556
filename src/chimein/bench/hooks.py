"""Signed webhooks, one message each, answered after the commit, against an endpoint that only inserts the body.

The two sides are measured in turn, in the same server and the same run, so that the machine's mood hits both.
"""

from __future__ import annotations

import argparse
import json
import secrets
from pathlib import Path
from typing import Any

from chimein.bench import load, server, setting, traffic
from chimein.bench.load import Build, Result
from chimein.core import db

_ROUNDS = 4


def _bodies(seed: str) -> list[bytes]:
    return [
        json.dumps(
            {"id": f"evt_{p['id']}", "type": "post.created", "at": p["created_at"], "post": p}
        ).encode()
        for p in traffic.posts(400, seed=seed)
    ]


def _signed(path: str, bodies: list[bytes], seed: str) -> Build:
    def build(number: int) -> bytes:
        body = bodies[number % len(bodies)].replace(seed.encode(), f"{seed}{number}".encode())
        return load.post(path, body, load.warble_headers(setting.HOOK_SECRET, body, f"{seed}-{number}"))

    return build


def _bare(bodies: list[bytes]) -> Build:
    def build(number: int) -> bytes:
        return load.post(server.BARE, bodies[number % len(bodies)], {})

    return build


def _add(total: Result, part: Result) -> None:
    total.seconds += part.seconds
    total.waits_ms += part.waits_ms
    total.refused += part.refused


def run(given: argparse.Namespace, folder: Path) -> dict[str, Any]:
    """Requests a second of both sides, the 95th percentile of ours, their ratio, and what was stored."""
    account = setting.account()
    seed = f"hook{secrets.token_hex(3)}"
    bodies = _bodies(seed)
    ours, bare = Result(), Result()
    with server.running() as port:
        signed = _signed(f"/hooks/warble/{account.hook_token}", bodies, seed)
        for build in (signed, _bare(bodies)):
            load.load(port, build, seconds=1.0, connections=given.connections, first=10_000_000)
        for number in range(_ROUNDS):
            share = {"seconds": given.seconds / _ROUNDS, "connections": given.connections}
            _add(ours, load.load(port, signed, first=number * 1_000_000, **share))
            _add(bare, load.load(port, _bare(bodies), **share))
    row = db.fetch_one(
        "SELECT count(*) FROM channels_inboundentry WHERE dedup_key LIKE %s", (f"post:{seed}%",)
    )
    return {
        "requests_per_s": round(ours.per_second, 1),
        "p50_ms": round(ours.percentile(0.5), 2),
        "p95_ms": round(ours.percentile(0.95), 2),
        "bare_requests_per_s": round(bare.per_second, 1),
        "bare_p95_ms": round(bare.percentile(0.95), 2),
        "ratio": round(ours.per_second / bare.per_second, 3) if bare.per_second else 0.0,
        "answered": len(ours.waits_ms),
        "refused": ours.refused,
        "stored": int(row[0]) if row else 0,
    }
