"""The model of messages: every label of triage at once, from hashed n-grams and the word lists' flags.

All heads share one table of weights, one column a class, so that a batch is labelled by one product of a sparse and a
dense matrix. A second, slower reading may add what sentence embeddings say (`Careful`). How the table was trained, from
which texts, and what it reaches, stands in docs/explanation/models.md.
"""

from __future__ import annotations

import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse

from chimein.triage.learn import shape
from chimein.triage.learn.calibration import softmax
from chimein.triage.learn.examples import Example
from chimein.triage.learn.flags import NAMES, flags
from chimein.triage.said import Said

Array = npt.NDArray[Any]

BITS = 18
FORMAT = 1
SHIPPED = Path(__file__).with_name("shipped.npz")
CAREFUL = Path(__file__).with_name("shipped_careful.npz")


@dataclass(frozen=True, slots=True)
class Head:
    """One label's classes and columns, and what makes probabilities and a choice of its scores."""

    classes: tuple[str, ...]
    first: int
    scale: float
    bias: Array
    boost: Array

    @property
    def columns(self) -> slice:
        return slice(self.first, self.first + len(self.classes))

    def likely(self, scores: Array) -> Array:
        """Calibrated probabilities from all columns' scores."""
        return softmax(self.scale * scores[:, self.columns] + self.bias)

    def chosen(self, likely: Array) -> Array:
        """The number of the class to choose, a row each."""
        return np.asarray((np.log(likely + 1e-12) + self.boost).argmax(1))


@dataclass(frozen=True, slots=True)
class Sight:
    """A batch as the model sees it: n-grams and flags in one sparse matrix."""

    rows: sparse.csr_matrix
    grams: shape.Grams
    texts: Sequence[str]


@dataclass(frozen=True, slots=True)
class Careful:
    """What a slower look adds to the scores of every column, and the heads that read the sums.

    The slower look compares a message with some of those it learned from: by sentence embeddings and flags, with a
    Gaussian kernel (Nyström's approximation, folded into `weights`).
    """

    heads: Mapping[str, Head]
    thresholds: Mapping[str, float]
    mean: Array
    spread: Array
    landmarks: Array
    weights: Array
    bias: Array

    def scores(self, sight: Sight) -> Array:
        """What to add to the quick scores."""
        from chimein.triage.learn import sentences

        seen = dense(sentences.embed(sight.texts), sight, self.mean, self.spread)
        return np.asarray(kernel(seen, self.landmarks) @ self.weights + self.bias)

    def dump(self) -> bytes:
        """As bytes."""
        buffer = io.BytesIO()
        told = json.dumps([_told(self.heads), dict(self.thresholds)])
        arrays = {name: getattr(self, name).astype(np.float32) for name in _PARTS}
        arrays["landmarks"] = arrays["landmarks"].astype(np.float16)
        np.savez_compressed(buffer, allow_pickle=False, told=np.array(told), **arrays)
        return buffer.getvalue()

    @classmethod
    def load(cls, data: bytes) -> Careful:
        """From its bytes."""
        with np.load(io.BytesIO(data), allow_pickle=False) as file:
            heads, thresholds = json.loads(str(file["told"]))
            return cls(_heads(heads), thresholds, *(file[name].astype(np.float32) for name in _PARTS))


_PARTS = ("mean", "spread", "landmarks", "weights", "bias")


_LOUD_FLAGS = 6.0
_GAMMA = 0.5 / 384


def dense(embeddings: Array, sight: Sight, mean: Array, spread: Array) -> Array:
    """Embeddings, standardised, with the flags beside them."""
    flagged = sight.rows[:, -len(NAMES) :].toarray() * _LOUD_FLAGS
    return np.hstack([(embeddings - mean) / spread, flagged])


def kernel(rows: Array, landmarks: Array) -> Array:
    """How near each row is to each landmark, 0 to 1."""
    squares = (rows**2).sum(1)[:, None] + (landmarks**2).sum(1)[None, :] - 2 * rows @ landmarks.T
    return np.asarray(np.exp(-_GAMMA * np.maximum(squares, 0)))


def _told(heads: Mapping[str, Head]) -> dict[str, list[Any]]:
    return {
        name: [head.classes, head.first, head.scale, head.bias.tolist(), head.boost.tolist()]
        for name, head in heads.items()
    }


def _heads(told: Mapping[str, list[Any]]) -> dict[str, Head]:
    return {
        name: Head(tuple(classes), first, scale, np.array(own, np.float32), np.array(boost, np.float32))
        for name, (classes, first, scale, own, boost) in told.items()
    }


@dataclass(frozen=True, slots=True)
class MessageModel:
    """Weights of every head over n-grams and flags."""

    name: str
    heads: Mapping[str, Head]
    row_of: Array
    """Hashed n-gram → its row in `weights`; −1 for those that the model does not know."""
    idf: Array
    weights: Array
    """One row a known n-gram, then one a flag; one column a class of a head."""
    bias: Array
    thresholds: Mapping[str, float]
    """How likely something must be to count: a risk, anger, the two of the gate."""

    def see(self, messages: Sequence[Said]) -> Sight:
        """Texts as rows: n-grams weighted and of length 1, then the flags."""
        texts = [said.own for said in messages]
        grams = shape.Grams.of(texts, bits=BITS).known(self.row_of)
        counted = grams.counts(len(self.idf))
        counted.data *= self.idf[counted.indices]
        flagged = sparse.csr_matrix(flags(messages))
        rows = sparse.hstack([shape.of_length_one(counted), flagged], format="csr", dtype=np.float32)
        return Sight(rows, grams, texts)

    def scores(self, sight: Sight) -> Array:
        """Raw scores, one column a class of a head."""
        return np.asarray(sight.rows @ self.weights) + self.bias

    def likely(self, scores: Array) -> dict[str, Array]:
        """Calibrated probabilities by head."""
        return {name: head.likely(scores) for name, head in self.heads.items()}

    def probabilities(self, texts: Sequence[str]) -> dict[str, Array]:
        """Calibrated probabilities by head, one row a text."""
        return self.likely(self.scores(self.see([Said.of(text) for text in texts])))

    def dump(self) -> bytes:
        """The model as bytes, weights in half precision."""
        told = {
            "format": FORMAT,
            "name": self.name,
            "heads": _told(self.heads),
            "flags": NAMES,
            "thresholds": dict(self.thresholds),
        }
        buffer = io.BytesIO()
        np.savez_compressed(
            buffer,
            allow_pickle=False,
            told=np.array(json.dumps(told)),
            used=np.flatnonzero(self.row_of >= 0).astype(np.int32),
            idf=self.idf.astype(np.float16),
            weights=self.weights.astype(np.float16),
            bias=self.bias.astype(np.float32),
        )
        return buffer.getvalue()

    @classmethod
    def load(cls, data: bytes) -> MessageModel:
        """A model from its bytes. Raises ValueError when they are of another format or other word lists."""
        with np.load(io.BytesIO(data), allow_pickle=False) as file:
            told = json.loads(str(file["told"]))
            if told["format"] != FORMAT or tuple(told["flags"]) != NAMES:
                raise ValueError("this model was made for another version of ChimeIn; train it again")
            idf, weights, bias = (file[name].astype(np.float32) for name in ("idf", "weights", "bias"))
            row_of = rows_of(file["used"])
        return cls(told["name"], _heads(told["heads"]), row_of, idf, weights, bias, told["thresholds"])

    def named(self, name: str) -> MessageModel:
        """The same model under another name."""
        return replace(self, name=name)


def rows_of(used: Array) -> Array:
    """Hashed n-gram → row, for a model that knows these n-grams in this order."""
    row_of = np.full(1 << BITS, -1, dtype=np.int32)
    row_of[used] = np.arange(len(used), dtype=np.int32)
    return row_of


@lru_cache(maxsize=1)
def shipped() -> MessageModel:
    """The model in the package."""
    return MessageModel.load(SHIPPED.read_bytes())


@lru_cache(maxsize=1)
def shipped_careful() -> Careful:
    """What the second reading adds to the shipped model."""
    return Careful.load(CAREFUL.read_bytes())


def adapt(base: MessageModel, examples: Sequence[Example]) -> MessageModel:
    """What a brand's corrected messages make of a model; see `adapting`."""
    from chimein.triage.learn.adapting import adapted

    return adapted(base, examples)
