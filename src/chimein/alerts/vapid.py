"""Who we are to push services: one key pair of this server, and the signed word it sends along.

Sources: RFC 8292 (VAPID), RFC 7515 and 7518 (ES256: a signature is r and s, 32 bytes each, not DER).
"""

from __future__ import annotations

import base64
import json
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from django.conf import settings

from chimein.alerts.models import PushKeys

_VALID = timedelta(hours=12)
"""RFC 8292 allows 24 hours at most; half of it leaves room for clocks that go wrong."""


def b64(data: bytes) -> str:
    """URL-safe base64 without padding, as all of web push writes it."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unb64(text: str) -> bytes:
    """The bytes of such a text. Raises ValueError when it is none."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def keys() -> PushKeys:
    """The server's keys; two processes that need them first at the same moment get the same ones."""
    known = PushKeys.objects.first()
    if known is not None:
        return known
    made = ec.generate_private_key(ec.SECP256R1())
    number = made.private_numbers().private_value.to_bytes(32, "big")
    fields = {"secret": {"private": b64(number)}, "public": b64(_point(made.public_key()))}
    PushKeys.objects.bulk_create([PushKeys(id=1, **fields)], ignore_conflicts=True)
    return PushKeys.objects.get()


def _point(key: ec.EllipticCurvePublicKey) -> bytes:
    return key.public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)


def authorization(endpoint: str, *, now: datetime) -> str:
    """The header that proves to the push service of this address who is sending."""
    known = keys()
    parts = urlsplit(endpoint)
    claims = {
        "aud": f"{parts.scheme}://{parts.netloc}", "exp": int((now + _VALID).timestamp()), "sub": _contact(),
    }  # fmt: skip
    head = b64(json.dumps({"typ": "JWT", "alg": "ES256"}, separators=(",", ":")).encode())
    body = b64(json.dumps(claims, separators=(",", ":")).encode())
    number = int.from_bytes(unb64(known.secret["private"]), "big")
    private = ec.derive_private_key(number, ec.SECP256R1())
    r, s = decode_dss_signature(private.sign(f"{head}.{body}".encode(), ec.ECDSA(hashes.SHA256())))
    signature = b64(r.to_bytes(32, "big") + s.to_bytes(32, "big"))
    return f"vapid t={head}.{body}.{signature}, k={known.public}"


def _contact() -> str:
    """Where a push service can complain: our address, or the sender of our mail when that is not https."""
    if settings.BASE_URL.startswith("https://"):
        return str(settings.BASE_URL)
    address = settings.DEFAULT_FROM_EMAIL.rpartition("<")[2].rstrip("> ")
    return f"mailto:{address}"
