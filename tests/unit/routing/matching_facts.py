"""Helpers and questions drawn at random, for tests of matching."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st

from chimein.routing.matching.facts import Helpers, Question, Trust, Why

TOPICS = 4
NOW = 1_000_000.0


def some_helpers(count: int, seed: int) -> Helpers:
    """A mixed crowd: busy, asleep, tired, untrusted people among them."""
    rng = np.random.default_rng(seed)
    helpers = Helpers.blank(count, TOPICS, now=NOW)
    helpers.skill[:] = rng.normal(0, 2, (TOPICS, count))
    helpers.blocked[:] = rng.choice([Why.NOTHING, Why.MUTED, Why.HOLDS_CLAIM], count, p=[0.7, 0.15, 0.15])
    helpers.presence[:] = rng.random(count) > 0.2
    helpers.trust[:] = rng.choice([Trust.COACHED, Trust.TRUSTED], (TOPICS, count))
    helpers.trust_doubtful[:] = rng.choice([Trust.NEW, Trust.TRUSTED], (TOPICS, count))
    helpers.languages[:] = rng.integers(1, 4, count)
    helpers.load[:] = rng.exponential(4, count)
    helpers.exposure[:] = rng.poisson(10, count)
    helpers.opened[:] = rng.poisson(3, count)
    helpers.asked_at[:] = NOW - rng.exponential(86_400, count)
    helpers.active_at[rng.random(count) < 0.1] = NOW - 60
    return helpers


@st.composite
def helpers(draw: st.DrawFn) -> Helpers:
    """Up to 300 of them, nobody included."""
    return some_helpers(draw(st.integers(0, 300)), draw(st.integers(0, 1000)))


@st.composite
def questions(draw: st.DrawFn, count: int) -> Question:
    """A question to so many helpers, some of whom were asked or are excluded."""
    some = st.lists(st.integers(0, max(count - 1, 0)), max_size=10 if count else 0, unique=True)
    return Question(
        id=draw(st.integers(0, 2**62)),
        topic=draw(st.integers(0, TOPICS - 1)),
        arrived_at=NOW - draw(st.floats(0, 3000)),
        language=draw(st.sampled_from([0, 1, 2])),
        difficulty=draw(st.floats(0, 1)),
        doubtful=draw(st.booleans()),
        praise=draw(st.booleans()),
        vip=draw(st.booleans()),
        asked=np.array(draw(some), np.intp),
        excluded=np.array(draw(some), np.intp),
    )
