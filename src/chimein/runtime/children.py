"""The programs a supervisor looks after."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import IO

import psutil

from chimein.runtime.privileges import dies_with_us
from chimein.runtime.terminal import Terminal

MARK = "CHIMEIN_SUPERVISED"
_FIRST_PAUSE_S = 0.5
_LONGEST_PAUSE_S = 30.0
_STEADY_S = 10.0


@dataclass(frozen=True, slots=True)
class Program:
    """What to run under which name. The command is made at each start, since it may change (a port, say)."""

    name: str
    command: Callable[[], list[str]]
    stop_signal: signal.Signals = signal.SIGTERM


class Child:
    """A running (or crashed) program; its lines go to the terminal under its name.

    It gets a session of its own, so that Ctrl-C reaches the supervisor alone, which then stops all in order.
    """

    def __init__(self, program: Program, *, environment: dict[str, str], terminal: Terminal) -> None:
        self.program = program
        self._environment = environment
        self._terminal = terminal
        self._process: subprocess.Popen[bytes] | None = None
        self._reader: threading.Thread | None = None
        self._started_at = 0.0
        self._pause_s = _FIRST_PAUSE_S
        self._start_at: float | None = None

    def start(self) -> None:
        """Start it. Only for the main thread: the kernel ends a child with the *thread* that made it."""
        self._process = subprocess.Popen(
            dies_with_us(self.program.command(), by="KILL"),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=self._environment,
            start_new_session=True,
        )
        self._started_at = time.monotonic()
        self._start_at = None
        assert self._process.stdout is not None
        self._reader = threading.Thread(target=self._copy_lines, args=(self._process.stdout,), daemon=True)
        self._reader.start()

    def _copy_lines(self, source: IO[bytes]) -> None:
        with source:
            for line in source:
                self._terminal.line(self.program.name, line.decode(errors="replace").rstrip())

    @property
    def alive(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def exit_code(self) -> int | None:
        """The exit code; negative: the signal that ended it; None while it runs."""
        return self._process.poll() if self._process else None

    def revive(self) -> None:
        """Called again and again: starts it after a crash, with pauses that double while crashes go on."""
        if self.alive:
            return
        now = time.monotonic()
        if self._start_at is None:
            self.kill()
            if now - self._started_at >= _STEADY_S:
                self._pause_s = _FIRST_PAUSE_S
            self._start_at = now + self._pause_s
            self._terminal.say(
                f"{self.program.name} {self._how_it_ended()}; starts again in {self._pause_s:g} s"
            )
            self._pause_s = min(self._pause_s * 2, _LONGEST_PAUSE_S)
        elif now >= self._start_at:
            self.start()

    def _how_it_ended(self) -> str:
        code = self.exit_code or 0
        return f"was ended by {signal.Signals(-code).name}" if code < 0 else f"ended with code {code}"

    def ask_to_stop(self) -> None:
        """Send the signal that stops this program in good order."""
        if self._process is not None and self.alive:
            self._process.send_signal(self.program.stop_signal)

    def wait(self, until: float) -> bool:
        """Wait for its end until that `time.monotonic()`, then end what it started. False: it still runs."""
        if self._process is None:
            return True
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(max(0.0, until - time.monotonic()))
            self.kill()
            return True
        return False

    def kill(self) -> None:
        """End it and everything it started, at once."""
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
        if self._reader is not None:
            self._reader.join(timeout=1)


def stop_all(children: Iterable[Child], *, within_s: float) -> None:
    """Ask all to stop at the same time; kill those that still run after `within_s` seconds."""
    asked = list(children)
    for child in asked:
        child.ask_to_stop()
    until = time.monotonic() + within_s
    for child in asked:
        if not child.wait(until):
            child.kill()


def kill_leftovers(mark: str) -> int:
    """Kill programs an earlier, killed supervisor left behind; they carry `mark`. How many there were."""
    left = [
        process for process in psutil.process_iter() if process.pid != os.getpid() and _marked(process, mark)
    ]
    for process in left:
        with contextlib.suppress(psutil.Error):
            process.kill()
    psutil.wait_procs(left, timeout=5)
    return len(left)


def _marked(process: psutil.Process, mark: str) -> bool:
    try:
        return process.environ().get(MARK) == mark
    except (psutil.Error, OSError):
        return False
