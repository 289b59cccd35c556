"""The table of lanes in words: who, how fast, and what happens as time runs out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from chimein.people.models import Brand, Calendar, Membership, Team
from chimein.routing import lane_setups
from chimein.routing.lanes import ASSIGNED, LaneRules, Setup, Step
from chimein.web.console import words
from chimein.web.console.rows import lane_names

ROLES: dict[str, str | Promise] = {
    "agent": gettext_lazy("Agents"),
    "lead": gettext_lazy("Care leads"),
    "owner": gettext_lazy("Owners"),
    "colleague": gettext_lazy("Colleagues"),
}


@dataclass(frozen=True, slots=True)
class Names:
    """What a brand's calendars, teams and people are called, by id."""

    calendars: Mapping[int, str]
    teams: Mapping[int, str]
    members: Mapping[int, str]

    @classmethod
    def of(cls, brand: Brand) -> Names:
        people = Membership.objects.filter(brand=brand, is_active=True).exclude(role="trusted_customer")
        return cls(
            dict(Calendar.objects.filter(brand=brand).order_by("name").values_list("pk", "name")),
            {one.pk: one.display_name for one in Team.objects.filter(brand=brand).order_by("name")},
            dict(people.order_by("public_name", "pk").values_list("pk", "public_name")),
        )

    def member(self, pk: int | None) -> str:
        return self.members.get(pk or 0, _("Somebody who has left"))


def lane_title(lane: str) -> str:
    """What a lane is called."""
    return lane_names()[lane][0]


def who(row: LaneRules, names: Names) -> str:
    """Whom a lane's conversations are brought to."""
    if row.lane not in ASSIGNED:
        return {
            "crisis": _("Nobody until a lead releases it, then the desk"),
            "crowd": _("Helpers, a few at a time"),
            "thank": _("Anybody of the staff"),
        }[row.lane]
    parts = [str(ROLES[role]) for role in row.roles]
    parts += [names.teams.get(pk, "?") for pk in row.teams]
    parts += [names.member(pk) for pk in row.members]
    return _(", ").join(parts) or _("Nobody")


def time_words(row: LaneRules, names: Names) -> str:
    """By when it is answered, and by which clock."""
    minutes = _("%(number)d min") % {"number": lane_setups.minutes_of(row)}
    if row.calendar is None:
        return minutes
    clock = names.calendars.get(row.calendar, _("Round the clock"))
    return _("%(minutes)s of “%(calendar)s”") % {"minutes": minutes, "calendar": clock}


def desk_words(row: LaneRules) -> list[str]:
    """How conversations are brought to people."""
    if row.lane not in ASSIGNED:
        return []
    if not row.push:
        return [_("Taken from the queue")]
    number = number_format(row.seats)
    return [
        _("%(number)s at a time") % {"number": number},
        _("next after %(number)d min") % {"number": row.accept_minutes},
    ]


def step_words(step: Step) -> str:
    """One rung, such as “80 %: whoever has it, the desk”."""
    said = _("%(percent)d %%: %(names)s") % {"percent": step.at, "names": words.audience(step.to)}
    more = []
    if step.priority:
        more.append(_("priority +%(number)d") % {"number": step.priority})
    if step.desk:
        more.append(_("goes to the desk"))
    return _(" · ").join([said, *more])


def vip_words(setup: Setup, names: Names) -> list[str]:
    """Who is a VIP, who sees to those without a manager, and the cap."""
    vip, said = setup.vip, []
    if vip.followers is not None:
        number = number_format(vip.followers, force_grouping=True)
        said.append(_("From %(number)s followers") % {"number": number})
    if vip.manager is not None:
        said.append(_("Without a manager of their own: %(name)s") % {"name": names.member(vip.manager)})
    if vip.stand_in is not None:
        said.append(_("Stand-in: %(name)s") % {"name": names.member(vip.stand_in)})
    said.append(_("At most %(number)d %% of the desk's seats") % {"number": vip.share})
    return said


def weight_words(setup: Setup, channels: Mapping[str, str]) -> list[str]:
    """Channels whose conversations take more or less than one seat."""
    return [
        _("%(channel)s counts %(number)s")
        % {"channel": channels.get(key, key), "number": number_format(weight)}
        for key, weight in setup.weights.items()
        if weight != 1
    ]


def changes(before: Setup, after: Setup) -> list[str]:
    """What differs between two tables, lane by lane."""
    said = [
        _("Changed: %(row)s") % {"row": lane_title(row.lane)}
        for row in after.rows
        if row != before.lanes[row.lane]
        or (row.lane == "vip" and before.vip != after.vip)
        or (row.lane == "crisis" and before.release_hours != after.release_hours)
    ]
    if before.weights != after.weights:
        said.append(_("Changed: %(row)s") % {"row": _("Weights")})
    return said
