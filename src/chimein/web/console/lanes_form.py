"""One row of the table of lanes as a form: who, how fast, the ladder, and what only VIPs, crises and the desk have."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from chimein.routing import lanes, minutes
from chimein.routing.lanes import ASSIGNED, LaneRules, Setup, Step
from chimein.web.console import lanes_words
from chimein.web.console.lanes_words import Names
from chimein.web.console.words import audience

Choices = list[tuple[str, str]]


class LaneForm(forms.Form):
    """`channels`: key of a weight → name."""

    def __init__(
        self, data: Any = None, *, lane: str, setup: Setup, names: Names, channels: Mapping[str, str]
    ) -> None:
        super().__init__(data)
        self.lane, self.setup, self.channels = lane, setup, channels
        row = setup.lanes[lane]
        self._add_time(row, names)
        if lane in ASSIGNED:
            self._add_people(row, names)
        if lane == "desk":
            self._add_weights()
        if lane == "vip":
            self._add_vip(names)
        if lane == "crisis":
            help_text = _("So long a release of a topic lets new conversations through.")
            self._whole("release_hours", _("Hours of a release"), setup.release_hours, 1, 336, help_text)
        if lane != "thank":
            self._add_ladder(row)

    # ------------------------------------------------------------ fields
    def _whole(
        self, key: str, label: str, value: int | None, least: int, most: int, help_text: str = "", *,
        required: bool = True,
    ) -> None:  # fmt: skip
        self.fields[key] = forms.IntegerField(
            label=label,
            min_value=least,
            max_value=most,
            initial=value,
            required=required,
            help_text=help_text,
        )

    def _choice(self, key: str, label: str, value: int | None, choices: Mapping[int, str], none: str) -> None:
        known: Choices = [("", none), *((str(pk), name) for pk, name in choices.items())]
        self.fields[key] = forms.ChoiceField(
            label=label, choices=known, required=False, initial=str(value) if value else ""
        )

    def _many(self, key: str, label: str, values: Iterable[object], choices: Choices) -> None:
        boxes = forms.CheckboxSelectMultiple(attrs={"class": "checkbox checkbox-sm"})
        self.fields[key] = forms.MultipleChoiceField(
            label=label, choices=choices, required=False, initial=[str(one) for one in values], widget=boxes
        )

    def _add_time(self, row: LaneRules, names: Names) -> None:
        own = minutes.minutes_of(row.lane)
        help_text = _("Empty: %(number)d. The lane policy may say another time for some.") % {"number": own}
        label = _("Minutes to the answer")
        self._whole("minutes", label, row.minutes, 1, lanes.MOST_MINUTES, help_text, required=False)
        self._choice("calendar", _("The clock runs"), row.calendar, names.calendars, _("Round the clock"))

    def _add_people(self, row: LaneRules, names: Names) -> None:
        self.fields["push"] = forms.BooleanField(
            label=_("Bring each conversation to one person"), required=False, initial=row.push,
            help_text=_("A suggestion: others may take it too."),
        )  # fmt: skip
        self._whole("accept_minutes", _("Minutes until it goes to the next"), row.accept_minutes, 1, 120)
        help_text = _("Somebody's own number, on the page of calendars, counts before it.")
        self._whole("seats", _("Conversations at a time"), row.seats, 1, 50, help_text)
        roles = [(key, str(name)) for key, name in lanes_words.ROLES.items()]
        if row.lane != "expert":
            roles = [one for one in roles if one[0] != "colleague"]
        self._many("roles", _("Everybody of a role"), row.roles, roles)
        self._many("teams", _("Everybody of a team"), row.teams, _pairs(names.teams))
        self._many("members", _("People by name"), row.members, _pairs(names.members))

    def _add_weights(self) -> None:
        for key, name in self.channels.items():
            self.fields[f"weight_{key}"] = forms.FloatField(
                label=name, min_value=0.1, max_value=20, initial=self.setup.weights.get(key, 1),
                widget=forms.NumberInput(attrs={"step": "any"}),
            )  # fmt: skip

    def _add_vip(self, names: Names) -> None:
        vip = self.setup.vip
        if vip.followers is not None:
            help_text = _("From so many followers on somebody is a VIP. It is kept in the lane policy.")
            self._whole("followers", _("VIP threshold"), vip.followers, 1, 10**10, help_text)
        nobody = _("Whoever of the lane is free for longest")
        self._choice("manager", _("Manager of those without one"), vip.manager, names.members, nobody)
        self._choice("stand_in", _("Stand-in"), vip.stand_in, names.members, _("Nobody"))
        help_text = _("Percent. When managers are busy or away; never while somebody waits for the desk.")
        self._whole("share", _("Seats of the desk that VIPs may use"), vip.share, 0, 100, help_text)

    def _add_ladder(self, row: LaneRules) -> None:
        told: Choices = [(one, audience([one])) for one in lanes.AUDIENCE]
        if row.lane != "vip":
            told = [one for one in told if one[0] not in {"manager", "stand_in"}]
        for number in range(min(len(row.ladder) + 1, lanes.MOST_STEPS)):
            step = row.ladder[number] if number < len(row.ladder) else None
            label = _("After percent of the time")
            at = step.at if step else None
            self._whole(f"at_{number}", label, at, 1, lanes.MOST_PERCENT, required=False)
            self._many(f"to_{number}", _("Tell"), step.to if step else (), told)
            self._whole(
                f"priority_{number}", _("Raise the priority by"), step.priority if step else 0, 0, 5,
                required=False,
            )  # fmt: skip
            self._flag(f"alarm_{number}", _("Ring the alarm"), bool(step and step.alarm))
            if row.lane == "expert":
                self._flag(f"desk_{number}", _("Give it to the desk"), bool(step and step.desk))

    def _flag(self, key: str, label: str, value: bool) -> None:
        self.fields[key] = forms.BooleanField(label=label, required=False, initial=value)

    # ------------------------------------------------------------ for the template
    def named(self, *keys: str) -> list[forms.BoundField]:
        return [self[key] for key in keys if key in self.fields]

    @property
    def time(self) -> list[forms.BoundField]:
        return self.named("minutes", "calendar", "release_hours")

    @property
    def vip(self) -> list[forms.BoundField]:
        return self.named("followers", "manager", "stand_in", "share")

    @property
    def people(self) -> list[forms.BoundField]:
        return self.named("push", "accept_minutes", "seats")

    @property
    def pools(self) -> list[forms.BoundField]:
        return self.named("roles", "teams", "members")

    @property
    def weights(self) -> list[forms.BoundField]:
        return [self[key] for key in self.fields if key.startswith("weight_")]

    @property
    def steps(self) -> list[dict[str, Any]]:
        """The rungs, each with its fields; empty ones are left out of the ladder."""
        numbers = [int(key[3:]) for key in self.fields if key.startswith("at_")]
        return [
            {
                "number": number + 1, "at": self[f"at_{number}"], "to": self[f"to_{number}"],
                "more": self.named(f"priority_{number}", f"alarm_{number}", f"desk_{number}"),
            }
            for number in numbers
        ]  # fmt: skip

    # ------------------------------------------------------------ reading it
    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or self.cleaned_data
        last = 0
        for step in self.steps:
            number = step["number"] - 1
            at = given.get(f"at_{number}")
            if at is None:
                continue
            if at <= last:
                self.add_error(f"at_{number}", _("Each step comes after the one before."))
            if not given.get(f"to_{number}"):
                self.add_error(f"to_{number}", _("Say who is told."))
            last = at
        return given

    def as_setup(self) -> Setup:
        """The table with this row as filled in. Raises ValueError when it makes no sense."""
        given = self.cleaned_data
        row = self.setup.lanes[self.lane]
        known = {"minutes": given["minutes"], "calendar": _number(given["calendar"])}
        if self.lane in ASSIGNED:
            known |= {key: given[key] for key in ("push", "accept_minutes", "seats")}
            known |= {"roles": tuple(given["roles"])}
            known |= {key: tuple(int(one) for one in given[key]) for key in ("teams", "members")}
        made = replace(row, **known, ladder=tuple(self._ladder(given)))
        setup = replace(self.setup, lanes={**self.setup.lanes, self.lane: made})
        setup = self._with_rest(setup, given)
        return lanes.from_json(lanes.to_json(setup), version=setup.version)

    def _ladder(self, given: Mapping[str, Any]) -> Iterable[Step]:
        for step in self.steps:
            number = step["number"] - 1
            if given[f"at_{number}"] is not None:
                yield Step(
                    given[f"at_{number}"], tuple(given[f"to_{number}"]), given[f"priority_{number}"] or 0,
                    given[f"alarm_{number}"], bool(given.get(f"desk_{number}")),
                )  # fmt: skip

    def _with_rest(self, setup: Setup, given: Mapping[str, Any]) -> Setup:
        if self.lane == "vip":
            vip = replace(
                setup.vip, followers=given.get("followers"), manager=_number(given["manager"]),
                stand_in=_number(given["stand_in"]), share=given["share"],
            )  # fmt: skip
            return replace(setup, vip=vip)
        if self.lane == "crisis":
            return replace(setup, release_hours=given["release_hours"])
        if self.lane == "desk":
            weights = {key: given[f"weight_{key}"] for key in self.channels}
            return replace(setup, weights={key: one for key, one in weights.items() if one != 1})
        return setup


def _pairs(names: Mapping[int, str]) -> Choices:
    return [(str(pk), name) for pk, name in names.items()]


def _number(text: str) -> int | None:
    return int(text) if text else None
