"""The programs in "Connect a system of your own" do what the page says, against the adapter itself."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import httpx
import pytest

from chimein.channels.adapters.webhook import adapter
from chimein.channels.port import AccountView, HookRequest, Outgoing, SendError
from tests.factories.traffic import SECRET
from tests.unit.docs import pages

_PAGE = pages.ROOT / "docs" / "how-to" / "connect-a-system.md"


def _account(base_url: str = "") -> AccountView:
    return AccountView(1, "Tamarind", "webhook", "", "", base_url, {"secret": SECRET})


def _load(number: int, monkeypatch: pytest.MonkeyPatch, hook: str = "") -> dict[str, Any]:
    """Run the page's program of that number as a module."""
    monkeypatch.setenv("CHIMEIN_HOOK", hook)
    monkeypatch.setenv("CHIMEIN_HOOK_SECRET", SECRET)
    program: dict[str, Any] = {"__name__": "snippet"}
    exec(compile(pages.blocks(_PAGE, "python")[number], str(_PAGE), "exec"), program)
    return program


@contextmanager
def _serving(handler: type[BaseHTTPRequestHandler]) -> Iterator[str]:
    with HTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/"
        finally:
            server.shutdown()
            thread.join()


class _Stub(BaseHTTPRequestHandler):
    """Takes a webhook and remembers it."""

    taken: list[HookRequest] = []

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.taken.append(HookRequest("POST", headers, {}, body))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *args: object) -> None:
        """Quiet."""


def test_what_the_sender_signs_is_accepted_and_understood(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_Stub, "taken", [])
    with _serving(_Stub) as address:
        send = _load(0, monkeypatch, hook=address)["send"]
        question = {
            "id": "q-1",
            "author": {"id": "c-7", "name": "Mia"},
            "text": "How do I pair them? 怎么配对",
            "created_at": "2026-11-20T09:00:00Z",
        }
        assert send("message.created", question) == 200
    request = _Stub.taken[0]
    assert adapter.verify(_account(), request, datetime.now(UTC))
    (envelope,) = adapter.unpack(_account(), request.body)
    record = adapter.parse(_account(), envelope.payload)
    assert record is not None
    assert (record.external_id, record.text) == ("q-1", "How do I pair them? 怎么配对")


def test_the_receiver_takes_an_answer_once_and_refuses_a_wrong_signature(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    program = _load(1, monkeypatch)
    monkeypatch.setattr(program["Answers"], "log_message", lambda *args: None)
    answer = Outgoing(key="9f2c", text="Hold the button. ^Ann, Store 12", private=False, reply_to="q-1")
    with _serving(program["Answers"]) as address, httpx.Client() as client:
        for _ in range(2):
            assert adapter.send(_account(address), answer, client).external_id == "9f2c"
        forged = AccountView(1, "", "webhook", "", "", address, {"secret": SECRET[:-6] + "AAAAA="})
        with pytest.raises(SendError, match="401"):
            adapter.send(forged, answer, client)
    assert len(program["seen"]) == 1
    assert "q-1 → Hold the button." in capsys.readouterr().out
