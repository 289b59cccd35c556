"""The one error type: what went wrong, in the shape the API answers with."""

from __future__ import annotations

from typing import Any


class ApiError(Exception):
    """A refusal with its HTTP status, a short stable code, a sentence for people and any further fields."""

    def __init__(self, status: int, code: str, message: str, /, **extra: object) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.extra = extra
        self.headers: dict[str, str] = {}

    def body(self) -> dict[str, Any]:
        """The JSON body: `{"error": code, "message": sentence, …}`."""
        return {"error": self.code, "message": self.message, **self.extra}
