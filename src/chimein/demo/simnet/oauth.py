"""Apps, their tokens and how many calls they may make."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass

from .errors import ApiError
from .faults import Faults
from .store import Db, Row

TOKEN_SECONDS = 7200


@dataclass(frozen=True)
class Budget:
    """How many calls of a kind an app has in this minute. `reset` is in unix seconds."""

    limit: int
    used: int
    reset: int

    def headers(self) -> dict[str, str]:
        """The `x-rate-limit-…` headers of an answer."""
        return {
            "x-rate-limit-limit": str(self.limit),
            "x-rate-limit-remaining": str(max(0, self.limit - self.used)),
            "x-rate-limit-reset": str(self.reset),
        }


def digest(secret: str) -> str:
    """What is stored of a random secret or token. Secrets are long and random, so a fast hash is enough."""
    return hashlib.sha256(secret.encode()).hexdigest()


def put_app(db: Db, *, client_id: str, client_secret: str, account: Row) -> None:
    """Register an app for a brand, or change its secret and owner."""
    db.execute(
        "INSERT INTO apps (client_id, secret_hash, account_id) VALUES (?, ?, ?) ON CONFLICT (client_id)"
        " DO UPDATE SET secret_hash = excluded.secret_hash, account_id = excluded.account_id",
        (client_id, digest(client_secret), account["id"]),
    )


def issue_token(db: Db, *, client_id: str, client_secret: str, now: int) -> str:
    """A new access token, valid for two hours. Raises ApiError 401 `invalid_client`."""
    app = db.execute("SELECT secret_hash FROM apps WHERE client_id = ?", (client_id,)).fetchone()
    expected = "" if app is None else str(app["secret_hash"])
    if not hmac.compare_digest(expected, digest(client_secret)):
        raise ApiError(401, "invalid_client", "Unknown client or wrong secret.")
    token = secrets.token_urlsafe(32)
    db.execute("DELETE FROM tokens WHERE expires_at <= ?", (now,))
    db.execute("INSERT INTO tokens VALUES (?, ?, ?)", (digest(token), client_id, now + TOKEN_SECONDS * 1000))
    return token


def app_of(db: Db, authorization: str, now: int) -> Row:
    """The app a `Bearer` header belongs to. Raises ApiError 401 `invalid_token`."""
    scheme, _, token = authorization.partition(" ")
    row: Row | None = db.execute(
        "SELECT a.* FROM tokens t JOIN apps a ON a.client_id = t.client_id"
        " WHERE t.token_hash = ? AND t.expires_at > ?",
        (digest(token.strip()), now),
    ).fetchone()
    if row is None or scheme.lower() != "bearer":
        raise ApiError(401, "invalid_token", "The access token is missing, wrong or expired.")
    return row


def fresh_budget(faults: Faults, kind: str, now: int) -> Budget:
    """The budget of somebody who has not called yet."""
    return Budget(faults.limit(kind), 0, (now // 60_000 + 1) * 60)


def spend(db: Db, *, client_id: str, kind: str, faults: Faults, now: int) -> Budget:
    """Count one call of `kind` (`reads` or `posts`) in the running minute."""
    rows = db.execute(
        "INSERT INTO calls VALUES (?, ?, ?, 1) ON CONFLICT (client_id, kind) DO UPDATE SET"
        " used = CASE WHEN minute = excluded.minute THEN used + 1 ELSE 1 END, minute = excluded.minute"
        " RETURNING used",
        (client_id, kind, now // 60_000),
    ).fetchall()
    return Budget(faults.limit(kind), int(rows[0][0]), (now // 60_000 + 1) * 60)
