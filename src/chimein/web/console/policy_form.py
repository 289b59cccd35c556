"""One row of the lane policy as a form: every condition has a control, empty means that it does not matter."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from chimein.routing.minutes import minutes_of
from chimein.triage import policy, policy_words

Row = dict[str, Any]
GROUPS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("risk", ("risk", "gate", "risk_score_at_least")),
    ("said", ("intent", "sentiment", "anger", "vague_abuse", "urgency_at_least", "topic", "language")),
    ("who", ("followers_at_least", "influence_at_least", "verified", "private", "found")),
    ("model", ("fit", "no_reply")),
)
_IF = "if_"
"""Before the name of a condition, since a condition and a decision may be called the same."""
_WHOLE = frozenset({"followers_at_least", "urgency_at_least"})


def group_title(key: str) -> str:
    """What a group of conditions is called."""
    return {
        "risk": _("How risky it is"),
        "said": _("What is said"),
        "who": _("Who says it, and where"),
        "model": _("What the model thinks"),
    }[key]


class RowForm(forms.Form):
    """A row. `topics`: slug → name; `others`: names of the other rows; `row`: what is edited, None for a new one."""

    name = forms.CharField(max_length=60)
    lane = forms.ChoiceField()
    trusted_only = forms.BooleanField(required=False)
    priority = forms.IntegerField(required=False, min_value=0, max_value=policy.MOST_PRIORITY)
    sla_minutes = forms.IntegerField(required=False, min_value=1, max_value=policy.MOST_MINUTES)
    alarm = forms.BooleanField(required=False)
    advice = forms.ChoiceField(required=False)
    no_reply = forms.ChoiceField(required=False)

    def __init__(
        self, data: Any = None, *, row: Row | None, topics: Mapping[str, str], others: Iterable[str]
    ) -> None:
        self.row, self.others = row, set(others)
        when, then = (row["when"], row["then"]) if row else ({}, {"lane": "desk"})
        super().__init__(data, initial=_initial(row["name"] if row else "", when, then))
        for key in policy.CONDITIONS:
            self.fields[_IF + key] = _control(key, when.get(key), topics)
        self._name_things()

    def _name_things(self) -> None:
        """Labels and choices in the reader's language."""
        named = {
            "name": (_("Name of the row"), ""),
            "lane": (_("Lane"), ""),
            "trusted_only": (_("Colleagues only, no trusted customers"), _("In the crowd lane.")),
            "priority": (_("Priority"), _("0 to 9; higher goes first in its lane.")),
            "sla_minutes": (_("Minutes to the answer"), _own_minutes()),
            "alarm": (_("Alarm: tell all staff at once"), ""),
            "advice": (_("Advice for the answer"), ""),
            "no_reply": (_("Nobody has to reply, because"), _("Needed for the lane “No reply needed”.")),
        }
        for key, (label, help_text) in named.items():
            self.fields[key].label, self.fields[key].help_text = label, help_text
        _choose(self.fields["lane"], policy_words.LANES)
        _choose(self.fields["advice"], policy_words.ADVICE)
        somebody = {"": _("Somebody has to reply"), **policy_words.values_of("no_reply", {})}
        _choose(self.fields["no_reply"], somebody)

    def groups(self) -> list[dict[str, Any]]:
        """The conditions as the template draws them; a group is open when something in it is set."""
        return [
            {
                "title": group_title(key),
                "fields": [self[_IF + name] for name in names],
                "open": any(self._is_set(self[_IF + name]) for name in names),
            }
            for key, names in GROUPS
        ]

    @staticmethod
    def _is_set(field: forms.BoundField) -> bool:
        return bool(field.errors) or field.value() not in (None, "", [])

    def clean_name(self) -> str:
        """A shipped row whose name was left alone stays the shipped one, in every language."""
        name = str(self.cleaned_data["name"]).strip()
        if self.row and name == policy_words.rule_name(self.row["name"]):
            name = self.row["name"]
        if name in self.others:
            raise forms.ValidationError(_("Another row has this name already."))
        return name

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or self.cleaned_data
        lane = given.get("lane")
        if lane == "none" and not given.get("no_reply"):
            self.add_error("no_reply", _("Say why nobody has to reply."))
        if lane not in policy.UNANSWERED and given.get("no_reply"):
            self.add_error(
                "no_reply", _("In this lane somebody replies. Choose “Thank” or “No reply needed”.")
            )
        if lane != "crowd" and given.get("trusted_only"):
            self.add_error("trusted_only", _("This belongs to the crowd lane."))
        return given

    def as_row(self) -> Row:
        """The row as it is stored. Raises ValueError when the table would not take it."""
        given = self.cleaned_data
        asked = {key: given[_IF + key] for key in policy.CONDITIONS}
        when = {key: value for key, value in asked.items() if value is not None and value not in ("", [])}
        row = {
            "name": given["name"],
            "when": when,
            "then": {
                "lane": given["lane"], "priority": given["priority"] or 0, "sla_minutes": given["sla_minutes"],
                "alarm": given["alarm"], "advice": given["advice"], "no_reply": given["no_reply"],
                "trusted_only": given["trusted_only"],
            },
        }  # fmt: skip
        policy.from_json([row], version=0)
        return row


def _initial(name: str, when: Mapping[str, Any], then: Mapping[str, Any]) -> dict[str, Any]:
    asked = {
        _IF + key: ("yes" if value else "no") if isinstance(value, bool) else value
        for key, value in when.items()
    }
    return {**asked, **then, "name": policy_words.rule_name(name)}


def _own_minutes() -> str:
    lanes = ", ".join(
        f"{words} {minutes_of(lane)}" for lane, words in policy_words.LANES.items() if lane != "none"
    )
    return _("Empty: the lane's own time (%(lanes)s).") % {"lanes": lanes}


def _choose(field: forms.Field, choices: Mapping[str, Any]) -> None:
    assert isinstance(field, forms.ChoiceField)
    field.choices = list(choices.items())


def _control(key: str, value: Any, topics: Mapping[str, str]) -> forms.Field:
    """The control that fits a condition."""
    made = _bare_control(key, value, topics)
    made.label, made.help_text = str(policy_words.CONDITIONS[key]), str(policy_words.HELP.get(key, ""))
    return made


def _bare_control(key: str, value: Any, topics: Mapping[str, str]) -> forms.Field:
    if key in policy.FLAGS:
        return YesNo()
    if key in _WHOLE:
        return forms.IntegerField(required=False, min_value=0, max_value=int(policy.NUMBERS[key]))
    if key in policy.NUMBERS:
        widget = forms.NumberInput(attrs={"step": "any"})
        return forms.FloatField(required=False, min_value=0, max_value=policy.NUMBERS[key], widget=widget)
    known = policy_words.values_of(key, topics)
    known |= {one: one for one in value or () if one not in known}
    boxes = forms.CheckboxSelectMultiple(attrs={"class": "checkbox checkbox-sm"})
    return forms.MultipleChoiceField(required=False, choices=list(known.items()), widget=boxes)


class YesNo(forms.ChoiceField):
    """Yes, no, or it does not matter (None)."""

    def __init__(self) -> None:
        choices = [("", _("does not matter")), ("yes", _("Yes")), ("no", _("No"))]
        super().__init__(required=False, choices=choices)

    def clean(self, value: Any) -> Any:
        return {"yes": True, "no": False}.get(super().clean(value))
