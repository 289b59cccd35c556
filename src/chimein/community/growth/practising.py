"""Practice answers: past questions, what the published answer had, and what the rules say about a text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from chimein.answering import checks
from chimein.conversations.models import Conversation, Message
from chimein.core import db
from chimein.core.text import analyse
from chimein.people.models import Membership

WANTED = 3
_LEAST_SIGNS = 12
_MOST_SIGNS = 600
_MOST_WORDS = 6

_SENTENCES: dict[str, str | Promise] = {
    "short": gettext_lazy("Too short to help. Say what to do, step by step."),
    "long": gettext_lazy("Very long. Two or three sentences are read; the rest is not."),
    "loud": gettext_lazy("Capitals and exclamation marks sound like shouting."),
    "harsh": gettext_lazy("This sounds harsh: %(words)s. Say what can be done instead."),
    "copied": gettext_lazy("This repeats the question. Write the answer."),
}
_HARSH = re.compile(
    r"(?i)\b(?:calm down|as i (?:already )?said|obviously|your (?:own )?fault|you should have|read the manual|"
    r"stupid|idiot|whatever|not my problem|deal with it|shut up)\b"
    r"|冷静点|我说过了|你自己的问题|自己看说明|活该|笨|傻|关我什么事|爱买不买|你应该早|废话"
)
_LATIN = re.compile(r"[A-Za-z][A-Za-z'’-]*")
_LOUD = re.compile(r"!{2,}|！{2,}|\b[A-Z]{4,}\b(?:\W+\b[A-Z]{4,}\b)+")


@dataclass(frozen=True, slots=True)
class Past:
    """A question of the past with the answer that was published."""

    conversation_id: int
    question: str
    language: str
    answer: str
    signed: str


@dataclass(frozen=True, slots=True)
class Feedback:
    """What is said about a practice text. `stops`: it is written again; `advice`: for the next time."""

    stops: list[str]
    advice: list[str]
    shared: list[str]
    missing: list[str]

    @property
    def is_good(self) -> bool:
        return not self.stops


_CHOOSE = """
SELECT c.id FROM conversations_conversation c
LEFT JOIN routing_workitem w ON w.conversation_id = c.id
WHERE c.brand_id = %(brand)s AND c.visibility = 'public' AND c.merged_into_id IS NULL
  AND c.first_response_at IS NOT NULL
  AND c.language = ANY(%(languages)s) AND c.id <> ALL(%(seen)s)
  AND c.waiting_since IS NULL
  AND (w.conversation_id IS NULL OR (w.lane IN ('crowd', 'thank', 'none') AND NOT w.trusted_only))
  AND EXISTS (SELECT 1 FROM conversations_message q JOIN triage_triage t ON t.message_id = q.id AND t.lane = 'crowd'
              WHERE q.conversation_id = c.id AND q.direction = 'in' AND NOT t.trusted_only
              AND q.deleted_at IS NULL AND q.visibility = 'public' AND length(q.text) > 15)
  AND NOT EXISTS (SELECT 1 FROM conversations_message q JOIN triage_triage t ON t.message_id = q.id
                  WHERE q.conversation_id = c.id AND t.lane IN ('desk', 'vip', 'crisis', 'expert'))
  AND EXISTS (SELECT 1 FROM conversations_message o WHERE o.conversation_id = c.id AND o.direction = 'out'
              AND o.deleted_at IS NULL AND o.external_id IS NOT NULL AND length(o.text) > 15
              AND o.author_id IS DISTINCT FROM %(me)s)
ORDER BY (c.topic = ANY(%(topics)s)) DESC, c.last_message_at DESC, c.id DESC LIMIT %(limit)s
"""


def choose(member: Membership, *, seen: Sequence[int], limit: int) -> list[int]:
    """Answered questions to practise on, newest first, those of the member's own topics and languages before others."""
    params = {
        "brand": member.brand_id, "languages": list(member.languages) or ["en", "zh"], "topics": list(member.topics),
        "seen": list(seen), "me": member.pk, "limit": limit,
    }  # fmt: skip
    return [row[0] for row in db.fetch(_CHOOSE, params)]


def past_of(conversation: Conversation) -> Past | None:
    """The first question of a conversation with the first answer to it; None when one of them has gone since."""
    rows = Message.objects.filter(conversation=conversation, deleted_at=None, visibility="public")
    asked = rows.filter(direction="in").order_by("posted_at", "pk").first()
    if asked is None:
        return None
    answers = rows.filter(direction="out", external_id__isnull=False, posted_at__gte=asked.posted_at)
    told = answers.order_by("posted_at", "pk").first()
    if told is None:
        return None
    return Past(conversation.pk, asked.text, asked.language, told.text, told.attribution)


def look(text: str, past: Past, member: Membership, *, now: datetime) -> Feedback:
    """What the rules say about a practice text, and which words of the published answer it has."""
    stops = [str(_SENTENCES[code]) for code in _shape(text, past.question)]
    harsh = sorted({found.group(0) for found in _HARSH.finditer(text)})
    if harsh:
        stops.append(str(_SENTENCES["harsh"]) % {"words": ", ".join(harsh)})
    found = checks.look(text, brand_id=member.brand_id, author_id=None, private=False, now=now)
    stops += [one.sentence for one in found if one.blocks]
    advice = [one.sentence for one in found if not one.blocks]
    if _LOUD.search(text):
        advice.append(str(_SENTENCES["loud"]))
    shared, missing = _compared(text, past.answer)
    return Feedback(stops, advice, shared, missing)


def _shape(text: str, question: str) -> list[str]:
    plain = text.strip()
    # A Chinese character says about as much as two Latin letters and a half.
    weight = sum(2.5 if "\u2e80" <= char <= "\u9fff" else 1 for char in plain)
    if weight < _LEAST_SIGNS:
        return ["short"]
    if weight > _MOST_SIGNS:
        return ["long"]
    return ["copied"] if plain == question.strip() else []


def _compared(text: str, published: str) -> tuple[list[str], list[str]]:
    """Words of the published answer that the text has too, and some that it has not."""
    mine = set(analyse.index_words(text))
    shown: dict[str, str] = {}
    for word in _LATIN.sub(" ", published).split() or [""]:
        shown |= {cut: cut for cut in analyse.query_words(word) if len(cut) > 1 and not cut.isascii()}
    for found in _LATIN.finditer(published):
        if len(found.group()) > 3:
            shown.setdefault(analyse.query_words(found.group())[0], found.group().lower())
    shared = [word for stem, word in shown.items() if stem in mine]
    missing = [word for stem, word in shown.items() if stem not in mine]
    return shared[:_MOST_WORDS], missing[:_MOST_WORDS]
