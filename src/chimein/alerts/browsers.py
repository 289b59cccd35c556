"""Which browsers take pushes for whom."""

from __future__ import annotations

import hashlib
from datetime import datetime
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric import ec
from django.utils.translation import gettext as _

from chimein.alerts import events
from chimein.alerts.models import Browser
from chimein.alerts.vapid import unb64
from chimein.core import db
from chimein.core.actor import Actor
from chimein.core.errors import UserError
from chimein.core.events import Fact, Kind, emit
from chimein.core.http import ALLOWED_PRIVATE_HOSTS

MOST = 10
SESSION_KEY = "browser"
"""Where a session remembers which browser it is in."""
_POINT_BYTES, _AUTH_BYTES = 65, 16
_LONGEST = 1000


def mark_of(endpoint: str) -> str:
    """What a browser is found by, without keeping its address readable."""
    return hashlib.sha256(endpoint.encode()).hexdigest()


def add(*, actor: Actor, endpoint: str, p256dh: str, auth: str, name: str, now: datetime) -> Browser:
    """This browser takes the actor's pushes from now on, whoever used it before.

    Raises UserError when what it sent is no subscription.
    """
    user_id = _user(actor)
    if not (_is_address(endpoint) and _are_keys(p256dh, auth)):
        raise UserError(_("This browser's subscription cannot be read. Please try again."))
    with db.atomic():
        made, is_new = Browser.objects.update_or_create(
            mark=mark_of(endpoint),
            defaults={
                "user_id": user_id, "name": name[:80], "failures": 0, "last_error": "",
                "secret": {"endpoint": endpoint, "p256dh": p256dh, "auth": auth},
            },
        )  # fmt: skip
        extra = Browser.objects.filter(user_id=user_id).order_by("-pk")[MOST:]
        Browser.objects.filter(pk__in=[one.pk for one in extra]).delete()
        if is_new:
            _tell(events.BROWSER_ADDED, actor.label, actor.brand_id, now, made.pk)
    return made


def _user(actor: Actor) -> int:
    """Whose browser it is; the system has none."""
    assert actor.user_id is not None
    return actor.user_id


def _is_address(endpoint: str) -> bool:
    try:
        parts = urlsplit(endpoint)
        host = f"{parts.hostname}:{parts.port}"
    except ValueError:
        return False
    known = parts.scheme == "http" and host in ALLOWED_PRIVATE_HOSTS.get()
    return bool(parts.hostname) and len(endpoint) <= _LONGEST and (parts.scheme == "https" or known)


def _are_keys(p256dh: str, auth: str) -> bool:
    """A point on P-256, uncompressed, and sixteen bytes (RFC 8291, 2 and 3.2)."""
    try:
        point, secret = unb64(p256dh), unb64(auth)
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
    except ValueError:
        return False
    return len(point) == _POINT_BYTES and len(secret) == _AUTH_BYTES


def remove(*, actor: Actor, browser_id: int, now: datetime) -> bool:
    """This browser of the actor's takes no pushes any more; whether there was one."""
    with db.atomic():
        gone = Browser.objects.filter(pk=browser_id, user_id=_user(actor)).delete()[0]
        if gone:
            _tell(events.BROWSER_REMOVED, actor.label, actor.brand_id, now, browser_id, reason="asked")
    return bool(gone)


def forget(*, user_id: int | None, browser_id: int | None) -> None:
    """Whoever used this browser has signed out."""
    if user_id and browser_id:
        Browser.objects.filter(pk=browser_id, user_id=user_id).delete()


def _tell(kind: Kind, who: str, brand_id: int | None, now: datetime, pk: int, **more: str) -> None:
    emit(Fact(kind, now, who, brand_id, None, None, {"browser": pk, **more}))
