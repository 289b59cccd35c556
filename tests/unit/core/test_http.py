"""Nobody talks us into calling our own network."""

from __future__ import annotations

import http.server
import socket
import threading
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from chimein.core.http import (
    ALLOWED_PRIVATE_HOSTS,
    ForbiddenAddress,
    is_web_address,
    resolve_public,
    safe_client,
)

PRIVATE = [
    "127.0.0.1",
    "127.8.8.8",
    "10.0.0.1",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "0.0.0.0",
    "100.64.0.1",
    "::1",
    "::",
    "fe80::1",
    "fc00::1",
    "fd12::1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "64:ff9b::7f00:1",
    "2002:7f00:1::",
    "224.0.0.1",
    "ff02::1",
    "255.255.255.255",
    "::127.0.0.1",
    "64:ff9b:1::a00:1",
    "192.0.2.1",
]
PUBLIC = ["93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c", "1.1.1.1"]


def _answer(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> list[str]:
    asked: list[str] = []

    def resolve(host: str, port: int, **_: Any) -> list[Any]:
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in addresses]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    return asked


@pytest.mark.parametrize("address", PRIVATE)
def test_a_name_that_leads_inside_is_refused(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    _answer(monkeypatch, address)
    with pytest.raises(ForbiddenAddress):
        resolve_public("friendly.example", 443)


@pytest.mark.parametrize("address", PUBLIC)
def test_a_name_that_leads_outside_is_fine(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    _answer(monkeypatch, address)
    assert resolve_public("friendly.example", 443) == address


def test_one_bad_address_among_good_ones_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    _answer(monkeypatch, PUBLIC[0], "10.0.0.1")
    with pytest.raises(ForbiddenAddress):
        resolve_public("friendly.example", 443)


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:9/",
        "http://[::1]:9/",
        "http://2130706433:9/",
        "http://0x7f.1:9/",
        "http://localhost:9/",
    ],
)
def test_written_out_addresses_are_refused_too(url: str) -> None:
    with safe_client() as client, pytest.raises((ForbiddenAddress, httpx.ConnectError)) as caught:
        client.get(url)
    assert isinstance(caught.value, ForbiddenAddress) or "has no address" in str(caught.value)


def test_an_unknown_name_is_no_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    def nothing(*_: Any, **__: Any) -> list[Any]:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", nothing)
    with safe_client() as client, pytest.raises(httpx.ConnectError):
        client.get("http://nowhere.example/")


class _Door(http.server.BaseHTTPRequestHandler):
    seen: list[tuple[str, str]] = []

    def do_GET(self) -> None:
        self.seen.append((self.path, self.headers["Host"]))
        if self.path == "/away":
            self.send_response(302)
            self.send_header("Location", "http://127.0.0.1:1/secret")
        else:
            self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        return None


@pytest.fixture
def inside() -> Iterator[int]:
    """A server on our own machine; its port."""
    _Door.seen.clear()
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Door)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server.server_port
    server.shutdown()
    server.server_close()
    thread.join()


def test_a_listed_host_may_be_called(inside: int) -> None:
    with ALLOWED_PRIVATE_HOSTS.override((f"127.0.0.1:{inside}",)), safe_client() as client:
        assert client.get(f"http://127.0.0.1:{inside}/").status_code == 200
        with pytest.raises(ForbiddenAddress):
            client.get(f"http://127.0.0.1:{inside + 1}/")
        with pytest.raises(ForbiddenAddress):
            client.get(f"http://localhost:{inside}/")


def test_redirects_are_not_followed(inside: int) -> None:
    with ALLOWED_PRIVATE_HOSTS.override((f"127.0.0.1:{inside}",)), safe_client() as client:
        assert client.get(f"http://127.0.0.1:{inside}/away").status_code == 302
    assert len(_Door.seen) == 1


def test_the_call_goes_to_the_address_that_was_checked(inside: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that changes its mind between the check and the call (rebinding) is asked only once."""
    real = socket.getaddrinfo
    asked: list[str] = []

    def once(host: str, port: Any, *more: Any, **named: Any) -> Any:
        if host == "changing.example":
            asked.append(host)
            return [
                (
                    socket.AF_INET,
                    socket.SOCK_STREAM,
                    6,
                    "",
                    ("127.0.0.1" if len(asked) == 1 else "127.9.9.9", port),
                )
            ]
        assert host == "127.0.0.1"
        return real(host, port, *more, **named)

    monkeypatch.setattr(socket, "getaddrinfo", once)
    with ALLOWED_PRIVATE_HOSTS.override((f"changing.example:{inside}",)), safe_client() as client:
        assert client.get(f"http://changing.example:{inside}/").status_code == 200
    assert asked == ["changing.example"]
    assert _Door.seen == [("/", f"changing.example:{inside}")]


@pytest.mark.parametrize(
    ("url", "is_one"),
    [
        ("https://a.example/x", True),
        ("http://a", True),
        ("ftp://a", False),
        ("//a", False),
        ("javascript:x", False),
        ("https://", False),
        ("", False),
    ],
)
def test_web_addresses(url: str, is_one: bool) -> None:
    assert is_web_address(url) is is_one
