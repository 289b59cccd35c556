"""Waiting questions that ask the same travel as one: the first leads, the others wait for its answer."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta

from chimein.core import db
from chimein.routing.copies import Print, print_of
from chimein.routing.offers_items import Item

KEEP = timedelta(hours=6)
PATIENCE = timedelta(minutes=2)
"""After the answer, so long nobody else is asked for the copies: its author may send it to all of them."""
_MOST_CANDIDATES = 200

_TEXTS = """
SELECT DISTINCT ON (conversation_id) conversation_id, text FROM conversations_message
WHERE conversation_id = ANY(%s) AND disposition = 'waiting' AND deleted_at IS NULL
ORDER BY conversation_id, posted_at, id
"""
_CANDIDATES = """
SELECT DISTINCT k.mark, k.conversation_id FROM routing_copymark k
JOIN routing_workitem w ON w.conversation_id = k.conversation_id
WHERE k.brand_id = %(brand)s AND k.mark = ANY(%(marks)s) AND k.at > %(since)s
  AND w.is_open AND w.lane = 'crowd' AND w.copy_of_id IS NULL AND NOT w.trusted_only
ORDER BY k.conversation_id LIMIT %(limit)s
"""


def find(items: Sequence[Item], *, now: datetime) -> dict[int, int]:
    """Which of a brand's new questions ask the same as one that waits already: conversation → the one that leads.

    What is for trusted people only is left alone. The prints of the others are kept for those to come.
    """
    fresh = sorted(
        (one for one in items if not one.trusted_only), key=lambda one: (one.waiting_since, one.id)
    )
    if not fresh:
        return {}
    prints = {pk: print_of(text) for pk, text in db.fetch(_TEXTS, ([one.id for one in fresh],))}
    leaders, kept = _known(fresh[0].brand_id, prints, now)
    found: dict[int, int] = {}
    for item in fresh:
        mine = prints.get(item.id)
        if mine is None or not mine.pieces:
            continue
        near = {pk: other for mark in mine.marks for pk, other in leaders[mark].items()}
        leader = min((pk for pk, other in near.items() if mine.is_copy_of(other)), default=None)
        if leader is not None:
            found[item.id] = leader
        else:
            for mark in mine.marks:
                leaders[mark][item.id] = mine
    _keep([one for one in fresh if one.id not in found | dict.fromkeys(kept)], prints, now)
    return found


def _known(
    brand_id: int, prints: dict[int, Print], now: datetime
) -> tuple[dict[int, dict[int, Print]], set[int]]:
    """mark → waiting questions that have it, with their prints; and which of the fresh ones have left theirs before."""
    leaders: dict[int, dict[int, Print]] = defaultdict(dict)
    marks = [mark for one in prints.values() for mark in one.marks]
    params = {"brand": brand_id, "marks": marks, "since": now - KEEP, "limit": _MOST_CANDIDATES}
    rows = db.fetch(_CANDIDATES, params) if marks else []
    others = list({row[1] for row in rows} - prints.keys())
    texts = db.fetch(_TEXTS, (others,)) if others else []
    found = {pk: print_of(text) for pk, text in texts}
    for mark, pk in rows:
        if pk in found:
            leaders[mark][pk] = found[pk]
    return leaders, {row[1] for row in rows if row[1] in prints}


def _keep(items: Sequence[Item], prints: dict[int, Print], now: datetime) -> None:
    rows = [
        (one.brand_id, one.id, mark, now)
        for one in items
        if one.id in prints
        for mark in prints[one.id].marks
    ]
    if rows:
        db.copy_rows("routing_copymark", ("brand_id", "conversation_id", "mark", "at"), rows)


def join(leaders: dict[int, int]) -> None:
    """Let questions travel with those that lead."""
    if leaders:
        db.execute(
            """UPDATE routing_workitem w SET copy_of_id = n.leader
               FROM unnest(%b::bigint[], %b::bigint[]) AS n(id, leader) WHERE w.conversation_id = n.id""",
            (list(leaders), list(leaders.values())),
        )


def leading(items: Sequence[Item]) -> set[int]:
    """Which of the questions that these travel with still wait in the crowd lane."""
    wanted = list({one.copy_of for one in items if one.copy_of is not None})
    if not wanted:
        return set()
    sql = "SELECT conversation_id FROM routing_workitem WHERE conversation_id = ANY(%s) AND is_open AND lane = 'crowd'"
    return {row[0] for row in db.fetch(sql, (wanted,))}


def counts(conversation_ids: Sequence[int]) -> dict[int, int]:
    """How many waiting questions travel with each of these."""
    rows = db.fetch(
        """SELECT copy_of_id, count(*) FROM routing_workitem
           WHERE copy_of_id = ANY(%s) AND is_open GROUP BY copy_of_id""",
        (list(conversation_ids),),
    )
    return {row[0]: row[1] for row in rows}


def set_free(leaders: dict[int, datetime]) -> None:
    """The question that led is done: those that travelled with it are looked at again at that moment."""
    if leaders:
        db.execute(
            """UPDATE routing_workitem w SET next_ring_at = least(coalesce(w.next_ring_at, n.at), n.at)
               FROM unnest(%b::bigint[], %b::timestamptz[]) AS n(leader, at)
               WHERE w.copy_of_id = n.leader AND w.is_open""",
            (list(leaders), list(leaders.values())),
        )


def alone(conversation_ids: Sequence[int]) -> None:
    """These do not travel with another any more."""
    if conversation_ids:
        db.execute(
            "UPDATE routing_workitem SET copy_of_id = NULL WHERE conversation_id = ANY(%s)",
            (list(conversation_ids),),
        )


def forget(*, now: datetime) -> int:
    """Drop prints that are too old; how many."""
    return db.execute("DELETE FROM routing_copymark WHERE at < %s", (now - KEEP,))
