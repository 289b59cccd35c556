"""Starting programs so that they die with us, and PostgreSQL as somebody who is not root.

Both are done by `setpriv` of util-linux, which Debian always has: it sets the parent-death signal
(prctl(2), PR_SET_PDEATHSIG) and changes the user between fork and exec, without Python code there.
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from chimein.runtime.errors import PlatformError

UNPRIVILEGED = "nobody"
# Lets the server pass folders closed to others, such as /root, on its way to its own files; and nothing else.
_PASS_CLOSED_FOLDERS = (
    "--securebits=+no_setuid_fixup",
    "--inh-caps=-all,+dac_override",
    "--ambient-caps=-all,+dac_override",
    "--bounding-set=-all,+dac_override",
    "--no-new-privs",
)


@dataclass(frozen=True, slots=True)
class Account:
    """The system user a program runs as."""

    name: str
    uid: int
    gid: int


def dies_with_us(command: list[str], *, by: str) -> list[str]:
    """The command, so that the kernel sends it the signal `by` (as "KILL") when the calling process ends."""
    setpriv = shutil.which("setpriv")
    return [setpriv, "--pdeathsig", by, *command] if setpriv else command


def server_account(data: Path) -> Account | None:
    """Who runs the database: None for ourselves; as root the owner of the data, else `nobody`."""
    if os.geteuid() != 0:
        return None
    entry = pwd.getpwnam(UNPRIVILEGED)
    if data.exists() and data.stat().st_uid != 0:
        entry = pwd.getpwuid(data.stat().st_uid)
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)


def become(account: Account | None, *, program: Path, data: Path) -> list[str]:
    """The words to put before a command of the database server so that it runs as `account`.

    Raises PlatformError when we are root and cannot become anybody else.
    """
    if account is None:
        return []
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        raise PlatformError(
            "PostgreSQL does not run as root.", "Install util-linux, or start as an ordinary user."
        )
    drop = [setpriv, f"--reuid={account.uid}", f"--regid={account.gid}", "--clear-groups"]
    for extra in ([], list(_PASS_CLOSED_FOLDERS)):
        if _works([*drop, *extra], program=program, data=data):
            return [*drop, *extra]
    raise PlatformError(
        f"The user {account.name} cannot reach {program} or {data}.",
        "Move the project to a folder others may enter, such as /srv/chimein, or start as an ordinary user.",
    )


def _works(prefix: list[str], *, program: Path, data: Path) -> bool:
    probe = ["sh", "-c", '"$0" --version && test -w "$1"', str(program), str(data)]
    return subprocess.run([*prefix, *probe], capture_output=True, cwd="/", check=False).returncode == 0
