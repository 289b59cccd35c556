"""What the doctor says about one thing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Verdict = Literal["ok", "warning", "wrong", "skipped"]


@dataclass(frozen=True, slots=True)
class Finding:
    """A check's name, its verdict, what was seen and, unless all is well, what mends it."""

    check: str
    verdict: Verdict
    seen: str
    remedy: str = ""
