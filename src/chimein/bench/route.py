"""How long one decision takes: score everybody, choose a ring, keep the log. In memory, on one core.

One by one, each decision looks at everybody anew, as a single question does in production. In batches, decisions of
one moment share what does not depend on the question, as the timer's rounds do. Counters grow as they go.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from typing import Any

import numpy as np
import psutil

from chimein.planner.people import crowd
from chimein.planner.response import Response
from chimein.routing.matching import scoring
from chimein.routing.matching.deciding import offer
from chimein.routing.matching.facts import Helpers, Question
from chimein.routing.matching.settings import DEFAULT

_TOPICS = 24
_BATCH = 200
_WARM_UP = 100
_SECONDS_BETWEEN = 15.0


def run(given: argparse.Namespace, _folder: Path) -> dict[str, Any]:
    """Milliseconds a decision (wall clock and CPU), decisions a second in batches, memory."""
    helpers = _helpers(given.helpers)
    _one_by_one(helpers, _WARM_UP)
    wall, cpu = _one_by_one(helpers, given.questions)
    rate = _in_batches(helpers, given.questions)
    return {
        "helpers": given.helpers,
        "questions": given.questions,
        "ms_per_question_p50": _percentile(wall, 50),
        "ms_per_question_p95": _percentile(wall, 95),
        "ms_per_question_p99": _percentile(wall, 99),
        "cpu_ms_per_question_p99": _percentile(cpu, 99),
        "questions_per_s": round(rate, 1),
        "rss_mb": round(psutil.Process().memory_info().rss / 1e6, 1),
    }


def _helpers(count: int) -> Helpers:
    """People with a past: some keen, some tired, some looking at the product now."""
    people = crowd(count, _TOPICS, response=Response(), seed=1)
    facts, rng = people.facts, np.random.default_rng(1)
    facts.presence[:] = people.awake[14]
    facts.exposure[:] = rng.poisson(20, count)
    facts.opened[:] = rng.binomial(facts.exposure.astype(int), people.willing)
    facts.load[:] = rng.exponential(1.5, count)
    facts.asked_at[:] = -rng.exponential(86_400, count)
    facts.active_at[rng.random(count) < 0.01] = 0.0
    return facts


def _question(number: int, now: float) -> Question:
    # A few minutes old, so that later rings are among the decisions.
    return Question(id=number, topic=number % _TOPICS, arrived_at=now, difficulty=(number % 10) / 10)


def _one_by_one(helpers: Helpers, count: int) -> tuple[list[float], list[float]]:
    wall, cpu = [], []
    for number in range(count):
        now = number * _SECONDS_BETWEEN
        question = _question(number, now)
        began, worked = time.perf_counter(), time.thread_time()
        offers = offer(helpers, question, now=now, ring=number % 5)
        helpers.note_asked(offers.who, now=now)
        wall.append(time.perf_counter() - began)
        cpu.append(time.thread_time() - worked)
    return wall, cpu


def _in_batches(helpers: Helpers, count: int) -> float:
    began = time.perf_counter()
    for start in range(0, count, _BATCH):
        now = start * _SECONDS_BETWEEN
        readiness = scoring.ready(helpers, now, DEFAULT)
        for number in range(start, min(start + _BATCH, count)):
            question = _question(number, now)
            offers = offer(helpers, question, now=now, ring=number % 5, readiness=readiness)
            helpers.note_asked(offers.who, now=now)
            readiness.note_asked(offers.who, helpers, DEFAULT)
    return count / max(time.perf_counter() - began, 1e-9)


def _percentile(seconds: list[float], at: float) -> float:
    return round(float(np.percentile(seconds, at)) * 1e3, 4)
