"""A supervisor in a process of its own, as ourselves and, when we are root, as an ordinary user too."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from chimein.runtime.children import MARK
from chimein.runtime.pg_access import free_port
from chimein.runtime.pg_processes import server_processes

SOURCES = Path(__file__).resolve().parents[3] / "src"
PACKAGES = Path(psutil.__file__).parents[1]
NOBODY = 65534


class Run:
    """One start of the small product; `lines` is all it has printed."""

    def __init__(self, folder: Path, port: int, words: list[str], *, prefix: list[str]) -> None:
        self.folder = folder
        self._log = (folder / "output.txt").open("a+")
        self._begin = self._log.seek(0, os.SEEK_END)
        environment = {key: value for key, value in os.environ.items() if key != "DATABASE_URL"}
        environment["PYTHONPATH"] = f"{SOURCES}:{PACKAGES}"
        script = Path(__file__).with_name("small_product.py")
        self.process = subprocess.Popen(
            [*prefix, str(script), str(folder), str(port), *words],
            stdout=self._log,
            stderr=subprocess.STDOUT,
            env=environment,
            start_new_session=True,
        )

    @property
    def lines(self) -> str:
        self._log.seek(self._begin)
        return self._log.read()

    def wait_for(self, text: str, *, within_s: float = 20) -> None:
        until(lambda: text in self.lines or self.process.poll() is not None, within_s=within_s, why=self)
        assert text in self.lines, self.lines

    def wait_for_end(self, *, within_s: float = 10) -> int:
        return self.process.wait(within_s)

    def programs(self, word: str = "") -> list[psutil.Process]:
        """The living programs it started, the database left out."""
        found = []
        for process in psutil.process_iter(["cmdline", "environ", "status"]):
            alive = process.info["status"] != psutil.STATUS_ZOMBIE
            marked = (process.info["environ"] or {}).get(MARK) == str(self.folder)
            if alive and marked and word in " ".join(process.info["cmdline"] or []):
                found.append(process)
        return found

    def database(self) -> list[psutil.Process]:
        return server_processes(self.folder / "postgres")

    def close(self) -> None:
        for process in [*self.programs(), *self.database()]:
            process.send_signal(signal.SIGKILL)
        self.process.kill()
        self.process.wait()
        self._log.close()

    def __str__(self) -> str:
        return self.lines


def until(check: Callable[[], object], *, within_s: float, why: object = "") -> None:
    """Wait until `check` holds; fail with `why` when it takes longer."""
    deadline = time.monotonic() + within_s
    while not check():
        assert time.monotonic() < deadline, f"waited {within_s} s in vain: {why}"
        time.sleep(0.05)


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that an ordinary user may enter, unlike pytest's own."""
    path = Path(tempfile.mkdtemp(prefix="chimein-runtime-"))
    path.chmod(0o755)
    yield path
    shutil.rmtree(path, ignore_errors=True)


def _ordinary_python() -> list[str] | None:
    """How to run our Python as `nobody`; None when that user can reach none that fits."""
    drop = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
    # setpriv itself may pass closed folders, what it starts may not: so ask Python whether it can start.
    check = (
        "import os, sys, psycopg, psutil, chimein;"
        "assert sys.version_info >= (3, 11) and os.access(sys.executable, os.X_OK)"
    )
    for python in (sys.executable, "/usr/bin/python3"):
        probe = [*drop, python, "-c", check]
        environment = {**os.environ, "PYTHONPATH": f"{SOURCES}:{PACKAGES}"}
        if subprocess.run(probe, env=environment, capture_output=True, check=False, cwd="/").returncode == 0:
            return [*drop, python]
    return None


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Tests marked `both_users` run as ourselves and as an ordinary user, the others as ourselves."""
    if "user_prefix" in metafunc.fixturenames:
        both = metafunc.definition.get_closest_marker("both_users") is not None
        metafunc.parametrize("user_prefix", ["ourselves", *(["ordinary"] if both else [])], indirect=True)


@pytest.fixture
def user_prefix(request: pytest.FixtureRequest, folder: Path) -> list[str]:
    """The words before a script that decide who runs it."""
    if request.param == "ourselves":
        return [sys.executable]
    if os.geteuid() != 0:
        pytest.skip("we are an ordinary user already")
    prefix = _ordinary_python()
    if prefix is None:
        pytest.skip("an ordinary user cannot reach this Python")
    os.chown(folder, NOBODY, NOBODY)
    return prefix


Launch = Callable[..., Run]


@pytest.fixture
def launch(folder: Path, user_prefix: list[str]) -> Iterator[Launch]:
    """Start the small product: `launch(*words)`; the port stays the same within a test."""
    port = free_port()
    runs: list[Run] = []

    def start(*words: str) -> Run:
        runs.append(Run(folder, port, list(words), prefix=user_prefix))
        return runs[-1]

    yield start
    for run in runs:
        run.close()
