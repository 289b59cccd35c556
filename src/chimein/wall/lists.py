"""Which conversations a page of the wall lists. Pages go on from a place, never by counting."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from chimein.core import db
from chimein.core.text import analyse
from chimein.wall.public import ON_WALL, SHOWN
from chimein.wall.selectors import Card, cards

PAGE = 20
_MOST_RANKED = 200
_MAX_QUERY = 200

Tab = Literal["all", "waiting", "answered"]
Sort = Literal["newest", "relevance"]
Place = tuple[int, int]
"""What a page is ordered by (microseconds or a rank) and the conversation's id, of the last row seen."""


@dataclass(frozen=True, slots=True)
class Filters:
    """What the reader wants to see. `until` is the first moment that is out."""

    tab: Tab = "all"
    query: str = ""
    topic: str = ""
    person_id: int | None = None
    since: datetime | None = None
    until: datetime | None = None
    sort: Sort = "newest"


@dataclass(frozen=True, slots=True)
class Listing:
    """A page of cards and the place to go on from; empty when there is no more."""

    cards: Sequence[Card] = field(default_factory=list)
    older: str = ""


def encode(place: Place) -> str:
    return f"{place[0]}.{place[1]}"


def decode(text: str) -> Place | None:
    """A place as it stands in an address; None for anything else."""
    first, _, second = text.partition(".")
    fits = first.isascii() and second.isascii() and first.isdigit() and second.isdigit() and len(text) < 40
    return (int(first), int(second)) if fits else None


def _micros(moment: datetime) -> int:
    return (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


def _moment(micros: int) -> datetime:
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=min(micros, 2**55))


def listing(brand_id: int, filters: Filters, *, after: str = "", size: int = PAGE) -> Listing:
    """A page of the wall: the latest word first, who has waited longest first, or the best match first."""
    place = decode(after)
    if filters.query.strip() and filters.sort == "relevance":
        rows = _best(brand_id, filters, place, size + 1)
    elif filters.tab == "waiting":
        rows = _waiting(brand_id, filters, place, size + 1)
    else:
        rows = _newest(brand_id, filters, place, size + 1)
    older = encode(rows[size - 1]) if len(rows) > size else ""
    return Listing(cards([pk for _, pk in rows[:size]]), older)


def answers_of(brand_id: int, person_id: int, *, after: str = "", size: int = PAGE) -> Listing:
    """The conversations that a person answered, the latest answer first."""
    place = decode(after)
    params: dict[str, Any] = {"brand": brand_id, "person": person_id, "size": size + 1, **_after(place)}
    rows = _places(db.fetch(_ANSWERED.format(place=_ANSWERED_AFTER if place else ""), params))
    older = encode(rows[size - 1]) if len(rows) > size else ""
    return Listing(cards([pk for _, pk in rows[:size]]), older)


# ------------------------------------------------------------ conversations
_PERSON = f"""c.id IN (SELECT m.conversation_id FROM conversations_message m
    WHERE m.author_id = %(person)s AND m.direction = 'out' AND {SHOWN})"""

# For a rare word the index of words leads, for a common one the wall's order: the planner knows which is
# which.
_FOUND = f"""EXISTS (SELECT 1 FROM conversations_message m
    WHERE m.conversation_id = c.id AND m.search @@ %(query)s::tsquery AND {SHOWN})"""


def _conditions(brand_id: int, filters: Filters) -> tuple[list[str], dict[str, Any]]:
    params: dict[str, Any] = {"brand": brand_id}
    conditions = ["c.brand_id = %(brand)s", ON_WALL]
    given = (
        ("topic", filters.topic, "c.topic = %(topic)s"),
        ("person", filters.person_id, _PERSON),
        ("since", filters.since, "c.last_message_at >= %(since)s"),
        ("until", filters.until, "c.last_message_at < %(until)s"),
    )
    for name, value, condition in given:
        if value:
            conditions.append(condition)
            params[name] = value
    if filters.tab == "answered":
        conditions.append("c.waiting_since IS NULL AND c.first_response_at IS NOT NULL")
    if filters.query.strip():
        # Words that are in nothing, such as punctuation alone, find nothing.
        params["query"] = analyse.tsquery(filters.query[:_MAX_QUERY])
        conditions.append(_FOUND if params["query"] else "false")
    return conditions, params


def _after(place: Place | None) -> dict[str, Any]:
    return {"at": _moment(place[0]), "id": place[1]} if place else {}


def _places(rows: Sequence[tuple[Any, ...]]) -> list[Place]:
    return [(_micros(at), pk) for at, pk in rows]


def _newest(brand_id: int, filters: Filters, place: Place | None, size: int) -> list[Place]:
    conditions, params = _conditions(brand_id, filters)
    if place:
        conditions.append("(c.last_message_at, c.id) < (%(at)s, %(id)s)")
    sql = f"""SELECT c.last_message_at, c.id FROM conversations_conversation c
              WHERE {" AND ".join(conditions)}
              ORDER BY c.last_message_at DESC, c.id DESC LIMIT %(size)s"""
    return _places(db.fetch(sql, {**params, **_after(place), "size": size}))


def _waiting(brand_id: int, filters: Filters, place: Place | None, size: int) -> list[Place]:
    conditions, params = _conditions(brand_id, filters)
    conditions.append("c.waiting_since IS NOT NULL")
    if place:
        conditions.append("(c.waiting_since, c.id) > (%(at)s, %(id)s)")
    sql = f"""SELECT c.waiting_since, c.id FROM conversations_conversation c WHERE {" AND ".join(conditions)}
              ORDER BY c.waiting_since, c.id LIMIT %(size)s"""
    return _places(db.fetch(sql, {**params, **_after(place), "size": size}))


# ------------------------------------------------------------ messages
_ANSWERED = f"""
SELECT at, conversation_id FROM (
    SELECT m.conversation_id, max(m.posted_at) AS at
    FROM conversations_message m JOIN conversations_conversation c ON c.id = m.conversation_id
    WHERE m.author_id = %(person)s AND m.brand_id = %(brand)s AND m.direction = 'out'
      AND {SHOWN} AND {ON_WALL}
    GROUP BY m.conversation_id
) answered {{place}} ORDER BY at DESC, conversation_id DESC LIMIT %(size)s
"""
_ANSWERED_AFTER = "WHERE (at, conversation_id) < (%(at)s, %(id)s)"


def _best(brand_id: int, filters: Filters, place: Place | None, size: int) -> list[Place]:
    """The best matches among the newest conversations that match at all."""
    conditions, params = _conditions(brand_id, filters)
    if filters.tab == "waiting":
        conditions.append("c.waiting_since IS NOT NULL")
    if place:
        params.update(rank=place[0], id=place[1])
    sql = f"""
        SELECT rank, id FROM (
            SELECT c.id, m.rank
            FROM (SELECT c.id FROM conversations_conversation c WHERE {" AND ".join(conditions)}
                  ORDER BY c.last_message_at DESC, c.id DESC LIMIT {_MOST_RANKED}) c
            CROSS JOIN LATERAL (SELECT (max(ts_rank(m.search, %(query)s::tsquery, 1)) * 1e9)::bigint AS rank
                                FROM conversations_message m
                                WHERE m.conversation_id = c.id AND m.search @@ %(query)s::tsquery
                                  AND {SHOWN}) m
        ) ranked {"WHERE (rank, id) < (%(rank)s, %(id)s)" if place else ""}
        ORDER BY rank DESC, id DESC LIMIT %(size)s"""
    return [(rank, pk) for rank, pk in db.fetch(sql, {**params, "size": size})]
