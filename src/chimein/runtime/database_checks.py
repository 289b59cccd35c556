"""The doctor's checks of the database and of what it tells about worker and channels."""

from __future__ import annotations

from datetime import UTC, datetime

import psycopg

from chimein.runtime.findings import Finding

_CLOCK_WARNS_S = 5.0
_OLDEST_SERVER = 150000


def check_server(connection: psycopg.Connection) -> Finding:
    version = connection.info.server_version
    seen = f"PostgreSQL {version // 10000}.{version % 10000} at {connection.info.host}:{connection.info.port}"
    if version < _OLDEST_SERVER:
        return Finding("database", "wrong", seen, "ChimeIn needs PostgreSQL 15 or newer.")
    return Finding("database", "ok", seen)


def check_clock(connection: psycopg.Connection) -> Finding:
    """The clocks of the database and of this machine agree; leases and signatures depend on it. Seconds."""
    row = connection.execute("SELECT clock_timestamp()").fetchone()
    assert row is not None
    apart = abs((datetime.now(UTC) - row[0]).total_seconds())
    seen = f"{apart:.1f} s from the database's"
    if apart > _CLOCK_WARNS_S:
        return Finding("clock", "wrong", seen, "Set the clocks by NTP: timedatectl set-ntp true")
    return Finding("clock", "ok", seen)


def check_migrations() -> Finding:
    """All changes of the tables this version knows are made. Needs Django set up."""
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if waiting:
        return Finding("migrations", "wrong", f"{len(waiting)} not made", "chimein migrate")
    return Finding("migrations", "ok", "all made")


def check_worker(connection: psycopg.Connection, *, running: bool) -> Finding:
    """Somebody listens for work: a worker keeps a connection whose last words were such a LISTEN."""
    row = connection.execute(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
        " AND query IN ('LISTEN chimein_inbound', 'LISTEN chimein_deliveries')"
    ).fetchone()
    assert row is not None
    if row[0]:
        return Finding("worker", "ok", f"{row[0]} at work")
    if running:
        return Finding("worker", "wrong", "none at work", "Look at the lines of worker in chimein up.")
    return Finding("worker", "skipped", "ChimeIn does not run", "Start it: chimein up")


def check_channels(connection: psycopg.Connection) -> list[Finding]:
    """Accounts on networks whose last call failed."""
    rows = connection.execute(
        "SELECT adapter, name, last_error FROM channels_channelaccount WHERE is_active"
        " AND last_error_at IS NOT NULL AND (last_ok_at IS NULL OR last_ok_at < last_error_at) ORDER BY id"
    ).fetchall()
    remedy = "Open Channels in the console: the account's page says what to renew."
    broken = [
        Finding("channel", "wrong", f"{name} ({adapter}): {error}", remedy) for adapter, name, error in rows
    ]
    return broken or [Finding("channel", "ok", "no account reports an error")]
