"""One conversation: the queue beside it, the thread, what I may do, who the customer is."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse

from chimein.conversations.models import Conversation
from chimein.core import clock
from chimein.core.policy import STAFF
from chimein.routing.models import Lane
from chimein.web.console import frame
from chimein.web.console.customer import customer_of
from chimein.web.console.panes import people_here, thread_context
from chimein.web.console.queue import queue_context
from chimein.web.console.rows import network_label
from chimein.web.console.thread import full_thread
from chimein.web.console.work import move_choices, work_of
from chimein.web.guard import BrandRequest, brand_page


def find_conversation(request: BrandRequest, public_id: str) -> Conversation:
    """A conversation this member may know of; raises Http404 for others'. Only staff reach private ones."""
    rows = Conversation.objects.select_related("account", "brand", "contact")
    found = rows.filter(public_id=public_id, brand=request.brand).first()
    if found is None or (found.visibility == "private" and not request.actor.is_staff):
        raise Http404
    return found


def conversation_url(conversation: Conversation) -> str:
    return reverse("console-conversation", args=[conversation.brand.slug, conversation.public_id])


def wall_url(conversation: Conversation) -> str:
    """Where everybody reads this conversation; empty when it is not on the wall."""
    if not conversation.on_wall:
        return ""
    return reverse("public:question_by_id", args=[conversation.brand.slug, conversation.public_id])


def work_context(request: BrandRequest, conversation: Conversation) -> dict[str, Any]:
    """The middle pane: thread, claim, boxes."""
    now = clock.now()
    thread = full_thread(conversation)
    notes = sum(entry.kind == "note" for entry in thread.entries)
    work = work_of(
        conversation=conversation,
        member=request.membership,
        messages=thread.messages,
        note_count=notes,
        now=now,
    )
    lane = work.item.lane if work.item else ""
    return {
        **thread_context(conversation, thread),
        "work": work, "bar": work.bar, "reply": work.reply, "item": work.item,
        "url": conversation_url(conversation),
        "people": people_here(conversation.pk, now), "conversation_id": conversation.pk,
        "move_lanes": move_choices(conversation, work.item),
        "may_release": request.actor.is_lead,
        "no_moves": work.bar.state == "frozen" and not request.actor.is_lead,
        "queue_url": f"{reverse('console-queue', args=[request.brand.slug])}?lane={lane}",
        "network": network_label(conversation.account.adapter), "wall_url": wall_url(conversation),
    }  # fmt: skip


@brand_page(STAFF)
def conversation(request: BrandRequest, public_id: str) -> HttpResponseBase:
    """The page with its three panes; one that was merged leads on to where it went."""
    found = find_conversation(request, public_id)
    if found.merged_into is not None:
        return redirect("console-conversation", request.brand.slug, found.merged_into.public_id)
    context = work_context(request, found)
    item = context["item"]
    lane = item.lane if item is not None and item.is_open and item.lane != Lane.NONE else None
    queue = queue_context(request, lane=lane, current_id=found.pk)
    context |= {key: value for key, value in queue.items() if key not in context}
    context["customer"] = customer_of(found, context["thread"].messages)
    return frame.page(
        request, "console/conversation.html", section="console-queue", context=context,
        topics=[f"queue:{request.brand.pk}", f"conversation:{found.pk}", f"presence:{found.pk}"],
        counts={"console-queue": sum(queue["counts"].values())},
    )  # fmt: skip


@brand_page(STAFF)
def work(request: BrandRequest, public_id: str) -> HttpResponseBase:
    """The middle pane alone, fetched when something has changed."""
    return render_work(request, find_conversation(request, public_id))


def render_work(request: BrandRequest, found: Conversation) -> HttpResponseBase:
    """The middle pane as a fragment."""
    return render(request, "console/_work.html", work_context(request, found))
