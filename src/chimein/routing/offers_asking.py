"""Asking for one question after the other: facts for the policy, its choice, and why each of the chosen was asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chimein.core import db
from chimein.people.models import Trust
from chimein.routing.candidates import Pool
from chimein.routing.matching import deciding, priors, scoring
from chimein.routing.matching.budget import Bucket
from chimein.routing.matching.facts import Helpers, Index, Question, Seat
from chimein.routing.matching.queues import weight_of
from chimein.routing.matching.settings import Settings
from chimein.routing.offers_book import Asked
from chimein.routing.offers_items import RING_AT_ONCE, Item
from chimein.routing.policies.port import Policy

GAP = timedelta(minutes=3)
"""At least so long between two rings of a question, however late it came to us."""
_PROVEN = 0.5
"""Log-odds above what was declared: answers have shown that somebody knows the topic (an assumption)."""
_REACH = 2
"""From this priority on a question weighs as one by somebody whom many follow."""

_WHO_KNOWS_WHOM = """
SELECT DISTINCT m.contact_id, o.author_id
FROM unnest(%b::bigint[]) AS m(contact_id)
CROSS JOIN LATERAL (SELECT conversation_id FROM conversations_message
                    WHERE contact_id = m.contact_id ORDER BY posted_at DESC LIMIT 50) c
JOIN conversations_message o ON o.conversation_id = c.conversation_id AND o.author_id IS NOT NULL
"""


@dataclass(frozen=True, slots=True)
class Made:
    """What came of a look. `rings`: made so far; `next_at`: the next one; `nobody`: nobody was left to be asked."""

    rings: int
    next_at: datetime | None
    nobody: bool = False


@dataclass
class Asking:
    """The questions of a brand that are decided at the same moment: each sees what the ones before it have used up."""

    pool: Pool
    bucket: Bucket
    policy: Policy
    now: datetime
    settings: Settings
    copies: Mapping[int, int]
    asked: list[Asked] = field(default_factory=list)
    known: dict[int, list[int]] = field(default_factory=dict)
    here: set[int] = field(default_factory=set)

    def learn_who_knows_whom(self, items: Sequence[Item]) -> None:
        """Who of the helpers has answered which of these customers before, and which of them are here now."""
        kept = [one.first_choice for one in items if one.is_kept(self.now)]
        since = self.now - timedelta(seconds=self.settings.active_s)
        sql = "SELECT member_id FROM routing_helperload WHERE member_id = ANY(%s) AND last_seen_at > %s"
        self.here = {row[0] for row in db.fetch(sql, (kept, since))} if kept else set()
        contacts = sorted({one.contact_id for one in items if one.contact_id is not None})
        for contact_id, author_id in db.fetch(_WHO_KNOWS_WHOM, (contacts,)) if contacts else ():
            if author_id in self.pool.index:
                self.known.setdefault(contact_id, []).append(self.pool.index[author_id])

    # ------------------------------------------------------------ who answered before
    def may_wait_for_first_choice(self, item: Item) -> bool:
        """Whether waiting for who answered before makes sense: staff who are here, or a helper who may be asked."""
        place = self.pool.index.get(item.first_choice or 0)
        if place is None:
            return item.first_choice in self.here
        question = self._question(item)
        asked = place in question.asked
        return asked or bool(deciding.allowed(self.pool.speaking(item.language), question)[place])

    def ask_first_choice(self, item: Item) -> None:
        """Bring a follow-up to the one who answered before, alone."""
        place = self.pool.index.get(item.first_choice or 0)
        if place is not None and item.first_choice not in item.asked:
            self._note(item, np.array([place]), (Seat.FIT,), self._question(item), 0)

    # ------------------------------------------------------------ rings
    def ring(self, item: Item) -> Made:
        """Ask for what is due: the next best in place of who passed, the next ring; `Made.nobody` if none is left."""
        question, at = self._question(item), self.now.timestamp()
        due = self._due(item, question)
        if item.open_seats > 0 and self.policy.replaces_passes:
            self._choose(item, question, max(item.ring - 1, 0), seats=item.open_seats)
            question = self._question(item)
        if due is None or due > self.now:
            return Made(item.ring, due)
        if not deciding.allowed(self.pool.speaking(item.language), question).any():
            return Made(item.ring, None, nobody=True)
        self._choose(item, question, item.ring)
        after = self.policy.next_ring(question, item.ring + 1, at)
        later = None if after is None else max(_moment(after), self.now + GAP)
        return Made(item.ring + 1, later)

    def _due(self, item: Item, question: Question) -> datetime | None:
        """When the next ring is due; None after the last."""
        at = self.policy.next_ring(question, item.ring, question.arrived_at)
        if at is None:
            return None
        if item.open_seats == RING_AT_ONCE:
            return self.now
        rested = item.ring_began_at + GAP if item.ring_began_at else self.now
        return max(_moment(at), rested) if item.ring else self.now

    def _choose(self, item: Item, question: Question, ring: int, seats: int | None = None) -> None:
        phi = self.bucket.phi(self.now.timestamp(), self.settings)
        helpers = self.pool.speaking(item.language)
        found = self.policy.offers(
            helpers, question, now=self.now.timestamp(), ring=ring, phi=phi, seats=seats
        )
        self._note(item, found.who, found.seats, question, ring)

    def _note(self, item: Item, who: Index, seats: Sequence[Seat], question: Question, ring: int) -> None:
        """Write down who is asked, and count it for the questions that follow."""
        helpers = self.pool.speaking(item.language)
        for place, seat in zip(who.tolist(), seats, strict=True):
            why = self._why(item, question, helpers, place, seat)
            self.asked.append(
                Asked(
                    item.id,
                    item.brand_id,
                    int(helpers.ids[place]),
                    ring,
                    self.pool.days[place],
                    item.due_at,
                    why,
                )
            )
            item.asked[int(helpers.ids[place])] = True
        self.pool.note_asked(who, at=self.now.timestamp())
        self.bucket.take(int(who.size))

    # ------------------------------------------------------------ facts
    def _question(self, item: Item) -> Question:
        pool, topic = self.pool, self.pool.topic(item.topic)
        places = [pool.index[member] for member in item.asked if member in pool.index]
        known = self.known.get(item.contact_id or 0, [])
        many = item.priority >= _REACH
        return Question(
            id=item.id, topic=topic, arrived_at=item.waiting_since.timestamp(), language=pool.bit(item.language),
            weight=weight_of(followed_by_many=many), doubtful=item.trusted_only, praise=item.intent == "praise",
            asked=np.array(places, np.intp), excluded=np.flatnonzero(self._shut_out(item, topic)),
            known=np.array(known, np.intp), sla_s=(item.due_at - item.waiting_since).total_seconds(),
        )  # fmt: skip

    def _shut_out(self, item: Item, topic: int) -> NDArray[np.bool_]:
        """Who may not answer this at all: not trusted yet, from outside, or had enough for today."""
        pool = self.pool
        trust = pool.speaking(item.language).trust[topic]
        out: NDArray[np.bool_] = (trust < Trust.Level.COACHED) | (pool.left <= 0)
        if item.trusted_only:
            out = (pool.left <= 0) | pool.outsiders
        return out

    def _why(
        self, item: Item, question: Question, helpers: Helpers, place: int, seat: Seat
    ) -> dict[str, Any]:
        """What spoke for this person, as numbers and as codes that the card puts into words."""
        odds = helpers.skill[question.topic, place : place + 1]
        c = float(scoring.capability(odds, question.difficulty, self.settings)[0])
        why: dict[str, Any] = {
            "reasons": self._reasons(item, question, float(odds[0]), place, seat),
            "topic": item.topic, "c": round(c, 3), "seat": seat.name.lower(),
        }  # fmt: skip
        if self.copies.get(item.id):
            why["copies"] = self.copies[item.id]
        return why

    def _reasons(self, item: Item, question: Question, odds: float, place: int, seat: Seat) -> list[str]:
        person, found = self.pool.people[place], []
        if place in question.known:
            found.append("known")
        if item.topic and odds > priors.DECLARED + _PROVEN:
            found.append("proven")
        elif item.topic and item.topic in person.topics:
            found.append("topic")
        elif item.topic and person.team_id is not None and self.pool.owners.get(item.topic) == person.team_id:
            found.append("team")
        if item.language and item.language in person.languages and len(self.pool.languages) > 1:
            found.append("language")
        if person.seen_at is not None and person.seen_at >= self.now.timestamp() - self.settings.active_s:
            found.append("here")
        if seat is Seat.OPEN:
            found.append("turn")
        return found or ["free"]


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
