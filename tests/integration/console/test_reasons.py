"""Every reason triage can give has words, in both languages."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.utils import translation

from chimein.triage import lexicon, policy, reasons
from chimein.triage.classifiers import rules
from chimein.triage.port import BrandWords, TriageInput

TEXTS = [
    "How do I pair it?", "my lawyer will sue", "caught fire", "refund me", "where is my order 88213?",
    "leaked my data", "a journalist is here", "I want to die", "the site is down for everyone", "please help",
    "WORST SHOP EVER!!!!", "love it", "thank you", "giveaway free followers", "RT @x hello", "👍",
    "nice weather", "mail me at a@example.org",
]  # fmt: skip


def given_codes() -> set[str]:
    source = Path(rules.__file__).read_text()
    fixed = set(re.findall(r'Reason\("([a-z_.]+)"', source))
    none = {f"no_reply.{code}" for code in re.findall(r'return "([a-z_]+)"', source)} | {
        "no_reply.thanks",
        "no_reply.praise",
    }
    intents = {f"intent.{code}" for code in re.findall(r'_label\(labels, "([a-z]+)"', source)}
    lanes = {f"lane.{lane}" for lane in (*policy.LANES, "private", "colleagues")}
    return fixed | none | intents | lanes | {f"risk.{risk}" for risk in lexicon.RISKS}


def test_every_code_of_the_rules_has_words() -> None:
    assert given_codes() <= set(reasons.codes())


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_what_the_classifier_says_can_be_said(language: str) -> None:
    inputs = [TriageInput(text, BrandWords(1, ("tamarind",)), followers=90_000) for text in TEXTS]
    with translation.override(language):
        for given, labels in zip(inputs, rules.classifier.classify(inputs), strict=True):
            policy.DEFAULT.decide(labels, given)
            for said in reasons.explain([reason.as_json() for reason in labels.reasons], followers=90_000):
                assert said.label != said.code
                assert said.why
                if language == "zh-hans":
                    assert re.search(r"[\u4e00-\u9fff]", said.label + said.why)


def test_an_unknown_code_is_shown_as_it_is() -> None:
    assert reasons.say("new.code").label == "new.code"


def test_chips_are_few_heavy_first_and_leave_the_lane_to_its_own_chip() -> None:
    stored: list[dict[str, object]] = [
        {"code": code, "words": []}
        for code in ("lane.desk", "intent.question", "risk.legal", "anger", "reach")
    ]
    assert [said.code for said in reasons.chips(stored)] == ["risk.legal", "anger", "reach"]
