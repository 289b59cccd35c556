"""Calling Warble's platform API: tokens, and what its refusals mean."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

import httpx

from chimein.channels.adapters.calls import body_of, certain_or_not, retry_at, web_address
from chimein.channels.port import AccountView, SendError, SendErrorCode, SendUncertain
from chimein.core import clock

_SPARE_S = 60.0
_CODES: Mapping[int, SendErrorCode] = {
    401: SendErrorCode.AUTH_EXPIRED,
    403: SendErrorCode.NOT_ALLOWED,
    404: SendErrorCode.TARGET_GONE,
    409: SendErrorCode.DUPLICATE,
    410: SendErrorCode.TARGET_GONE,
    429: SendErrorCode.RATE_LIMITED,
}
_NOTHING_DONE = frozenset({(500, "internal_error"), (503, "unavailable")})
"""Errors of its own of which the network says that they come before anything is done."""


class Tokens:
    """Access tokens by credentials, kept in this process until shortly before they run out."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: dict[tuple[str, str, str], tuple[str, float]] = {}

    def get(self, account: AccountView, client: httpx.Client, *, not_this: str = "") -> str:
        """A token that is thought valid; a new one when the known one is `not_this`. Raises SendError."""
        credentials = account.credentials
        key = (account.base_url, credentials.get("client_id", ""), credentials.get("client_secret", ""))
        with self._lock:
            token, good_until = self._known.get(key, ("", 0.0))
        if token and token != not_this and time.monotonic() < good_until:
            return token
        token, seconds = _new_token(account, client)
        with self._lock:
            self._known[key] = (token, time.monotonic() + max(seconds - _SPARE_S, 0.0))
        return token


def _new_token(account: AccountView, client: httpx.Client) -> tuple[str, float]:
    form = {
        "grant_type": "client_credentials",
        "client_id": account.credentials.get("client_id", ""),
        "client_secret": account.credentials.get("client_secret", ""),
    }
    with certain_or_not(writes=False):
        response = client.post(_address(account, "/oauth/token"), data=form)
    if not response.is_success:
        raise _refusal(response)
    body = body_of(response)
    token, seconds = body.get("access_token"), body.get("expires_in")
    if not isinstance(token, str) or not token.isascii() or not token:
        raise SendError(SendErrorCode.TEMPORARY, "The network gave no usable access token.")
    return token, float(seconds) if isinstance(seconds, int | float) else 0.0


def _address(account: AccountView, path: str) -> str:
    return web_address(account.base_url).rstrip("/") + path


class Api:
    """One account's calls. Raises SendError; SendUncertain when a call that writes gets no answer."""

    def __init__(self, tokens: Tokens, account: AccountView, client: httpx.Client) -> None:
        self._tokens = tokens
        self._account = account
        self._client = client

    def get(self, path: str, params: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """The JSON that a reading call answers."""

        def read(token: str) -> httpx.Response:
            with certain_or_not(writes=False):
                return self._client.get(self._address(path), params=params, headers=_bearer(token))

        response = self._with_token(read)
        if not response.is_success:
            raise _refusal(response)
        return body_of(response)

    def post(self, path: str, json: Mapping[str, Any], key: str) -> dict[str, Any]:
        """The JSON that a writing call answers; the same `key` again changes nothing."""

        def write(token: str) -> httpx.Response:
            headers = {**_bearer(token), "Idempotency-Key": key}
            with certain_or_not(writes=True):
                return self._client.post(self._address(path), json=json, headers=headers)

        response = self._with_token(write)
        if response.is_success:
            return body_of(response)
        if response.status_code >= 500 and not _nothing_done(response):
            raise SendUncertain(_said(response))
        raise _refusal(response)

    def _address(self, path: str) -> str:
        return _address(self._account, path)

    def _with_token(self, call: Callable[[str], httpx.Response]) -> httpx.Response:
        """The call's answer; made once more with a new token when the network no longer takes the old one."""
        token = self._tokens.get(self._account, self._client)
        response = call(token)
        if response.status_code == 401:
            response = call(self._tokens.get(self._account, self._client, not_this=token))
        return response


def _bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def _nothing_done(response: httpx.Response) -> bool:
    return (response.status_code, body_of(response).get("error")) in _NOTHING_DONE


def _said(response: httpx.Response) -> str:
    body = body_of(response)
    return f"The network answered {response.status_code} {body.get('error', '')}: {body.get('message', '')}"[
        :400
    ]


def _refusal(response: httpx.Response) -> SendError:
    """The network's no, in the port's words."""
    status = response.status_code
    if status >= 500:
        code = SendErrorCode.TEMPORARY
    elif status == 422 and body_of(response).get("error") == "too_long":
        code = SendErrorCode.TOO_LONG
    else:
        code = _CODES.get(status, SendErrorCode.BAD_REQUEST)
    later = retry_at(response, clock.now()) if status in {429, 503} else None
    return SendError(code, _said(response), retry_at=later)
