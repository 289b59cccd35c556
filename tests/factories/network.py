"""A network whose answers are scripted. What was posted is kept in a file, which other processes see too."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx

from chimein.channels import registry
from chimein.channels.port import (
    AccountView,
    Adapter,
    Author,
    Capabilities,
    Envelope,
    Health,
    HookRequest,
    InboundRecord,
    Outgoing,
    Page,
    Payload,
    Sent,
)
from chimein.core import clock

CAPABILITIES = Capabilities(
    public_reply=True, direct_message=True, max_length=140, direct_max_length=500, measure="weighted",
    hooks=True, can_look_up=True,
)  # fmt: skip

Step = Callable[[Outgoing], None]
"""Raises what the network would answer; returns when it takes the post."""


@dataclass(slots=True)
class ScriptedNetwork:
    """`script` is used up one step a call of `send`; when it is empty every post is taken.

    A step of `after` is called when the post stands already: raising there is an answer that got lost.
    """

    file: Path
    name: str = "scripted"
    label: str = "Scripted"
    capabilities: Capabilities = CAPABILITIES
    streams: tuple[str, ...] = ()
    script: list[Step] = field(default_factory=list)
    after: list[Step] = field(default_factory=list)
    on_look_up: list[Callable[[], None]] = field(default_factory=list)

    def posted(self) -> list[Payload]:
        """Everything that stands on the network, in order."""
        return [json.loads(line) for line in self.file.read_text().splitlines()] if self.file.exists() else []

    def keys(self) -> list[str]:
        return [str(one["key"]) for one in self.posted()]

    def can(self, **abilities: Any) -> None:
        """Change what the network can do."""
        self.capabilities = replace(self.capabilities, **abilities)

    def verify(self, account: AccountView, request: HookRequest, now: datetime) -> str:
        return ""

    def unpack(self, account: AccountView, body: bytes) -> list[Envelope]:
        payload = json.loads(body)
        return [Envelope(payload["external_id"], payload.get("thread", payload["external_id"]), payload)]

    def parse(self, account: AccountView, payload: Payload) -> InboundRecord | None:
        fields = {
            name: value for name, value in payload.items() if name not in {"author", "posted_at", "thread"}
        }
        posted_at = datetime.fromisoformat(payload["posted_at"]) if "posted_at" in payload else None
        return InboundRecord(action="post", author=Author(payload["author"]), posted_at=posted_at, **fields)

    def poll(self, account: AccountView, stream: str, cursor: str, client: httpx.Client) -> Page:
        return Page((), cursor, False)

    def send(self, account: AccountView, outgoing: Outgoing, client: httpx.Client) -> Sent:
        if self.script:
            self.script.pop(0)(outgoing)
        line = json.dumps({"key": outgoing.key, "text": outgoing.text, "private": outgoing.private})
        descriptor = os.open(self.file, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        os.write(descriptor, line.encode() + b"\n")
        os.close(descriptor)
        if self.after:
            self.after.pop(0)(outgoing)
        return Sent(f"post-{outgoing.key}", f"https://scripted.example/{outgoing.key}", clock.now())

    def find_sent(self, account: AccountView, outgoing: Outgoing, client: httpx.Client) -> Sent | None:
        if self.on_look_up:
            self.on_look_up.pop(0)()
        return Sent(f"post-{outgoing.key}") if outgoing.key in self.keys() else None

    def check(self, account: AccountView, client: httpx.Client) -> Health:
        return Health(True)


class _Entry:
    def __init__(self, made: Adapter) -> None:
        self._made = made

    def load(self) -> Adapter:
        return self._made


def install(network: Adapter) -> Callable[[], None]:
    """Make the network known to the registry beside the real ones; call the result to take it away again.

    Entry points are what is replaced, not `adapter_for`: a module imported meanwhile would keep a replaced function.
    """
    before = vars(registry)["entry_points"]

    def with_it(*, group: str, name: str = "") -> Any:
        return [_Entry(network)] if name == network.name else before(group=group, name=name)

    vars(registry)["entry_points"] = with_it
    registry.adapter_for.cache_clear()

    def remove() -> None:
        vars(registry)["entry_points"] = before
        registry.adapter_for.cache_clear()

    return remove


def said(
    external_id: str, text: str = "How do I pair it?", *, by: str = "mia", at: float = 0, **fields: Any
) -> Payload:
    """A post on the scripted network, `at` so many minutes after the tests' story begins."""
    from tests.factories.traffic import minutes

    moment = minutes(at).isoformat()
    return {"external_id": external_id, "author": by, "text": text, "posted_at": moment, **fields}
