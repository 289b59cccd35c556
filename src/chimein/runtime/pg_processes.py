"""Finding and stopping a database server that was left behind by somebody who was killed."""

from __future__ import annotations

import hashlib
import signal
from pathlib import Path

import psutil


def cluster_name(data: Path) -> str:
    """A name for the server of this data folder; its processes carry it in their titles."""
    return "chimein-" + hashlib.sha256(str(data).encode()).hexdigest()[:12]


def server_processes(data: Path) -> list[psutil.Process]:
    """All living processes of the server of this data folder, the main one first.

    They are known by their command lines, which everybody may read (a container's root may not trace).
    """
    main: list[psutil.Process] = []
    helpers: list[psutil.Process] = []
    title = f"postgres: {cluster_name(data)}: "
    for process in psutil.process_iter(["cmdline", "status"]):
        words = process.info["cmdline"] or []
        if process.info["status"] == psutil.STATUS_ZOMBIE or not words:
            continue
        if words[0].startswith(title):
            helpers.append(process)
        elif Path(words[0]).name == "postgres" and words[1:3] == ["-D", str(data)]:
            main.append(process)
    return main + helpers


def stop_leftovers(data: Path) -> bool:
    """Stop a server nobody looks after any more, remove a misleading pid file. True when one was running."""
    found = server_processes(data)
    for number, wait_s in ((signal.SIGINT, 8.0), (signal.SIGQUIT, 3.0), (signal.SIGKILL, 3.0)):
        left = server_processes(data)
        if not left:
            break
        # Only the main process takes orders; a helper without one ends by itself, or is killed at last.
        for process in left if number == signal.SIGKILL else left[:1]:
            _send(process, number)
        psutil.wait_procs(left, timeout=wait_s)
    _remove_foreign_pid_file(data)
    return bool(found)


def _send(process: psutil.Process, number: signal.Signals) -> None:
    try:
        process.send_signal(number)
    except psutil.NoSuchProcess:
        return


def _remove_foreign_pid_file(data: Path) -> None:
    """After a crash the pid in the file may be somebody else's, which would make postgres refuse to start.

    A file with a dead pid stays: by it postgres checks that no shared memory of the dead server is in use.
    """
    path = data / "postmaster.pid"
    if not path.exists():
        return
    first = path.read_text().partition("\n")[0].strip()
    if not first.isdigit() or psutil.pid_exists(int(first)):
        path.unlink()
