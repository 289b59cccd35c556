"""What one person may do in a conversation right now: the claim's bar, the two boxes, the drafts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from chimein.answering import checks
from chimein.answering.checks import Finding
from chimein.answering.models import Answer, Draft
from chimein.answering.services import limit_of, suffix_of
from chimein.conversations.models import Conversation, Message
from chimein.core.text.measure import Measure
from chimein.people.models import Membership
from chimein.routing.lane_models import Assignment
from chimein.routing.models import WorkItem
from chimein.routing.services import LEASE_SECONDS, lanes_for
from chimein.web.console.rows import lane_names, network_label

_WAITS = frozenset({"held", "frozen"})
_ON_ITS_WAY = (Answer.State.HELD, Answer.State.SENDING, Answer.State.REVIEW)


@dataclass(frozen=True, slots=True)
class Bar:
    """Who has the conversation. `state`: mine | free | asked | kept | held | mine_sending | sending | frozen | done.

    *asked*: it was brought to this person; others may take it too.
    """

    state: str
    text: str
    until: datetime | None = None
    total: int = 0
    answer_id: int | None = None


@dataclass(frozen=True, slots=True)
class Target:
    """A message that may be answered."""

    id: int
    label: str
    private: bool


@dataclass(frozen=True, slots=True)
class ReplyBox:
    """The box whose text everybody (or the customer) will read."""

    text: str
    fence: int | None
    can_send: bool
    claims: bool
    hint: str
    advice: str
    to: str
    targets: Sequence[Target]
    private: bool
    limit: int
    measure: Measure
    suffix: str
    button: str
    findings: Sequence[Finding] = ()


@dataclass(frozen=True, slots=True)
class Work:
    """Everything that differs between two people who look at the same conversation."""

    item: WorkItem | None
    bar: Bar
    reply: ReplyBox | None
    note: str
    note_key: str
    others: Sequence[Draft]


def work_of(
    *, conversation: Conversation, member: Membership, messages: Sequence[Message], note_count: int,
    now: datetime,
) -> Work:  # fmt: skip
    """What this member may do here."""
    items = WorkItem.objects.select_related("holder", "first_choice", "desk_by")
    item = items.filter(conversation=conversation).first()
    rows = Draft.objects.filter(conversation=conversation).select_related("author")
    drafts = list(rows.order_by("-updated_at"))
    mine = {draft.kind: draft.text for draft in drafts if draft.author_id == member.pk}
    bar = bar_of(item, member, now)
    return Work(
        item=item,
        bar=bar,
        reply=_reply_box(conversation, item, bar, member, messages, mine.get(Draft.Kind.REPLY, ""), now),
        note=mine.get(Draft.Kind.NOTE, ""),
        note_key=f"{conversation.pk}-{note_count}",
        others=[d for d in drafts if d.author_id != member.pk and d.kind == Draft.Kind.REPLY],
    )


def bar_of(item: WorkItem | None, member: Membership, now: datetime) -> Bar:
    """Who has the conversation, and for how long."""
    if item is None or not item.is_open:
        return Bar("done", _("Nobody waits for an answer here."))
    if item.frozen_at is not None:
        words = _("Frozen: this belongs to a crisis. Nobody answers until a lead releases it.")
        return Bar("frozen", words)
    return _sending(item, member, now) if item.sending else _claim_bar(item, member, now)


def _claim_bar(item: WorkItem, member: Membership, now: datetime) -> Bar:
    held = item.holder is not None and item.claim_until is not None and item.claim_until > now
    if held and item.holder_id == member.pk:
        words = _("It is yours. When the time is up it goes back to the others; typing keeps it.")
        return Bar("mine", words, item.claim_until, LEASE_SECONDS.get())
    if held and item.holder is not None:
        words = _("%(name)s is answering this.") % {"name": item.holder.public_name}
        return Bar("held", words, item.claim_until, LEASE_SECONDS.get())
    kept = item.first_choice and item.first_choice_until and item.first_choice_until > now
    if kept and item.first_choice and item.first_choice_id != member.pk:
        words = _("Kept for %(name)s, who answered before.") % {"name": item.first_choice.public_name}
        return Bar("kept", words, item.first_choice_until, 300)
    if kept:
        return Bar("free", _("A follow-up to your answer: you are asked first."))
    return _asked_bar(item, member)


def _asked_bar(item: WorkItem, member: Membership) -> Bar:
    """Free: brought to this person, to somebody else, or to nobody."""
    found = Assignment.objects.filter(conversation_id=item.conversation_id, ended_at=None)
    asked = found.select_related("member").first()
    if asked is None:
        return Bar("free", _("Nobody has this conversation yet."))
    if asked.member_id != member.pk:
        words = _("Brought to %(name)s. You may take it as well.") % {"name": asked.member.public_name}
        return Bar("free", words)
    total = int((asked.until - asked.at).total_seconds())
    return Bar("asked", assigned_because(asked.why), asked.until, total)


def assigned_because(why: str) -> str:
    """Why something was brought to this person, as a sentence to them."""
    return {
        "sticky": _("Brought to you, since you answered before. Take it, or pass it on."),
        "manager": _("Brought to you as this person's manager. Take it, or pass it on."),
        "stand_in": _("Brought to you as the stand-in of this person's manager. Take it, or pass it on."),
        "skill": _("Brought to you, since you know the topic. Take it, or pass it on."),
        "spare": _("Brought to you, since no VIP manager is free. Take it, or pass it on."),
    }.get(why, _("Brought to you: you have been free for longest. Take it, or pass it on."))


def _sending(item: WorkItem, member: Membership, now: datetime) -> Bar:
    made = (
        Answer.objects.filter(conversation_id=item.conversation_id, state__in=_ON_ITS_WAY)
        .select_related("author")
        .order_by("-pk")
        .first()
    )
    if made is None:
        return Bar("sending", _("An answer is on its way."))
    if made.author_id == member.pk and made.state == Answer.State.HELD and made.undo_until > now:
        words = _("Your answer goes out now. You can still take it back.")
        return Bar("mine_sending", words, made.undo_until, 10, made.pk)
    name = made.author.public_name if made.author else _("Somebody")
    if made.state == Answer.State.REVIEW:
        return Bar("sending", _("A draft of %(name)s is being reviewed.") % {"name": name})
    return Bar("sending", _("The answer of %(name)s is on its way.") % {"name": name}, made.undo_until, 10)


def _targets(messages: Sequence[Message]) -> list[Target]:
    """The newest waiting message of each customer, newest first."""
    found: dict[int | None, Target] = {}
    for message in reversed(messages):
        if message.direction != "in" or message.is_gone or message.disposition != "waiting":
            continue
        handle = message.identity.handle or message.identity.name if message.identity else ""
        label = f"@{handle}: {message.text[:60]}" if handle else message.text[:60]
        found.setdefault(message.identity_id, Target(message.pk, label, message.visibility == "private"))
    return list(found.values())


def _reply_box(
    conversation: Conversation, item: WorkItem | None, bar: Bar, member: Membership,
    messages: Sequence[Message], text: str, now: datetime,
) -> ReplyBox | None:  # fmt: skip
    targets = _targets(messages)
    hidden = bar.state in {"done", "sending", "mine_sending"} or (bar.state == "held" and not text)
    if hidden or item is None or not targets:
        return None
    limit, measure = limit_of(conversation)
    suffix = suffix_of(member, conversation)
    first = targets[0]
    return ReplyBox(
        text=text,
        fence=item.fence if bar.state == "mine" else None,
        can_send=bar.state in {"mine", "free", "asked", "kept"},
        claims=bar.state in {"free", "asked", "kept"},
        hint=_("Your text is kept until the conversation is free again.") if bar.state in _WAITS else "",
        advice="" if first.private else advice_of(messages),
        to=first.label.partition(":")[0] if len(targets) == 1 else "",
        targets=targets if len(targets) > 1 else (),
        private=first.private,
        limit=limit,
        measure=measure,
        suffix=suffix,
        button=button_words(conversation, suffix, private=first.private),
        findings=checks.look(
            text, brand_id=conversation.brand_id, author_id=member.pk, private=first.private, now=now
        ),
    )


def button_words(conversation: Conversation, suffix: str, *, private: bool) -> str:
    """What pressing the button does, with channel, visibility and signature."""
    values = {
        "network": network_label(conversation.account.adapter), "brand": conversation.brand.display_name,
        "signature": suffix.strip(),
    }  # fmt: skip
    if private:
        return _("Send a private message on %(network)s as %(brand)s %(signature)s") % values
    return _("Reply publicly on %(network)s as %(brand)s %(signature)s") % values


def advice_of(messages: Sequence[Message]) -> str:
    """How the lane policy wants what waits here to be answered, in words; empty when it says nothing."""
    waiting = [one for one in messages if one.disposition == "waiting"]
    found = {one.triage.advice for one in waiting if hasattr(one, "triage")}
    if "private_line" in found:
        return _(
            "Ask for a private message: what is needed here, such as an order, is not for everybody to read."
        )
    if "friendly" in found:
        return _(
            "Answer quickly and kindly, in public: whoever only lets off steam calms down when somebody is nice."
        )
    return ""


def move_choices(conversation: Conversation, item: WorkItem | None) -> list[dict[str, str]]:
    """The lanes this conversation can be handed to, with name and icon."""
    names, now = lane_names(), item.lane if item else ""
    lanes = lanes_for(private=conversation.visibility == "private")
    return [
        {"lane": key, "label": names[key][0], "icon": names[key][1]}
        for key in names
        if key in lanes and key != now
    ]


def context_of(work: Work) -> dict[str, Any]:
    """The work as template variables."""
    return {"work": work, "bar": work.bar, "reply": work.reply, "item": work.item}
