"""What states and events mean, in words, and what to do about them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from chimein.answering import pending, reviewing
from chimein.channels.models import Delivery
from chimein.routing import dismissing
from chimein.triage import reasons
from chimein.web.console import offer_words


@dataclass(frozen=True, slots=True)
class DeliveryWords:
    """How far an answer is on its way. `until`: when it leaves or is tried again; `todo`: what one can do."""

    state: str
    why: str
    todo: str
    until: datetime | None


_PROBLEMS: dict[str, tuple[str | Promise, str | Promise]] = {
    "rate_limited": (
        gettext_lazy("The network asked us to slow down."),
        gettext_lazy("Nothing to do: it goes out by itself."),
    ),
    "temporary": (
        gettext_lazy("The network had a hiccup."),
        gettext_lazy("Nothing to do: it is tried again by itself."),
    ),
    "auth_expired": (
        gettext_lazy("The network does not know our login any more."),
        gettext_lazy("A lead renews the account's login on the channels page; then send it again."),
    ),
    "not_allowed": (
        gettext_lazy("The network does not let us answer this post."),
        gettext_lazy("Open the post on the network and answer there, or hand it to the desk."),
    ),
    "window_closed": (
        gettext_lazy("The time in which the network lets us answer is over."),
        gettext_lazy("Wait until the customer writes again, or answer in public."),
    ),
    "too_long": (
        gettext_lazy("The text is too long for the network."),
        gettext_lazy("Shorten it or send it in parts."),
    ),
    "duplicate": (
        gettext_lazy("The network saw the very same text from us before."),
        gettext_lazy("Look at the network; if the answer is missing, change a word and send it again."),
    ),
    "target_gone": (
        gettext_lazy("The customer took the post down."),
        gettext_lazy("Nothing to do here; the conversation closes by itself."),
    ),
    "blocked_by_user": (
        gettext_lazy("The customer does not want messages from us."),
        gettext_lazy("Respect it, and leave a note for the others."),
    ),
    "bad_request": (
        gettext_lazy("The network did not understand what we sent."),
        gettext_lazy("Change the text and send it again; tell a lead if it happens twice."),
    ),
    "uncertain": (
        gettext_lazy("The network did not say whether it arrived."),
        gettext_lazy("We look it up there first, so that nothing is posted twice."),
    ),
}


def of_problem(code: str, error: str = "") -> tuple[str, str]:
    """An error code of the channel port as (what is wrong, what to do)."""
    if code in _PROBLEMS:
        problem, todo = _PROBLEMS[code]
        return str(problem), str(todo)
    return error, ""


def of_delivery(delivery: Delivery, held_until: datetime | None) -> DeliveryWords:
    """A delivery in words; one that waits for its undo time is *held*."""
    why, todo = of_problem(delivery.error_code, delivery.error)
    if held_until is not None and delivery.state == Delivery.State.QUEUED:
        return DeliveryWords("held", "", "", held_until)
    until = delivery.due_at if delivery.state == Delivery.State.RETRY else None
    return DeliveryWords(delivery.state, why, todo, until)


def lane(key: str) -> str:
    """Whom a lane belongs to, as in “handed to the desk”."""
    names = {
        "desk": _("the desk"),
        "crowd": _("the crowd"),
        "expert": _("the experts"),
        "vip": _("the VIP manager"),
        "crisis": _("the crisis team"),
        "thank": _("those who say thank you"),
    }
    return names.get(key, key)


def _with_reason(sentence: str, data: dict[str, Any]) -> str:
    reason = str(data.get("reason") or "").strip()
    return _("%(sentence)s: %(reason)s") % {"sentence": sentence, "reason": reason} if reason else sentence


def _moved(data: dict[str, Any], who: str) -> str:
    where = lane(str(data.get("after", "")))
    if data.get("reason") == "late":
        return _("It took too long: it is with %(lane)s now") % {"lane": where}
    if by_itself := offer_words.left_by_itself(str(data.get("reason") or "")):
        return by_itself
    if data.get("reason") == "undone":
        return _("%(name)s took the move back: it is with %(lane)s again") % {"name": who, "lane": where}
    return _with_reason(_("%(name)s handed it to %(lane)s") % {"name": who, "lane": where}, data)


def _released(data: dict[str, Any], who: str) -> str:
    if data.get("reason") == pending.OVERDUE:
        return _("Nobody reviewed the draft of %(name)s in time; others may answer") % {"name": who}
    if data.get("reason") == reviewing.REJECTED:
        return _("The draft of %(name)s was turned down; others may answer") % {"name": who}
    return _with_reason(_("%(name)s gave it back") % {"name": who}, data)


_AUDIENCE: dict[str, str | Promise] = {
    "holder": gettext_lazy("whoever has it"),
    "manager": gettext_lazy("the VIP manager"),
    "stand_in": gettext_lazy("the stand-in"),
    "team": gettext_lazy("the topic's team"),
    "desk": gettext_lazy("the desk"),
    "lead": gettext_lazy("the leads"),
}


def audience(to: Sequence[str]) -> str:
    """Whom a step of a ladder tells, as in “told: the desk, the leads”."""
    return _list(str(_AUDIENCE[one]) for one in to if one in _AUDIENCE)


def _list(parts: Iterable[str]) -> str:
    return _(", ").join(parts)


def _escalated(data: dict[str, Any], _who: str) -> str:
    given = {"percent": data.get("percent", 0), "names": audience(data.get("to", ()))}
    if data.get("percent", 0) < 100:
        return _("%(percent)d %% of the time is over; told: %(names)s") % given
    return _("The time is over (%(percent)d %%); told: %(names)s") % given


_UNASSIGNED: dict[str, str | Promise] = {
    "silent": gettext_lazy("%(name)s did not take it up; it goes to the next"),
    "passed": gettext_lazy("%(name)s passed it on"),
    "left": gettext_lazy("%(name)s is off duty; it goes to the next"),
}


def _unassigned(data: dict[str, Any], who: str) -> str:
    sentence = _UNASSIGNED.get(str(data.get("reason", "")))
    return str(sentence) % {"name": who} if sentence else ""


def _frozen(data: dict[str, Any], who: str) -> str:
    if data.get("reason") == "undone":
        return _("%(name)s took the release back: frozen again") % {"name": who}
    return _("Frozen: nobody answers until a lead releases it")


def _cancelled(data: dict[str, Any], who: str) -> str:
    if data.get("reason") == "frozen":
        return _("The answer was stopped before it left: this belongs to a crisis now")
    return _("%(name)s took the answer back in time") % {"name": who}


def _closed(data: dict[str, Any], who: str) -> str:
    if data.get("reason") == "thanked":
        return _("The customer said thank you: closed")
    said = _("Closed by %(name)s") % {"name": who} if who else _("Closed")
    reason = str(data.get("reason") or "")
    return f"{said}: {reasons.say(f'no_reply.{reason}').label}" if reason in dismissing.REASONS else said


_EVENTS: dict[str, Callable[[dict[str, Any], str], str]] = {
    "claim.taken": lambda data, who: _("%(name)s took it") % {"name": who},
    "claim.released": _released,
    "claim.expired": lambda data, who: _("%(name)s's time ran out, it is free again") % {"name": who},
    "item.moved": _moved,
    "item.assigned": lambda data, who: _("Brought to %(name)s") % {"name": who},
    "item.unassigned": _unassigned,
    "item.warned": _escalated,
    "item.escalated": _escalated,
    "crisis.frozen": _frozen,
    "crisis.released": lambda data, who: _with_reason(_("%(name)s released it") % {"name": who}, data),
    "item.handed_over": lambda data, who: _with_reason(
        _("%(name)s thinks that it is for the desk") % {"name": who}, data
    ),
    "item.kept": lambda data, who: _("%(name)s keeps it from the desk after all") % {"name": who},
    "conversation.closed": _closed,
    "conversation.reopened": lambda data, who: _("Open again"),
    "conversation.merged": lambda data, who: _("Two conversations turned out to be one"),
    "answer.cancelled": _cancelled,
    "answer.failed": lambda data, who: _("The answer could not be sent"),
}


def of_event(kind: str, data: dict[str, Any], who: str) -> str:
    """An event as one sentence; empty for kinds that are not told."""
    sentence = _EVENTS.get(kind)
    return sentence(data, who or _("Somebody")) if sentence else ""


def minutes(span: timedelta) -> int:
    """Whole minutes, at least one."""
    return max(1, round(span.total_seconds() / 60))
