"""The doctor's checks of this machine and this folder."""

from __future__ import annotations

import json
import os
import platform
import re
import shutil
import urllib.error
import urllib.request
from importlib import metadata
from pathlib import Path

from chimein.runtime.findings import Finding
from chimein.runtime.locks import FileLock
from chimein.runtime.pg_access import port_is_free

_LITTLE_DISK_GB = 2.0
_NO_DISK_GB = 0.2
_BUILT = Path(__file__).resolve().parents[1] / "web" / "static" / "build"
_ASSETS = ("app.css", "app.js", "public.js", "sprite.svg")


def check_python() -> Finding:
    """Everything ChimeIn is built on is installed beside it."""
    version = f"Python {platform.python_version()}"
    missing = [name for name in _needed() if not _installed(name)]
    if missing:
        return Finding(
            "python", "wrong", f"{version} without {', '.join(missing)}", "Install again: make setup"
        )
    return Finding("python", "ok", version)


def _needed() -> list[str]:
    """The packages this version requires on every machine."""
    asked = [line for line in metadata.requires("chimein") or [] if ";" not in line]
    return [name.group() for line in asked if (name := re.match(r"[\w.-]+", line))]


def _installed(name: str) -> bool:
    try:
        metadata.version(name)
    except metadata.PackageNotFoundError:
        return False
    return True


def check_disk(folder: Path) -> Finding:
    """Free space where the database lies, in gigabytes of 10^9 bytes."""
    free = shutil.disk_usage(folder).free / 1e9
    seen = f"{free:.1f} GB free in {folder}"
    if free < _NO_DISK_GB:
        return Finding("disk", "wrong", seen, "Make room: the database stops when the disk is full.")
    if free < _LITTLE_DISK_GB:
        return Finding(
            "disk", "warning", seen, "Make room soon, or move the data: CHIMEIN_VAR=/another/folder"
        )
    return Finding("disk", "ok", seen)


def check_secret_key(folder: Path) -> Finding:
    """The key that signs logins and seals stored passwords: present, long, and for our eyes only."""
    given = os.environ.get("CHIMEIN_SECRET_KEY")
    if given is not None:
        if len(given) < 32:
            return Finding(
                "secret key", "wrong", "too short", "Give CHIMEIN_SECRET_KEY at least 32 random letters."
            )
        return Finding("secret key", "ok", "from CHIMEIN_SECRET_KEY")
    path = folder / "secret_key"
    if not path.exists():
        return Finding("secret key", "ok", "not made yet; the first start makes it")
    if path.stat().st_mode & 0o077:
        return Finding("secret key", "wrong", f"others may read {path}", f"chmod 600 {path}")
    return Finding("secret key", "ok", str(path))


def check_assets(folder: Path = _BUILT) -> Finding:
    missing = [name for name in _ASSETS if not (folder / name).exists()]
    if missing:
        return Finding("assets", "wrong", f"missing: {', '.join(missing)}", "Build them: make setup")
    return Finding("assets", "ok", "styles and scripts are built")


def check_port(folder: Path, port: int) -> Finding:
    """The port is free, or it is ours."""
    if port_is_free(port):
        return Finding("port", "ok", f"{port} is free")
    if is_running(folder) and _answers_as_chimein(port):
        return Finding("port", "ok", f"ChimeIn answers on {port}")
    if is_running(folder):
        return Finding(
            "port",
            "warning",
            f"{port} is taken, yet not by a healthy ChimeIn",
            "Look at the lines of chimein up.",
        )
    return Finding(
        "port", "wrong", f"{port} is taken by another program", "Choose another: chimein up --port 8001"
    )


def is_running(folder: Path) -> bool:
    """Does a supervisor run from this folder?"""
    lock = FileLock(folder / "supervisor.lock")
    if lock.acquire(shared=True):
        lock.release()
        return False
    return True


def _answers_as_chimein(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=3) as answer:
            return bool(json.load(answer).get("ok"))
    except (urllib.error.URLError, OSError, ValueError, AttributeError):
        return False
