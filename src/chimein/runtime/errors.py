"""What goes wrong when starting, said so that a person can mend it."""

from __future__ import annotations


class PlatformError(Exception):
    """Something outside the program stops it: `what` is wrong and the `remedy`, both in plain words."""

    def __init__(self, what: str, remedy: str) -> None:
        super().__init__(f"{what} {remedy}")
        self.what = what
        self.remedy = remedy
