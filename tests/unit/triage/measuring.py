"""How well a classifier does on labelled messages.

Also a program: ``python tests/unit/triage/measuring.py FILE``.
"""

from __future__ import annotations

import gzip
import json
import sys
import time
import zlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chimein.triage import policy
from chimein.triage.classifiers.rules import classifier
from chimein.triage.port import BrandWords, Labels, TriageInput

RISKY = frozenset({"account_data", "legal", "safety", "money", "privacy", "self_harm", "crisis"})
_LANES = {"thank": "none", "expert": "crowd", "crisis": "desk"}
BRAND = BrandWords(1, ("tamarind",))

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Quality:
    """Shares between 0 and 1."""

    risky_to_crowd: float
    crowd_to_crowd: float
    macro_f1: dict[str, float]
    ms: float


def read(path: Path) -> dict[bool, list[Row]]:
    """The rows in two halves that never change: True is for tuning, False for measuring."""
    halves: dict[bool, list[Row]] = {True: [], False: []}
    with gzip.open(path, "rt") as lines:
        for line in lines:
            row = json.loads(line)
            halves[zlib.crc32(row["id"].encode()) % 2 == 0].append(row)
    return halves


def label(rows: Sequence[Row]) -> list[Labels]:
    """The labels with the lane that the shipped policy chooses."""
    given = [TriageInput(text=row["text"], brand=BRAND, found=True) for row in rows]
    found = classifier.classify(given)
    for labels, item in zip(found, given, strict=True):
        policy.DEFAULT.decide(labels, item)
        labels.lane = _LANES.get(labels.lane, labels.lane)
    return found


def wanted(row: Row) -> str:
    lane = str(row["lane"])
    return _LANES.get(lane, lane)


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0


def macro_f1(rows: Sequence[Row], found: Sequence[Labels]) -> float:
    """The mean over the lanes of the harmonic mean of precision and recall."""
    pairs = Counter((wanted(row), one.lane) for row, one in zip(rows, found, strict=True))
    scores = []
    for lane in ("crowd", "desk", "none"):
        hits = pairs[(lane, lane)]
        said = sum(n for (_, got), n in pairs.items() if got == lane)
        true = sum(n for (want, _), n in pairs.items() if want == lane)
        scores.append(_share(2 * hits, said + true))
    return sum(scores) / len(scores)


def quality(rows: Sequence[Row]) -> Quality:
    """What the classifier makes of the rows."""
    label(rows[:20])
    begin = time.process_time()
    found = label(rows)
    spent = time.process_time() - begin
    lanes = list(zip(rows, found, strict=True))
    risky = [one.lane == "crowd" for row, one in lanes if RISKY.intersection(row["risk"])]
    crowd = [one.lane == "crowd" for row, one in lanes if row["lane"] == "crowd"]
    by_language = {}
    for language in ("en", "zh"):
        mine = [(row, one) for row, one in lanes if row["lang"] == language]
        by_language[language] = macro_f1([row for row, _ in mine], [one for _, one in mine])
    return Quality(
        _share(sum(risky), len(risky)), _share(sum(crowd), len(crowd)), by_language, 1000 * spent / len(rows)
    )


if __name__ == "__main__":
    for tuning, rows in read(Path(sys.argv[1])).items():
        print("tuned on" if tuning else "measured", len(rows), quality(rows))
