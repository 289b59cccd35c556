"""How the embedded PostgreSQL is set: for one small machine that several programs of ours share."""

from __future__ import annotations

from pathlib import Path

from chimein.runtime.pg_processes import cluster_name

_SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "shared_buffers": "256MB",
    "max_connections": "200",
    "wal_compression": "on",
    "synchronous_commit": "on",
    "max_wal_size": "2GB",
    "checkpoint_timeout": "15min",
    "random_page_cost": "1.1",
    "effective_cache_size": "1GB",
    "work_mem": "8MB",
    "maintenance_work_mem": "128MB",
    # Statements here are short: compiling them or sharing them out costs more than it saves.
    "jit": "off",
    "max_parallel_workers_per_gather": "0",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_checkpoints": "off",
    "log_line_prefix": "",
}
# For tests, whose data nobody misses after a power cut.
_FORGETFUL = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "shared_buffers": "128MB",
}


def server_arguments(data: Path, *, port: int, durable: bool) -> list[str]:
    """The command-line arguments of `postgres` for this data folder."""
    settings = {**_SETTINGS, **({} if durable else _FORGETFUL), "cluster_name": cluster_name(data)}
    pairs = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
    return ["-D", str(data), "-p", str(port), *pairs]
