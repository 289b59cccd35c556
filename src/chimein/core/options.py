"""Every setting of ChimeIn, with type, default and help, read from the environment.

An option is declared once, beside the code that uses it; the reference in the docs is
generated from this registry, so that an option without help cannot exist.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

T = TypeVar("T")

_REGISTRY: dict[str, Option[Any]] = {}
_TRUE = {"1", "true", "yes", "on"}


def parse_bool(text: str) -> bool:
    return text.strip().lower() in _TRUE


def parse_list(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


@dataclass(slots=True)
class Option(Generic[T]):
    """A setting named ``CHIMEIN_<name>`` in the environment."""

    name: str
    default: T
    help: str
    parse: Callable[[str], T]
    _override: list[T] = field(default_factory=list)

    @property
    def env(self) -> str:
        return f"CHIMEIN_{self.name}"

    def get(self) -> T:
        """The value in force. Raises ValueError, naming the variable, when it cannot be read."""
        if self._override:
            return self._override[-1]
        text = os.environ.get(self.env)
        if text is None:
            return self.default
        try:
            return self.parse(text)
        except ValueError as error:
            raise ValueError(f"{self.env}={text!r} cannot be read: {error}") from error

    @contextmanager
    def override(self, value: T) -> Iterator[None]:
        """Another value for a while, for tests and benchmarks."""
        self._override.append(value)
        try:
            yield
        finally:
            self._override.pop()


def option(name: str, default: T, help: str, parse: Callable[[str], T] | None = None) -> Option[T]:
    """Declare a setting. Raises ValueError when the name is taken or the help is empty."""
    if name in _REGISTRY or not help:
        raise ValueError(f"option {name} is declared twice or has no help")
    if parse is None:
        parse = parse_bool if isinstance(default, bool) else type(default)  # type: ignore[assignment]
    assert parse is not None
    made = Option(name, default, help, parse)
    _REGISTRY[name] = made
    return made


def list_option(name: str, default: tuple[str, ...], help: str) -> Option[tuple[str, ...]]:
    """Declare a setting that is several names, separated by commas."""
    return option(name, default, help, parse_list)


def all_options() -> list[Option[Any]]:
    """All declared options, by name."""
    return [_REGISTRY[name] for name in sorted(_REGISTRY)]
