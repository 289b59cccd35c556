"""Which model labels a brand's messages: the one that is live, else the one that ships."""

from __future__ import annotations

import logging
import threading
import time
from dataclasses import dataclass
from functools import lru_cache

from chimein.core import db
from chimein.triage.learn.message_model import MessageModel, shipped

log = logging.getLogger(__name__)

_LOOK_AGAIN_S = 3.0

_lock = threading.Lock()
_looked: dict[int, tuple[float, int]] = {}
_loaded: dict[int, InUse] = {}


@dataclass(frozen=True, slots=True)
class InUse:
    """A brand's model. `chosen`: the number of its live model; `number`: 0 where the shipped one stands in for it."""

    chosen: int
    number: int
    model: MessageModel


@lru_cache(maxsize=1)
def _shipped() -> MessageModel:
    return shipped()


def live_id(brand_id: int) -> int:
    """The number of the brand's live model, 0 for the shipped one; at most three seconds old."""
    if not brand_id:  # a file's messages belong to no brand
        return 0
    known = _looked.get(brand_id)
    if known and time.monotonic() - known[0] < _LOOK_AGAIN_S:
        return known[1]
    sql = "SELECT id FROM triage_trainedmodel WHERE brand_id = %s AND state = 'live'"
    row = db.fetch_one(sql, (brand_id,))
    found = int(row[0]) if row else 0
    _looked[brand_id] = (time.monotonic(), found)
    return found


def in_use(brand_id: int) -> InUse:
    """What labels this brand's messages. Loaded once for each change; costs a look-up every few seconds.

    A model that this version cannot read, as after an upgrade, is as good as none: the shipped one stands in.
    """
    number = live_id(brand_id)
    if not number:
        return InUse(0, 0, _shipped())
    known = _loaded.get(brand_id)
    if known is None or known.chosen != number:
        with _lock:
            known = _loaded.get(brand_id)
            if known is None or known.chosen != number:
                known = _loaded[brand_id] = _read(number)
    return known


def _read(number: int) -> InUse:
    try:
        return InUse(number, number, load(number))
    except (LookupError, ValueError) as error:
        log.warning("model %s cannot be used, the shipped one stands in: %s", number, error)
        return InUse(number, 0, _shipped())


def is_unread(brand_id: int) -> bool:
    """Whether the shipped model stands in for one that this version cannot read."""
    found = in_use(brand_id) if live_id(brand_id) else None
    return found is not None and found.number != found.chosen


def model_for(brand_id: int) -> MessageModel:
    """The model that labels this brand's messages."""
    return in_use(brand_id).model


def load(number: int) -> MessageModel:
    """A stored model by its number; 0 is the shipped one.

    Raises LookupError when its weights are gone, ValueError when another version of ChimeIn made them.
    """
    if not number:
        return _shipped()
    row = db.fetch_one("SELECT weights FROM triage_trainedmodel WHERE id = %s", (number,))
    if row is None or not row[0]:
        raise LookupError(f"model {number} is not kept any more")
    return MessageModel.load(bytes(row[0]))


def forget() -> None:
    """Look again at once: after a change in this process, and for tests."""
    _looked.clear()
    _loaded.clear()


def surety(brand_id: int, text: str) -> dict[str, dict[str, float]]:
    """How likely the brand's model finds each class of each head for a text, 0 to 1."""
    model = model_for(brand_id)
    return {
        head: dict(zip(model.heads[head].classes, map(float, rows[0]), strict=True))
        for head, rows in model.probabilities([text]).items()
    }
