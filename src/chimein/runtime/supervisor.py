"""`chimein up`: the database, the web server, the worker and, in the demo, the player, in one terminal."""

from __future__ import annotations

import os
import signal
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path
from types import FrameType

from chimein.runtime.children import MARK, Child, Program, kill_leftovers, stop_all
from chimein.runtime.errors import PlatformError
from chimein.runtime.locks import FileLock
from chimein.runtime.pg_access import port_is_free
from chimein.runtime.plan import Plan
from chimein.runtime.postgres import EmbeddedPostgres
from chimein.runtime.terminal import Terminal

_TICK_S = 0.1
_APPS_STOP_WITHIN_S = 6.0
_DATABASE_STOPS_WITHIN_S = 3.0
_STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Stopped(Exception):
    """The person asked to stop while we were still starting."""


class Supervisor:
    """Runs everything until it is told to stop, and starts again what crashes."""

    def __init__(self, plan: Plan, *, folder: Path, terminal: Terminal) -> None:
        self._plan = plan
        self._folder = folder
        self._terminal = terminal
        self._stopping = threading.Event()
        self._server: EmbeddedPostgres | None = None
        self._database: Child | None = None
        self._services: list[Child] = []
        self._environment = {
            **os.environ,
            **plan.environment,
            "CHIMEIN_VAR": str(folder),
            "PYTHONUNBUFFERED": "1",
        }

    def run(self) -> int:
        """Run until a signal comes; the exit code. Raises PlatformError when it cannot start."""
        lock = FileLock(self._folder / "supervisor.lock")
        if not lock.acquire():
            raise PlatformError(
                f"ChimeIn already runs from this folder, as process {lock.holder()}.",
                f"Stop it with Ctrl-C in its terminal, or: kill {lock.holder()}",
            )
        before = {number: signal.signal(number, self._on_signal) for number in _STOP_SIGNALS}
        try:
            self._start()
            self._watch()
        except Stopped:
            pass
        finally:
            self._stop()
            for number, handler in before.items():
                signal.signal(number, handler)
            lock.release()
        return 0

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        self._stopping.set()

    # ------------------------------------------------------------ start
    def _start(self) -> None:
        if kill_leftovers(str(self._folder)):
            self._terminal.say("ended what was left of a run that had been killed")
        if not port_is_free(self._plan.port, self._plan.host):
            raise PlatformError(
                f"Port {self._plan.port} is taken by another program.",
                f"Stop that one, or choose another: chimein up --port {self._plan.port + 1}",
            )
        if not self._environment.get("DATABASE_URL"):
            self._start_database()
        for step in self._plan.steps:
            self._do(step)
        for program in self._plan.services:
            child = self._child(program)
            self._services.append(child)
            child.start()

    def _start_database(self) -> None:
        self._server = server = EmbeddedPostgres(self._folder)
        if not server.lock.acquire(wait_s=10):
            raise PlatformError(
                f"Process {server.lock.holder()} uses the database of this folder.",
                "Wait until it has finished, or stop it.",
            )

        def command() -> list[str]:
            # The others know the address by now, so after a crash the port must stay the same.
            server.prepare(same_port=bool(self._environment.get("DATABASE_URL")))
            return server.command()

        self._database = child = self._child(Program("postgres", command, signal.SIGINT))
        child.start()
        try:
            server.wait_until_ready(alive=lambda: child.alive and not self._stopping.is_set())
        except PlatformError:
            if self._stopping.is_set():
                raise Stopped from None
            raise
        self._environment["DATABASE_URL"] = server.url

    def _do(self, step: Program) -> None:
        """Run a step to its end. Raises PlatformError when it fails, Stopped on Ctrl-C."""
        child = self._child(step)
        child.start()
        while not child.wait(time.monotonic() + _TICK_S):
            if self._stopping.is_set():
                child.kill()
        if self._stopping.is_set():
            raise Stopped
        if child.exit_code != 0:
            raise PlatformError(
                f"The step {step.name} failed.", "See its lines above, or ask: chimein doctor"
            )

    def _child(self, program: Program) -> Child:
        # The database is not marked: left behind, it deserves a clean stop, which its own start gives it.
        mark = {} if program.name == "postgres" else {MARK: str(self._folder)}
        return Child(program, environment={**self._environment, **mark}, terminal=self._terminal)

    # ------------------------------------------------------------ run
    def _watch(self) -> None:
        announced = False
        while not self._stopping.wait(_TICK_S):
            for child in [self._database, *self._services]:
                if child is not None:
                    child.revive()
            if not announced and _healthy(self._plan.health_url):
                announced = True
                self._terminal.block(self._plan.welcome())

    # ------------------------------------------------------------ stop
    def _stop(self) -> None:
        if not self._services and not self._database:
            return
        self._terminal.say("stopping …")
        stop_all(self._services, within_s=_APPS_STOP_WITHIN_S)
        stop_all([self._database] if self._database else [], within_s=_DATABASE_STOPS_WITHIN_S)
        if self._server is not None:
            self._server.lock.release()
        self._terminal.say("stopped")


def _healthy(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=1) as answer:  # noqa: S310 - our own http address
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False
