"""The only HTTP client for going out: addresses given by people must not reach our own network (SSRF).

The name is resolved here, every address is checked, and the connection goes to the very address that was checked.
"""

from __future__ import annotations

import ipaddress
import socket
from typing import Any
from urllib.parse import urlsplit

import httpx

from chimein.core.options import list_option

TIMEOUT_S = 10.0

ALLOWED_PRIVATE_HOSTS = list_option(
    "ALLOWED_PRIVATE_HOSTS",
    (),
    "Hosts on this machine or a private network that channels may call, as host:port, separated by commas.",
)


class ForbiddenAddress(httpx.RequestError):
    """The address is not one that this server may call."""


# Ways of writing an IPv4 address as an IPv6 one (RFC 4291, 6052, 8215): the last 32 bits are what is called.
_WRAPPED = tuple(
    ipaddress.IPv6Network(net) for net in ("::/96", "::ffff:0:0/96", "64:ff9b::/96", "64:ff9b:1::/48")
)
_TUNNELS = tuple(ipaddress.IPv6Network(net) for net in ("2002::/16", "2001::/32"))


def _is_outside(address: str) -> bool:
    found = ipaddress.ip_address(address.split("%", maxsplit=1)[0])
    if isinstance(found, ipaddress.IPv6Address):
        if any(found in net for net in _TUNNELS):
            return False
        if any(found in net for net in _WRAPPED):
            found = ipaddress.IPv4Address(int(found) & 0xFFFFFFFF)
    return found.is_global and not found.is_multicast


def resolve_public(host: str, port: int) -> str:
    """An address of the host that is safe to call.

    Raises ForbiddenAddress when any of its addresses is private and the host is not listed as allowed.
    """
    allowed = f"{host}:{port}" in ALLOWED_PRIVATE_HOSTS.get()
    try:
        found = [str(info[4][0]) for info in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    except OSError as error:
        raise httpx.ConnectError(f"{host} has no address: {error}") from error
    for address in found:
        if not allowed and not _is_outside(address):
            raise ForbiddenAddress(f"{host} is on a private network and not in CHIMEIN_ALLOWED_PRIVATE_HOSTS")
    return found[0]


class GuardedTransport(httpx.HTTPTransport):
    """Connects to the checked address, while Host header and certificate stay the name's."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        host = request.url.host
        port = request.url.port or (443 if request.url.scheme == "https" else 80)
        address = resolve_public(host, port)
        request.extensions = {**request.extensions, "sni_hostname": host}
        request.url = request.url.copy_with(host=address)
        return super().handle_request(request)


def safe_client(**options: Any) -> httpx.Client:
    """A client that refuses private addresses, does not follow redirects and gives up after 10 seconds."""
    return httpx.Client(
        transport=GuardedTransport(), timeout=TIMEOUT_S, follow_redirects=False, trust_env=False, **options
    )


def is_web_address(url: str) -> bool:
    """Whether this is a complete http(s) address."""
    parts = urlsplit(url)
    return parts.scheme in {"http", "https"} and bool(parts.hostname)
