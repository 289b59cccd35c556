"""One answer for all who asked the same: each gets a reply of their own, addressed to them."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from chimein.answering.models import Answer
from chimein.answering.services import answer, limit_of, suffix_of
from chimein.conversations.models import Conversation, Message
from chimein.core.actor import Actor
from chimein.core.errors import NotAllowed, UserError
from chimein.core.text import measure
from chimein.people.models import Membership
from chimein.routing import services as routing
from chimein.routing.models import Lane, WorkItem

APART = timedelta(milliseconds=500)
"""Between two such answers: networks take a burst of them for a machine's."""


def copies_of(conversation_id: int) -> list[int]:
    """The waiting questions that ask the same as this one, oldest first."""
    rows = WorkItem.objects.filter(copy_of_id=conversation_id, is_open=True, lane=Lane.CROWD, sending=False)
    return list(rows.order_by("waiting_since", "pk").values_list("pk", flat=True))


def answer_copies(*, actor: Actor, answer_id: int, now: datetime) -> int:
    """Send somebody's own answer to all who asked the same; to how many. What somebody else has taken is left alone.

    Each goes the same way as any answer: claimed, checked, reviewed where trust asks for it. Raises NotAllowed for the
    answer of another.
    """
    made = Answer.objects.filter(
        pk=answer_id, author_id=actor.membership_id, conversation__brand_id=actor.brand_id
    ).first()  # fmt: skip
    if made is None or made.author is None:
        raise NotAllowed(_("This is not your answer."))
    sent = 0
    for conversation_id in copies_of(made.conversation_id):
        try:
            _answer_one(actor, made.author, made.text, conversation_id, now + sent * APART)
        except UserError as e:
            print("XX", repr(e))
            continue
        sent += 1
    return sent


def _answer_one(actor: Actor, author: Membership, text: str, conversation_id: int, now: datetime) -> None:
    conversation = Conversation.objects.select_related("account", "brand").get(pk=conversation_id)
    fence = routing.claim(actor=actor, conversation_id=conversation_id, now=now).fence
    own = _addressed(text, conversation, author)
    try:
        answer(
            actor=actor, conversation_id=conversation_id, text=own, fence=fence, now=now, split=True,
            anyway=_("It answers the very same question."),
        )  # fmt: skip
    except UserError:
        routing.release(actor=actor, conversation_id=conversation_id, reason="", now=now)
        raise


def _addressed(text: str, conversation: Conversation, author: Membership) -> str:
    """The text with the customer's name before it, where there is room for it."""
    asked = Message.objects.filter(conversation=conversation, direction="in", disposition="waiting")
    first = asked.select_related("identity").order_by("posted_at", "pk").first()
    handle = first.identity.handle if first and first.identity else ""
    if not handle or text.startswith("@"):
        return text
    limit, how = limit_of(conversation)
    own = f"@{handle} {text}"
    fits = measure.length(own + suffix_of(author, conversation), how) <= limit
    return own if fits else text
