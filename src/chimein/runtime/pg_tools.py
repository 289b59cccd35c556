"""PostgreSQL's own programs on our database: a look inside, a backup, a restore."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from chimein.runtime.database import database_url
from chimein.runtime.errors import PlatformError
from chimein.runtime.pg_programs import find_programs

TOOLS = ("psql", "pg_dump", "pg_restore")


def run_tool(words: Sequence[str], *, folder: Path) -> int:
    """Run one of `TOOLS` with the arguments after it; its exit code. Raises PlatformError for another."""
    if not words or words[0] not in TOOLS:
        raise PlatformError(
            f"chimein pg runs {', '.join(TOOLS)}.",
            "For example: chimein pg pg_dump --format=custom --file=backup.dump",
        )
    with database_url(folder) as url:
        given = surroundings(url)
        command = [str(find_programs() / words[0]), f"--dbname={given['PGDATABASE']}", *words[1:]]
        return subprocess.run(command, env={**os.environ, **given}, check=False).returncode


def surroundings(url: str) -> dict[str, str]:
    """The address as environment variables of PostgreSQL's programs, so that `ps` shows no password."""
    parts = urlsplit(url)
    query = dict(parse_qsl(parts.query))
    named = {
        "PGHOST": query.get("host") or parts.hostname or "",
        "PGPORT": str(parts.port or ""),
        "PGUSER": unquote(parts.username or ""),
        "PGPASSWORD": unquote(parts.password or ""),
        "PGDATABASE": unquote(parts.path.lstrip("/")) or "chimein",
        "PGSSLMODE": query.get("sslmode", ""),
        "PGSSLROOTCERT": query.get("sslrootcert", ""),
    }
    return {name: value for name, value in named.items() if value}
