"""``chimein worker``: take in, deliver, poll, sweep and count, until stopped."""

from __future__ import annotations

import signal
import threading
import time
from types import FrameType
from typing import Any

from django.core.management.base import BaseCommand

from chimein.config import work
from chimein.core.loops import Loop

_STOP_S = 5.0


class Command(BaseCommand):
    help = "Take in what networks tell us, deliver answers, poll timelines. Any number may run."

    def handle(self, *args: Any, **options: Any) -> None:
        stopping = threading.Event()

        def stop(_number: int, _frame: FrameType | None) -> None:
            stopping.set()

        signal.signal(signal.SIGTERM, stop)
        signal.signal(signal.SIGINT, stop)
        work.warm_up()
        threads = work.start(stopping)
        self.stdout.write("worker ready")
        stopping.wait()
        end = time.monotonic() + _STOP_S
        for thread in threads:
            if isinstance(thread, Loop):
                thread.wake.set()
        for thread in threads:
            thread.join(timeout=max(0.0, end - time.monotonic()))
