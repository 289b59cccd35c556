"""Port and passwords of the embedded server, kept beside its data in a file only we can read."""

from __future__ import annotations

import json
import os
import secrets
import socket
from dataclasses import asdict, dataclass, replace
from pathlib import Path

HOST = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Access:
    """How the embedded server is reached: as `chimein` by the product, as `postgres` by the supervisor."""

    port: int
    password: str
    admin_password: str

    @classmethod
    def load(cls, path: Path) -> Access | None:
        """What `path` says; None when there is no (readable) file."""
        try:
            return cls(**json.loads(path.read_text()))
        except (FileNotFoundError, ValueError, TypeError):
            return None

    @classmethod
    def fresh(cls) -> Access:
        """A free port and new random passwords."""
        return cls(free_port(), secrets.token_urlsafe(24), secrets.token_urlsafe(24))

    def save(self, path: Path) -> None:
        """Replace the file at once, so that a reader never sees half of it."""
        partial = path.with_suffix(".new")
        partial.unlink(missing_ok=True)
        with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            json.dump(asdict(self), file)
        partial.replace(path)

    def on_free_port(self) -> Access:
        """The same access; on another port when somebody took ours."""
        return self if port_is_free(self.port) else replace(self, port=free_port())

    def url(self, database: str) -> str:
        return f"postgresql://chimein:{self.password}@{HOST}:{self.port}/{database}"

    def admin_url(self, database: str = "postgres") -> str:
        return f"postgresql://postgres:{self.admin_password}@{HOST}:{self.port}/{database}"


def free_port() -> int:
    """A port nobody listens on at the moment."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def port_is_free(port: int, host: str = HOST) -> bool:
    """Can a server listen there? Connections that are only just closing do not count."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
        return True
