"""Small loops that run side by side in one worker, each woken by the database or by the clock."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

import psycopg
from django.db import InterfaceError, OperationalError, close_old_connections, connection

log = logging.getLogger(__name__)

Step = Callable[[], float]
"""Does what there is to do and says how many seconds it may sleep when nobody wakes it."""

_PAUSE_AFTER_ERROR_S = 1.0


class Loop(threading.Thread):
    """One step, again and again, until it is told to stop. An error is logged and the step tried again."""

    def __init__(self, name: str, step: Step, *, stopping: threading.Event) -> None:
        super().__init__(name=name, daemon=True)
        self.wake = threading.Event()
        self._step = step
        self._stopping = stopping

    def run(self) -> None:
        while not self._stopping.is_set():
            self.wake.clear()
            pause = self._run_step()
            self.wake.wait(pause)
        connection.close()

    def _run_step(self) -> float:
        close_old_connections()
        try:
            return self._step()
        except (OperationalError, InterfaceError) as error:
            log.warning("%s waits for the database: %s", self.name, str(error).split("\n")[0])
            connection.close()
        except Exception:
            log.exception("%s stumbled and goes on", self.name)
        return _PAUSE_AFTER_ERROR_S


class Waker(threading.Thread):
    """Listens to PostgreSQL channels and wakes the loops that care."""

    def __init__(self, loops: dict[str, list[Loop]], *, stopping: threading.Event) -> None:
        super().__init__(name="waker", daemon=True)
        self._loops = loops
        self._stopping = stopping

    def run(self) -> None:
        while not self._stopping.is_set():
            try:
                self._listen()
            except psycopg.Error as error:
                log.warning("the waker waits for the database: %s", str(error).split("\n")[0])
                self._stopping.wait(_PAUSE_AFTER_ERROR_S)

    def _listen(self) -> None:
        params = connection.get_connection_params()
        names = ("dbname", "user", "password", "host", "port")
        with psycopg.connect(**{k: params[k] for k in names if params.get(k)}, autocommit=True) as listener:
            for channel in self._loops:
                listener.execute(f"LISTEN {channel}")
            self._wake_all()
            while not self._stopping.is_set():
                for notice in listener.notifies(timeout=1.0, stop_after=1):
                    for loop in self._loops.get(notice.channel, ()):
                        loop.wake.set()

    def _wake_all(self) -> None:
        for loops in self._loops.values():
            for loop in loops:
                loop.wake.set()
