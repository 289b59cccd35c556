"""The parts of a conversation that are the same for everybody who looks at it; pushed by the live stream."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation

from chimein.conversations.models import Conversation
from chimein.core import clock
from chimein.routing.presence import present
from chimein.triage import reasons
from chimein.web.console.rows import network_label
from chimein.web.console.thread import Thread, full_thread


def thread_context(conversation: Conversation, thread: Thread) -> dict[str, Any]:
    """What the thread's template needs."""
    for entry in thread.entries:
        followers = entry.message.identity.followers if entry.message and entry.message.identity else 0
        entry.said = reasons.explain(entry.reasons, followers=followers)
    _give_key(thread)
    return {
        "conversation": conversation,
        "thread": thread,
        "network": network_label(conversation.account.adapter),
        "brand_name": conversation.brand.display_name,
        "now": clock.now(),
    }


def _give_key(thread: Thread) -> None:
    """The key for labels goes to the message one has before oneself: the newest that waits, else the newest."""
    asked = [entry for entry in thread.entries if entry.said and entry.message and not entry.message.is_gone]
    waiting = [entry for entry in asked if entry.message and entry.message.disposition == "waiting"]
    for entry in (waiting or asked)[-1:]:
        entry.label_key = "l"


def people_here(conversation_id: int, now: datetime) -> list[dict[str, Any]]:
    """Who looks at the conversation, as the presence component wants it."""
    return [
        {"name": name, "key": name, "typing": typing} for name, typing in present(conversation_id, now=now)
    ]


def find(conversation_id: int) -> Conversation | None:
    """The conversation with what its panes show; a merged one leads to the one it became part of."""
    rows = Conversation.objects.select_related("brand", "account", "contact")
    found = rows.filter(pk=conversation_id).first()
    if found is not None and found.merged_into_id is not None:
        return find(found.merged_into_id)
    return found


def render_thread(conversation_id: int, language: str) -> str:
    """The thread anew, and a pulse by which each viewer fetches what is theirs: claim, drafts, boxes."""
    conversation = find(conversation_id)
    if conversation is None:
        return ""
    with translation.override(language):
        context = thread_context(conversation, full_thread(conversation))
        context["url"] = reverse(
            "console-conversation", args=[conversation.brand.slug, conversation.public_id]
        )
        drawn = (render_to_string(f"console/{name}.html", context).strip() for name in ("_thread", "_pulse"))
        return "\n".join(drawn)


def render_presence(conversation_id: int, language: str) -> str:
    """Who looks and who types."""
    with translation.override(language):
        people = people_here(conversation_id, clock.now())
        context = {"people": people, "conversation_id": conversation_id}
        return render_to_string("console/_presence.html", context).strip()
