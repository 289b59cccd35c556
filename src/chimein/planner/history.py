"""Traffic from a file: a profile as JSON, or a brand's own messages with their times. Topics from another file."""

from __future__ import annotations

import csv
import gzip
import io
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from math import isfinite
from pathlib import Path
from typing import Any

from chimein.planner.traffic import BUILT_IN, Profile

_LISTS = {"hours": 24, "week": 7, "topics": 0, "declared": 0}
_WHOLE = ("days", "burst_size", "desk")
_SHARES = ("wants_answer", "risky", "praise", "vip", "again", "near_copies", "burst_copies")
_TIMES = ("created_at", "posted_at", "created_at_customer", "timestamp", "at", "time", "date")
_FORMATS = ("%a %b %d %H:%M:%S %z %Y", "%Y-%m-%d %H:%M:%S", "%Y/%m/%d %H:%M")
_LEAST_MESSAGES = 50


class WrongProfile(ValueError):
    """A file that says nothing about traffic; the text says what is wrong with it."""


def load(path: Path) -> Profile:
    """A profile from a file: .json is one, .csv and .jsonl (each also .gz) are messages with a time.

    Raises WrongProfile.
    """
    name = path.name.removesuffix(".gz")
    try:
        text = _text(path)
        if name.endswith(".json"):
            return from_fields(json.loads(text), name=path.stem)
        return from_messages(_rows(text, jsonl=name.endswith(".jsonl")), name=path.stem)
    except (OSError, EOFError, UnicodeDecodeError, json.JSONDecodeError, csv.Error) as error:
        raise WrongProfile(f"{path} cannot be read: {error}") from error
    except WrongProfile as error:
        raise WrongProfile(f"{path}: {error}") from error


def _text(path: Path) -> str:
    raw = path.read_bytes()
    return (gzip.decompress(raw) if path.name.endswith(".gz") else raw).decode("utf-8-sig")


def _rows(text: str, *, jsonl: bool) -> Iterator[Mapping[str, Any]]:
    if not jsonl:
        yield from csv.DictReader(io.StringIO(text))
        return
    for line in text.splitlines():
        if line.strip():
            row = json.loads(line)
            if not isinstance(row, dict):
                raise WrongProfile("every line must be a JSON object")
            yield row


def from_messages(rows: Iterator[Mapping[str, Any]], *, name: str) -> Profile:
    """Volume, hours, days of the week and topics of messages that wanted an answer. Raises WrongProfile."""
    times, topics = [], Counter[str]()
    for row in rows:
        when = next((row[one] for one in _TIMES if row.get(one)), None)
        if when is None:
            raise WrongProfile(f"no time found; name the column one of {', '.join(_TIMES)}")
        times.append(_time(when))
        topics[str(row.get("topic") or "")] += 1
    if len(times) < _LEAST_MESSAGES:
        raise WrongProfile(f"{len(times)} messages are too few; {_LEAST_MESSAGES} at least")
    stamps = [one.timestamp() for one in times]
    days = max((max(stamps) - min(stamps)) / 86_400, 1 / 24)
    hours, week = Counter(one.hour for one in times), Counter(one.weekday() for one in times)
    known = topics if len(topics) > 1 else Counter[str]()
    profile = Profile(name=name, per_day=len(times) / days)
    return replace(
        profile,
        hours=tuple(float(hours[hour]) for hour in range(24)),
        # Less than two weeks say nothing about days of the week.
        week=tuple(float(week[day]) for day in range(7)) if days >= 14 else profile.week,
        topics=tuple(float(count) for _, count in sorted(known.items())) or profile.topics,
    )


def _time(given: Any) -> datetime:
    if isinstance(given, int | float):
        return datetime.fromtimestamp(given).astimezone()
    text = str(given).strip()
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        found = _other_time(text)
    return found if found.tzinfo else found.astimezone()


def _other_time(text: str) -> datetime:
    for form in _FORMATS:
        try:
            return datetime.strptime(text, form).astimezone()
        except ValueError:
            continue
    raise WrongProfile(f"{text!r} is no time")


def from_fields(given: Any, *, name: str) -> Profile:
    """A profile from what JSON gave: the fields of `Profile`, or the name of a built-in one. Raises WrongProfile."""
    if not isinstance(given, dict):
        raise WrongProfile('a profile is a JSON object, such as {"per_day": 80}')
    known = set(Profile.__slots__) - {"name"}
    if unknown := sorted(set(given) - known):
        raise WrongProfile(f"unknown: {', '.join(unknown)}; known are {', '.join(sorted(known))}")
    if "per_day" not in given:
        raise WrongProfile("per_day is missing: how many messages come in a day")
    fields: dict[str, Any] = {
        key: _list(key, value) if key in _LISTS else _number(key, value) for key, value in given.items()
    }
    profile = Profile(name=name, **fields)
    if profile.declared and len(profile.declared) != len(profile.topics):
        raise WrongProfile("declared must have one number for each topic")
    return profile


def _list(key: str, values: Any) -> tuple[float, ...]:
    length = _LISTS[key]
    if not isinstance(values, list) or not values or (length and len(values) != length):
        raise WrongProfile(f"{key} must be a list of {length or 'some'} numbers")
    numbers = tuple(float(_number(key, value)) for value in values)
    if sum(numbers) <= 0:
        raise WrongProfile(f"{key} must not be all 0")
    return numbers


def _number(key: str, value: Any) -> float | int:
    if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value) or value < 0:
        raise WrongProfile(f"{key} must be a number, 0 or more")
    if key in _SHARES and value > 1:
        raise WrongProfile(f"{key} is a share, 0 to 1")
    if key == "days" and value < 1:
        raise WrongProfile("days must be 1 or more")
    return int(value) if key in _WHOLE else value


def with_topics(profile: Profile, path: Path) -> Profile:
    """The same traffic over the topics of a file. Raises WrongProfile.

    JSON: {"coffee": 0.4, ...}; csv with the columns topic, share and, if known, helpers (how many know it).
    """
    try:
        text = _text(path)
        rows = (
            _topic_rows(json.loads(text))
            if path.name.endswith(".json")
            else list(csv.DictReader(io.StringIO(text)))
        )
    except (OSError, UnicodeDecodeError, json.JSONDecodeError, csv.Error) as error:
        raise WrongProfile(f"{path} cannot be read: {error}") from error
    try:
        shares = _list("topics", [_read(row, "share") for row in rows])
        known = bool(rows) and all(row.get("helpers") not in {None, ""} for row in rows)
        declared = _list("declared", [_read(row, "helpers") for row in rows]) if known else ()
    except WrongProfile as error:
        raise WrongProfile(f"{path}: {error}") from error
    return replace(profile, topics=shares, declared=declared)


def _topic_rows(given: Any) -> list[dict[str, Any]]:
    if isinstance(given, dict):
        return [{"topic": name, "share": share} for name, share in given.items()]
    if isinstance(given, list) and all(isinstance(one, dict) for one in given):
        return given
    raise WrongProfile('topics are {"name": share, …} or a list of objects with topic and share')


def _read(row: Mapping[str, Any], column: str) -> float:
    try:
        return float(row[column])
    except KeyError as error:
        raise WrongProfile(f"the column {column} is missing") from error
    except (TypeError, ValueError) as error:
        raise WrongProfile(f"{row[column]!r} in column {column} is no number") from error


def built_in_or_file(given: str) -> Profile:
    """A built-in profile by its name, else the file. Raises WrongProfile."""
    return BUILT_IN[given] if given in BUILT_IN else load(Path(given))
