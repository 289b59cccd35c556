"""What an answer is worth by itself, worked out once: difficulty of its topic, overlap with one's own, promptness."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from chimein.answering.models import Answer
from chimein.community.points_models import AnswerWorth, TopicDifficulty
from chimein.community.recognition.formula import Worth
from chimein.core import db
from chimein.core.text.compare import similarity
from chimein.routing.minutes import minutes_of
from chimein.routing.models import Lane

COMPARED = 100
"""So many of one's own latest earlier answers are looked at for near copies."""
_DIFFICULTY_SPAN = timedelta(days=90)
_PRIOR = 10.0
"""Questions that a topic nobody knows counts as having had, half of them hard."""


def worth_of(answer_ids: Iterable[int], *, now: datetime) -> dict[int, Worth]:
    """What these answers are worth; what was not known before is worked out and kept."""
    wanted = set(answer_ids)
    known = {one.answer_id: one for one in AnswerWorth.objects.filter(answer_id__in=wanted)}
    missing = list(
        Answer.objects.filter(pk__in=wanted - set(known)).select_related(
            "conversation", "reply_to__triage", "author"
        )
    )
    made = [_work_out(answer, now) for answer in missing]
    AnswerWorth.objects.bulk_create(made, ignore_conflicts=True)
    rows = [*known.values(), *made]
    return {one.answer_id: Worth(one.difficulty, one.overlap, one.in_time) for one in rows}


def _work_out(answer: Answer, now: datetime) -> AnswerWorth:
    return AnswerWorth(
        answer=answer, difficulty=_difficulty(answer), overlap=overlap(answer), in_time=_in_time(answer),
        worked_out_at=now,
    )  # fmt: skip


def _difficulty(answer: Answer) -> float:
    conversation = answer.conversation
    known = TopicDifficulty.objects.filter(brand_id=conversation.brand_id, topic=conversation.topic)
    found = known.values_list("difficulty", flat=True).first()
    return 0.5 if found is None else found


def overlap(answer: Answer) -> float:
    """The greatest similarity with an earlier answer of the same author that was not taken back, 0 to 1."""
    earlier = Answer.objects.filter(author_id=answer.author_id, pk__lt=answer.pk, state=Answer.State.SENT)
    texts = earlier.order_by("-pk").values_list("text", flat=True)[:COMPARED]
    return round(max((similarity(answer.text, text) for text in texts), default=0.0), 4)


def _in_time(answer: Answer) -> bool:
    """Whether it came within the time promised for its question."""
    question = answer.reply_to
    if question is None or not hasattr(question, "triage"):
        return False
    told = question.triage
    promised = told.sla_minutes or (minutes_of(told.lane) if told.lane in _LANES else 0)
    return (answer.sent_at or answer.created_at) - question.posted_at <= timedelta(minutes=promised)


_LANES = {lane.value for lane in Lane} - {Lane.NONE.value}

# A question is a hard one when it waited longer than half of the brand's questions did.
_REFRESH = """
WITH asked AS (
    SELECT topic, first_response_s AS s FROM conversations_conversation
    WHERE brand_id = %(brand)s AND first_response_s IS NOT NULL AND opened_at > %(since)s
      AND merged_into_id IS NULL
), middle AS (SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY s) AS s FROM asked)
INSERT INTO community_topicdifficulty (brand_id, topic, difficulty)
SELECT %(brand)s, a.topic,
       (count(*) FILTER (WHERE a.s > m.s) + 0.5 * count(*) FILTER (WHERE a.s = m.s) + %(prior)s / 2)
       / (count(*) + %(prior)s)
FROM asked a CROSS JOIN middle m WHERE a.topic <> '' GROUP BY a.topic
ON CONFLICT (brand_id, topic) DO UPDATE SET difficulty = excluded.difficulty
"""


def refresh_difficulty(*, brand_id: int, now: datetime) -> int:
    """Work out how hard each topic's questions are, for answers from now on; how many topics."""
    params = {"brand": brand_id, "since": now - _DIFFICULTY_SPAN, "prior": _PRIOR}
    return db.execute(_REFRESH, params)
