"""A brand whose messages people correct, and a model small enough to see through."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.factories import doubles


@pytest.fixture(autouse=True)
def _small_model() -> Iterator[None]:
    with doubles.small_model():
        yield
