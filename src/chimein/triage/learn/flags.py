"""What word lists and rules see in a message, as numbers beside the n-grams: knowledge that needs no training rows."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from chimein.triage import lexicon
from chimein.triage.classifiers.rules import verdict
from chimein.triage.said import Glance, Said

_LISTS = {f"risk.{name}": words for name, words in lexicon.RISKS.items()} | {
    "anger": lexicon.ANGER,
    "complaint": lexicon.COMPLAINT,
    "technical": lexicon.TECHNICAL,
    "blame": lexicon.BLAME,
    "own_case": lexicon.OWN_CASE,
    "question": lexicon.QUESTION,
    "request": lexicon.REQUEST,
    "praise": lexicon.PRAISE,
    "thanks": lexicon.THANKS,
    "still": lexicon.STILL,
    "spam": lexicon.SPAM,
    "joy": lexicon.JOY,
    "dismay": lexicon.DISMAY,
    "mockery": lexicon.MOCKERY,
}
_LISTED = tuple(_LISTS.items())
_INTENTS = ("question", "request", "complaint", "praise", "chatter", "spam")
NAMES = (
    *_LISTS,
    *(
        "private_data",
        "asks",
        "heads_chain",
        "shouted",
        "repost",
        "mention",
        "mention_first",
        "link",
        "long",
        "short",
    ),
    *(f"rules.{name}" for name in _INTENTS),
    "rules.angry",
    "rules.desk",
)
_WEIGHT = 0.5


def flags(messages: Sequence[Said]) -> npt.NDArray[np.float32]:
    """One row a message, one column a name."""
    rows = [_one(said) for said in messages]
    return np.array(rows, dtype=np.float32).reshape(len(rows), len(NAMES)) * np.float32(_WEIGHT)


def _one(said: Said) -> list[bool]:
    length, rules = len(said.text), verdict(Glance.at(said))
    return [
        *(said.has(words) for _, words in _LISTED),
        said.shows_private_data,
        said.asks,
        said.heads_chain,
        said.is_shouted,
        said.is_repost,
        "@" in said.own,
        said.own.startswith(("@", "＠")),
        "http" in said.own,
        length > 150,
        length < 20,
        *(rules.intent == name for name in _INTENTS),
        rules.anger,
        bool(rules.anger or rules.risks or rules.intent == "complaint"),
    ]
