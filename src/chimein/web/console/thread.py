"""The thread of a conversation as the network shows it, with notes and what happened in between."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from chimein.answering.models import Answer
from chimein.conversations.models import Conversation, Message, Note
from chimein.core.models import Event
from chimein.people.models import Membership
from chimein.triage import reasons as reasons_of
from chimein.web.console import words

MOST_MESSAGES = 120
MOST_EVENTS = 60
DEEPEST = 3
_TOLD = (
    "claim.taken", "claim.released", "claim.expired", "item.moved", "item.assigned", "item.unassigned", "item.warned",
    "item.escalated", "crisis.frozen", "crisis.released", "conversation.closed",
    "conversation.reopened", "conversation.merged", "answer.cancelled", "answer.failed",
)  # fmt: skip


@dataclass(slots=True)
class Entry:
    """One line of the thread: a message, a note, an answer that was not sent, or something that happened."""

    kind: str
    at: datetime
    key: str
    message: Message | None = None
    note: Note | None = None
    failed: Answer | None = None
    text: str = ""
    depth: int = 0
    reply_to: str = ""
    delivery: words.DeliveryWords | None = None
    reasons: list[dict[str, Any]] = field(default_factory=list)
    said: list[reasons_of.Said] = field(default_factory=list)
    label_key: str = ""

    @property
    def chips(self) -> list[reasons_of.Said]:
        """The few reasons worth a chip."""
        return reasons_of.few(self.said)

    @property
    def name(self) -> str:
        """Whose words these are, as the network shows them."""
        identity = self.message.identity if self.message else None
        return (identity.name or identity.handle if identity else "") or _("Somebody")

    @property
    def handle(self) -> str:
        return self.message.identity.handle if self.message and self.message.identity else ""

    @property
    def avatar(self) -> str:
        return self.message.identity.avatar_url if self.message and self.message.identity else ""

    @property
    def verified(self) -> bool:
        return bool(self.message and self.message.identity and self.message.identity.verified)

    @property
    def is_private(self) -> bool:
        return bool(self.message and self.message.visibility == "private")

    @property
    def signature(self) -> str:
        return f"^{self.message.attribution}" if self.message and self.message.attribution else ""

    @property
    def by(self) -> str:
        """The colleague behind an answer of the brand."""
        if self.message is None or self.message.author is None:
            return _("somebody on the network")
        return self.message.author.public_name

    @property
    def lang(self) -> str:
        """The text's language for the browser; empty when nobody knows."""
        language = self.message.language if self.message else ""
        return "" if language == "und" else language

    @property
    def no_reply(self) -> reasons_of.Said | None:
        """Why this message needs no answer."""
        reason = self.message.disposition_reason if self.message else ""
        return reasons_of.say(f"no_reply.{reason}") if reason else None


@dataclass(slots=True)
class Thread:
    """The entries in the order they are read; `earlier` when older messages are left out."""

    entries: list[Entry]
    messages: list[Message]
    earlier: bool

    @property
    def customers(self) -> int:
        """How many different people ask here."""
        return len({m.identity_id for m in self.messages if m.direction == "in" and m.identity_id})


def public_thread(conversation: Conversation) -> Thread:
    """What everybody may read on the network: no private message, no note, nothing unsent, no events."""
    rows = _messages(conversation).filter(visibility="public").exclude(direction="out", external_id=None)
    messages = list(rows[:MOST_MESSAGES])[::-1]
    return Thread([entry for entry, _at in _as_tree(messages)], messages, len(messages) == MOST_MESSAGES)


def full_thread(conversation: Conversation) -> Thread:
    """Everything staff may read."""
    messages = list(_messages(conversation)[:MOST_MESSAGES])[::-1]
    tree = _as_tree(messages)
    _tell_deliveries(tree, conversation)
    others = [*_notes(conversation), *_failed(conversation), *_happenings(conversation)]
    return Thread(_weave(tree, others), messages, len(messages) == MOST_MESSAGES)


def _messages(conversation: Conversation) -> Any:
    rows = Message.objects.filter(conversation=conversation)
    related = rows.select_related("identity", "author", "delivery", "triage")
    return related.defer("search").order_by("-posted_at", "-pk")


def _as_tree(messages: Sequence[Message]) -> list[tuple[Entry, datetime]]:
    """Messages below what they reply to, each with the time its branch began; oldest first on every level."""
    by_external = {m.external_id: m for m in messages if m.external_id}
    children: dict[int | None, list[Message]] = defaultdict(list)
    for message in messages:
        parent = by_external.get(message.parent_external_id) if message.parent_external_id else None
        children[parent.pk if parent and parent is not message else None].append(message)
    placed: list[tuple[Entry, datetime]] = []
    stack = [(message, 0) for message in reversed(children[None])]
    seen: set[int] = set()
    while stack:
        message, depth = stack.pop()
        if message.pk in seen:
            continue
        seen.add(message.pk)
        placed.append((_entry(message, depth, by_external), message.posted_at))
        below = children[message.pk]
        # A chain of single replies stays in one line, as networks draw it; only a fork is indented.
        deeper = depth + 1 if len(below) > 1 else depth
        stack.extend((child, min(deeper, DEEPEST)) for child in reversed(below))
    # Replies that name each other in a ring cannot be reached from above; they follow as they came.
    placed += [(_entry(m, 0, by_external), m.posted_at) for m in messages if m.pk not in seen]
    return placed


def _entry(message: Message, depth: int, by_external: dict[str, Message]) -> Entry:
    parent = by_external.get(message.parent_external_id)
    answered = parent.identity.handle if parent is not None and parent.identity else ""
    triage = getattr(message, "triage", None)
    return Entry(
        kind="message", at=message.posted_at, key=f"message-{message.pk}", message=message, depth=depth,
        reply_to=answered, reasons=list(triage.reasons) if triage else [],
    )  # fmt: skip


def _tell_deliveries(tree: Iterable[tuple[Entry, datetime]], conversation: Conversation) -> None:
    """Say of our own messages how far they are on their way."""
    answers = Answer.objects.filter(conversation=conversation, state=Answer.State.HELD)
    held = dict(answers.values_list("messages", "undo_until"))
    for entry, _at in tree:
        message = entry.message
        if message is not None and message.delivery is not None:
            entry.delivery = words.of_delivery(message.delivery, held.get(message.pk))


def _notes(conversation: Conversation) -> list[Entry]:
    rows = Note.objects.filter(conversation=conversation).select_related("author")
    rows = rows.order_by("created_at", "pk")
    return [Entry("note", note.created_at, f"note-entry-{note.pk}", note=note) for note in rows]


def _failed(conversation: Conversation) -> list[Entry]:
    """The newest answer, when it was refused: its text went back into the author's box."""
    newest = (
        Answer.objects.filter(conversation=conversation)
        .select_related("author", "reply_to")
        .order_by("-created_at", "-pk")
        .first()
    )
    if newest is None or newest.state != Answer.State.FAILED:
        return []
    name = newest.author.public_name if newest.author else _("Somebody")
    text = _failure(newest, name)
    return [Entry("failed", newest.created_at, f"answer-{newest.pk}", failed=newest, text=text)]


def _failure(answer: Answer, name: str) -> str:
    told_of = Event.objects.filter(conversation_id=answer.conversation_id, kind="answer.failed")
    refused = told_of.order_by("-pk").first()
    data = refused.data if refused else {}
    why, todo = words.of_problem(str(data.get("code", "")), str(data.get("error", "")))
    told = _("The answer of %(name)s was not sent. %(why)s %(todo)s The text is a draft again.")
    return told % {"name": name, "why": why, "todo": todo}


def _happenings(conversation: Conversation) -> list[Entry]:
    rows = Event.objects.filter(conversation_id=conversation.pk, kind__in=_TOLD).order_by("-pk")[:MOST_EVENTS]
    events = _without_repeats(list(rows)[::-1])
    names = _names(events)
    told = [(event, words.of_event(event.kind, event.data, _who(event, names))) for event in events]
    return [Entry("event", event.at, f"event-{event.pk}", text=text) for event, text in told if text]


def _without_repeats(events: Sequence[Event]) -> list[Event]:
    """Claims that came to nothing are told once: of a run of claims and returns only the last two stay."""
    kept: list[Event] = []
    for event in events:
        claims = [one.kind.startswith("claim.") for one in (*kept[-2:], event)]
        if len(claims) == 3 and all(claims):
            kept.pop(-2)
        kept.append(event)
    return kept


def _member_id(event: Event) -> int:
    found = event.data.get("member")
    return found if isinstance(found, int) else 0


def _names(events: Sequence[Event]) -> dict[tuple[str, int], str]:
    users = {int(e.actor[5:]) for e in events if e.actor.startswith("user:") and e.actor[5:].isdigit()}
    brand = next((e.brand_id for e in events), 0) or 0
    members = {_member_id(e) for e in events}
    rows = Membership.objects.filter(brand_id=brand)
    names: dict[tuple[str, int], str] = {}
    for pk, user_id, name in (rows.filter(pk__in=members) | rows.filter(user_id__in=users)).values_list(
        "pk", "user_id", "public_name"
    ):
        names[("member", pk)] = names[("user", user_id)] = name
    return names


def _who(event: Event, names: dict[tuple[str, int], str]) -> str:
    label = event.actor.partition(":")[2]
    if event.actor.startswith("user:") and label.isdigit():
        return names.get(("user", int(label)), "")
    return names.get(("member", _member_id(event)), "")


def _weave(tree: Sequence[tuple[Entry, datetime]], others: Sequence[Entry]) -> list[Entry]:
    """Put notes and happenings behind the newest message that was there before them."""
    behind: dict[int, list[Entry]] = defaultdict(list)
    for other in sorted(others, key=lambda one: (one.at, one.key)):
        before = [(at, number) for number, (_entry_, at) in enumerate(tree) if at <= other.at]
        behind[max(before)[1] if before else -1].append(other)
    woven = list(behind[-1])
    for number, (entry, _at) in enumerate(tree):
        woven.append(entry)
        woven.extend(behind[number])
    return woven
