"""What an alert says, in its reader's language: a title, a line or two, and where it leads.

A notification without content is useless ("conversation 8 was assigned to you"), so the customer's words are quoted;
those of a private message never leave the console, since a lock screen and a chat room have other readers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from chimein.alerts import kinds
from chimein.conversations.models import Conversation
from chimein.core.actor import STAFF_ROLES
from chimein.people.models import Brand, Trust
from chimein.routing.access import HELPERS_LANES
from chimein.routing.selectors import Waiting, waiting_of

QUOTE = 160


@dataclass(frozen=True, slots=True)
class Words:
    """An alert in words; `url` is an address below the server's own."""

    title: str
    body: str
    url: str


@dataclass(slots=True)
class Matter:
    """What an alert is about, read once for everybody who is told of it."""

    brand: Brand
    conversation: Conversation | None = None
    waiting: Waiting | None = None

    @property
    def is_private(self) -> bool:
        return self.conversation is not None and self.conversation.visibility != "public"

    @property
    def quote(self) -> str:
        """The customer's words, cut; a hint in place of what is private."""
        if self.is_private:
            return _("A private message: open it to read it.")
        text = " ".join((self.waiting.text if self.waiting else "").split())
        return text if len(text) <= QUOTE else f"{text[: QUOTE - 1].rstrip()}…"


def matter_of(brand: Brand, conversation: Conversation | None) -> Matter:
    """Read what alerts about this conversation say. A conversation that was merged is told of as the one it became."""
    if conversation is not None and conversation.merged_into is not None:
        conversation = conversation.merged_into
    waiting = waiting_of(conversation.pk) if conversation is not None else None
    return Matter(brand, conversation, waiting)


def url_of(matter: Matter, role: str, data: Mapping[str, Any]) -> str:
    """Where somebody in this role goes on: staff to the conversation, helpers to their card."""
    slug = matter.brand.slug
    if matter.conversation is None:
        return reverse("console-start", args=[slug])
    if role in STAFF_ROLES or role == "":
        return reverse("console-conversation", args=[slug, matter.conversation.public_id])
    if "answer" in data:
        return reverse("console-answers", args=[slug])
    return f"{reverse('console-card', args=[slug])}?at={matter.conversation.pk}"


def words_of(
    kind: str, matter: Matter, data: Mapping[str, Any], *, role: str, language: str, now: datetime
) -> Words:
    """An alert's words in a language. `role` decides where it leads; empty for a chat room."""
    with translation.override(language):
        title, body = _SAY[kind](matter, data if role else {**data, "room": True}, now)
        if kind == kinds.CRISIS.name:
            url = f"{reverse('console-queue', args=[matter.brand.slug])}?lane=crisis"
        else:
            url = url_of(matter, role, data)
        return Words(title, body, url)


def _minutes_left(matter: Matter, now: datetime) -> int:
    return int((matter.waiting.due_at - now).total_seconds() // 60) if matter.waiting else 0


def _offer(matter: Matter, data: Mapping[str, Any], now: datetime) -> tuple[str, str]:
    if data.get("room"):
        return _("A question looks for somebody"), matter.quote
    crowd = matter.waiting is not None and matter.waiting.lane in HELPERS_LANES
    title = _("A question for you") if crowd else _("A customer for you")
    left = _minutes_left(matter, now)
    hint = (
        ngettext("%(count)d minute left", "%(count)d minutes left", left) % {"count": left}
        if left > 0
        else ""
    )
    return (f"{title} · {hint}" if hint else title), matter.quote


def _claim(matter: Matter, data: Mapping[str, Any], now: datetime) -> tuple[str, str]:
    return _("Your question goes back in a minute. Go on writing to keep it."), matter.quote


def _comeback(matter: Matter, data: Mapping[str, Any], now: datetime) -> tuple[str, str]:
    return _("A customer comes back to your answer"), matter.quote


def _undelivered(matter: Matter, data: Mapping[str, Any], now: datetime) -> tuple[str, str]:
    return _("Your answer did not go out"), _(
        "The network refused it. Your text is kept; see what to change."
    )


def _reviewed(matter: Matter, data: Mapping[str, Any], now: datetime) -> tuple[str, str]:
    by = str(data.get("by", ""))
    titles = {
        "approved": _("Your draft is approved and goes out"),
        "edited": _("Your draft goes out with a small change"),
        "returned": _("Your draft came back with a piece of advice"),
        "rejected": _("Your draft was not taken this time"),
        "good": _("Your answer was read: well done"),
        "poor": _("Your answer was read: there is advice for you"),
        "released": _("Your draft is not needed any more: thank you for it"),
    }
    title = titles.get(str(data.get("outcome")), _("Your draft was reviewed"))
    return title, _("Read by %(name)s.") % {"name": by} if by else ""


def _review(matter: Matter, data: Mapping[str, Any], now: datetime) -> tuple[str, str]:
    by = str(data.get("by", ""))
    title = _("A draft of %(name)s waits for you") % {"name": by} if by else _("A draft waits for you")
    return title, matter.quote


def _thanks(matter: Matter, data: Mapping[str, Any], now: datetime) -> tuple[str, str]:
    if data.get("room"):
        return _("A customer is thankful"), str(data.get("text", ""))
    titles = {
        "thanked": _("A customer thanks you"),
        "solved": _("Your answer solved it"),
        "reused": _("Your answer helped another customer"),
        "praise": _("A customer thanks %(name)s of your team") % {"name": data.get("by") or _("somebody")},
    }
    return titles.get(str(data.get("outcome")), _("Thank you")), str(data.get("text", ""))


def _growth(matter: Matter, data: Mapping[str, Any], now: datetime) -> tuple[str, str]:
    if data.get("badge"):
        return _("You earned a badge"), ""
    level = int(data.get("level", 0))
    if level not in Trust.Level.values:
        return _("You reached something"), ""
    return _("You are trusted further: %(level)s") % {"level": Trust.Level(level).label}, ""


def _mention(matter: Matter, data: Mapping[str, Any], now: datetime) -> tuple[str, str]:
    by = str(data.get("by", ""))
    if data.get("room"):
        return (
            _("%(name)s calls a colleague") % {"name": by} if by else _("A colleague is called")
        ), matter.quote
    if data.get("handed"):
        title = (
            _("%(name)s hands you a conversation") % {"name": by} if by else _("A conversation is yours now")
        )
        return title, matter.quote
    return (_("%(name)s calls you") % {"name": by} if by else _("A colleague calls you")), matter.quote


def _warning(matter: Matter, data: Mapping[str, Any], now: datetime) -> tuple[str, str]:
    left = max(0, _minutes_left(matter, now))
    words = ngettext("Due in %(count)d minute", "Due in %(count)d minutes", left) % {"count": left}
    return words, matter.quote


def _breach(matter: Matter, data: Mapping[str, Any], now: datetime) -> tuple[str, str]:
    return _("Overdue: a customer waits too long"), matter.quote


def _crisis(matter: Matter, data: Mapping[str, Any], now: datetime) -> tuple[str, str]:
    return _("Crisis: open the lane now"), matter.quote


def _digest(matter: Matter, data: Mapping[str, Any], now: datetime) -> tuple[str, str]:
    return _("Your day at %(brand)s") % {"brand": matter.brand.display_name}, ""


_SAY: dict[str, Callable[[Matter, Mapping[str, Any], datetime], tuple[str, str]]] = {
    kinds.OFFER.name: _offer,
    kinds.CLAIM.name: _claim,
    kinds.COMEBACK.name: _comeback,
    kinds.UNDELIVERED.name: _undelivered,
    kinds.REVIEWED.name: _reviewed,
    kinds.REVIEW.name: _review,
    kinds.THANKS.name: _thanks,
    kinds.GROWTH.name: _growth,
    kinds.MENTION.name: _mention,
    kinds.WARNING.name: _warning,
    kinds.BREACH.name: _breach,
    kinds.CRISIS.name: _crisis,
    kinds.DIGEST.name: _digest,
}


def withdrawn_words(why: str, by: str, language: str) -> tuple[str, str]:
    """What replaces an alert that is needed no more."""
    with translation.override(language):
        if why == "taken" and by:
            return _("Already taken by %(name)s") % {"name": by}, _("Thank you all the same.")
        if why == "answered":
            title = _("Already answered by %(name)s") % {"name": by} if by else _("Already answered")
            return title, _("Thank you all the same.")
        return _("Not needed any more"), _("Thank you all the same.")
