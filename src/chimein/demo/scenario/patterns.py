"""Short exchanges made from patterns: each row of a pattern becomes one episode, no text twice.

A pattern has several wordings of the question (``ask``) and of the answer; row *i* takes wording *i* in turn
and fills the row's values in. Wordings of one pattern all fit each other. ``thanks: works`` lets every
second customer say thank you, with a text from the file's pool of that name.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any


def expand(content: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """All episodes of one pattern file as rows for the loader."""
    pools = {name: iter(texts) for name, texts in content["thanks"].items()}
    for pattern in content["patterns"]:
        rows = pattern.get("rows") or [{} for _ in pattern["ask"]]
        for index, row in enumerate(rows):
            yield {
                "id": f"{pattern['id']}-{index + 1}",
                "kind": pattern["kind"],
                "topic": row.get("topic", pattern["topic"]),
                "language": content["language"],
                "handwritten": False,
                "steps": list(_steps(pattern, row, index, pools)),
            }


def _steps(
    pattern: dict[str, Any], row: dict[str, str], index: int, pools: dict[str, Iterator[str]]
) -> Iterator[dict[str, str]]:
    yield {"dm" if pattern.get("private") else "ask": _pick(pattern["ask"], index).format(**row)}
    if "answer" not in pattern:
        return
    verb = "answer-dm" if pattern.get("private") else "answer"
    who = row.get("by") or pattern.get("by")
    yield {f"{verb} {who}" if who else verb: _pick(pattern["answer"], index).format(**row)}
    if "thanks" in pattern and index % 2 == 0:
        yield {"reply": next(pools[pattern["thanks"]])}


def _pick(wordings: list[str], index: int) -> str:
    return wordings[index % len(wordings)]
