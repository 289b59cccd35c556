"""The switches for the platform API."""

from __future__ import annotations

import time
from typing import Any

import httpx
import pytest

Warble = Any


def test_outage(warble: Warble) -> None:
    warble.faults(outage=True)
    assert warble.api.get("/api/me").status_code == 503
    assert warble.api.post("/oauth/token", data={}).status_code == 503
    warble.say("ann", "people can still talk")
    warble.faults(outage=False)
    assert warble.api.get("/api/me").status_code == 200


def test_error_before_doing_anything(warble: Warble) -> None:
    warble.faults(error_rate=1)
    assert warble.api.post("/api/posts", json={"text": "no"}).status_code == 500
    warble.faults(error_rate=0)
    assert warble.feed("/api/mentions") == []


def test_latency(warble: Warble) -> None:
    warble.faults(latency_ms=300)
    began = time.monotonic()
    warble.api.get("/api/me")
    assert time.monotonic() - began >= 0.3


def test_lost_reply_is_stored_and_can_be_looked_up(warble: Warble) -> None:
    warble.faults(lost_reply_rate=1, hang_seconds=30)
    outcomes: set[str] = set()
    keys = [f"lost-{number}" for number in range(12)]
    for key in keys:
        try:
            answer = warble.api.post(
                "/api/posts", json={"text": key}, headers={"Idempotency-Key": key}, timeout=0.3
            )
            outcomes.add(str(answer.status_code))
        except httpx.ReadTimeout:
            outcomes.add("silence")
    assert outcomes == {"504", "silence"}
    for key in keys:
        found = warble.api.get("/api/posts", params={"idempotency_key": key}).json()["data"]
        assert [post["text"] for post in found] == [key]


@pytest.mark.parametrize(
    "change",
    [
        {"outage": 1},
        {"error_rate": 1.5},
        {"error_rate": True},
        {"latency_ms": -1},
        {"latency_ms": 0.5},
        {"rain": True},
    ],
)
def test_unfit_switches(warble: Warble, change: dict[str, object]) -> None:
    before = warble.persona.get("/control/faults").json()
    assert warble.persona.put("/control/faults", json=change).status_code == 422
    assert warble.persona.get("/control/faults").json() == before
