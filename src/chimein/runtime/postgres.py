"""The embedded PostgreSQL: made on first use, run as a child process, gone when its parent is.

`EmbeddedPostgres` is driven step by step by the supervisor (`prepare`, `command`, `wait_until_ready`);
everybody else uses `start` and `stop`, or it as a context manager, which gives the address.
"""

from __future__ import annotations

import contextlib
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

import psycopg

from chimein.runtime.errors import PlatformError
from chimein.runtime.locks import FileLock
from chimein.runtime.pg_access import Access
from chimein.runtime.pg_processes import stop_leftovers
from chimein.runtime.pg_programs import find_programs
from chimein.runtime.pg_settings import server_arguments
from chimein.runtime.pg_setup import make_data_folder, make_database
from chimein.runtime.privileges import become, dies_with_us, server_account

DATABASE = "chimein"


class EmbeddedPostgres:
    """The server with its data in `folder`/postgres. `durable=False` is for data that may be lost (tests)."""

    def __init__(self, folder: Path, *, durable: bool = True) -> None:
        self.data = folder.resolve() / "postgres"
        self.log = folder / "postgres.log"
        self.lock = FileLock(folder / "postgres.lock")
        self._access_path = folder / "postgres.json"
        self._durable = durable
        self._process: subprocess.Popen[bytes] | None = None

    # ------------------------------------------------------------ step by step
    def prepare(self, *, same_port: bool = False) -> None:
        """Stop a server left behind, make the data folder when missing, choose a port. Needs the lock."""
        stop_leftovers(self.data)
        access = Access.load(self._access_path)
        if not (self.data / "PG_VERSION").exists():
            access = Access.fresh()
            make_data_folder(
                self.data,
                programs=find_programs(),
                account=server_account(self.data),
                admin_password=access.admin_password,
            )
        elif access is None:
            raise PlatformError(
                f"{self._access_path} with the passwords of the database is missing.",
                f"Put it back, or remove {self.data} to begin with an empty database.",
            )
        (access if same_port else access.on_free_port()).save(self._access_path)

    def command(self) -> list[str]:
        """What starts the server prepared before; it ends when the calling process does. SIGINT stops it."""
        program = find_programs() / "postgres"
        arguments = server_arguments(self.data, port=self._access().port, durable=self._durable)
        dropped = become(server_account(self.data), program=program, data=self.data)
        # The signal is set last, since a change of user takes it away. SIGINT is the fast, clean stop.
        return [*dropped, *dies_with_us([str(program), *arguments], by="INT")]

    def wait_until_ready(self, *, wait_s: float = 60.0, alive: Callable[[], bool] = lambda: True) -> None:
        """Until the server answers, with its database. Raises PlatformError when it ends or takes longer."""
        deadline = time.monotonic() + wait_s
        while not _connects(self._access().admin_url()):
            if not alive() or time.monotonic() > deadline:
                raise PlatformError(
                    "The database did not start.", f"See what it says in the terminal or {self.log}."
                )
            time.sleep(0.05)
        make_database(self._access(), DATABASE)

    def usable(self) -> bool:
        """Is the server up, with its database? For those who use it while another process runs it."""
        access = Access.load(self._access_path)
        return access is not None and _connects(access.url(DATABASE))

    @property
    def url(self) -> str:
        """The address for `DATABASE_URL`."""
        return self._access().url(DATABASE)

    def _access(self) -> Access:
        access = Access.load(self._access_path)
        if access is None:
            raise PlatformError("The embedded database was not made yet.", "Start it once with: chimein up")
        return access

    # ------------------------------------------------------------ in one go
    def start(self) -> str:
        """Run the server as our child; its address. Raises PlatformError when another process runs it."""
        if not self.lock.held and not self.lock.acquire():
            raise PlatformError(
                f"Process {self.lock.holder()} runs the database in {self.data}.", "Stop it first."
            )
        try:
            self.prepare()
            with self.log.open("ab") as log:
                self._process = subprocess.Popen(
                    self.command(),
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    cwd="/",
                    start_new_session=True,
                )
            process = self._process
            self.wait_until_ready(alive=lambda: process.poll() is None)
        except BaseException:
            self.stop()
            raise
        return self.url

    def stop(self) -> None:
        """Stop the server started by `start`: cleanly, and by force when that takes over 10 s."""
        process, self._process = self._process, None
        for number, wait_s in ((signal.SIGINT, 10.0), (signal.SIGQUIT, 3.0), (signal.SIGKILL, 3.0)):
            if process is None or process.poll() is not None:
                break
            process.send_signal(number)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(wait_s)
        self.lock.release()

    def __enter__(self) -> str:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def _connects(url: str) -> bool:
    with contextlib.suppress(psycopg.OperationalError):
        psycopg.connect(url, connect_timeout=2).close()
        return True
    return False
