"""The models of messages: features, what they say, what they say it by, and what they learn."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chimein.triage import policy, reasons
from chimein.triage.classifiers.learned import classifier
from chimein.triage.language import detect
from chimein.triage.learn import ngrams, shape, textmodel
from chimein.triage.learn.examples import HEADS, RISKS, Example
from chimein.triage.learn.message_model import MessageModel, adapt, shipped
from chimein.triage.port import BrandWords, Labels, Reason, TriageInput

BRAND = BrandWords(0, ("tamarind",))
ANYTHING = st.text(max_size=80)


def _labelled(text: str) -> Labels:
    item = TriageInput(text, BRAND)
    (labels,) = classifier.classify([item])
    policy.DEFAULT.decide(labels, item)
    return labels


# ---------------------------------------------------------------- n-grams
def _plain(text: str) -> int:
    """How many n-grams a text has, counted the plain way."""
    count, codes = 0, [ord(char) for char in text]
    cjk = [0x3040 <= code <= 0x9FFF or 0xAC00 <= code <= 0xD7A3 or code >= 0x20000 for code in codes]
    for length in range(1, ngrams.LONGEST + 1):
        for at in range(len(codes) - length + 1):
            if length == 1:
                count += cjk[at] or codes[at] >= 0x2190
            else:
                count += length < ngrams.LONGEST or not cjk[at]
    return count


@given(st.lists(ANYTHING.map(lambda text: text.replace("\0", "")), min_size=1, max_size=5))
@settings(max_examples=60, deadline=None)
def test_n_grams_of_a_batch_are_those_of_each_text(texts: list[str]) -> None:
    together = ngrams.find(ngrams.Laid.of(texts), bits=18)
    for number, text in enumerate(texts):
        alone = ngrams.find(ngrams.Laid.of([text]), bits=18)
        assert Counter(together.column[together.doc == number].tolist()) == Counter(alone.column.tolist())


def test_character_n_grams_are_counted_as_the_plain_way_counts_them() -> None:
    for text in ("", "a", "ab cd", "你好", "充电器坏了 help", "😀 ok"):
        laid = ngrams.Laid.of([text])
        words = len(ngrams.word_borders(laid)[0])
        found = len(ngrams.find(laid, bits=18).doc)
        assert found == _plain(text) + words + max(0, words - 1), text


def test_links_and_handles_are_one_sign_each() -> None:
    assert shape.shaped("@a_b see https://x.test/1 NOW") == f" {shape.MENTION} see {shape.LINK} now "


# ---------------------------------------------------------------- what it says
@pytest.mark.parametrize(
    ("text", "lane"),
    [
        ("How do I pair the headphones with my tablet?", "crowd"),
        ("请问这款耳机怎么重置？", "crowd"),
        ("Where is my order 4711-22? It was to come on Monday.", "desk"),
        ("我的订单三天了还没发货,什么时候退款?", "desk"),
        ("You are liars and thieves, never again!!!", "desk"),
        ("The charger caught fire and burnt my hand", "desk"),
        ("Power is out in the whole town, thousands without electricity, crews are on the way", "crisis"),
        ("Thank you so much, that fixed it, brilliant service!", "thank"),
        ("WIN a FREE prize! Text WIN to 80085 now, 150p/msg, T&Cs apply", "none"),
    ],
)
def test_plain_cases_take_their_lane(text: str, lane: str) -> None:
    assert _labelled(text).lane == lane


@given(st.lists(ANYTHING, max_size=6))
@settings(max_examples=60, deadline=None)
def test_any_text_gets_an_answer_and_risk_never_reaches_the_crowd(texts: list[str]) -> None:
    found = classifier.classify([TriageInput(text, BRAND) for text in texts])
    assert len(found) == len(texts)
    for text, labels in zip(texts, found, strict=True):
        policy.DEFAULT.decide(labels, TriageInput(text, BRAND))
        assert 0 <= labels.confidence <= 1
        assert {reason.code for reason in labels.reasons} <= set(reasons.codes())
        assert labels.lane in policy.LANES
        if labels.anger or policy.NEVER_CROWD.intersection(labels.risks):
            assert labels.lane != "crowd"


def test_a_batch_says_what_each_message_alone_would_get() -> None:
    texts = ["How do I pair it?", "", "我的快递在哪里", "Thanks!", "refund me now", "hello " * 300]
    together = classifier.classify([TriageInput(text, BRAND) for text in texts])
    for text, one in zip(texts, together, strict=True):
        (alone,) = classifier.classify([TriageInput(text, BRAND)])
        assert (one.fit, one.intent, one.risks, one.reasons) == (
            alone.fit,
            alone.intent,
            alone.risks,
            alone.reasons,
        )


def test_reasons_name_words_that_stand_in_the_message() -> None:
    text = "My invoice is wrong, please refund the second payment"
    labels = _labelled(text)
    named = [word for reason in labels.reasons for word in reason.words]
    assert named
    assert all(word in text.lower() for word in named)
    assert any("refund" in word or "payment" in word or "invoice" in word for word in named)


def test_every_reason_the_classifier_can_give_has_words_for_people() -> None:
    risks = {f"risk.{name}" for name in RISKS} | {"risk.number"}
    intents = {f"intent.{name}" for name in HEADS["intent"] if name != "chatter"}
    given_by_it = {"anger", "vague_abuse", "gate.doubtful", "reach"}
    assert risks | intents | given_by_it <= set(reasons.codes())
    doubtful = _labelled("Real battery life of the tablet, please. Not the brochure. I write on trains.")
    doubtful.reasons.append(Reason("gate.doubtful"))
    assert all(reasons.say(one.code).label != one.code for one in doubtful.reasons)


def test_private_numbers_are_never_given_as_a_reason() -> None:
    labels = _labelled("call me on 13912345678 about my broken phone, order 88123456")
    assert not any(char.isdigit() for reason in labels.reasons for word in reason.words for char in word)
    assert "privacy" in labels.risks


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("這個耳機怎麼沒有聲音", "zh-Hant"),
        ("这个耳机怎么没有声音", "zh-Hans"),
        ("how do I reset my phone", "en"),
    ],
)
def test_chinese_is_told_apart_by_its_script(text: str, language: str) -> None:
    assert detect(text) == language


# ---------------------------------------------------------------- what it learns
def _examples() -> list[Example]:
    crowd = [f"where does the zibbel{n} go on the frame" for n in range(30)]
    desk = [f"the frumbo{n} of mine is at the shop since may" for n in range(30)]
    return [Example(f"c{n}", text, {"lane": "crowd", "topic": "zibbel"}) for n, text in enumerate(crowd)] + [
        Example(f"d{n}", text, {"lane": "expert", "topic": "frumbo"}) for n, text in enumerate(desk)
    ]


def test_a_model_survives_its_bytes() -> None:
    texts = ["How do I pair it?", "我要退款", ""]
    again = MessageModel.load(shipped().dump())
    for head, likely in shipped().probabilities(texts).items():
        assert np.allclose(likely, again.probabilities(texts)[head], atol=1e-6)
        assert np.allclose(likely.sum(1), 1)
        assert likely.shape == (3, len(HEADS[head]))


def test_corrections_teach_lanes_and_topics_and_leave_the_rest() -> None:
    made = adapt(shipped(), _examples())
    found = made.probabilities(["the frumbo of mine is at the shop since june"])
    assert HEADS["lane"][int(found["lane"][0].argmax())] == "expert"
    assert made.heads["topic"].classes[int(found["topic"][0].argmax())] == "frumbo"
    before = shipped().probabilities(["refund my money"])["risk.money"]
    assert np.allclose(before, made.probabilities(["refund my money"])["risk.money"])
    assert set(MessageModel.load(made.dump()).heads) == {*HEADS, "topic"}


def test_few_corrections_change_nothing() -> None:
    made = adapt(shipped(), _examples()[:5])
    assert np.array_equal(made.weights, shipped().weights)
    assert adapt(shipped(), []) is shipped()


def test_bytes_of_another_version_are_refused() -> None:
    with pytest.raises((ValueError, OSError)):
        MessageModel.load(b"no model")


# ---------------------------------------------------------------- any label
def _rows() -> tuple[list[str], list[str]]:
    texts = [f"my parcel number {n} has not come" for n in range(40)] + [
        f"screen {n} stays black" for n in range(40)
    ]
    return texts, ["delivery"] * 40 + ["repair"] * 40


@pytest.mark.parametrize("fast", [True, False])
def test_any_label_can_be_learned_and_kept(tmp_path: Path, *, fast: bool) -> None:
    texts, labels = _rows()
    told: list[float] = []
    model = textmodel.train(
        "matter", texts, labels, fast=fast, progress=lambda what, share: told.append(share)
    )
    model.save(tmp_path / "m")
    again = textmodel.TextModel.load(tmp_path / "m")
    asked = ["the parcel has not come yet", "a black screen"]
    assert [label for label, _ in again.predict(asked)] == ["delivery", "repair"]
    assert np.allclose(model.probabilities(asked), again.probabilities(asked), atol=1e-3)
    assert told[-1] == 1.0


def test_one_label_is_nothing_to_learn() -> None:
    with pytest.raises(ValueError, match="at least two"):
        textmodel.train("matter", ["a", "b"], ["x", "x"], fast=True)
