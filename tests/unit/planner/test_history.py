"""Traffic is read from files as they are; what is wrong with one is told."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from chimein.planner import history
from chimein.planner.history import WrongProfile
from chimein.planner.traffic import BUILT_IN


def _file(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_bytes(gzip.compress(text.encode()) if name.endswith(".gz") else text.encode())
    return path


def test_a_profile_in_json(tmp_path: Path) -> None:
    path = _file(tmp_path, "shop.json", '{"per_day": 80, "topics": [2, 1], "days": 3, "declared": [5, 9]}')
    profile = history.built_in_or_file(str(path))
    assert (profile.name, profile.per_day, profile.topics, profile.days) == ("shop", 80, (2, 1), 3)
    assert history.built_in_or_file("mentions") is BUILT_IN["mentions"]


def _messages(count: int) -> list[str]:
    return [f"2024-03-{1 + n % 28:02}T{9 + n % 3:02}:00:00+00:00" for n in range(count)]


@pytest.mark.parametrize("name", ["a.csv", "a.csv.gz", "a.jsonl"])
def test_a_brands_own_messages(tmp_path: Path, name: str) -> None:
    rows = [(when, "tea" if n % 4 else "coffee") for n, when in enumerate(_messages(280))]
    if "jsonl" in name:
        text = "\n".join(json.dumps({"created_at": when, "topic": topic}) for when, topic in rows)
    else:
        text = "created_at,topic\n" + "\n".join(",".join(row) for row in rows)
    profile = history.load(_file(tmp_path, name, text))
    assert profile.per_day == pytest.approx(280 / 27, rel=0.02)
    assert list(profile.topics) == [70, 210]
    assert sum(profile.hours) == 280
    assert profile.hours[8] == profile.hours[12] == 0


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("a.json", "[]", "JSON object"),
        ("a.json", "{", "cannot be read"),
        ("a.json", "{}", "per_day is missing"),
        ("a.json", '{"per_day": -1}', "0 or more"),
        ("a.json", '{"per_day": NaN}', "0 or more"),
        ("a.json", '{"per_day": 1, "colour": 2}', "unknown: colour"),
        ("a.json", '{"per_day": 1, "risky": 17}', "share"),
        ("a.json", '{"per_day": 1, "hours": [1, 2]}', "24"),
        ("a.json", '{"per_day": 1, "topics": [0, 0]}', "all 0"),
        ("a.json", '{"per_day": 1, "topics": [1], "declared": [1, 2]}', "declared"),
        ("a.csv", "text\nhello", "no time found"),
        ("a.csv", "created_at\nyesterday", "is no time"),
        ("a.csv", "created_at\n2024-03-01", "too few"),
        ("a.jsonl", "7", "JSON object"),
        ("a.csv.gz", "", "too few"),
    ],
)
def test_what_is_wrong_is_told(tmp_path: Path, name: str, text: str, words: str) -> None:
    with pytest.raises(WrongProfile, match=words):
        history.load(_file(tmp_path, name, text))


def test_topics_of_a_file(tmp_path: Path) -> None:
    base = BUILT_IN["yearly"]
    assert history.with_topics(base, _file(tmp_path, "t.json", '{"tea": 1, "coffee": 3}')).topics == (1, 3)
    profile = history.with_topics(
        base, _file(tmp_path, "t.csv", "topic,share,helpers\ntea,1,40\ncoffee,3,9\n")
    )
    assert (profile.topics, profile.declared) == ((1, 3), (40, 9))
    for text, words in (("topic\ntea", "share is missing"), ("topic,share\ntea,much", "no number")):
        with pytest.raises(WrongProfile, match=words):
            history.with_topics(base, _file(tmp_path, "t.csv", text))
