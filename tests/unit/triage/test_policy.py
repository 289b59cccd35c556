"""What a table of the lane policy means, and that the shipped one keeps what is risky from the crowd."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from chimein.triage import policy
from chimein.triage.policy import DEFAULT, LAST_RESORT, NEVER_CROWD, Rule, Table, Then
from chimein.triage.port import BrandWords, Labels, Reason, TriageInput

BRAND = BrandWords(1, ("tamarind",))


def labels(**more: Any) -> Labels:
    given: dict[str, Any] = {
        "language": "en", "intent": "question", "sentiment": "neutral", "anger": False, "risks": [], "topic": "",
        "influence": 0.0,
    }  # fmt: skip
    return Labels(**(given | more))


def item(**more: Any) -> TriageInput:
    return TriageInput("How do I pair it?", BRAND, **more)


def fits(when: dict[str, Any], found: Labels, given: TriageInput | None = None) -> bool:
    """Whether a row with these conditions is the one that decides."""
    table = Table((Rule("asked", when, Then("vip")),))
    table.decide(found, given or item())
    return found.rule == "asked"


@pytest.mark.parametrize(
    ("when", "yes", "no"),
    [
        ({"risk": ["money", "legal"]}, {"risks": ["privacy", "legal"]}, {"risks": ["privacy"]}),
        ({"gate": ["doubtful", "sure"]}, {"gate": "doubtful"}, {"gate": "clean"}),
        ({"intent": ["complaint"]}, {"intent": "complaint"}, {"intent": "praise"}),
        ({"sentiment": ["negative"]}, {"sentiment": "negative"}, {"sentiment": "neutral"}),
        ({"topic": ["sound"]}, {"topic": "sound"}, {"topic": "wifi"}),
        ({"language": ["zh", "zh-Hant"]}, {"language": "zh-Hant"}, {"language": "en"}),
        ({"fit": ["expert"]}, {"fit": "expert"}, {"fit": "crowd"}),
        ({"no_reply": ["thanks"]}, {"no_reply_reason": "thanks"}, {"no_reply_reason": "spam"}),
        ({"anger": True}, {"anger": True}, {"anger": False}),
        ({"anger": False}, {"anger": False}, {"anger": True}),
        ({"vague_abuse": True}, {"vague_abuse": True}, {"vague_abuse": False}),
        ({"influence_at_least": 4.0}, {"influence": 4.0}, {"influence": 3.99}),
        ({"urgency_at_least": 2}, {"urgency": 2}, {"urgency": 1}),
        ({"risk_score_at_least": 0.3}, {"risk_score": 0.3}, {"risk_score": 0.29}),
    ],
    ids=str,
)
def test_conditions_on_labels(when: dict[str, Any], yes: dict[str, Any], no: dict[str, Any]) -> None:
    assert fits(when, labels(**yes))
    assert not fits(when, labels(**no))


@pytest.mark.parametrize(
    ("when", "yes", "no"),
    [
        ({"private": True}, {"private": True}, {}),
        ({"found": False}, {}, {"found": True}),
        ({"verified": True}, {"verified": True}, {}),
        ({"followers_at_least": 1000}, {"followers": 1000}, {"followers": 999}),
    ],
    ids=str,
)
def test_conditions_on_who_and_where(when: dict[str, Any], yes: dict[str, Any], no: dict[str, Any]) -> None:
    assert fits(when, labels(), item(**yes))
    assert not fits(when, labels(), item(**no))


def test_every_condition_is_of_one_kind_and_tested_here() -> None:
    kinds = [set(policy.VALUES), set(policy.FLAGS), set(policy.NUMBERS)]
    assert set().union(*kinds) == set(policy.CONDITIONS)
    assert sum(map(len, kinds)) == len(policy.CONDITIONS)


def test_all_conditions_of_a_row_must_hold() -> None:
    when = {"anger": True, "intent": ["complaint"]}
    assert fits(when, labels(anger=True, intent="complaint"))
    assert not fits(when, labels(anger=True))


def test_the_first_row_that_fits_decides() -> None:
    rows = [Rule("first", {"anger": True}, Then("vip")), Rule("second", {}, Then("crowd"))]
    for table, lane in ((Table(tuple(rows)), "vip"), (Table(tuple(rows[::-1])), "crowd")):
        found = labels(anger=True)
        table.decide(found, item())
        assert found.lane == lane


def test_what_no_row_fits_goes_to_the_desk() -> None:
    found = labels()
    Table(()).decide(found, item())
    assert (found.lane, found.rule) == ("desk", LAST_RESORT.name)


def test_the_decision_is_written_down() -> None:
    then = Then("crowd", 3, 12, alarm=True, advice="friendly", trusted_only=True)
    found = labels(no_reply_reason="chatter", reasons=[Reason("no_reply.chatter"), Reason("intent.question")])
    Table((Rule("mine", {}, then),)).decide(found, item())
    decided = (found.lane, found.priority, found.sla_minutes, found.alarm, found.advice, found.trusted_only)
    assert decided == ("crowd", 3, 12, True, "friendly", True)
    assert (found.no_reply_reason, found.no_reply_hint) == ("", "chatter")
    assert [one.code for one in found.reasons] == ["intent.question", "lane.colleagues"]


def test_thanks_without_a_reason_wait_and_with_one_do_not() -> None:
    for reason in ("", "praise"):
        found = labels(no_reply_reason="praise")
        Table((Rule("kind", {"no_reply": ["praise"]}, Then("thank", no_reply=reason)),)).decide(found, item())
        assert (found.lane, found.no_reply_reason) == ("thank", reason)


def test_deciding_twice_is_deciding_once() -> None:
    found = labels(no_reply_reason="praise", intent="praise")
    DEFAULT.decide(found, item())
    once = (found.lane, list(found.reasons))
    found.no_reply_reason = found.no_reply_hint
    DEFAULT.decide(found, item())
    assert (found.lane, found.reasons) == once


def row(when: Any = None, name: str = "a", **then: Any) -> dict[str, Any]:
    return {"name": name, "when": when or {}, "then": {"lane": "desk"} | then}


@pytest.mark.parametrize(
    ("bad", "told"),
    [
        ({"name": "a", "when": {}}, "then"),
        ({"name": "", "when": {}, "then": {"lane": "desk"}}, "name"),
        (row({"moon": ["full"]}), "moon: there is no such condition"),
        (row({"risk": "money"}), "risk: a list of words"),
        (row({"risk": []}), "risk: a list of words"),
        (row({"risk": ["moony"]}), "risk: there is no moony"),
        (row({"anger": "yes"}), "anger: yes or no"),
        (row({"followers_at_least": -1}), "followers_at_least: a number"),
        (row({"risk_score_at_least": 1.2}), "from 0 to 1"),
        (row({"urgency_at_least": True}), "urgency_at_least: a number"),
        (row(lane="moon"), "no lane 'moon'"),
        (row(lane="none"), "needs a reason"),
        (row(no_reply="spam"), "belongs to the lanes none and thank"),
        (row(lane="none", no_reply="whim"), "must be a known one"),
        (row(advice="shout"), "no advice 'shout'"),
        (row(priority=10), "priority is a whole number"),
        (row(sla_minutes=0), "minutes are a whole number"),
        (row(sla_minutes=2.5), "minutes are a whole number"),
        (row(alarm="loud"), "yes or no"),
        (row(trusted_only=True), "belongs to the crowd"),
        (row(colour="red"), "colour"),
    ],
    ids=str,
)
def test_a_bad_row_is_named(bad: dict[str, Any], told: str) -> None:
    with pytest.raises(ValueError, match="row 2: ") as error:
        policy.from_json([row(name="fine"), bad], version=1)
    assert told in str(error.value)


def test_two_rows_cannot_share_a_name() -> None:
    with pytest.raises(ValueError, match="row 2: there is another row"):
        policy.from_json([row(), row()], version=1)


def test_a_table_survives_being_stored() -> None:
    assert policy.from_json(policy.to_json(DEFAULT), version=0) == DEFAULT


_LABELS = st.builds(
    labels,
    language=st.sampled_from(["en", "zh", "und"]),
    intent=st.sampled_from(policy.VALUES["intent"]),
    sentiment=st.sampled_from(policy.VALUES["sentiment"]),
    anger=st.booleans(),
    risks=st.lists(st.sampled_from(policy.RISKS), unique=True, max_size=3),
    influence=st.floats(0, 9),
    vague_abuse=st.booleans(),
    urgency=st.integers(0, 3),
    fit=st.sampled_from(policy.LANES),
    gate=st.sampled_from(policy.VALUES["gate"]),
    risk_score=st.floats(0, 1),
    no_reply_reason=st.sampled_from(("", *policy.NO_REPLY)),
)
_ITEMS = st.builds(
    item,
    followers=st.integers(0, 10**7),
    verified=st.booleans(),
    private=st.booleans(),
    found=st.booleans(),
)


@given(found=_LABELS, given_item=_ITEMS)
@example(found=labels(anger=True, no_reply_reason="chatter"), given_item=item())
def test_the_shipped_table_keeps_danger_from_the_crowd(found: Labels, given_item: TriageInput) -> None:
    DEFAULT.decide(found, given_item)
    if found.lane in {"crowd", "expert"}:
        assert NEVER_CROWD.isdisjoint(found.risks)
        assert not found.anger
        assert found.gate == "clean"
        assert not given_item.private


def test_the_shipped_table_has_no_holes() -> None:
    assert policy.holes(DEFAULT) == []


@pytest.mark.parametrize("removed", ["private_data", "anger", "law_and_press", "danger"])
def test_a_row_taken_out_leaves_a_hole(removed: str) -> None:
    found = policy.holes(Table(tuple(rule for rule in DEFAULT.rules if rule.name != removed)))
    expected = {
        "private_data": ["account_data", "money", "privacy"],
        "anger": ["anger"],
        "law_and_press": ["legal", "press"],
        "danger": ["safety"],
    }
    assert found == expected[removed]


def test_a_crowd_row_at_the_top_is_a_hole_for_all_it_does_not_exclude() -> None:
    calm = Rule("calm", {"anger": False, "intent": ["question"]}, Then("crowd"))
    assert policy.holes(Table((calm, *DEFAULT.rules))) == sorted(NEVER_CROWD)


def test_lanes_with_work_are_those_in_which_somebody_has_to_answer() -> None:
    assert policy.lanes_with_work(DEFAULT) == {"crisis", "vip", "desk", "expert", "crowd"}
