"""What a person needs to know once everything runs."""

from __future__ import annotations

import json
from pathlib import Path

from chimein.runtime.terminal import columns

LOGINS_FILE = "logins.json"


def banner(*, url: str, demo: bool, folder: Path) -> str:
    """A frame with addresses, whom to log in as and how to stop.

    The logins come from `logins.json` in the var folder, which the seed of the demo writes: a list of
    objects with `who`, `email` and `password`.
    """
    lines = ["ChimeIn is ready.", "", f"The public wall        {url}/"]
    if demo:
        lines.append(f"The simulated network  {url}/net/")
    lines.append(f"Log in                 {url}/accounts/login/")
    lines += [f"    {each['who']}: {each['email']}  {each['password']}" for each in _logins(folder)]
    lines += ["", "Stop with Ctrl-C.  Something wrong?  chimein doctor"]
    return _framed(lines)


def _logins(folder: Path) -> list[dict[str, str]]:
    try:
        found: list[dict[str, str]] = json.loads((folder / LOGINS_FILE).read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return []
    return found


def _framed(lines: list[str]) -> str:
    width = max(columns(line) for line in lines)
    body = [f"  │ {line}{' ' * (width - columns(line))} │" for line in lines]
    return "\n".join([f"  ╭{'─' * (width + 2)}╮", *body, f"  ╰{'─' * (width + 2)}╯"])
