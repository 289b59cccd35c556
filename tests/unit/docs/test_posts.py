"""What newcomers are told to post goes where README and tutorial say."""

from __future__ import annotations

import pytest

from chimein.demo.scenario import load_scenario
from chimein.triage import policy
from chimein.triage.classifiers.rules import classifier
from chimein.triage.port import BrandWords, TriageInput
from tests.unit.docs import pages

_CROWD = (
    "why does my router drop wifi after the update, tamarind?",
    "罗望的路由器更新以后老掉线，怎么办",
    "is there a way to pair my tamarind headphones with two phones at once?",
    "罗望的耳机能同时连两部手机吗？",
)
_DESK = (
    "@tamarind you charged me twice, third call!!",
    "@tamarind 重复扣款，打了三次电话都没人管！！",
    "@tamarind you charged me twice for order 48291 and nobody answers the phone. Unacceptable!",
    "@tamarind 订单 48291 重复扣款，电话一直没人接，太过分了！",
)
_THANKS = ("thank you, that worked!", "谢谢，好了！")
_BRAND = BrandWords(1, ("tamarind", "罗望"))


def _told() -> str:
    names = ("README.md", "README.zh-CN.md", "docs/tutorial.md", "docs/tutorial.zh-CN.md")
    return "".join((pages.ROOT / name).read_text(encoding="utf-8") for name in names)


@pytest.mark.parametrize(
    ("text", "lane"), [*((text, "crowd") for text in _CROWD), *((text, "desk") for text in _DESK)]
)
def test_the_posts_of_readme_and_tutorial_reach_their_lane(text: str, lane: str) -> None:
    assert text in _told()
    given = TriageInput(text, _BRAND)
    found = classifier.classify([given])[0]
    policy.DEFAULT.decide(found, given)
    assert found.lane == lane


@pytest.mark.parametrize("text", _THANKS)
def test_the_thanks_of_the_tutorial_close_the_case(text: str) -> None:
    assert text in _told()
    found = classifier.classify([TriageInput(text, _BRAND, follows_answer=True)])[0]
    assert found.no_reply_reason == "thanks"


@pytest.mark.parametrize("text", _CROWD)
def test_the_brand_listens_for_the_names_they_use(text: str) -> None:
    assert any(word.lower() in text.lower() for word in load_scenario().brand.listening)
