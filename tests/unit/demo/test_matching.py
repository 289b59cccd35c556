"""Visitors' questions are answered from memory only when the same was asked before."""

from __future__ import annotations

import pytest

from chimein.core.text.measure import length
from chimein.demo.player.matching import Memory
from chimein.demo.player.words import closing, from_experience
from chimein.demo.scenario import load_scenario

MEMORY = Memory(load_scenario())


@pytest.mark.parametrize(
    ("text", "language", "word"),
    [
        ("How can I see who else is on my wifi with the Star Anise 2?", "en", "Devices"),
        ("Can I trade in a laptop that is not from Tamarind?", "en", "eight years"),
        ("Does the Fennel reader show PDFs with diagrams?", "en", "sideways"),
        ("薄荷水壶可以煮牛奶吗", "zh", "糊底"),
        ("罗望App怎么注销账号，就是要换号", "zh", "换"),
    ],
)
def test_what_was_asked_before_is_recalled(text: str, language: str, word: str) -> None:
    known = MEMORY.recall(text, language)
    assert known is not None
    assert word in known.answer


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("What colour is the moon in your country?", "en"),
        ("Do you sponsor local football clubs, Tamarind?", "en"),
        ("hello tamarind", "en"),
        ("罗望招不招暑假工啊", "zh"),
        ("@tamarind 你们老板姓什么", "zh"),
        ("", "en"),
    ],
)
def test_what_was_not_is_left_to_people(text: str, language: str) -> None:
    assert MEMORY.recall(text, language) is None


def test_what_is_said_from_experience_says_so_and_is_sober_where_there_was_trouble() -> None:
    assert from_experience("a", "en", "Turn it off.").endswith("Turn it off.")
    assert length(from_experience("a", "en", ""), "weighted") < 100
    cheerful = {closing(str(n), "zh", sober=False) for n in range(200)}
    sober = {closing(str(n), "zh", sober=True) for n in range(200)}
    assert len(cheerful) > 20
    assert not cheerful & sober
