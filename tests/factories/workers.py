"""Intake by several workers at once, as in production: each in a thread with its own connection."""

from __future__ import annotations

import time

from django.db import OperationalError, connection

from chimein.core import clock
from chimein.intake import batch


def _work(limit: int) -> batch.Outcome:
    total = batch.Outcome()
    while shards := batch.pending_shards():
        for shard in shards:
            try:
                outcome = batch.run_batch(shard=shard, now=clock.now(), limit=limit)
            except OperationalError as error:
                if "deadlock" not in str(error):
                    raise
                connection.close()
                continue
            if outcome is None:
                time.sleep(0.002)
            else:
                total.add(outcome)
    return total


def drain(workers: int, *, limit: int = batch.BATCH) -> batch.Outcome:
    """Take in everything that waits with so many workers; what became of it."""
    from tests.factories.crowd import at_once

    total = batch.Outcome()
    for outcome in at_once(_work, [limit] * workers):
        if isinstance(outcome, Exception):
            raise outcome
        total.add(outcome)
    return total
