"""Many at once: the same function in many threads, each with its own database connection."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from django.db import connection

T = TypeVar("T")
G = TypeVar("G")


def at_once(function: Callable[[G], T], givens: Sequence[G]) -> list[T | Exception]:
    """Call the function with each of the givens, all at the same moment; results or errors, in order."""
    start = threading.Barrier(len(givens))

    def run(given: G) -> T | Exception:
        try:
            connection.ensure_connection()
            start.wait(timeout=60)
            return function(given)
        except Exception as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(givens)) as pool:
        return list(pool.map(run, givens))


def kinds(results: Sequence[object]) -> dict[str, int]:
    """How many results of each type there are."""
    found: dict[str, int] = {}
    for one in results:
        found[type(one).__name__] = found.get(type(one).__name__, 0) + 1
    return found
