"""Gives the tests a PostgreSQL of their own, unless `DATABASE_URL` names one.

It must stand before Django's settings are read, so it is made when pytest starts (under a second).
"""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

import pytest

from chimein.runtime.postgres import EmbeddedPostgres


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> None:
    """Start the server and set `DATABASE_URL` and `CHIMEIN_VAR`; workers of pytest-xdist inherit both."""
    if os.environ.get("DATABASE_URL") or hasattr(early_config, "workerinput"):
        return
    # Not below pytest's own temporary folder, which an ordinary user such as `nobody` may not enter.
    folder = Path(tempfile.mkdtemp(prefix="chimein-test-"))
    folder.chmod(0o711)
    server = EmbeddedPostgres(folder, durable=False)
    early_config.add_cleanup(lambda: shutil.rmtree(folder, ignore_errors=True))
    early_config.add_cleanup(server.stop)
    os.environ["DATABASE_URL"] = server.start()
    os.environ.setdefault("CHIMEIN_VAR", str(folder))
