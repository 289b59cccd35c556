"""Programs of their own on the tests' database."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from django.db import connection

ROOT = Path(__file__).resolve().parents[2]


def test_database_url() -> str:
    """The address of the database that the running test uses."""
    head, _, query = os.environ["DATABASE_URL"].partition("?")
    return head.rsplit("/", 1)[0] + f"/{connection.settings_dict['NAME']}" + (f"?{query}" if query else "")


test_database_url.__test__ = False  # type: ignore[attr-defined]


def run_script(script: Path, *words: str) -> subprocess.CompletedProcess[bytes]:
    """Run a Python program to its end, whatever that is; a minute at most."""
    known = {"DATABASE_URL": test_database_url(), "DJANGO_SETTINGS_MODULE": "chimein.config.settings"}
    environment = {**os.environ, **known, "PYTHONPATH": str(ROOT)}
    return subprocess.run(
        [sys.executable, str(script), *words],
        env=environment,
        cwd=ROOT,
        timeout=60,
        capture_output=True,
        check=False,
    )
