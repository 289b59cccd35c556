"""`chimein doctor`: what is wrong with this installation, and how to mend it."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import psycopg
from django.db import OperationalError

from chimein.runtime.database import database_url
from chimein.runtime.database_checks import (
    check_channels,
    check_clock,
    check_migrations,
    check_server,
    check_worker,
)
from chimein.runtime.errors import PlatformError
from chimein.runtime.findings import Finding
from chimein.runtime.machine_checks import (
    check_assets,
    check_disk,
    check_port,
    check_python,
    check_secret_key,
    is_running,
)

_MARKS = {"ok": "✓", "warning": "!", "wrong": "✗", "skipped": "–"}


def examine(*, folder: Path, port: int) -> list[Finding]:
    """All checks; one that cannot be made does not keep the others from being made."""
    machine = [
        check_python(),
        check_disk(folder),
        check_secret_key(folder),
        check_assets(),
        check_port(folder, port),
    ]
    return [*machine, *_examine_database(folder)]


def _examine_database(folder: Path) -> Iterator[Finding]:
    if not os.environ.get("DATABASE_URL") and not (folder / "postgres" / "PG_VERSION").exists():
        yield Finding("database", "skipped", "not made yet", "The first start makes it: chimein up")
        return
    try:
        with (
            database_url(folder) as url,
            psycopg.connect(url, autocommit=True, connect_timeout=5) as connection,
        ):
            os.environ["DATABASE_URL"] = url
            yield check_server(connection)
            yield check_clock(connection)
            yield from _examine_content(connection, running=is_running(folder))
    except PlatformError as problem:
        yield Finding("database", "wrong", problem.what, problem.remedy)
    except (psycopg.OperationalError, OperationalError) as error:
        remedy = "Is the server of DATABASE_URL up, its address right, and may we log in?"
        yield Finding("database", "wrong", str(error).strip().replace("\n", " "), remedy)


def _examine_content(connection: psycopg.Connection, *, running: bool) -> Iterator[Finding]:
    import django

    django.setup()
    migrations = check_migrations()
    yield migrations
    yield check_worker(connection, running=running)
    if migrations.verdict == "ok":
        yield from check_channels(connection)


def report(findings: list[Finding], *, as_json: bool) -> int:
    """Print them; the exit code: 1 when something is wrong."""
    wrong = any(finding.verdict == "wrong" for finding in findings)
    if as_json:
        print(json.dumps({"ok": not wrong, "findings": [asdict(finding) for finding in findings]}, indent=2))
        return int(wrong)
    width = max(len(finding.check) for finding in findings)
    for finding in findings:
        print(f" {_MARKS[finding.verdict]} {finding.check:<{width}}  {finding.seen}")
        if finding.remedy and finding.verdict != "ok":
            print(f"   {'':<{width}}  → {finding.remedy}")
    print("\nSomething needs mending: see the arrows." if wrong else "\nAll is well.")
    return int(wrong)
