"""What a brand's corrected messages make of a model: the old scores are re-weighed and the brand's own words added.

A logistic regression sees the old model's scores beside the n-grams of the corrected messages. Both are linear, so the
result folds into one table of weights again and is as fast as the old one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse

from chimein.triage.learn.building import logistic, unseen
from chimein.triage.learn.calibration import best_boost, fit_scale, softmax
from chimein.triage.learn.examples import Example
from chimein.triage.learn.message_model import Head, MessageModel
from chimein.triage.said import Said

Array = npt.NDArray[Any]

TOPIC = "topic"
_STRENGTH = 3.0
_OLD_SCORES = 0.35
"""How loud the old scores speak beside the n-grams, whose rows have length 1."""
_AS_GOOD_AS = 300
"""The old model weighs as much as so many corrections: it learned from thousands of messages, none of this brand."""
_FEWEST = 20
_FEWEST_A_CLASS = 3


def adapted(base: MessageModel, examples: Sequence[Example]) -> MessageModel:
    """A model of the same heads, and of the brand's topics, fitted to the examples where there are enough of them."""
    if not examples:
        return base
    base = _with_topics(base, examples)
    sight = base.see([Said.of(example.text) for example in examples])
    old = base.scores(sight)
    # Only n-grams that occur can learn anything: a few thousand of a hundred thousand.
    there = np.unique(sight.rows.indices)
    grams = sight.rows[:, there]
    weights, bias, heads = base.weights.copy(), base.bias.copy(), dict(base.heads)
    for name, head in base.heads.items():
        number = {label: k for k, label in enumerate(head.classes)}
        known = np.array([number.get(example.labels.get(name, ""), -1) for example in examples])
        rows = np.flatnonzero(known >= 0)
        if not _is_enough(known[rows]):
            continue
        seen = sparse.hstack([old[rows] * _OLD_SCORES, grams[rows]], format="csr")
        given = np.array([example.weight for example in examples])[rows]
        fresh, fresh_bias = logistic(seen, known[rows], len(head.classes), strength=_STRENGTH, weights=given)
        mixing, own = fresh[: old.shape[1]] * _OLD_SCORES, fresh[old.shape[1] :]
        part = len(rows) / (len(rows) + _AS_GOOD_AS)
        mixed = base.weights @ mixing
        mixed[there] += own
        weights[:, head.columns] = (1 - part) * head.scale * base.weights[:, head.columns] + part * mixed
        bias[head.columns] = (1 - part) * (head.scale * base.bias[head.columns] + head.bias)
        bias[head.columns] += part * (base.bias @ mixing + fresh_bias)
        before = head.scale * old[rows][:, head.columns] + head.bias
        after = unseen(seen, known[rows], len(head.classes), strength=_STRENGTH)
        heads[name] = _fitted(head, (1 - part) * before + part * after, known[rows], part)
    return replace(base, weights=weights, bias=bias, heads=heads)


def _is_enough(known: Array) -> bool:
    counts = np.bincount(known)
    return len(known) >= _FEWEST and len(counts[counts >= _FEWEST_A_CLASS]) >= 2


def _fitted(head: Head, scores: Array, known: Array, part: float) -> Head:
    """The head for mixed scores; what it favours moves by the same part as they did."""
    scale, bias = fit_scale(scores, known)
    boost = best_boost(softmax(scale * scores + bias), known)
    # A class that never came up keeps what it had.
    there = np.bincount(known, minlength=len(head.classes)) > 0
    mixed = np.where(there, (1 - part) * head.boost + part * boost, head.boost).astype(np.float32)
    return Head(head.classes, head.first, scale, bias, mixed)


def _with_topics(base: MessageModel, examples: Sequence[Example]) -> MessageModel:
    """Room for the brand's topics, in place of those the model had."""
    counted = Counter(example.labels[TOPIC] for example in examples if example.labels.get(TOPIC))
    topics = tuple(sorted(topic for topic, count in counted.items() if count >= _FEWEST_A_CLASS))
    heads = {name: head for name, head in base.heads.items() if name != TOPIC}
    width = max(head.columns.stop for head in heads.values())
    weights, bias = base.weights[:, :width], base.bias[:width]
    if len(topics) > 1:
        zeros = np.zeros(len(topics), dtype=np.float32)
        heads[TOPIC] = Head(topics, width, 1.0, zeros, zeros)
        weights = np.hstack([weights, np.zeros((len(weights), len(topics)), np.float32)])
        bias = np.concatenate([bias, zeros])
    return replace(base, weights=weights, bias=bias, heads=heads)
