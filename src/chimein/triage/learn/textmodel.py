"""A model for any label of a text, trained from a file: what ``chimein train`` makes and ``chimein predict`` uses.

Three members look at each text: a linear support vector machine on hashed n-grams, ridge regression on a kernel over
sentence embeddings (Nyström's approximation), and linear discriminant analysis on the embeddings. How much each counts,
and how sure the whole is, is learned on predictions for rows the members had not seen (5-fold; Wolpert, "Stacked
generalization", 1992; vector scaling: Guo et al., "On Calibration of Modern Neural Networks", ICML 2017). Measured
against other members and mixtures in docs/explanation/models.md.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse

from chimein.triage.learn import sentences, shape
from chimein.triage.learn.calibration import FOLDS, average_f1, best_boost, fit_scale, folds, softmax

Array = npt.NDArray[Any]
Progress = Callable[[str, float], None]

BITS = 18
FORMAT = 1
_NYSTROM = 2000
_GAMMA = 0.5 / sentences.SIZE
_FEW_CLASSES = 20
_SEED = 7
_WEIGHTS = (0.0, 0.25, 0.5, 0.75, 1.0)


def _silent(_what: str, _share: float) -> None:
    """Nobody listens to the progress."""


@dataclass(slots=True)
class _Linear:
    """Scores of the hashed n-grams; only columns that occurred in training are kept."""

    columns: Array
    idf: Array
    weights: Array
    bias: Array

    @classmethod
    def learn(cls, rows: sparse.csr_matrix, labels: Array, classes: int) -> _Linear:
        from sklearn.svm import LinearSVC

        idf = shape.inverse_document_frequency(rows)
        columns = np.flatnonzero(idf)
        machine = LinearSVC(C=0.5, class_weight=_balance(classes), random_state=_SEED)
        machine.fit(shape.of_length_one(rows[:, columns].multiply(idf[columns]).tocsr()), labels)
        weights, bias = _all_classes(machine.coef_, machine.intercept_)
        return cls(columns, idf[columns], weights.astype(np.float32), bias.astype(np.float32))

    def scores(self, rows: sparse.csr_matrix) -> Array:
        kept = shape.of_length_one(rows[:, self.columns].multiply(self.idf).tocsr())
        return np.asarray(kept @ self.weights.T) + self.bias


@dataclass(slots=True)
class _Kernel:
    """Ridge regression on the similarity to 2,000 of the training texts."""

    landmarks: Array
    weights: Array
    bias: Array

    @classmethod
    def learn(cls, rows: Array, labels: Array, classes: int) -> _Kernel:
        from sklearn.kernel_approximation import Nystroem
        from sklearn.linear_model import RidgeClassifier

        kernel = Nystroem(gamma=_GAMMA, n_components=min(_NYSTROM, len(rows)), random_state=_SEED)
        near = kernel.fit_transform(rows)
        ridge = RidgeClassifier(alpha=0.1, class_weight=_balance(classes)).fit(near, labels)
        weights, bias = _all_classes(ridge.coef_, ridge.intercept_)
        folded = kernel.normalization_.T @ weights.T
        return cls(kernel.components_.astype(np.float32), folded.astype(np.float32), bias.astype(np.float32))

    def scores(self, rows: Array) -> Array:
        squares = (
            (rows**2).sum(1)[:, None] + (self.landmarks**2).sum(1)[None, :] - 2 * rows @ self.landmarks.T
        )
        return np.asarray(np.exp(-_GAMMA * squares) @ self.weights + self.bias)


@dataclass(slots=True)
class _Discriminant:
    """Linear discriminant analysis with a shrunk covariance: the best of the three with few rows a class."""

    weights: Array
    bias: Array

    @classmethod
    def learn(cls, rows: Array, labels: Array, classes: int) -> _Discriminant:
        from sklearn.discriminant_analysis import LinearDiscriminantAnalysis

        made = LinearDiscriminantAnalysis(solver="lsqr", shrinkage="auto").fit(rows, labels)
        weights, bias = _all_classes(made.coef_, made.intercept_)
        return cls(weights.astype(np.float32), bias.astype(np.float32))

    def scores(self, rows: Array) -> Array:
        scores = rows @ self.weights.T + self.bias
        return np.asarray(scores - scores.mean(1, keepdims=True)) / 4


def _balance(classes: int) -> str | None:
    return "balanced" if classes <= _FEW_CLASSES else None


def _all_classes(weights: Array, bias: Array) -> tuple[Array, Array]:
    """Two classes come as one row of weights: give each its own."""
    weights, bias = np.atleast_2d(weights), np.atleast_1d(bias)
    if len(weights) == 1:
        return np.vstack([-weights, weights]), np.concatenate([-bias, bias])
    return weights, bias


_KINDS: dict[str, type[_Linear | _Kernel | _Discriminant]] = {
    "linear": _Linear,
    "kernel": _Kernel,
    "discriminant": _Discriminant,
}


@dataclass(slots=True)
class _Seen:
    """Texts as the members see them."""

    grams: sparse.csr_matrix
    embeddings: Array | None

    def of(self, name: str) -> Any:
        return self.grams if name == "linear" else self.embeddings

    def part(self, rows: Array) -> _Seen:
        return _Seen(self.grams[rows], None if self.embeddings is None else self.embeddings[rows])


@dataclass(slots=True)
class TextModel:
    """Texts in, one label each out."""

    task: str
    classes: tuple[str, ...]
    rows: int
    members: dict[str, Any]
    shares: dict[str, float]
    scale: float
    bias: Array
    boost: Array
    """Added before the best label is chosen, so that rare classes are found as often as the average F1 deserves."""
    mean: Array
    spread: Array

    def probabilities(self, texts: Sequence[str], *, tell: Progress = _silent) -> Array:
        """Calibrated, one row a text, in the order of `classes`."""
        seen = _see(texts, embeds=len(self.members) > 1, tell=tell)
        if seen.embeddings is not None:
            seen.embeddings = (seen.embeddings - self.mean) / self.spread
        scores = {name: member.scores(seen.of(name)) for name, member in self.members.items()}
        return softmax(self.scale * _mixed(scores, self.shares) + self.bias)

    def predict(self, texts: Sequence[str], *, tell: Progress = _silent) -> list[tuple[str, float]]:
        """The label of each text with its calibrated probability."""
        likely = self.probabilities(texts, tell=tell)
        best = (np.log(likely + 1e-12) + self.boost).argmax(1)
        return [(self.classes[k], float(likely[row, k])) for row, k in enumerate(best)]

    def save(self, path: Path) -> None:
        """Write the model to a file, its many weights in half precision."""
        told = {"format": FORMAT, "task": self.task, "classes": self.classes, "rows": self.rows}
        told |= {"shares": self.shares, "scale": self.scale}
        arrays = {"bias": self.bias, "boost": self.boost, "mean": self.mean, "spread": self.spread}
        for name, member in self.members.items():
            for part in member.__dataclass_fields__:
                value = getattr(member, part)
                # The kernel's weights are large and cancel each other: they need every digit.
                small = part == "weights" and name == "linear"
                arrays[f"{name}.{part}"] = value.astype(np.float16) if small else value
        buffer = io.BytesIO()
        np.savez_compressed(buffer, allow_pickle=False, told=np.array(json.dumps(told)), **arrays)
        path.write_bytes(buffer.getvalue())

    @classmethod
    def load(cls, path: Path) -> TextModel:
        """Read a model. Raises ValueError, in plain words, for a file that is none."""
        try:
            with np.load(path, allow_pickle=False) as file:
                told = json.loads(str(file["told"]))
                arrays = {name: file[name] for name in file.files if name != "told"}
        except (OSError, KeyError, ValueError, zipfile.BadZipFile) as error:
            raise ValueError(f"{path} is no model made by chimein train") from error
        if told["format"] != FORMAT:
            raise ValueError(f"{path} was made by another version of chimein train; train it again")
        members: dict[str, Any] = {}
        for name in told["shares"]:
            kind = _KINDS[name]
            parts = {part: arrays[f"{name}.{part}"] for part in kind.__dataclass_fields__}
            members[name] = kind(**parts | {"weights": parts["weights"].astype(np.float32)})
        rest = {name: arrays[name] for name in ("bias", "boost", "mean", "spread")}
        return cls(
            told["task"], tuple(told["classes"]), told["rows"], members, told["shares"], told["scale"], **rest
        )


def _see(texts: Sequence[str], *, embeds: bool, tell: Progress) -> _Seen:
    grams = shape.counts(texts, bits=BITS)
    embeddings = sentences.embed(texts, tell=lambda share: tell("reading", share)) if embeds else None
    return _Seen(grams, embeddings)


def _mixed(scores: dict[str, Array], shares: dict[str, float]) -> Array:
    return np.asarray(sum(shares[name] * scores[name] for name in shares))


def train(
    task: str,
    texts: Sequence[str],
    labels: Sequence[str],
    *,
    fast: bool = False,
    progress: Progress = _silent,
) -> TextModel:
    """Learn the labels of texts. `fast` does without sentence embeddings: seconds, not minutes, a few points less.

    Raises ValueError when there are fewer than two different labels.
    """
    classes = tuple(sorted(set(labels)))
    if len(classes) < 2:
        raise ValueError("there must be at least two different labels to tell apart")
    known = np.array([classes.index(label) for label in labels])
    seen = _see(texts, embeds=not fast and sentences.available(), tell=progress)
    mean, spread = np.zeros(0), np.zeros(0)
    if seen.embeddings is not None:
        mean, spread = seen.embeddings.mean(0), seen.embeddings.std(0) + 1e-6
        seen.embeddings = (seen.embeddings - mean) / spread
    names = ["linear"] if seen.embeddings is None else list(_KINDS)
    unseen = _unseen_scores(seen, known, len(classes), names, progress)
    shares = _best_shares(unseen, known)
    scale, bias = fit_scale(_mixed(unseen, shares), known)
    boost = np.zeros(len(classes), dtype=np.float32)
    if len(classes) <= _FEW_CLASSES:  # with many there is too little to go by
        boost = best_boost(softmax(scale * _mixed(unseen, shares) + bias), known)
    members: dict[str, Any] = {}
    for number, name in enumerate(shares):
        progress("learning", (FOLDS + number / len(shares)) / (FOLDS + 1))
        members[name] = _KINDS[name].learn(seen.of(name), known, len(classes))
    progress("learning", 1.0)
    return TextModel(task, classes, len(texts), members, shares, scale, bias, boost, mean, spread)


def _unseen_scores(
    seen: _Seen, known: Array, classes: int, names: Sequence[str], progress: Progress
) -> dict[str, Array]:
    """Each member's scores for rows that it was not trained on."""
    fold_of = folds(known)
    scores = {name: np.full((len(known), classes), -1.0, dtype=np.float32) for name in names}
    for fold in range(FOLDS):
        progress("learning", fold / (FOLDS + 1))
        rest, held = np.flatnonzero(fold_of != fold), np.flatnonzero(fold_of == fold)
        present = np.unique(known[rest])
        if not len(held) or len(present) < 2:
            continue
        old, new = seen.part(rest), seen.part(held)
        for name in names:
            member = _KINDS[name].learn(old.of(name), known[rest], classes)
            scores[name][np.ix_(held, present)] = member.scores(new.of(name))
    return scores


def _best_shares(unseen: dict[str, Array], known: Array) -> dict[str, float]:
    """The mixture with the best average F1, coarsely searched: fine steps would only fit the folds."""
    best: tuple[float, dict[str, float]] = (-1.0, {})
    for given in product(_WEIGHTS, repeat=len(unseen)):
        if abs(sum(given) - 1) > 1e-9:
            continue
        shares = {name: share for name, share in zip(unseen, given, strict=True) if share}
        score = average_f1(_mixed(unseen, shares).argmax(1), known)
        # A mixture is steadier than one member alone: among equals the broader one.
        score += 0.0005 * len(shares)
        if score > best[0]:
            best = (score, shares)
    return best[1]
