"""One intake process of the benchmark. Django is imported inside, since the process starts from nothing."""

from __future__ import annotations

import time
from multiprocessing.synchronize import Event


def drain(done: Event) -> None:
    """Take in batches until everything has been journalled and nothing waits."""
    import django

    django.setup()
    from chimein.core import clock
    from chimein.intake import batch

    while True:
        finished = done.is_set()
        taken = 0
        for shard in batch.pending_shards():
            outcome = batch.run_batch(shard=shard, now=clock.now())
            taken += outcome.entries if outcome else 0
        if not taken:
            if finished and not batch.pending_shards():
                return
            time.sleep(0.01)
