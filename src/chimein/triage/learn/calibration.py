"""From scores to probabilities that mean what they say, and from probabilities to labels."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]

FOLDS = 5
_SEED = 7


def softmax(scores: Array) -> Array:
    """Probabilities, a row each."""
    raised = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=1, keepdims=True))


def folds(known: Array) -> Array:
    """A fold for each row, every class spread over all folds, the same for the same rows."""
    drawn = np.random.default_rng(_SEED).permutation(len(known))
    made = np.empty(len(known), dtype=np.int64)
    made[drawn[np.argsort(known[drawn], kind="stable")]] = np.arange(len(known)) % FOLDS
    return made


def average_f1(chosen: Array, known: Array) -> float:
    """Macro-F1 over the classes that occur."""
    size = int(max(chosen.max(), known.max())) + 1
    right = np.bincount(known[chosen == known], minlength=size)
    both = np.bincount(chosen, minlength=size) + np.bincount(known, minlength=size)
    there = np.bincount(known, minlength=size) > 0
    return float((2 * right[there] / np.maximum(both[there], 1)).mean())


def fit_scale(scores: Array, known: Array) -> tuple[float, Array]:
    """Scale and class biases by which the softmax of scores fits best.

    Vector scaling with one common scale: Guo et al., "On Calibration of Modern Neural Networks", ICML 2017.
    """
    from scipy.optimize import minimize

    classes = scores.shape[1]
    truth = np.eye(classes)[known]

    def loss(values: Array) -> tuple[float, Array]:
        scale, bias = np.exp(values[0]), values[1:]
        likely = softmax(scale * scores + bias)
        wrong = likely - truth
        cost = -np.log(likely[np.arange(len(known)), known] + 1e-12).mean() + 1e-3 * (bias**2).sum()
        slope = np.concatenate([[(wrong * scores).sum(1).mean() * scale], wrong.mean(0) + 2e-3 * bias])
        return float(cost), slope

    found = minimize(loss, np.concatenate([[1.0], np.zeros(classes)]), jac=True, method="L-BFGS-B")
    return float(np.exp(found.x[0])), found.x[1:].astype(np.float32)


def best_boost(likely: Array, known: Array) -> Array:
    """What to add to the logarithms before the best class is chosen, so that the average F1 is highest.

    Two rounds of coordinate ascent in coarse steps; large steps have to earn their place.
    """
    boost = np.zeros(likely.shape[1], dtype=np.float32)
    logs = np.log(likely + 1e-12)
    for _ in range(2):
        for k in range(len(boost)):
            tried = []
            for value in np.linspace(-0.2, 1.2, 15):
                boost[k] = value
                tried.append((average_f1((logs + boost).argmax(1), known) - 0.002 * abs(value), value))
            boost[k] = max(tried)[1]
    return np.asarray(boost - boost.min())
