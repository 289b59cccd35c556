"""Where this installation keeps what it writes."""

from __future__ import annotations

import os
from pathlib import Path

PROJECT_ROOT = Path(__file__).resolve().parents[3]


def var_dir() -> Path:
    """The folder for all that is written at run time (`CHIMEIN_VAR`, else `var` in the project). Makes it."""
    path = Path(os.environ.get("CHIMEIN_VAR", PROJECT_ROOT / "var")).resolve()
    path.mkdir(parents=True, exist_ok=True)
    return path
