"""A scenario with mistakes is refused, and each mistake is named."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from chimein.demo.scenario import ScenarioError
from chimein.demo.scenario.counting import weighted_length
from chimein.demo.scenario.crowd import followers_at
from chimein.demo.scenario.loader import DATA, read_scenario

EPISODE = """language: en
episodes:
  - id: broken
    kind: {kind}
    topic: {topic}
    steps:
      - {first}
      - {second}
"""


def _problems(folder: Path, **parts: str) -> str:
    copy = folder / "data"
    shutil.copytree(DATA, copy)
    good = {
        "kind": "howto",
        "topic": "wifi",
        "first": 'ask: "a tamarind question"',
        "second": 'answer: "well"',
    }
    (copy / "day_broken.yaml").write_text(EPISODE.format(**{**good, **parts}), encoding="utf-8")
    with pytest.raises(ScenarioError) as caught:
        read_scenario(copy)
    return "\n".join(caught.value.problems)


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ({"first": 'ask nobody_here: "hello tamarind"'}, "unknown author 'nobody_here'"),
        ({"second": 'answer nosuch: "hm"'}, "nobody answers 'nosuch' in en"),
        ({"topic": "gardening", "second": 'reply: "me again"'}, "unknown topic 'gardening'"),
        ({"kind": "sermon"}, "sermon"),
        ({"first": 'ask: "I never say who I mean"'}, "would never be heard"),
        ({"second": f'answer: "{"长" * 140}"'}, "limit 280"),
        ({"second": f'reply: "{"x" * 281}"'}, "281 long"),
        ({"second": 'answer: "wait for the Clove 6"'}, "unreleased 'Clove 6'"),
        ({"second": 'shout: "hey"'}, "is not 'verb"),
        ({"second": 'delete: "with words"'}, "a deletion carries no text"),
        ({"second": 'edit $b: "not mine"'}, "does not say which earlier step"),
        ({"second": 'edit $b to 0: "not mine"'}, "changes somebody else's post"),
        ({"second": 'reply: "a tamarind question"'}, "the same text 2 times"),
    ],
)
def test_mistakes_are_named(tmp_path: Path, parts: dict[str, str], message: str) -> None:
    assert message in _problems(tmp_path, **parts)


def test_an_episode_id_may_be_used_once(tmp_path: Path) -> None:
    copy = tmp_path / "data"
    shutil.copytree(DATA, copy)
    shutil.copy(copy / "day_other.yaml", copy / "day_other_again.yaml")
    with pytest.raises(ScenarioError, match="episode 'ja-kettle' is there 2 times"):
        read_scenario(copy)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match=r"people\.yaml can't be read"):
        read_scenario(tmp_path)


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("plain", 5),
        ("路由器", 6),
        ("ok 👍", 5),
        ("see https://tamarind.example/a/very/long/path?x=1 now", 31),
        ("é", 1),
    ],
)
def test_length_is_counted_as_the_network_does(text: str, length: int) -> None:
    assert weighted_length(text) == length


def test_followers_rise_with_the_share() -> None:
    values = [followers_at(step / 100) for step in range(101)]
    assert values == sorted(values)
    assert (values[50], values[91]) == (1_000, 10_000)
    with pytest.raises(ValueError, match="not between"):
        followers_at(1.1)
