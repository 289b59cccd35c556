"""Making the data folder and the database of the embedded server."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import psycopg
from psycopg import sql

from chimein.runtime.errors import PlatformError
from chimein.runtime.pg_access import Access
from chimein.runtime.privileges import Account, become

_EXTENSIONS = ("pg_trgm", "vector")


def make_data_folder(data: Path, *, programs: Path, account: Account | None, admin_password: str) -> None:
    """Run initdb, in a folder of another name first, so that an interruption leaves no half-made data."""
    partial = data.with_name(data.name + ".new")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(mode=0o700)
    with tempfile.TemporaryDirectory() as folder:
        password_file = Path(folder) / "password"
        password_file.write_text(admin_password)
        if account is not None:
            for path in (partial, Path(folder), password_file):
                os.chown(path, account.uid, account.gid)
        _run_initdb(partial, programs=programs, account=account, password_file=password_file)
    partial.replace(data)


def _run_initdb(data: Path, *, programs: Path, account: Account | None, password_file: Path) -> None:
    # Letters of every language count as letters (LC_CTYPE), and sorting stays fast and the same everywhere.
    command = [
        *become(account, program=programs / "postgres", data=data),
        str(programs / "initdb"),
        *("-D", str(data), "-U", "postgres", f"--pwfile={password_file}", "--auth=scram-sha-256"),
        *("--encoding=UTF8", "--lc-collate=C", "--lc-ctype=C.UTF-8", "--no-sync", "--no-instructions"),
    ]
    done = subprocess.run(command, capture_output=True, text=True, cwd="/", check=False)
    if done.returncode != 0:
        raise PlatformError(
            f"The database could not be made in {data}: {done.stderr.strip()}", "Is the disk full?"
        )


def make_database(access: Access, database: str) -> None:
    """Make the role `chimein` and its database where they are missing; what is there stays as it is."""
    with psycopg.connect(access.admin_url(), autocommit=True) as connection:
        if connection.execute("SELECT 1 FROM pg_roles WHERE rolname = 'chimein'").fetchone() is None:
            _make_role(connection, access.password)
            _add_extensions(access.admin_url("template1"))
        if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database]).fetchone() is None:
            connection.execute(sql.SQL("CREATE DATABASE {} OWNER chimein").format(sql.Identifier(database)))


def _make_role(connection: psycopg.Connection, password: str) -> None:
    # CREATEDB for test databases; the monitoring roles for the doctor and the benchmarks. Not a superuser.
    connection.execute(
        sql.SQL("CREATE ROLE chimein LOGIN CREATEDB PASSWORD {} IN ROLE pg_monitor, pg_checkpoint").format(
            password
        )
    )


def _add_extensions(template_url: str) -> None:
    """Into the template, so that each new database has them though only a superuser may add them."""
    with psycopg.connect(template_url, autocommit=True) as connection:
        for name in _EXTENSIONS:
            known = connection.execute(
                "SELECT 1 FROM pg_available_extensions WHERE name = %s", [name]
            ).fetchone()
            if known:
                connection.execute(sql.SQL("CREATE EXTENSION IF NOT EXISTS {}").format(sql.Identifier(name)))
