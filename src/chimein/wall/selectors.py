"""Cards: what the wall shows of a conversation, for any number of them in one statement."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from chimein.channels.registry import adapter_for
from chimein.core import db
from chimein.core.text.redact import redact
from chimein.people.models import in_language
from chimein.wall import public
from chimein.wall.public import ASKED, ON_WALL, SHOWN, asker_name, cut, link_of, slug_of, title_of

_TEXT = 420


@dataclass(frozen=True, slots=True)
class Signed:
    """Who answered: the signature as on the network, and the public page of whoever agreed to have one."""

    signature: str
    name: str = ""
    person_id: str = ""


@dataclass(frozen=True, slots=True)
class CardAnswer:
    """An answer as a card shows it."""

    text: str
    by: Signed
    at: datetime


@dataclass(frozen=True, slots=True)
class Card:
    """A conversation on the wall. Texts and names are masked already."""

    id: int
    public_id: str
    brand_slug: str
    brand_name: str
    slug: str
    title: str
    text: str
    language: str
    topic: str
    topic_name: str
    asker: str
    network: str
    asked_at: datetime
    last_at: datetime
    waiting_since: datetime | None
    response_s: int | None
    privately: bool
    answers: int
    answer: CardAnswer | None

    @property
    def state(self) -> str:
        """``waiting``, ``answered``, ``private`` (settled in direct messages) or ``closed``."""
        if self.waiting_since is not None:
            return "waiting"
        if self.answer is not None:
            return "answered"
        return "private" if self.privately else "closed"

    @property
    def response_minutes(self) -> int | None:
        """Whole minutes from the question to its answer, at least one."""
        return None if self.response_s is None else max(1, round(self.response_s / 60))


_CARDS = f"""
SELECT c.id, c.public_id, b.slug, b.name, b.name_zh, c.topic, t.name, t.name_zh, c.last_message_at, h.adapter,
       q.text, coalesce(nullif(q.language, ''), c.language), q.posted_at, q.handle, q.name,
       CASE WHEN q.disposition <> 'waiting' THEN extract(epoch FROM q.disposed_at - q.posted_at)::int END,
       s.waiting_since, s.privately, s.answers, a.text, a.attribution, a.posted_at, p.public_name, p.public_id
FROM conversations_conversation c
JOIN people_brand b ON b.id = c.brand_id
JOIN channels_channelaccount h ON h.id = c.account_id
LEFT JOIN triage_topic t ON t.brand_id = c.brand_id AND t.slug = c.topic
CROSS JOIN LATERAL (
    SELECT m.text, m.language, m.posted_at, m.disposition, m.disposed_at, i.handle, i.name
    FROM conversations_message m LEFT JOIN contacts_identity i ON i.id = m.identity_id
    WHERE m.conversation_id = c.id AND {SHOWN} AND {ASKED} ORDER BY m.posted_at, m.id LIMIT 1
) q
CROSS JOIN LATERAL (
    SELECT min(m.posted_at) FILTER (WHERE m.disposition = 'waiting') AS waiting_since,
           coalesce(bool_or(m.disposition = 'private'), false) AS privately,
           count(*) FILTER (WHERE m.direction = 'out') AS answers
    FROM conversations_message m WHERE m.conversation_id = c.id AND {SHOWN}
) s
LEFT JOIN LATERAL (
    SELECT m.text, m.attribution, m.posted_at, m.author_id FROM conversations_message m
    WHERE m.conversation_id = c.id AND m.direction = 'out' AND {SHOWN} ORDER BY m.posted_at, m.id LIMIT 1
) a ON true
LEFT JOIN people_membership p ON p.id = a.author_id AND p.on_wall AND p.is_active
WHERE c.id = ANY(%s) AND {ON_WALL}
"""


def network_label(adapter: str) -> str:
    """The name of a network in words; empty for the form on our own page."""
    if adapter == public.WEBFORM:
        return ""
    try:
        return _(adapter_for(adapter).label)
    except LookupError:
        return adapter


def _card(row: tuple[Any, ...]) -> Card:
    (pk, public_id, brand, name, name_zh, topic, topic_en, topic_zh, last_at, adapter, *rest) = row
    (text, language, asked_at, handle, asker, response_s, since, privately, answers, *answer) = rest
    masked = redact(text)
    title = title_of(masked)
    return Card(
        id=pk, public_id=public_id, brand_slug=brand, brand_name=in_language(name, name_zh),
        slug=slug_of(title), title=title, text=cut(masked, _TEXT), language=language,
        topic=topic if topic_en else "", topic_name=in_language(topic_en, topic_zh) if topic_en else "",
        asker=asker_name(adapter, handle or "", asker or ""), network=network_label(adapter),
        asked_at=asked_at, last_at=last_at, waiting_since=since, response_s=response_s, privately=privately,
        answers=answers, answer=_answer(*answer),
    )  # fmt: skip


def _answer(
    text: str | None, attribution: str, at: datetime, name: str | None, person_id: str | None
) -> CardAnswer | None:
    if text is None:
        return None
    return CardAnswer(cut(redact(text), _TEXT), signed(attribution, name, person_id), at)


def signed(attribution: str, name: str | None, person_id: str | None) -> Signed:
    """The author of an answer as the public may know them; name and page only with consent."""
    return Signed(redact(attribution), redact(name or ""), person_id or "")


def cards(ids: Sequence[int]) -> list[Card]:
    """The cards of these conversations in the given order; those that are not on the wall are left out."""
    found = {row[0]: _card(row) for row in db.fetch(_CARDS, (list(ids),))} if ids else {}
    return [found[pk] for pk in ids if pk in found]


__all__ = ["Card", "CardAnswer", "Signed", "cards", "link_of", "network_label", "signed"]
