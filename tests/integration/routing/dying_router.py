"""A router that is killed once its offers are written, before it commits: run by `test_offers_at_once`."""

from __future__ import annotations

import os
import signal
import sys
from datetime import datetime
from typing import Any

import django

django.setup()

from chimein.routing import offers_book, offers_router  # noqa: E402


def main() -> None:
    real = offers_book.make

    def make_and_die(*args: Any, **fields: Any) -> Any:
        real(*args, **fields)
        os.kill(os.getpid(), signal.SIGKILL)

    offers_book.make = make_and_die
    offers_router.run_due(now=datetime.fromisoformat(sys.argv[1]))
    sys.exit("still alive")


if __name__ == "__main__":
    main()
