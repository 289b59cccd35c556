"""A working calendar, and a person's hours, as forms."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from django import forms
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _

from chimein.people.calendar_writing import Exceptional, Values, exceptions_text, parse_exceptions
from chimein.people.calendars import Shift, parse_shifts, shifts_text
from chimein.people.models import Calendar, Membership

WORKDAYS = "09:00-12:30, 13:30-18:00"


@cache
def _zones() -> list[tuple[str, str]]:
    return [
        (zone, zone.replace("_", " "))
        for zone in sorted(available_timezones())
        if "/" in zone or zone == "UTC"
    ]


class CalendarForm(forms.Form):
    """`row`: what is edited; None for a new one."""

    def __init__(self, data: Any = None, *, row: Calendar | None, zone: str) -> None:
        super().__init__(data)
        week = [shifts_text(day) for day in row.weekly] if row else [WORKDAYS] * 5 + ["", ""]
        self.fields["name"] = forms.CharField(label=_("Name"), max_length=60, initial=row.name if row else "")
        self.fields["timezone"] = forms.ChoiceField(
            label=_("Time zone"), choices=_zones(), initial=row.timezone if row else zone
        )
        self.fields["country"] = forms.CharField(
            label=_("Public holidays of"), max_length=2, required=False, initial=row.country if row else "",
            help_text=_("Two letters, such as CN, DE or GB. In China the weekends that are worked count as workdays."),
        )  # fmt: skip
        self.fields["subdivision"] = forms.CharField(
            label=_("Region"), max_length=10, required=False, initial=row.subdivision if row else "",
            help_text=_("Where holidays differ by region, such as BY in Germany."),
        )  # fmt: skip
        for number, name in WEEKDAYS.items():
            self.fields[f"day_{number}"] = forms.CharField(
                label=str(name), required=False, max_length=200, initial=week[number]
            )
        self.fields["exceptions"] = forms.CharField(
            label=_("Exceptions"), required=False, max_length=10_000,
            initial=exceptions_text(row.exceptions) if row else "", widget=forms.Textarea(attrs={"rows": 4}),
            help_text=_("One a line: 2026-12-24 09:00-12:00 Christmas Eve, or 2026-12-25 closed."),
        )  # fmt: skip

    @property
    def head(self) -> list[forms.BoundField]:
        return [self[key] for key in ("name", "timezone", "country", "subdivision")]

    @property
    def week(self) -> list[forms.BoundField]:
        return [self[f"day_{number}"] for number in range(7)]

    def clean_country(self) -> str:
        return str(self.cleaned_data["country"]).strip().upper()

    def clean_exceptions(self) -> list[Exceptional]:
        try:
            return parse_exceptions(self.cleaned_data["exceptions"])
        except ValueError as error:
            raise forms.ValidationError(
                _("This line is not understood: %(line)s") % {"line": error}
            ) from error

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or self.cleaned_data
        for number in range(7):
            try:
                given[f"shifts_{number}"] = parse_shifts(given.get(f"day_{number}", ""))
            except ValueError:
                self.add_error(f"day_{number}", _("Write it like 09:00-12:30, 13:30-18:00; empty is free."))
        return given

    def values(self) -> Values:
        """The calendar as typed in."""
        given = self.cleaned_data
        weekly: list[tuple[Shift, ...]] = [given[f"shifts_{number}"] for number in range(7)]
        return Values(
            given["name"].strip(), given["timezone"], weekly, given["country"], given["subdivision"].strip(),
            given["exceptions"],
        )  # fmt: skip


class HoursForm(forms.Form):
    """A person's calendar, seats and absence. Days are days of the brand's zone; the last is away too."""

    seats = forms.IntegerField(required=False, min_value=1, max_value=50)
    away_from = forms.DateField(required=False, widget=forms.DateInput(attrs={"type": "date"}))
    away_until = forms.DateField(required=False, widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, data: Any = None, *, row: Membership, calendars: Mapping[int, str], zone: str) -> None:
        super().__init__(data, prefix=f"m{row.pk}")
        self.zone = ZoneInfo(zone)
        none = _("As the team")
        self.fields["calendar"] = forms.ChoiceField(
            choices=[("", none), *((str(pk), name) for pk, name in calendars.items())], required=False,
            initial=str(row.calendar_id or ""), label=_("Calendar"),
        )  # fmt: skip
        self.fields["seats"].initial, self.fields["seats"].label = row.seats, _("Conversations at a time")
        until = row.away_until - timedelta(minutes=1) if row.away_until else None
        for key, moment, label in (
            ("away_from", row.away_from, _("Away from")),
            ("away_until", until, _("until")),
        ):
            self.fields[key].label = label
            self.fields[key].initial = moment.astimezone(self.zone).date().isoformat() if moment else None

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or self.cleaned_data
        first, last = given.get("away_from"), given.get("away_until")
        if first and not last:
            self.add_error("away_until", _("Say until when."))
        if first and last and last < first:
            self.add_error("away_until", _("This is before the first day."))
        return given

    def values(self) -> dict[str, Any]:
        """As `people.calendar_writing.set_hours` takes them."""
        given = self.cleaned_data
        until = given["away_until"] + timedelta(days=1) if given["away_until"] else None
        return {
            "calendar_id": int(given["calendar"]) if given["calendar"] else None, "seats": given["seats"],
            "away_from": self._midnight(given["away_from"]), "away_until": self._midnight(until),
        }  # fmt: skip

    def _midnight(self, day: Any) -> datetime | None:
        return datetime.combine(day, time(), self.zone) if day else None
