"""The front door's own asynchronous connections, beside Django's."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool


def conninfo() -> dict[str, Any]:
    """psycopg's connection parameters for Django's database."""
    database: dict[str, Any] = settings.DATABASES["default"]
    named = {
        "dbname": database["NAME"],
        "user": database["USER"],
        "password": database["PASSWORD"],
        "host": database["HOST"],
        "port": database["PORT"],
        **database.get("OPTIONS", {}),
    }
    return {key: value for key, value in named.items() if value}


def pool(size: int) -> AsyncConnectionPool[AsyncConnection[Any]]:
    """A pool that opens when told to, and checks a connection before it is lent."""
    return AsyncConnectionPool(
        kwargs={**conninfo(), "autocommit": True},
        min_size=1,
        max_size=size,
        open=False,
        check=AsyncConnectionPool.check_connection,
        timeout=5,
    )


async def listening() -> AsyncConnection[Any]:
    """A connection of one's own for LISTEN."""
    return await AsyncConnection.connect(**conninfo(), autocommit=True)
