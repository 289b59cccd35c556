"""Who looks at a page: the signed cookie of "Continue as …", the language, forms from our own pages only."""

from __future__ import annotations

import hashlib
import hmac
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response

from .errors import ApiError
from .gate import network_of
from .store import Db, Row
from .texts import choose_language

ME = "warble_me"
LANGUAGE = "warble_lang"
WEATHER = "warble_weather"
YEAR_SECONDS = 365 * 86_400


def sign(secret: str, purpose: str, value: str) -> str:
    """`value` with a signature that only fits this purpose."""
    mac = hmac.new(secret.encode(), f"{purpose}\0{value}".encode(), hashlib.sha256).hexdigest()
    return f"{value}.{mac}"


def unsign(secret: str, purpose: str, signed: str) -> str | None:
    """The value of a signed text, or None when it was tampered with."""
    value, dot, _ = signed.rpartition(".")
    good = bool(dot) and hmac.compare_digest(sign(secret, purpose, value).encode(), signed.encode())
    return value if good else None


def visitor(request: Request, db: Db) -> Row | None:
    """The person account the visitor continues as."""
    value = read_cookie(request, ME)
    found: Row | None = db.execute(
        "SELECT * FROM accounts WHERE id = ? AND kind = 'person'", (value or "",)
    ).fetchone()
    return found


def read_cookie(request: Request, name: str) -> str | None:
    """The value of one of our signed cookies."""
    return unsign(network_of(request).cookie_secret, name, request.cookies.get(name, ""))


def set_cookie(request: Request, response: Response, name: str, value: str) -> None:
    """Put a signed cookie; it is sent back to this network only."""
    signed = sign(network_of(request).cookie_secret, name, value)
    put_plain_cookie(request, response, name, signed)


def put_plain_cookie(request: Request, response: Response, name: str, value: str) -> None:
    """Put a cookie as it is."""
    response.set_cookie(
        name,
        value,
        max_age=YEAR_SECONDS,
        path=cookie_path(request),
        httponly=True,
        samesite="strict",
        secure=request.url.scheme == "https",
    )


def cookie_path(request: Request) -> str:
    """The path below which the network lives."""
    return request.scope.get("root_path", "") or "/"


def language_of(request: Request) -> str:
    """`en` or `zh`."""
    asked, remembered = request.query_params.get("lang", ""), request.cookies.get(LANGUAGE, "")
    return choose_language(asked, remembered, request.headers.get("accept-language", ""))


def check_origin(request: Request) -> None:
    """Raises ApiError 403 `foreign` unless the form was sent by one of our own pages."""
    source = request.headers.get("origin") or request.headers.get("referer", "")
    ours = {request.headers.get("host", ""), urlsplit(network_of(request).shapes.base_url).netloc}
    if urlsplit(source).netloc not in ours - {""}:
        raise ApiError(403, "foreign", "The form came from another site.")
