"""Reasons of triage in words: for each code a short label for a chip and a sentence that explains it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

Words = str | Promise


@dataclass(frozen=True, slots=True)
class Said:
    """A reason as people read it. `weight`: heavier ones are shown where there is room for few."""

    code: str
    label: str
    why: str
    weight: int


@dataclass(frozen=True, slots=True)
class _Text:
    label: Words
    why: Words
    weight: int


_TEXTS: dict[str, _Text] = {
    "risk.legal": _Text(
        gettext_lazy("Legal words"), gettext_lazy("It speaks of law, authorities or the police."), 90
    ),
    "risk.safety": _Text(
        gettext_lazy("Safety"), gettext_lazy("Somebody may get hurt: heat, smoke, swelling or a shock."), 95
    ),
    "risk.self_harm": _Text(
        gettext_lazy("Person in danger"), gettext_lazy("The words sound as if a life were in danger."), 100
    ),
    "risk.crisis": _Text(
        gettext_lazy("Many concerned"),
        gettext_lazy("It sounds like a fault that hits many people at once."),
        92,
    ),
    "risk.press": _Text(gettext_lazy("Press"), gettext_lazy("It speaks of press, television or media."), 88),
    "risk.privacy": _Text(
        gettext_lazy("Privacy"), gettext_lazy("It is about personal data, which is not for the public."), 80
    ),
    "risk.money": _Text(
        gettext_lazy("Money"), gettext_lazy("It is about a payment, a refund or compensation."), 78
    ),
    "risk.account_data": _Text(
        gettext_lazy("Own order or account"),
        gettext_lazy("To answer, one has to look into this customer's order or account."),
        70,
    ),
    "risk.number": _Text(
        gettext_lazy("Private number"),
        gettext_lazy("It holds something like a phone, card or order number, or an address."),
        72,
    ),
    "anger": _Text(gettext_lazy("Angry"), gettext_lazy("The customer is angry."), 85),
    "vague_abuse": _Text(gettext_lazy("Insult"), gettext_lazy("An insult that names no problem."), 84),
    "gate.doubtful": _Text(
        gettext_lazy("Doubtful"), gettext_lazy("It may hold something that is not for everybody."), 45
    ),
    "reach": _Text(gettext_lazy("Wide reach"), gettext_lazy("Many people follow this customer."), 60),
    "intent.question": _Text(gettext_lazy("Question"), gettext_lazy("The customer asks something."), 30),
    "intent.request": _Text(gettext_lazy("Request"), gettext_lazy("The customer wants something done."), 30),
    "intent.complaint": _Text(gettext_lazy("Complaint"), gettext_lazy("Something went wrong."), 50),
    "intent.praise": _Text(gettext_lazy("Praise"), gettext_lazy("The customer is pleased."), 20),
    "intent.spam": _Text(gettext_lazy("Spam"), gettext_lazy("It reads like advertising."), 20),
    "no_reply.spam": _Text(gettext_lazy("Spam"), gettext_lazy("Nobody answers advertising."), 10),
    "no_reply.repost": _Text(
        gettext_lazy("Repost"), gettext_lazy("Somebody else's words, only passed on."), 10
    ),
    "no_reply.thanks": _Text(
        gettext_lazy("A thank-you"), gettext_lazy("The customer says that it worked."), 10
    ),
    "no_reply.praise": _Text(gettext_lazy("Praise"), gettext_lazy("Praise that asks for nothing."), 10),
    "no_reply.not_to_us": _Text(
        gettext_lazy("Not to us"), gettext_lazy("Others talk to each other; the brand is not addressed."), 10
    ),
    "no_reply.no_words": _Text(gettext_lazy("No words"), gettext_lazy("Only pictures or signs."), 10),
    "no_reply.chatter": _Text(
        gettext_lazy("Small talk"), gettext_lazy("The brand is named, nothing is asked."), 10
    ),
    "no_reply.settled": _Text(
        gettext_lazy("Settled"), gettext_lazy("Somebody decided that it is settled without an answer."), 10
    ),
    "no_reply.deleted": _Text(gettext_lazy("Deleted"), gettext_lazy("The customer took it down."), 10),
    "lane.private": _Text(
        gettext_lazy("Private message"), gettext_lazy("A private message, so only the desk may read it."), 65
    ),
    "lane.desk": _Text(
        gettext_lazy("For the desk"), gettext_lazy("It goes to the desk, never before the crowd."), 5
    ),
    "lane.crowd": _Text(
        gettext_lazy("Anybody can help"),
        gettext_lazy("Nothing personal, angry or risky in it: anybody of us may answer."),
        5,
    ),
    "lane.colleagues": _Text(
        gettext_lazy("Colleagues only"),
        gettext_lazy("Doubtful, so only colleagues may answer it, not customers who help us."),
        45,
    ),
    "lane.expert": _Text(
        gettext_lazy("For experts"), gettext_lazy("It takes somebody who knows the matter well."), 5
    ),
    "lane.vip": _Text(
        gettext_lazy("For the VIP manager"), gettext_lazy("Very many people listen to this customer."), 55
    ),
    "lane.crisis": _Text(
        gettext_lazy("Crisis"), gettext_lazy("It may hit many at once, so it is seen to before all else."), 93
    ),
    "lane.thank": _Text(gettext_lazy("Kind words"), gettext_lazy("Kind words; a thank-you is enough."), 5),
    "lane.none": _Text(gettext_lazy("No reply needed"), gettext_lazy("Nobody has to answer this."), 5),
    "lane.by_person": _Text(gettext_lazy("Moved by hand"), gettext_lazy("A colleague chose this lane."), 75),
    "lane.earlier": _Text(
        gettext_lazy("Earlier words"),
        gettext_lazy("Something said earlier in this conversation keeps it in this lane."),
        40,
    ),
}
_UNKNOWN = _Text("", gettext_lazy("A reason this version has no words for."), 0)
REACH = "reach"


def codes() -> list[str]:
    """Every code there are words for."""
    return sorted(_TEXTS)


def say(code: str, words: Sequence[str] = (), *, followers: int = 0) -> Said:
    """One reason in the reader's language, with the customer's own words that led to it."""
    text = _TEXTS.get(code, _UNKNOWN)
    label, why = str(text.label) or code, str(text.why)
    if code == REACH and followers:
        label = _("%(count)s followers") % {"count": number_format(followers, force_grouping=True)}
    if telling := [word for word in words if word.strip("?？!！")]:
        quoted = ", ".join(telling)
        why = _("%(sentence)s Words: %(words)s") % {"sentence": why, "words": quoted}
    return Said(code, label, why, text.weight)


def explain(reasons: Iterable[dict[str, Any]], *, followers: int = 0) -> list[Said]:
    """Stored reasons in words, the weightiest first."""
    said = [say(str(one.get("code", "")), one.get("words") or (), followers=followers) for one in reasons]
    return sorted(said, key=lambda one: -one.weight)


def chips(reasons: Iterable[dict[str, Any]], *, followers: int = 0, most: int = 3) -> list[Said]:
    """The few reasons worth a chip, of reasons as they are stored."""
    return few(explain(reasons, followers=followers), most=most)


def few(said: Iterable[Said], *, most: int = 3) -> list[Said]:
    """The few reasons worth a chip; the lane has a chip of its own."""
    seen: dict[str, Said] = {}
    for one in said:
        if not one.code.startswith("lane."):
            seen.setdefault(one.label, one)
    return list(seen.values())[:most]
