"""What every installed policy must keep, whatever the crowd and the question look like."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chimein.routing.matching import scoring
from chimein.routing.matching.facts import Helpers, Question, Trust
from chimein.routing.matching.settings import DEFAULT
from chimein.routing.policies import registry
from chimein.routing.policies.port import Policy
from tests.unit.routing import matching_facts
from tests.unit.routing.matching_facts import NOW

BUDGETED = ("ring", "ring_plain", "balance")


def _copy(helpers: Helpers) -> dict[str, Any]:
    found = {one.name: getattr(helpers, one.name) for one in fields(helpers)}
    return {name: value.copy() if isinstance(value, np.ndarray) else value for name, value in found.items()}


every_policy = pytest.mark.parametrize("name", registry.names())


@every_policy
@given(data=st.data())
@settings(max_examples=60, deadline=None)
def test_only_people_who_may_be_asked_and_each_once(name: str, data: st.DataObject) -> None:
    policy = registry.named(name)
    helpers = data.draw(matching_facts.helpers())
    question = data.draw(matching_facts.questions(helpers.count))
    before = _copy(helpers)
    ring = data.draw(st.integers(0, 21))
    offers = policy.offers(helpers, question, now=NOW, ring=ring, phi=data.draw(st.floats(0, 1)))
    who = offers.who
    assert len(offers) == who.size == np.unique(who).size
    assert not helpers.blocked[who].any()
    assert (helpers.presence[who] > 0).all()
    assert not np.isin(who, question.asked).any()
    assert not np.isin(who, question.excluded).any()
    assert (helpers.languages[who] & question.language == question.language).all()
    assert not question.doubtful or (helpers.trust_doubtful[question.topic, who] >= Trust.TRUSTED).all()
    if name in BUDGETED:
        assert (helpers.load_now(NOW)[who] < DEFAULT.limit_most).all()
        assert name == "balance" or (scoring.ready(helpers, NOW, DEFAULT).psi[who] > 0).all()
    for field, value in before.items():
        assert np.array_equal(getattr(helpers, field), value), f"{field} was written"


@every_policy
@given(data=st.data())
@settings(max_examples=20, deadline=None)
def test_same_input_same_output(name: str, data: st.DataObject) -> None:
    seed, count = data.draw(st.integers(0, 99)), data.draw(st.integers(0, 200))
    question = data.draw(matching_facts.questions(count))
    one, other = (
        registry.named(name).offers(matching_facts.some_helpers(count, seed), question, now=NOW, ring=1)
        for _ in range(2)
    )
    assert one.who.tolist() == other.who.tolist()
    assert one.seats == other.seats


@every_policy
def test_rings_never_come_before_now_and_end(name: str) -> None:
    policy = registry.named(name)
    question = _plain()
    asked, now = 1, NOW
    while (when := policy.next_ring(question, asked, now)) is not None:
        assert when >= now
        asked, now = asked + 1, when
        assert asked < 100


def _plain() -> Question:
    return Question(id=1, topic=0, arrived_at=NOW)


@pytest.mark.parametrize("fair", ["ring", "balance", "longest_idle", "round_robin", "random"])
def test_nobody_capable_starves(fair: str) -> None:
    """Whoever is free and knows the topic is asked before long, however good the others are."""
    policy = registry.named(fair)
    helpers = Helpers.blank(30, 1, now=NOW)
    helpers.skill[:] = np.linspace(1.5, 4, 30)
    for number in range(120):
        now = NOW + number * 3600.0
        offers = policy.offers(helpers, Question(id=number, topic=0, arrived_at=now), now=now, ring=0)
        helpers.note_asked(offers.who, now=now)
    assert (helpers.exposure > 0).all()


def test_personal_limits_hold_over_a_day() -> None:
    """A storm of questions asks nobody more often than the limit allows, however few there are."""
    policy = registry.named("ring")
    helpers = Helpers.blank(20, 1, now=NOW)
    helpers.skill[:] = 3
    asked = np.zeros(20)
    for number in range(400):
        now = NOW + number * 60.0
        question = Question(id=number, topic=0, arrived_at=now)
        offers = policy.offers(helpers, question, now=now, ring=2)
        helpers.note_asked(offers.who, now=now)
        asked[offers.who] += 1
    assert asked.max() <= 10
    assert asked.sum() > 100


def test_an_unknown_policy_is_told_by_name() -> None:
    with pytest.raises(LookupError, match="nearest_star"):
        registry.named("nearest_star")


@every_policy
def test_all_are_policies(name: str) -> None:
    assert isinstance(registry.named(name), Policy)
