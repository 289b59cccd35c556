"""Why a message has its labels, and the form that corrects them: one panel for both."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.http import Http404, HttpResponse, HttpResponseBase, JsonResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from chimein.conversations.models import Conversation, Message
from chimein.core import clock
from chimein.core.errors import Conflict, NotAllowed, UserError
from chimein.core.policy import MEMBER
from chimein.routing import access, correcting
from chimein.routing.models import WorkItem
from chimein.routing.services import lanes_for
from chimein.triage import corrections, labels, why
from chimein.triage.models import Correction, Topic, Triage
from chimein.web.console import frame
from chimein.web.console.conversation import conversation_url, find_conversation
from chimein.web.guard import BrandRequest, brand_page

UNDO_SECONDS = 10
KEYS = {
    "intent": "i", "sentiment": "f", "anger": "a", "vague_abuse": "v", "risks": "r", "topic": "t", "language": "g",
    "urgency": "u", "lane": "w",
}  # fmt: skip
_SHORT = frozenset({"anger", "vague_abuse"})
"""Labels that share a line."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Option:
    """A value to choose; `key`: the single key that chooses it, where there is one."""

    value: str
    name: str
    chosen: bool
    key: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """One label as a group of options; `line` explains the label as it stands, `was` is its value as text."""

    label: str
    name: str
    key: str
    several: bool
    options: list[Option]
    was: str = ""
    line: why.Line | None = None
    half: bool = False


@dataclass(frozen=True, slots=True)
class Said:
    """A correction as the panel tells it."""

    row: Correction
    name: str
    label: str
    before: str
    after: str

    @property
    def confirms(self) -> bool:
        return bool(self.row.before == self.row.after)


def moment_of(at: datetime) -> int:
    """A moment as an address has it: microseconds since 1970."""
    return (at - _EPOCH) // timedelta(microseconds=1)


def at_moment(moment: int) -> datetime:
    return _EPOCH + timedelta(microseconds=moment)


def as_text(value: Any) -> str:
    """A label's value as a hidden field carries it."""
    return json.dumps(value, ensure_ascii=False)


def groups(
    triage: Triage,
    lines: Mapping[str, why.Line],
    topics: Sequence[Topic],
    names: Iterable[str],
    *,
    private: bool,
) -> list[Group]:
    """The labels to choose from, as they stand."""
    made = []
    for label in names:
        value = labels.read(triage, label)
        chosen = labels.written(label, value)
        known = _offered(label, chosen, topics, private=private)
        options = [Option(one, name, one in chosen) for one, name in known.items()]
        made.append(
            Group(
                label, str(labels.NAMES[label]), KEYS[label], label in labels.SEVERAL, options, as_text(value),
                lines.get(label), label in _SHORT,
            )
        )  # fmt: skip
    return made


def _offered(label: str, chosen: Sequence[str], topics: Sequence[Topic], *, private: bool) -> dict[str, str]:
    known = labels.values_of(label, topics)
    if label == "lane" and private:
        open_to = {*lanes_for(private=True), "none"}
        known = {value: name for value, name in known.items() if value in open_to}
    return known | {one: one for one in chosen if one not in known}


def given(form: QueryDict, names: Iterable[str], *, confirm: bool = False) -> dict[str, Any]:
    """What a form says of the labels: those that differ from what it was drawn with, or all of them."""
    values = {}
    for label in names:
        if label not in form and f"was-{label}" not in form:
            continue
        value = labels.parse(label, form.getlist(label))
        if confirm or as_text(value) != form.get(f"was-{label}"):
            values[label] = value
    return values


def find_message(request: BrandRequest, public_id: str, message_id: int) -> tuple[Conversation, Message]:
    """A customer's message this member may label here. Helpers reach only what they could take."""
    found = find_conversation(request, public_id)
    rows = Message.objects.select_related("triage", "identity").defer("search")
    message = rows.filter(pk=message_id, conversation=found, direction="in", deleted_at=None).first()
    if message is None or not hasattr(message, "triage"):
        raise Http404
    item = WorkItem.objects.filter(pk=found.pk).first()
    if not request.actor.is_staff and not (
        item and access.may_take(request.actor, item.lane, trusted_only=item.trusted_only)
    ):
        raise NotAllowed(_("This message is not open to you."))
    return found, message


def names_for(request: BrandRequest, message: Message) -> list[str]:
    """The labels this member may correct on a message."""
    return [label for label in labels.NAMES if corrections.may_correct(request.actor, message, label)]


def panel_context(request: BrandRequest, found: Conversation, message: Message) -> dict[str, Any]:
    """The panel: the message explained, its labels to choose from, what people said before."""
    topics = list(Topic.objects.filter(brand=request.brand).order_by("name"))
    followers = message.identity.followers if message.identity else 0
    told = why.explain(message.triage, message.text, topics, brand_id=request.brand.pk, followers=followers)
    private = message.visibility == "private"
    lines = {line.label: line for line in told.lines}
    is_staff = request.actor.is_staff
    address = reverse("console-labels", args=[request.brand.slug, found.public_id, message.pk])
    return {
        "conversation": found, "message": message, "why": told, "labels_url": address,
        "groups": groups(message.triage, lines, topics, names_for(request, message), private=private),
        "history": _history(message, topics) if is_staff else [],
        "back_url": conversation_url(found) if is_staff else reverse("console-card", args=[request.brand.slug]),
        "lang": "" if message.language == "und" else message.language,
    }  # fmt: skip


def _history(message: Message, topics: Sequence[Topic]) -> list[Said]:
    told = []
    for row in corrections.history(message.pk):
        names = labels.values_of(row.label, topics) if row.label in labels.NAMES else {}
        told.append(
            Said(
                row, row.author.public_name if row.author else _("Somebody"),
                str(labels.NAMES.get(row.label, row.label)),
                labels.in_words(row.label, row.before, names), labels.in_words(row.label, row.after, names),
            )
        )  # fmt: skip
    return told


@brand_page(MEMBER)
def panel(request: BrandRequest, public_id: str, message_id: int) -> HttpResponseBase:
    """The panel, in its sheet or as a page of its own; a POST corrects."""
    found, message = find_message(request, public_id, message_id)
    if request.method == "POST":
        return _correct(request, found, message)
    context = panel_context(request, found, message)
    if frame.wants_fragment(request):
        return render(request, "console/_labels.html", context)
    section = "console-queue" if request.actor.is_staff else "console-card"
    return frame.page(request, "console/labels.html", section=section, context=context)


def _correct(request: BrandRequest, found: Conversation, message: Message) -> HttpResponseBase:
    confirm = bool(request.POST.get("confirm"))
    values = given(request.POST, names_for(request, message), confirm=confirm)
    try:
        if not values:
            raise UserError(_("You have not changed anything. If all of it is right, say so."))
        made = correcting.correct(
            actor=request.actor, message_id=message.pk, values=values, why=request.POST.get("why", ""),
            now=clock.now(),
        )  # fmt: skip
        toast = _thanks(request, found, message, made)
    except NotAllowed:
        raise
    except UserError as problem:
        toast = {"text": str(problem), "tone": "late"}
    if not frame.wants_fragment(request):
        return redirect(panel_context(request, found, message)["back_url"])
    response = HttpResponse(status=204)
    told: dict[str, object] = {"toast": toast}
    if "undo_url" in toast or toast.get("seconds"):
        told["labelled"] = {}
    response.headers["HX-Trigger"] = json.dumps(told)
    return response


def _thanks(
    request: BrandRequest, found: Conversation, message: Message, made: corrections.Corrected
) -> dict[str, object]:
    if not made.rows:
        return {"text": _("Noted already"), "seconds": 4}
    args = [request.brand.slug, found.public_id, message.pk, moment_of(made.rows[0].at)]
    text = (
        _("Corrected. ChimeIn learns from it.") if made.changed else _("Confirmed. ChimeIn learns from it.")
    )
    return {"text": text, "seconds": UNDO_SECONDS, "undo_url": reverse("console-labels-undo", args=args)}


@require_POST
@brand_page(MEMBER)
def take_back(request: BrandRequest, public_id: str, message_id: int, moment: int) -> HttpResponseBase:
    """Undo a correction made at that moment."""
    _found, message = find_message_once(request, public_id, message_id)
    try:
        correcting.take_back(
            actor=request.actor, message_id=message.pk, at=at_moment(moment), now=clock.now()
        )
    except Conflict as problem:
        return JsonResponse({"message": str(problem)}, status=409)
    return HttpResponse(status=204)


def find_message_once(request: BrandRequest, public_id: str, message_id: int) -> tuple[Conversation, Message]:
    """The message of a correction just made: it may have left the lane of who made it."""
    found = find_conversation(request, public_id)
    message = Message.objects.filter(pk=message_id, conversation=found).first()
    if message is None:
        raise Http404
    return found, message
