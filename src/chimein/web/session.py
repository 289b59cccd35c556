"""Who is behind a request that does not come through Django: its session cookie and its language."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module

from django.conf import settings
from django.contrib.auth import get_user
from django.db import close_old_connections
from django.http import HttpRequest
from django.utils import translation
from starlette.requests import Request

from chimein.core import clock
from chimein.routing import presence
from chimein.web import topics


@dataclass(frozen=True, slots=True)
class Asked:
    """Whether somebody may follow what they asked for, and in which language they read."""

    allowed: bool
    language: str


def _django_request(request: Request) -> HttpRequest:
    made = HttpRequest()
    made.COOKIES = dict(request.cookies)
    made.META["HTTP_ACCEPT_LANGUAGE"] = request.headers.get("accept-language", "")
    store = import_module(settings.SESSION_ENGINE).SessionStore
    made.session = store(request.cookies.get(settings.SESSION_COOKIE_NAME))
    return made


def who_asks(request: Request, keys: list[topics.Key]) -> Asked:
    """Look the session up, as Django's own middleware would, and note that they are here. Runs in a thread."""
    close_old_connections()
    made = _django_request(request)
    found = get_user(made)
    user = found if found.is_authenticated and found.is_active else None
    wanted = request.query_params.get("lang", "")
    known = dict(settings.LANGUAGES)
    language = wanted if wanted in known else translation.get_language_from_request(made)
    allowed = topics.allowed(user, keys)
    if allowed and user is not None:
        _note_presence(keys)
    return Asked(allowed, language)


def _note_presence(keys: list[topics.Key]) -> None:
    """Whoever has a page of the console open is there and can be asked: each of them follows one's own alerts."""
    presence.seen_here([number for name, number in keys if name == "alerts"], now=clock.now())
