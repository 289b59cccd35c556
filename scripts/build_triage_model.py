"""Train the models of messages that ship with ChimeIn: ``python scripts/build_triage_model.py --data DIR``.

Weights come from two sources only: messages written for this project (training/triage/messages.jsonl) and public sets
whose terms allow it, labelled for this project by their ids (training/triage/labels_of_public_messages.jsonl; texts
are read from DIR and not kept). How far each class is favoured, and from when on something counts as risky, is chosen
on one half of DIR/lanes_labelled.jsonl.gz; the other half is only ever measured on. See docs/explanation/models.md.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import io
import json
import sys
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from chimein.triage.classifiers.learned import label_by
from chimein.triage.learn import building, examples, sentences
from chimein.triage.learn.calibration import average_f1, softmax
from chimein.triage.learn.message_model import CAREFUL, SHIPPED, Careful, Head, MessageModel
from chimein.triage.policy import DEFAULT
from chimein.triage.port import BrandWords, TriageInput
from chimein.triage.said import Said

ROOT = Path(__file__).parent.parent / "training" / "triage"
RISKY = frozenset({"account_data", "legal", "safety", "money", "privacy", "self_harm", "crisis"})
MAY_LEAK = (0.03, 0.01)
"""The share of risky messages of the tuning half that the quick and the careful reading may let reach the crowd. At
0.01 the quick one would send two of three harmless questions to the desk, and the careful one follows in a second."""
_AT_LEAST = {"account_data": 0.4, "money": 0.4, "privacy": 0.4, "crisis": 0.6}
"""Risks that are common: a lower threshold made the lanes of the tuning half worse."""
_STEPS = np.arange(-1.2, 1.3, 0.2)
_HEATS = np.arange(0.4, 1.5, 0.05)


def is_for_tuning(id: str) -> bool:
    """Which half of the labelled messages a row belongs to; the other half is for measuring."""
    return zlib.crc32(id.encode()) % 2 == 1


def labelled(data: Path, *, tuning: bool) -> list[dict[str, Any]]:
    """One half of the labelled messages."""
    with gzip.open(data / "lanes_labelled.jsonl.gz", "rt", encoding="utf-8") as file:
        rows = [json.loads(line) for line in file]
    return [row for row in rows if is_for_tuning(row["id"]) == tuning]


def _public_texts(data: Path) -> Iterator[tuple[tuple[str, str], str]]:
    with gzip.open(data / "ibm_care_conversations.jsonl.gz", "rt", encoding="utf-8") as file:
        for talk in map(json.loads, file):
            for number, turn in enumerate(talk["turns"]):
                yield ("ibm_care_conversations", f"{talk['session_id']}#{number}"), turn["text"]
    with gzip.open(data / "forum_best_answers_zh.jsonl.gz", "rt", encoding="utf-8") as file:
        for row in map(json.loads, file):
            yield ("forum_best_answers_zh", str(row["id"])), row["question"][:300]
    for row in _csv(data / "cold_offensive_zh.csv.gz"):
        yield ("cold_offensive_zh", row["id"]), row["text"]
    for row in _csv(data / "question_pairs_zh.csv.gz"):
        yield ("question_pairs_zh", f"{row['id']}:q1"), row["q1"]

    for row in _csv(data / "banking77.csv.gz"):
        yield ("banking77", row["id"]), row["text"]
    for row in _csv(data / "clinc150.csv.gz"):
        yield ("clinc150", row["id"]), row["text"]


def _csv(path: Path) -> Iterator[dict[str, str]]:
    with gzip.open(path) as file:
        yield from csv.DictReader(io.TextIOWrapper(file, encoding="utf-8", newline=""))


def training_examples(data: Path) -> list[examples.Example]:
    """All that the weights learn from."""
    own = examples.with_text(examples.read(ROOT / "messages.jsonl"))
    rows = list(examples.read(ROOT / "labels_of_public_messages.jsonl"))
    wanted = {(row["source"], row["id"]) for row in rows}
    texts = {key: " ".join(text.split()) for key, text in _public_texts(data) if key in wanted}
    missing = len(wanted - texts.keys())
    if missing:
        print(f"{missing} labelled messages are not in {data}; they are left out", file=sys.stderr)
    public = [
        examples.from_row(row, texts[row["source"], row["id"]])
        for row in rows
        if (row["source"], row["id"]) in texts
    ]
    return own + public


def _thresholds(
    heads: Mapping[str, Head], scores: Mapping[str, np.ndarray], known: Mapping[str, np.ndarray]
) -> dict[str, float]:
    """For each risk the probability at which its F1 on unseen rows is best, a little lower where risks are rare."""
    found = {}
    for risk in examples.RISKS:
        name = f"risk.{risk}"
        head = heads[name]
        likely = softmax(head.scale * scores[name] + head.bias)[:, 1]
        truth = known[name] == 1
        tried = [
            (2 * (truth & (likely >= at)).sum() / (truth.sum() + (likely >= at).sum() + 1e-9), -at)
            for at in np.arange(0.1, 0.6, 0.05)
        ]
        found[name] = max(round(-float(max(tried)[1]) * 0.9, 3), _AT_LEAST.get(risk, 0.0))
    return found


class Tuning:
    """The tuning half, and what the models say of it."""

    def __init__(self, rows: Sequence[dict[str, Any]], model: MessageModel, careful: Careful) -> None:
        self.rows = rows
        self.said = [Said.of(row["text"]) for row in rows]
        self.inputs = [TriageInput(row["text"], BrandWords(0, ())) for row in rows]
        sight = model.see(self.said)
        self.quick = model.scores(sight)
        self.slow = self.quick + careful.scores(sight)
        lanes = examples.HEADS["lane"]
        self.truth = np.array([lanes.index(row["lane"]) for row in rows])
        self.chinese = np.array([row["lang"] == "zh" for row in rows])
        self.risky = np.array([bool(RISKY.intersection(row["risk"])) for row in rows])

    def temper(self, name: str, head: Head, scores: np.ndarray) -> Head:
        """The head, as sure of itself as it is right on real traffic: one number scales what training fitted."""
        classes = examples.HEADS[name]
        truth = np.array([classes.index(row[name]) for row in self.rows])
        heads = [replace(head, scale=head.scale * k, bias=head.bias * k) for k in _HEATS]
        losses = [-np.log(one.likely(scores)[np.arange(len(truth)), truth] + 1e-9).mean() for one in heads]
        return heads[int(np.argmin(losses))]

    def boost(self, head: Head, scores: np.ndarray) -> Head:
        """The lane head with the favours that give the best average F1 over both languages."""
        logs = np.log(head.likely(scores) + 1e-12)
        boost = np.zeros(len(head.classes), dtype=np.float32)
        for _ in range(3):
            for k in range(len(boost)):
                tried = []
                for value in _STEPS:
                    boost[k] = value
                    chosen = (logs + boost).argmax(1)
                    both = [
                        average_f1(chosen[part], self.truth[part]) for part in (self.chinese, ~self.chinese)
                    ]
                    tried.append((float(np.mean(both)) - 0.004 * abs(value), value))
                boost[k] = max(tried)[1]
        return replace(head, boost=boost)

    def gate(
        self, heads: dict[str, Head], scores: np.ndarray, thresholds: dict[str, float], may_leak: float
    ) -> dict[str, float]:
        """The most open gate that lets at most that share of the risky messages reach the crowd."""
        tables = []
        for at in np.arange(0.9, 0.1, -0.02):
            gates = thresholds | {
                "gate.doubtful": round(float(at), 3),
                "gate.sure": round(float(at) + 0.2, 3),
            }
            lanes = self.lanes(heads, scores, gates)
            leaks = float((lanes[self.risky] == "crowd").mean())
            tables.append(gates)
            if leaks <= may_leak:
                break
        return tables[-1]

    def lanes(self, heads: dict[str, Head], scores: np.ndarray, thresholds: dict[str, float]) -> np.ndarray:
        """The lane of each message by the shipped policy."""
        found = label_by(heads, thresholds, scores, self.inputs, self.said)
        for item, labels in zip(self.inputs, found, strict=True):
            DEFAULT.decide(labels, item)
        return np.array([labels.lane for labels in found])


def tune(built: building.Built, data: Path, truths: Sequence[building.Truth]) -> tuple[MessageModel, Careful]:
    """Favours and thresholds, from the unseen scores and from the tuning half."""
    known = {truth.name: truth.known for truth in truths}
    half = Tuning(labelled(data, tuning=True), built.model, built.careful)
    done = []
    pairs = ((built.model.heads, half.quick), (built.careful.heads, half.slow))
    for number, (fitted, scores) in enumerate(pairs):
        unseen = {name: pair[number] for name, pair in built.unseen.items()}
        thresholds = _thresholds(fitted, unseen, known)
        tempered = {name: half.temper(name, fitted[name], scores) for name in ("lane", "intent", "sentiment")}
        heads = dict(fitted) | tempered | {"lane": half.boost(tempered["lane"], scores)}
        done.append((heads, half.gate(heads, scores, thresholds, MAY_LEAK[number])))
    (heads, thresholds), (slow_heads, slow_thresholds) = done
    model = replace(built.model, heads=heads, thresholds=thresholds)
    return model, replace(built.careful, heads=slow_heads, thresholds=slow_thresholds)


def main() -> None:
    """Train, tune, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="the folder with the public sets")
    data = parser.parse_args().data
    learned = training_examples(data)
    print(f"{len(learned)} messages to learn from", file=sys.stderr)
    embeddings = sentences.embed([example.text for example in learned])
    built = building.build("shipped-1", learned, embeddings)
    model, careful = tune(built, data, building.truths(learned))
    SHIPPED.write_bytes(model.dump())
    CAREFUL.write_bytes(careful.dump())
    print(f"{SHIPPED.stat().st_size / 1e6:.1f} + {CAREFUL.stat().st_size / 1e6:.1f} MB", file=sys.stderr)


if __name__ == "__main__":
    main()
