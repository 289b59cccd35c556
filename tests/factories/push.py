"""A browser and its push service: subscriptions with real keys, and a server on this machine that decrypts what comes.

Decryption follows RFC 8291 and RFC 8188 step by step with `cryptography`, so that it shares nothing with the encoder
the product uses.
"""

from __future__ import annotations

import json
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from chimein.alerts import browsers
from chimein.alerts.models import Browser
from chimein.alerts.vapid import b64, unb64
from chimein.core import clock
from chimein.core.actor import Actor
from chimein.core.http import ALLOWED_PRIVATE_HOSTS


@dataclass(frozen=True, slots=True)
class Got:
    """One request a push service got: for which browser, with which headers, decrypted."""

    path: str
    headers: dict[str, str]
    news: dict[str, Any]


@dataclass(slots=True)
class Keys:
    """A browser's own keys."""

    private: ec.EllipticCurvePrivateKey
    auth: bytes

    @property
    def p256dh(self) -> str:
        return b64(point(self.private.public_key()))

    def decrypt(self, body: bytes) -> bytes:
        """The plain text of an aes128gcm body. Raises for anything that was not meant for these keys."""
        salt, (size, length) = body[:16], struct.unpack(">IB", body[16:21])
        server = body[21 : 21 + length]
        secret = self.private.exchange(
            ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), server)
        )
        info = b"WebPush: info\0" + point(self.private.public_key()) + server
        keying = _derive(secret, self.auth, info, 32)
        key = _derive(keying, salt, b"Content-Encoding: aes128gcm\0", 16)
        nonce = _derive(keying, salt, b"Content-Encoding: nonce\0", 12)
        record = body[21 + length :]
        assert len(record) <= size, "one record"
        plain = AESGCM(key).decrypt(nonce, record, None).rstrip(b"\0")
        assert plain.endswith(b"\x02"), "the last record ends with a delimiter"
        return plain[:-1]


def _derive(secret: bytes, salt: bytes, info: bytes, length: int) -> bytes:
    return HKDF(hashes.SHA256(), length, salt, info).derive(secret)


def point(key: ec.EllipticCurvePublicKey) -> bytes:
    return key.public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)


def new_keys() -> Keys:
    return Keys(ec.generate_private_key(ec.SECP256R1()), b"sixteen bytes !!")


@dataclass(slots=True)
class PushService:
    """Takes pushes for browsers; `answers` are the statuses of the next requests, then 201."""

    url: str
    got: list[Got] = field(default_factory=list)
    answers: list[tuple[int, dict[str, str]]] = field(default_factory=list)
    seen: int = 0
    keys: dict[str, Keys] = field(default_factory=dict)

    def browser_of(self, actor: Actor, name: str = "Chrome · Linux") -> Browser:
        """A browser of this person's that has switched pushes on."""
        keys = new_keys()
        path = f"/push/{len(self.keys)}"
        self.keys[path] = keys
        return browsers.add(
            actor=actor, endpoint=self.url + path, p256dh=keys.p256dh, auth=b64(keys.auth), name=name,
            now=clock.now(),
        )  # fmt: skip

    @property
    def titles(self) -> list[str]:
        return [one.news["title"] for one in self.got]

    def take(self, path: str, headers: dict[str, str], body: bytes) -> tuple[int, dict[str, str]]:
        self.seen += 1
        if self.answers:
            status, more = self.answers.pop(0)
            if status >= 400:
                return status, more
        self.got.append(Got(path, headers, json.loads(self.keys[path].decrypt(body))))
        return 201, {}


def check_signature(header: str) -> dict[str, Any]:
    """The claims of a VAPID header whose signature is right. Raises InvalidSignature for any other."""
    words = dict(part.strip().split("=", 1) for part in header.removeprefix("vapid ").split(","))
    head, body, signature = words["t"].split(".")
    raw = unb64(signature)
    r, s = int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big")
    from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

    key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), unb64(words["k"]))
    key.verify(encode_dss_signature(r, s), f"{head}.{body}".encode(), ec.ECDSA(hashes.SHA256()))
    claims: dict[str, Any] = json.loads(unb64(body))
    return claims


@contextmanager
def push_service() -> Iterator[PushService]:
    """A push service on a free port of this machine, which the product may call."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            status, headers = service.take(self.path, dict(self.headers.items()), body)
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    service = PushService(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        with ALLOWED_PRIVATE_HOSTS.override((f"127.0.0.1:{server.server_port}",)):
            yield service
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
