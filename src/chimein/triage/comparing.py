"""Two models beside each other on the messages that neither has learned from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from chimein.core.options import option
from chimein.triage.labels import VALUES
from chimein.triage.learn.examples import HEADS, Example
from chimein.triage.learn.message_model import MessageModel

MARGIN = option(
    "LEARN_MARGIN", 0.01, "How much better (macro-F1 of the lane) a newly trained model must be to go live by itself."
)  # fmt: skip
LEAST_HELD_BACK = option(
    "LEARN_LEAST_HELD_BACK",
    40,
    "How many held-back messages with a corrected lane are needed before a model may go live by itself.",
)
_MOST_MOVES = 60

Said = dict[str, list[str]]
"""Head → the class a model gives each message."""


def compare(
    old: MessageModel, new: MessageModel, shipped: MessageModel, held: Sequence[Example]
) -> dict[str, Any]:
    """Scores of the model in use (old), of the candidate (new) and of the shipped one.

    `heads`: macro-F1 and F1 by class · `lanes`: confusion matrices · `risks`: recall by risk · `leaks`: the share of
    risky messages that would reach the crowd · `moves`: messages that change lane, by id, so that their words are kept
    in one place.
    """
    texts = [one.text for one in held]
    said = {name: _say(model, texts) for name, model in (("old", old), ("new", new), ("shipped", shipped))}
    return {
        "rows": len(held),
        "heads": {head: found for head in _measured(held) if (found := _head(head, held, said))},
        "lanes": _lanes(held, said),
        "risks": {risk: found for risk in VALUES["risks"] if (found := _recall(f"risk.{risk}", held, said))},
        "leaks": _leaks(held, said),
        **_moves(held, said),
    }


def _say(model: MessageModel, texts: Sequence[str]) -> Said:
    """What a model decides for each text, with its own thresholds."""
    said: Said = {}
    for head, likely in (model.probabilities(texts) if texts else {}).items():
        is_risk = head.startswith("risk.")
        seen = (
            likely[:, 1] >= model.thresholds.get(head, 0.5) if is_risk else model.heads[head].chosen(likely)
        )
        said[head] = [model.heads[head].classes[int(number)] for number in seen]
    return said


def _measured(held: Sequence[Example]) -> list[str]:
    """The heads people gave labels for."""
    known = {head for one in held for head in one.labels}
    return [head for head in HEADS if head in known]


def f1_by_class(right: Sequence[str], said: Sequence[str]) -> dict[str, float]:
    """F1 = 2 tp / (2 tp + fp + fn) of every class that is right or was said at least once."""
    hits = Counter(one for one, other in zip(right, said, strict=True) if one == other)
    wanted, given = Counter(right), Counter(said)
    return {name: 2 * hits[name] / (wanted[name] + given[name]) for name in sorted(wanted | given)}


def _head(head: str, held: Sequence[Example], said: Mapping[str, Said]) -> dict[str, Any]:
    """Macro-F1 of each model, and the F1 of each class that people named; empty when it was not measured."""
    asked = [number for number, one in enumerate(held) if head in one.labels]
    if not asked or any(head not in one for one in said.values()):
        return {}
    right = [held[number].labels[head] for number in asked]
    f1 = {name: f1_by_class(right, [one[head][number] for number in asked]) for name, one in said.items()}
    rows = Counter(right)
    classes = [
        {"label": label, "rows": rows[label], **{name: round(f1[name][label], 4) for name in f1}}
        for label in HEADS[head]
        if rows[label]
    ]
    macro = {name: round(sum(found.values()) / len(found), 4) for name, found in f1.items()}
    return {"rows": len(asked), **macro, "classes": classes}


def _lanes(held: Sequence[Example], said: Mapping[str, Said]) -> dict[str, Any]:
    """Who should answer (rows) and who each model would let answer (columns), as counts."""
    names = HEADS["lane"]
    matrices: dict[str, Any] = {"labels": list(names)}
    for model in ("old", "new"):
        matrix = [[0] * len(names) for _ in names]
        for one, given in zip(held, said[model].get("lane", ()), strict=False):
            if "lane" in one.labels:
                matrix[names.index(one.labels["lane"])][names.index(given)] += 1
        matrices[model] = matrix
    return matrices


def _recall(head: str, held: Sequence[Example], said: Mapping[str, Said]) -> dict[str, Any]:
    """Of the messages with this risk, the share each model sees."""
    risky = [number for number, one in enumerate(held) if one.labels.get(head) == "1"]
    if not risky or any(head not in one for one in said.values()):
        return {}
    seen = {
        name: round(sum(one[head][number] == "1" for number in risky) / len(risky), 4)
        for name, one in said.items()
    }
    return {"rows": len(risky), **seen}


def _leaks(held: Sequence[Example], said: Mapping[str, Said]) -> dict[str, Any]:
    """Of the messages with any risk, the share that a model sees no risk in and would give to the crowd."""
    heads = [f"risk.{risk}" for risk in VALUES["risks"]]
    risky = [number for number, one in enumerate(held) if any(one.labels.get(head) == "1" for head in heads)]
    shares = {
        name: round(sum(_leaks_out(one, heads, number) for number in risky) / max(1, len(risky)), 4)
        for name, one in said.items()
    }
    return {"rows": len(risky), **shares}


def _leaks_out(said: Said, heads: Sequence[str], number: int) -> bool:
    crowd = said["lane"][number] == "crowd" if "lane" in said else False
    return crowd and not any(said[head][number] == "1" for head in heads if head in said)


def _moves(held: Sequence[Example], said: Mapping[str, Said]) -> dict[str, Any]:
    found = [
        {"message": int(one.id), "before": before, "after": after, "right": one.labels.get("lane", "")}
        for one, before, after in zip(
            held, said["old"].get("lane", ()), said["new"].get("lane", ()), strict=False
        )
        if before != after
    ]
    # Mistakes of the new model first: they are what a lead has to look at.
    found.sort(key=lambda move: (move["after"] == move["right"], not move["right"], move["message"]))
    return {"moves": found[:_MOST_MOVES], "moved": len(found)}


def verdict(found: Mapping[str, Any]) -> str:
    """Whether a candidate may go live by itself: ``better``, or a code for why it may not.

    ``few``: too few held-back lanes · ``risk.<name>``: it sees less of a risk · ``leaks``: more risky messages would
    reach the crowd · ``not_better``: not better by the margin.
    """
    lane = found["heads"].get("lane")
    if lane is None or lane["rows"] < LEAST_HELD_BACK.get():
        return "few"
    for risk, seen in found["risks"].items():
        if seen["new"] < seen["old"]:
            return f"risk.{risk}"
    if found["leaks"]["new"] > found["leaks"]["old"]:
        return "leaks"
    return "better" if lane["new"] - lane["old"] >= MARGIN.get() else "not_better"
