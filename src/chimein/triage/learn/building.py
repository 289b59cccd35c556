"""Training the model of messages from labelled examples: ``python scripts/build_triage_model.py``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from chimein.triage.learn import shape
from chimein.triage.learn.calibration import FOLDS, best_boost, fit_scale, folds, softmax
from chimein.triage.learn.examples import HEADS, Example
from chimein.triage.learn.flags import NAMES
from chimein.triage.learn.message_model import BITS, Careful, Head, MessageModel, dense, kernel, rows_of
from chimein.triage.said import Said

Array = npt.NDArray[Any]

_STRENGTH = 10.0
_LANDMARKS = 1200
_SEED = 7
_SEEN_IN = 2
"""N-grams that occur in fewer texts are left out: they carry little and make the file large."""


@dataclass(slots=True)
class Truth:
    """What is known of the examples for one head: −1 where it is not."""

    name: str
    classes: tuple[str, ...]
    known: Array

    @property
    def rows(self) -> Array:
        return np.flatnonzero(self.known >= 0)


def truths(examples: Sequence[Example]) -> list[Truth]:
    """One for each head."""
    made = []
    for name, classes in HEADS.items():
        number = {label: k for k, label in enumerate(classes)}
        known = np.array([number.get(example.labels.get(name, ""), -1) for example in examples])
        made.append(Truth(name, classes, known))
    return made


def blank(name: str, texts: Sequence[str]) -> MessageModel:
    """A model that knows the n-grams of these texts and has no weights."""
    counted = shape.counts([Said.of(text).own for text in texts], bits=BITS)
    idf = shape.inverse_document_frequency(counted)
    used = np.flatnonzero(np.bincount(counted.indices, minlength=len(idf)) >= _SEEN_IN)
    heads, first = {}, 0
    for head, classes in HEADS.items():
        zeros = np.zeros(len(classes), dtype=np.float32)
        heads[head] = Head(classes, first, 1.0, zeros, zeros)
        first += len(classes)
    weights = np.zeros((len(used) + len(NAMES), first), np.float32)
    return MessageModel(name, heads, rows_of(used), idf[used], weights, np.zeros(first, np.float32), {})


def logistic(
    rows: Any, known: Array, classes: int, *, strength: float = _STRENGTH, weights: Array | None = None
) -> tuple[Array, Array]:
    """Weights (features × classes) and biases of a logistic regression; a class that never occurs gets −5."""
    from sklearn.linear_model import LogisticRegression

    solver = "liblinear" if len(np.unique(known)) == 2 else "lbfgs"
    balance = "balanced" if solver == "lbfgs" else None
    machine = LogisticRegression(C=strength, solver=solver, max_iter=100, tol=1e-3, class_weight=balance)
    machine.fit(rows, known, sample_weight=weights)
    coefficients, bias = np.atleast_2d(machine.coef_), np.atleast_1d(machine.intercept_)
    if len(coefficients) == 1:
        coefficients, bias = np.vstack([-coefficients, coefficients]) / 2, np.concatenate([-bias, bias]) / 2
    full, full_bias = np.zeros((rows.shape[1], classes), np.float32), np.full(classes, -5.0, np.float32)
    full[:, machine.classes_] = coefficients.T
    full_bias[machine.classes_] = bias
    return full, full_bias


def unseen(rows: Any, known: Array, classes: int, *, strength: float = _STRENGTH) -> Array:
    """Scores for each row by a model that was trained without it."""
    fold_of = folds(known)
    scores = np.zeros((len(known), classes), dtype=np.float32)
    for fold in range(FOLDS):
        held, rest = np.flatnonzero(fold_of == fold), np.flatnonzero(fold_of != fold)
        weights, bias = logistic(rows[rest], known[rest], classes, strength=strength)
        scores[held] = rows[held] @ weights + bias
    return scores


@dataclass(slots=True)
class Built:
    """What training gave. `unseen`: head → each row's scores by models that had not seen it, quick and careful."""

    model: MessageModel
    careful: Careful
    unseen: dict[str, tuple[Array, Array]]


def build(name: str, examples: Sequence[Example], embeddings: Array) -> Built:
    """The model and its careful reading, whose scores are added to the quick ones'."""
    model = blank(name, [example.text for example in examples])
    sight = model.see([Said.of(example.text) for example in examples])
    grams = sight.rows
    mean, spread = embeddings.mean(0), embeddings.std(0) + 1e-6
    seen = dense(embeddings, sight, mean, spread)
    landmarks = seen[
        np.random.default_rng(_SEED).choice(len(seen), min(_LANDMARKS, len(seen)), replace=False)
    ]
    fold = _whitening(landmarks)
    near = kernel(seen, landmarks) @ fold
    weights, bias = np.zeros((near.shape[1], len(model.bias)), np.float32), model.bias.copy()
    quick, slow, told = {}, {}, {}
    for truth in truths(examples):
        head, rows = model.heads[truth.name], truth.rows
        known, at, count = truth.known[rows], head.columns, len(truth.classes)
        model.weights[:, at], model.bias[at] = logistic(grams[rows], known, count)
        weights[:, at], bias[at] = logistic(near[rows], known, count)
        first = unseen(grams[rows], known, count)
        second = first + unseen(near[rows], known, count)
        quick[truth.name], slow[truth.name] = _fitted(head, first, known), _fitted(head, second, known)
        told[truth.name] = first, second
    careful = Careful(slow, {}, mean, spread, landmarks, fold @ weights, bias)
    return Built(replace(model, heads=quick), careful, told)


def _whitening(landmarks: Array) -> Array:
    """The matrix that makes Nyström features of similarities: the inverse square root among the landmarks."""
    values, vectors = np.linalg.eigh(kernel(landmarks, landmarks).astype(np.float64))
    return np.asarray((vectors / np.sqrt(np.maximum(values, 1e-6))) @ vectors.T)


def _fitted(head: Head, scores: Array, known: Array) -> Head:
    scale, bias = fit_scale(scores, known)
    boost = best_boost(softmax(scale * scores + bias), known)
    return Head(head.classes, head.first, scale, bias, boost)
