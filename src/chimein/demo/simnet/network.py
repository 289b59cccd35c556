"""What every request needs: the store, the JSON shapes, the webhook sender and the control key."""

from __future__ import annotations

import hmac
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from .shapes import Shapes
from .store import Db, Store, lasting_secret
from .webhooks import Sender

KEY_VARIABLE = "WARBLE_CONTROL_KEY"


def control_key_file(path: Path) -> Path:
    """Where the control key is kept when the environment doesn't give one: beside the database."""
    return path.with_name(path.name + ".key")


class Network:
    """One running network over one database file."""

    def __init__(self, *, path: Path, base_url: str) -> None:
        self.store = Store(path)
        self.shapes = Shapes(base_url)
        self.sender = Sender(self.store)
        self._control_key = _control_key(path)
        with self.store.write() as db:
            self.cookie_secret = lasting_secret(db, "cookie_secret")

    def start(self) -> None:
        """Begin sending webhooks; fine when already started."""
        self.sender.start()

    def stop(self) -> None:
        """Stop sending and close the file."""
        self.sender.stop()
        self.store.close()

    @contextmanager
    def write(self) -> Iterator[Db]:
        """A write transaction after which the sender looks into the outbox."""
        with self.store.write() as db:
            yield db
        self.sender.wake()

    def is_control_key(self, given: str) -> bool:
        """Whether somebody holds the control key."""
        return hmac.compare_digest(self._control_key.encode(), given.encode())


def _control_key(path: Path) -> str:
    given = os.environ.get(KEY_VARIABLE)
    if given:
        return given
    file = control_key_file(path)
    if not file.exists():
        _make_key(file)
    return file.read_text(encoding="utf-8").strip()


def _make_key(file: Path) -> None:
    """Written aside and then linked, so that two processes starting together agree on one whole key."""
    aside = file.with_name(f"{file.name}.{secrets.token_hex(8)}")
    handle = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as out:
            out.write(secrets.token_urlsafe(24))
        with suppress(FileExistsError):
            os.link(aside, file)
    finally:
        aside.unlink()
