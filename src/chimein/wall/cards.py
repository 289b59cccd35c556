"""Cards and threads as HTML, drawn once per event and language and sent to everybody who watches."""

from __future__ import annotations

from django.template.loader import render_to_string
from django.utils import translation
from django.utils.html import format_html

from chimein.conversations.models import Conversation
from chimein.wall import thread
from chimein.wall.selectors import cards

CARD = "public/_card.html"
THREAD = "public/_thread.html"


def render_card(conversation_id: int, language: str) -> str:
    """The card, or the order to take it away; empty for what was never public."""
    with translation.override(language):
        found = cards([conversation_id])
        if found:
            return render_to_string(CARD, {"card": found[0]})
    row = (
        Conversation.objects.filter(pk=conversation_id, visibility="public").values_list("public_id").first()
    )
    return format_html('<article id="wall-card-{}" data-live-remove></article>', row[0]) if row else ""


def render_question(conversation_id: int, language: str) -> str:
    """The thread of a question's page; empty when it is not on the wall."""
    with translation.override(language):
        found = thread.by_id(conversation_id)
        return render_to_string(THREAD, {"question": found, "card": found.card}) if found else ""
