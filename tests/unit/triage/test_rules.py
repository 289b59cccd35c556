"""What the rules make of sentences that people write."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chimein.triage import policy, reasons
from chimein.triage.classifiers.rules import classifier
from chimein.triage.port import BrandWords, Labels, TopicWords, TriageInput
from tests.unit.triage.measuring import quality, read
from tests.unit.triage.sentences import SENTENCES, Sentence

BRAND = BrandWords(1, ("tamarind",), (TopicWords("sound", ("headphones", "耳机", "speaker")),))
LABELLED = Path(
    os.environ.get(
        "CHIMEIN_LABELLED_DATA",
        Path(__file__).resolve().parents[4] / "shared" / "data" / "lanes_labelled.jsonl.gz",
    )
)


_LANES = {"thank": "none", "crisis": "desk"}
"""What the sentences do not tell apart."""


def _label(text: str, **more: object) -> Labels:
    """The labels with the lane that the shipped policy chooses."""
    more.setdefault("found", True)
    given = TriageInput(text=text, brand=BRAND, **more)  # type: ignore[arg-type]
    (found,) = classifier.classify([given])
    policy.DEFAULT.decide(found, given)
    return found


@pytest.mark.parametrize("sentence", SENTENCES, ids=lambda one: one.text[:40])
def test_sentence(sentence: Sentence) -> None:
    found = _label(sentence.text)
    assert _LANES.get(found.lane, found.lane) == sentence.lane, found.reasons
    assert found.anger == sentence.angry
    if sentence.intent:
        assert found.intent == sentence.intent, found.reasons
    if sentence.risk:
        assert sentence.risk in found.risks
    elif sentence.lane != "desk":
        assert found.risks == []


def test_there_are_enough_of_both_languages() -> None:
    chinese = sum(1 for one in SENTENCES if any("\u4e00" <= char <= "\u9fff" for char in one.text))
    assert len(SENTENCES) >= 120
    assert chinese >= 50


@pytest.mark.parametrize("sentence", [one for one in SENTENCES if one.risk], ids=lambda one: one.text[:40])
@pytest.mark.parametrize(
    "around", ["Thanks a lot! {}", "{} 谢谢", "@tamarind {} http://example.test/x", "{} How do I do that?"]
)
def test_what_is_risky_stays_from_the_crowd_whatever_stands_around_it(
    sentence: Sentence, around: str
) -> None:
    assert _label(around.format(sentence.text)).lane != "crowd"


@pytest.mark.parametrize("sentence", SENTENCES[:20], ids=lambda one: one.text[:40])
def test_private_messages_are_for_the_desk(sentence: Sentence) -> None:
    found = _label(sentence.text, private=True)
    assert (found.lane, "lane.private" in [one.code for one in found.reasons]) == ("desk", True)


@pytest.mark.parametrize("text", ["Thanks, works now!", "谢谢，好了"])
def test_thanks_after_an_answer_need_no_reply(text: str) -> None:
    assert _label(text, follows_answer=True).no_reply_reason == "thanks"
    assert (
        _label(
            text + " 但是还是不行" if "谢" in text else text + " but it still crackles", follows_answer=True
        ).lane
        != "none"
    )


def test_bystanders_are_left_alone_unless_there_is_danger() -> None:
    assert _label("How do I pair it?", to_us=False).no_reply_reason == "not_to_us"
    assert _label("The battery caught fire", to_us=False).lane == "desk"


def test_reach_raises_the_place_in_the_lane() -> None:
    few, many = _label("How do I pair it?", followers=10), _label("How do I pair it?", followers=50_000)
    assert (few.priority, many.priority, many.lane) == (0, 2, "crowd")
    assert _label("How do I pair it?", followers=200_000).lane == "vip"
    passed_on = _label("How do I pair it?", followers=1_000, shares=20)
    assert (passed_on.priority, passed_on.lane, passed_on.influence) == (2, "crowd", 4.32)
    assert _label("My lawyer will write", followers=1).priority > many.priority


def test_the_topic_is_the_one_with_most_of_its_words() -> None:
    assert _label("How do I pair the headphones?").topic == "sound"
    assert _label("耳机怎么配对？").topic == "sound"
    assert _label("How do I clean it?").topic == ""


@pytest.mark.parametrize("sentence", SENTENCES, ids=lambda one: one.text[:40])
def test_every_decision_has_reasons_with_words_for_people(sentence: Sentence) -> None:
    found = _label(sentence.text)
    codes = [one.code for one in found.reasons]
    assert any(code.startswith(("lane.", "no_reply.")) for code in codes)
    assert set(codes) <= set(reasons.codes())


@given(text=st.text(max_size=300), follows=st.booleans(), private=st.booleans())
def test_no_text_breaks_it(text: str, follows: bool, private: bool) -> None:
    found = _label(text, follows_answer=follows, private=private)
    assert found.lane in {"crowd", "desk", "crisis", "thank", "none"}
    assert (found.lane in {"thank", "none"}) == bool(found.no_reply_reason)
    if found.lane == "crowd":
        assert not found.anger
        assert not found.risks
        assert not private


def test_curly_apostrophes_change_nothing() -> None:
    straight, curly = (
        _label("It doesn't work and I can't log in"),
        _label("It doesn’t work and I can’t log in"),
    )
    assert (straight.lane, straight.risks, straight.intent) == (curly.lane, curly.risks, curly.intent)


@pytest.mark.skipif(not LABELLED.exists(), reason="the labelled messages are not here")
def test_quality_on_messages_the_rules_were_not_tuned_on() -> None:
    """The aims are 3 % and 65 %; these are what word lists reach, so that it gets no worse unnoticed."""
    found = quality(read(LABELLED)[False])
    assert found.risky_to_crowd <= 0.10
    assert found.crowd_to_crowd >= 0.62
    assert found.macro_f1["en"] >= 0.58
    assert found.macro_f1["zh"] >= 0.67


@pytest.mark.perf
def test_a_message_costs_little() -> None:
    inputs = [TriageInput(text=one.text, brand=BRAND) for one in SENTENCES] * 5
    classifier.classify(inputs)
    spent = []
    for _ in range(3):
        begin = time.process_time()
        classifier.classify(inputs)
        spent.append((time.process_time() - begin) / len(inputs))
    assert min(spent) <= 0.00025


def test_whoever_turns_to_us_gets_a_word() -> None:
    assert _label("the park is nice today", found=False).lane == "crowd"
    assert _label("the park is nice today", found=True).no_reply_reason == "chatter"
    router = BrandWords(1, ("tamarind",), (TopicWords("wifi", ("router",)),))
    (spoken_of,) = classifier.classify([TriageInput("that router blinks all night", router, found=True)])
    assert (spoken_of.topic, spoken_of.fit) == ("wifi", "crowd")
