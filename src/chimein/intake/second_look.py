"""A careful reading of what the quick one has just put into the queue.

Intake labels thousands of messages a second; sentence embeddings manage about 45. So what waits is read a second time
moments later, when intake has nothing to do, and moves where the two disagree: to a stricter lane always, to a more
open one only while nobody has touched the conversation.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby

from chimein.conversations import threading
from chimein.core import db
from chimein.core.events import Fact, emit_many
from chimein.core.options import option
from chimein.intake import batch
from chimein.routing import queue
from chimein.triage import events, models_in_use, policies, registry, writing
from chimein.triage.port import BrandWords, Labels, TriageInput

SECOND_LOOK = option(
    "SECOND_LOOK",
    True,
    "Whether new messages are read a second time, carefully, moments after they came (takes 150 MB in one process).",
)
_LOCK_SPACE = 7402
_AT_ONCE = 32
_FRESH = timedelta(minutes=30)
_OPEN_LANES = ("crowd", "expert", "desk")
_ACTOR = "system:second_look"


@dataclass(frozen=True, slots=True)
class _Read:
    """A message that waits, as the quick reading left it."""

    id: int
    conversation_id: int
    brand_id: int
    lane: str
    trusted_only: bool
    topic: str
    revision: int
    given: TriageInput


_WAITING = """
SELECT found.* FROM people_brand b CROSS JOIN LATERAL (
SELECT m.id, m.conversation_id, m.brand_id, t.lane, t.trusted_only, t.topic, m.revision, m.text,
       coalesce(i.followers, 0), coalesce(i.verified, false), m.visibility = 'private', m.found,
       EXISTS (SELECT 1 FROM conversations_message o WHERE o.conversation_id = m.conversation_id
               AND o.direction = 'out' AND o.posted_at < m.posted_at)
FROM conversations_message m
JOIN triage_triage t ON t.message_id = m.id
LEFT JOIN contacts_identity i ON i.id = m.identity_id
WHERE m.brand_id = b.id AND m.disposition = 'waiting' AND m.posted_at > %(since)s
  AND t.classifier = %(quick)s AND t.lane = ANY(%(lanes)s) AND m.deleted_at IS NULL
  AND NOT EXISTS (SELECT 1 FROM triage_correction c WHERE c.message_id = m.id)
ORDER BY m.posted_at LIMIT %(limit)s) found
"""


def look_again(*, now: datetime) -> int:
    """Read the oldest fresh messages carefully; how many were read. 0 while intake has work or another worker reads."""
    if not SECOND_LOOK.get() or registry.CLASSIFIER.get() != "learned" or batch.pending_shards():
        return 0
    with db.held_lock(_LOCK_SPACE, 0) as held:
        return _look(now) if held else 0


def _look(now: datetime) -> int:
    looked = 0
    for brand_id, rows in groupby(_waiting(now), key=lambda row: int(row[2])):
        if models_in_use.live_id(brand_id):
            continue  # a model of the brand's own was not measured together with the careful reading
        words = writing.brand_words(brand_id)
        found = [_read(row, words) for row in rows]
        _settle(found, now)
        looked += len(found)
    return looked


def _waiting(now: datetime) -> list[db.Row]:
    params = {
        "since": now - _FRESH, "quick": registry.current().name, "lanes": list(_OPEN_LANES), "limit": _AT_ONCE,
    }  # fmt: skip
    return db.fetch(_WAITING, params)


def _read(row: db.Row, words: BrandWords) -> _Read:
    text, followers, verified, private, found, follows_answer = row[7:]
    given = TriageInput(
        text, words, followers, verified, private=private, found=found, follows_answer=follows_answer
    )
    pk, conversation_id, brand_id, lane, trusted_only, topic, revision = row[:7]
    return _Read(pk, conversation_id, brand_id, lane, trusted_only, topic, revision, given)


def _settle(found: Sequence[_Read], now: datetime) -> None:
    careful = registry.named("careful")
    labelled = careful.classify([one.given for one in found])
    lanes = policies.current(found[0].brand_id)
    for one, labels in zip(found, labelled, strict=True):
        labels.topic = one.topic or labels.topic
        lanes.decide(labels, one.given)
    with db.atomic():
        threading.lock({one.conversation_id for one in found})
        still = _unchanged(found)
        pairs = [(one, labels) for one, labels in zip(found, labelled, strict=True) if one.id in still]
        _keep([(one, labels) for one, labels in pairs if not labels.no_reply_reason], careful.name, now)
        # That somebody asks is not taken back by a machine: such a message keeps the labels it has.
        _mark([one.id for one, labels in pairs if labels.no_reply_reason], careful.name)


_UNCHANGED = """
SELECT m.id FROM unnest(%b::bigint[], %b::int[]) AS n(id, revision)
JOIN conversations_message m ON m.id = n.id AND m.revision = n.revision
JOIN triage_triage t ON t.message_id = m.id AND t.classifier = %s
WHERE m.disposition = 'waiting' AND NOT EXISTS (SELECT 1 FROM triage_correction c WHERE c.message_id = m.id)
"""


def _unchanged(found: Sequence[_Read]) -> set[int]:
    """Those that nobody has edited, answered or corrected while they were read."""
    ids, revisions = [one.id for one in found], [one.revision for one in found]
    return {row[0] for row in db.fetch(_UNCHANGED, (ids, revisions, registry.current().name))}


def _keep(pairs: Sequence[tuple[_Read, Labels]], classifier: str, now: datetime) -> None:
    writing.rewrite([(one.id, labels) for one, labels in pairs], classifier=classifier)
    moved = [
        (one, labels)
        for one, labels in pairs
        if (one.lane, one.trusted_only) != (labels.lane, labels.trusted_only)
    ]
    ids = {one.conversation_id for one, _ in moved}
    queue.relax(ids, now=now)
    queue.sync(ids, now=now)
    emit_many(
        Fact(
            events.READ_AGAIN, now, _ACTOR, one.brand_id, one.conversation_id, one.id,
            {"before": one.lane, "after": labels.lane, "trusted_only": labels.trusted_only},
        )
        for one, labels in moved
    )  # fmt: skip


def _mark(message_ids: Sequence[int], classifier: str) -> None:
    if message_ids:
        sql = "UPDATE triage_triage SET classifier = %s WHERE message_id = ANY(%s)"
        db.execute(sql, (classifier, list(message_ids)))
