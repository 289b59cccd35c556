"""A worker that is killed in the middle of a batch: run by `test_crowded` as a program of its own."""

from __future__ import annotations

import os
import signal
import sys
from typing import Any

import django

django.setup()

from chimein.conversations import writing  # noqa: E402
from chimein.core import clock  # noqa: E402
from chimein.intake import batch  # noqa: E402


def main() -> None:
    """Take in one batch of the shard that waits longest, and die once its messages are written."""
    real = writing.write_messages

    def write_and_die(messages: Any) -> None:
        real(messages)
        os.kill(os.getpid(), signal.SIGKILL)

    writing.write_messages = write_and_die
    batch.run_batch(shard=batch.pending_shards()[0], now=clock.now())
    sys.exit("still alive")


if __name__ == "__main__":
    main()
