"""What there is to tell somebody, and by which ways it may reach them: the matrix and its defaults by role.

The defaults follow two rules. What must be done now rings where somebody is (page, push); what can wait is kept for
the page and the digest. A mail is only sent for what its reader would be sorry to miss.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from chimein.core.actor import LEAD_ROLES, STAFF_ROLES, Role


class Way(models.TextChoices):
    """How an alert reaches somebody."""

    PAGE = "page", _("On the page")
    PUSH = "push", _("Push")
    MAIL = "mail", _("By mail")
    BRIDGE = "bridge", _("Team chat")


WAYS = tuple(Way)
_HELPERS = frozenset({Role.COLLEAGUE, Role.TRUSTED_CUSTOMER})
_INSIDERS = STAFF_ROLES | {Role.COLLEAGUE}
_ALL = STAFF_ROLES | _HELPERS
_LIVE = frozenset({Way.PAGE, Way.PUSH, Way.BRIDGE, Way.MAIL})
_MAIL_ONLY = frozenset({Way.MAIL})


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of alert.

    `helpers`, `desk` and `leads` are the ways that are on until somebody says otherwise. `now`: it loses its worth
    within minutes, so it is pushed with high urgency. `through_quiet`: it reaches whoever is on duty in their quiet
    hours too. `lasts`: after so long an alert that was not sent is not worth sending.
    """

    name: str
    label: Promise | str
    icon: str
    roles: frozenset[Role]
    helpers: str = ""
    desk: str = ""
    leads: str = ""
    now: bool = False
    through_quiet: bool = False
    lasts: timedelta = timedelta(days=3)
    ways: frozenset[Way] = _LIVE
    about_question: bool = False
    """The matter is a question that waits; nobody is told of it once it needs nobody any more."""
    room: Promise | str = ""
    """What a team's chat is told of in this way; empty for what concerns one person's work alone."""

    def ways_for(self, role: Role) -> frozenset[Way]:
        """The ways that can be chosen: the team's chat is not for people from outside."""
        if role not in self.roles:
            return frozenset()
        return self.ways if role in _INSIDERS and self.room else self.ways - {Way.BRIDGE}

    def default(self, role: Role) -> frozenset[Way]:
        """The ways that are on until somebody says otherwise."""
        words = self.leads if role in LEAD_ROLES else self.desk if role == Role.AGENT else self.helpers
        return frozenset(Way(word) for word in words.split()) & self.ways_for(role)


OFFER = Kind(
    "offer", _("A question is brought to me"), "hand", _ALL,
    helpers="page push mail", desk="page push", leads="page push",
    now=True, lasts=timedelta(minutes=30), about_question=True, room=_("A question looks for somebody"),
)  # fmt: skip
CLAIM = Kind(
    "claim", _("What I hold goes back soon"), "hourglass", _ALL,
    helpers="page push", desk="page push", leads="page push", now=True, lasts=timedelta(minutes=5),
)  # fmt: skip
COMEBACK = Kind(
    "comeback", _("A customer comes back to an answer of mine"), "reply", _ALL,
    helpers="page push mail", desk="page", leads="page",
)  # fmt: skip
UNDELIVERED = Kind(
    "undelivered", _("An answer of mine did not go out"), "triangle-alert", _ALL,
    helpers="page push mail", desk="page push", leads="page push",
)  # fmt: skip
REVIEWED = Kind(
    "reviewed", _("My draft was reviewed"), "check-check", _ALL,
    helpers="page push mail", desk="page", leads="page",
)  # fmt: skip
REVIEW = Kind(
    "review", _("A draft waits for my review"), "pencil", _ALL,
    helpers="page push", desk="page push", leads="page", now=True, lasts=timedelta(hours=2),
)  # fmt: skip
THANKS = Kind(
    "thanks", _("Somebody is thankful, or an answer solved it"), "heart", _ALL,
    helpers="page", desk="page", leads="page", room=_("A customer is thankful"),
)  # fmt: skip
GROWTH = Kind(
    "growth", _("I reached something: trust, a badge, a rank"), "award", _ALL,
    helpers="page mail", desk="page", leads="page",
)  # fmt: skip
MENTION = Kind(
    "mention", _("A colleague names me or hands me something"), "at-sign", _INSIDERS,
    helpers="page push mail bridge", desk="page push bridge", leads="page push bridge",
    room=_("A colleague is called by name"),
)  # fmt: skip
WARNING = Kind(
    "warning", _("A deadline comes near"), "timer", STAFF_ROLES,
    desk="page", leads="page", now=True, lasts=timedelta(minutes=30), about_question=True,
    room=_("A deadline comes near"),
)  # fmt: skip
BREACH = Kind(
    "breach", _("A deadline was missed"), "timer-off", STAFF_ROLES,
    desk="page", leads="page push mail bridge", now=True, lasts=timedelta(hours=4), about_question=True,
    room=_("A deadline was missed"),
)  # fmt: skip
CRISIS = Kind(
    "crisis", _("A crisis begins"), "flame", STAFF_ROLES,
    desk="page push bridge", leads="page push mail bridge", now=True, through_quiet=True,
    lasts=timedelta(hours=2), room=_("A crisis begins"),
)  # fmt: skip
DIGEST = Kind(
    "digest", _("The day in one mail"), "mail", _ALL,
    helpers="mail", leads="mail", ways=_MAIL_ONLY, lasts=timedelta(hours=6),
)  # fmt: skip

KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        OFFER, CLAIM, COMEBACK, UNDELIVERED, REVIEWED, REVIEW, THANKS, GROWTH, MENTION, WARNING, BREACH, CRISIS, DIGEST,
    )
}  # fmt: skip
BRIDGED = tuple(kind for kind in KINDS.values() if kind.room)
"""What a team's chat may be told."""


def kinds_for(role: Role) -> list[Kind]:
    """The kinds somebody in this role can be told of, in the order of the matrix."""
    return [kind for kind in KINDS.values() if kind.ways_for(role)]


def default_table(kinds: Iterable[Kind]) -> list[tuple[str, str, str, bool]]:
    """(kind, role, way, on) of every place in the matrix, for statements that join with it."""
    return [
        (kind.name, role.value, way.value, way in kind.default(role))
        for kind in kinds
        for role in sorted(kind.roles)
        for way in sorted(kind.ways_for(role))
    ]
