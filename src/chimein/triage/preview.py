"""What another lane policy would have done with the newest messages, from their stored labels."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from chimein.core import db
from chimein.triage import policy
from chimein.triage.port import BrandWords, Labels, TriageInput

MOST_MESSAGES = 5_000
MOST_EXAMPLES = 12
MOST_OF_A_PAIR = 3
_FAR_BACK = 500_000
"""Ids looked through, so that a quiet brand in a busy house does not make the database read everything."""


@dataclass(frozen=True, slots=True)
class Past:
    """A message as the policy looks at it, with what a person wants to see of it."""

    public_id: str
    text: str
    language: str
    posted_at: datetime
    labels: Labels
    given: TriageInput

    @property
    def is_danger(self) -> bool:
        return self.labels.anger or not policy.NEVER_CROWD.isdisjoint(self.labels.risks)


@dataclass(frozen=True, slots=True)
class Moved:
    """A message that changes its lane: from rule to rule."""

    message: Past
    before: policy.Rule
    after: policy.Rule


@dataclass(slots=True)
class Comparison:
    """Two tables on the same messages.

    `pairs` counts (lane now, lane then); `moved` has a few of each; `dangers`: all risky ones that reach the crowd.
    """

    count: int = 0
    days: float = 1.0
    pairs: Counter[tuple[str, str]] = field(default_factory=Counter)
    moved: list[Moved] = field(default_factory=list)
    dangers: list[Moved] = field(default_factory=list)

    @property
    def moved_count(self) -> int:
        return sum(n for (before, after), n in self.pairs.items() if before != after)

    def of_lane(self, lane: str) -> tuple[int, int]:
        """How many messages a lane gets now and then."""
        now = sum(n for (before, _), n in self.pairs.items() if before == lane)
        then = sum(n for (_, after), n in self.pairs.items() if after == lane)
        return now, then


_NEWEST = """
SELECT c.public_id, left(m.text, 400), m.language, m.posted_at, m.visibility = 'private', m.found,
       coalesce(i.followers, 0), coalesce(i.verified, false),
       t.language, t.intent, t.sentiment, t.anger, t.risks, t.topic, t.influence, t.vague_abuse, t.urgency, t.fit,
       t.gate, t.risk_score, t.no_reply_hint
FROM (SELECT id, conversation_id, text, language, posted_at, visibility, found, identity_id
      FROM conversations_message
      WHERE brand_id = %(brand)s AND direction = 'in' AND deleted_at IS NULL
        AND id > (SELECT coalesce(max(id), 0) FROM conversations_message) - %(far)s
      ORDER BY id DESC LIMIT %(limit)s) m
JOIN triage_triage t ON t.message_id = m.id
JOIN conversations_conversation c ON c.id = m.conversation_id
LEFT JOIN contacts_identity i ON i.id = m.identity_id
ORDER BY m.id DESC
"""


def newest(brand_id: int, *, limit: int = MOST_MESSAGES) -> list[Past]:
    """The newest messages of a brand's customers with their labels, newest first, by one statement."""
    words = BrandWords(brand_id, ())
    rows = db.fetch(_NEWEST, {"brand": brand_id, "far": _FAR_BACK, "limit": limit})
    return [_past(row, words) for row in rows]


def _past(row: db.Row, words: BrandWords) -> Past:
    public_id, text, language, posted_at, private, found, followers, verified, *stored = row
    names = (
        "language", "intent", "sentiment", "anger", "risks", "topic", "influence", "vague_abuse", "urgency", "fit",
        "gate", "risk_score", "no_reply_hint",
    )  # fmt: skip
    given = TriageInput(text, words, followers=followers, verified=verified, private=private, found=found)
    return Past(public_id, text, language, posted_at, Labels(**dict(zip(names, stored, strict=True))), given)


def compare(now: policy.Table, then: policy.Table, messages: list[Past]) -> Comparison:
    """What moves when `then` takes the place of `now`."""
    found = Comparison(count=len(messages))
    if messages:
        times = [one.posted_at for one in messages]
        found.days = max((max(times) - min(times)) / timedelta(days=1), 1.0)
    for one in messages:
        before, after = now.rule_for(one.labels, one.given), then.rule_for(one.labels, one.given)
        pair = (before.then.lane, after.then.lane)
        found.pairs[pair] += 1
        if pair[0] != pair[1] and found.pairs[pair] <= MOST_OF_A_PAIR and len(found.moved) < MOST_EXAMPLES:
            found.moved.append(Moved(one, before, after))
        if after.then.lane == "crowd" and one.is_danger:
            found.dangers.append(Moved(one, before, after))
    return found
