"""Several conversations turn out to be one thread: whatever hangs on them moves along."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from chimein.conversations import events, threading
from chimein.core import db
from chimein.core.events import Fact, emit
from chimein.routing import queue


def merge(conversation_ids: Sequence[int], *, brand_id: int, actor: str, now: datetime) -> int:
    """Make locked conversations one; the oldest one stays, and its id is given back."""
    winner, *losers = sorted(conversation_ids)
    if losers:
        threading.merge(winner=winner, losers=losers)
        _move_answers(winner, losers)
        queue.follow_merge(winner=winner, losers=losers)
    for loser in losers:
        emit(Fact(events.MERGED, now, actor, brand_id, loser, data={"into": winner}))
    return winner


def _move_answers(winner: int, losers: list[int]) -> None:
    """Answers and drafts move along; of two drafts of one person the newer one stays."""
    db.execute(
        "UPDATE answering_answer SET conversation_id = %s WHERE conversation_id = ANY(%s)", (winner, losers)
    )
    db.execute(
        """DELETE FROM answering_draft d USING answering_draft o
           WHERE d.conversation_id = ANY(%(all)s) AND o.conversation_id = ANY(%(all)s)
             AND d.author_id = o.author_id AND d.kind = o.kind AND (d.updated_at, d.id) < (o.updated_at, o.id)""",
        {"all": [winner, *losers]},
    )
    db.execute(
        "UPDATE answering_draft SET conversation_id = %s WHERE conversation_id = ANY(%s)", (winner, losers)
    )
