"""What can be followed live, by whom, and how it is drawn.

A topic is a name and a key, such as ``queue:3``. A fragment is drawn once per conversation and language and sent to
everybody who follows the topic, so the cost of an event does not grow with the number of people watching.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module

from chimein.conversations.models import Conversation
from chimein.core.actor import Actor
from chimein.people.access import actor_in
from chimein.people.models import Brand, User


@dataclass(frozen=True, slots=True)
class Topic:
    """A kind of topic: `per_brand` keys are brand ids, `personal` ones membership ids, the others conversation ids."""

    name: str
    per_brand: bool
    allows: Callable[[Actor | None, int], bool]
    renderer: str
    """Dotted path of ``render(conversation_id, language) -> str``; an empty string is not sent."""
    presence: bool = False
    personal: bool = False
    """Of one member, drawn anew whenever a page of theirs connects; the renderer gets the membership's id."""

    def render(self, conversation_id: int, language: str) -> str:
        module, name = self.renderer.rsplit(".", 1)
        drawn: str = getattr(import_module(module), name)(conversation_id, language)
        return drawn


def _is_public(_actor: Actor | None, conversation_id: int) -> bool:
    return Conversation.objects.filter(pk=conversation_id, on_wall=True).exists()


def _is_staff(actor: Actor | None, _key: int) -> bool:
    """What is drawn for them holds notes and private messages; helpers have their own card."""
    return actor is not None and actor.is_staff


def _is_oneself(actor: Actor | None, key: int) -> bool:
    return actor is not None and actor.membership_id == key


TOPICS = {
    topic.name: topic
    for topic in (
        Topic("wall", True, lambda _a, _k: True, "chimein.wall.cards.render_card"),
        Topic("question", False, _is_public, "chimein.wall.cards.render_question"),
        Topic("queue", True, _is_staff, "chimein.web.console.rows.render_row"),
        Topic("helpers", True, lambda a, _k: a is not None, "chimein.web.console.rows.render_waiting"),
        Topic("reviews", True, lambda a, _k: a is not None, "chimein.web.console.reviews.render_pulse"),
        Topic("conversation", False, _is_staff, "chimein.web.console.panes.render_thread"),
        Topic("presence", False, _is_staff, "chimein.web.console.panes.render_presence", presence=True),
        Topic("alerts", False, _is_oneself, "chimein.web.console.alert_toasts.render", personal=True),
    )
}
MAX_TOPICS = 8

Key = tuple[str, int]


def parse(text: str) -> list[Key]:
    """``wall:3,question:17`` as names and keys. Raises ValueError for anything else."""
    keys: list[Key] = []
    for part in filter(None, text.split(",")):
        name, _, number = part.partition(":")
        if name not in TOPICS or not number.isdigit():
            raise ValueError(f"there is no live topic {part[:40]!r}")
        keys.append((name, int(number)))
    if not 0 < len(keys) <= MAX_TOPICS:
        raise ValueError(f"between 1 and {MAX_TOPICS} topics can be followed")
    return keys


def allowed(user: User | None, keys: list[Key]) -> bool:
    """Whether this person may follow all of these."""
    return all(_allowed(user, name, number) for name, number in keys)


def _allowed(user: User | None, name: str, number: int) -> bool:
    topic = TOPICS[name]
    if topic.per_brand:
        brand = Brand.objects.filter(pk=number).first()
    elif topic.personal:
        brand = Brand.objects.filter(memberships=number).first()
    else:
        conversation = Conversation.objects.select_related("brand").filter(pk=number).first()
        brand = conversation.brand if conversation else None
    if brand is None:
        return False
    actor = actor_in(user, brand) if user else None
    return topic.allows(actor, number)
