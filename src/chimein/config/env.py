"""Where things are kept and which database is used."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from urllib.parse import unquote, urlsplit

PROJECT_ROOT = Path(__file__).resolve().parents[3]


def var_dir() -> Path:
    """The folder for everything written at run time (``CHIMEIN_VAR``, else ``var`` in the project)."""
    return Path(os.environ.get("CHIMEIN_VAR", PROJECT_ROOT / "var"))


def secret_key() -> str:
    """``CHIMEIN_SECRET_KEY``, else a random key made once and kept in the var folder, readable by us alone."""
    given = os.environ.get("CHIMEIN_SECRET_KEY")
    if given:
        return given
    path = var_dir() / "secret_key"
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text().strip()
    with os.fdopen(descriptor, "w") as file:
        key = secrets.token_urlsafe(48)
        file.write(key)
    return key


def database(url: str) -> dict[str, object]:
    """Django's settings for a ``postgresql://`` address. Raises ValueError for any other kind."""
    parts = urlsplit(url)
    if parts.scheme not in {"postgresql", "postgres"}:
        raise ValueError("DATABASE_URL must begin with postgresql://")
    query = dict(pair.split("=", 1) for pair in parts.query.split("&") if "=" in pair)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")) or "chimein",
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(query.pop("host", parts.hostname or "")),
        "PORT": str(parts.port or ""),
        "OPTIONS": {key: unquote(value) for key, value in query.items()},
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
    }


def mail_server(url: str) -> dict[str, object]:
    """Django's mail settings for ``smtp://`` (STARTTLS) or ``smtps://`` addresses."""
    parts = urlsplit(url)
    if parts.scheme not in {"smtp", "smtps"}:
        raise ValueError("CHIMEIN_EMAIL_URL must begin with smtp:// or smtps://")
    return {
        "EMAIL_HOST": parts.hostname or "localhost",
        "EMAIL_PORT": parts.port or (465 if parts.scheme == "smtps" else 587),
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_SSL": parts.scheme == "smtps",
        "EMAIL_USE_TLS": parts.scheme == "smtp" and bool(parts.username),
    }


SIGN_ON_APPS = ("allauth.socialaccount", "allauth.socialaccount.providers.openid_connect")


def single_sign_on(issuer: str, client_id: str, secret: str, name: str) -> dict[str, object]:
    """Settings of the company's own sign-in by OpenID Connect. Raises ValueError when something is missing for it.

    The issuer is the company's: an address that it confirms is confirmed, and leads to the account that has it.
    """
    if not issuer.startswith("https://") or not client_id or not secret:
        raise ValueError(
            "CHIMEIN_OIDC_ISSUER must begin with https:// and wants CHIMEIN_OIDC_CLIENT and _SECRET"
        )
    app = {
        "provider_id": "company", "name": name, "client_id": client_id, "secret": secret,
        "settings": {"server_url": issuer.rstrip("/")},
    }  # fmt: skip
    return {
        "SOCIALACCOUNT_PROVIDERS": {"openid_connect": {"OAUTH_PKCE_ENABLED": True, "APPS": [app]}},
        "SOCIALACCOUNT_EMAIL_AUTHENTICATION": True,
        "SOCIALACCOUNT_EMAIL_AUTHENTICATION_AUTO_CONNECT": True,
        # By a link: the content policy keeps forms from being sent on to another site.
        "SOCIALACCOUNT_LOGIN_ON_GET": True,
    }
