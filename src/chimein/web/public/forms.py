"""The form behind "Ask us"."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core import signing
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from chimein.core.ids import public_id
from chimein.triage.models import Topic
from chimein.wall.asking import holds_private_data

MAX_TEXT = 2000
_SALT = "chimein.ask"
_TOO_FAST_S = 2
_TOO_OLD_S = 24 * 3600


def new_stamp() -> str:
    """A signed mark of when the form was opened; it carries the id that the question will have."""
    return signing.dumps(public_id(), salt=_SALT, compress=False)


def read_stamp(stamp: str) -> str | None:
    """The id in a stamp that is neither too fresh for a person nor too old; None otherwise."""
    try:
        found = signing.loads(stamp, salt=_SALT, max_age=_TOO_OLD_S)
    except signing.BadSignature:
        return None
    return None if _is_fresh(stamp) else str(found)


def _is_fresh(stamp: str) -> bool:
    try:
        signing.loads(stamp, salt=_SALT, max_age=_TOO_FAST_S)
    except signing.SignatureExpired:
        return False
    return True


class AskForm(forms.Form):
    """Only the question is required. `website` is bait: people do not see it, machines fill it in."""

    text = forms.CharField(
        label=gettext_lazy("Your question"),
        min_length=2,
        max_length=MAX_TEXT,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=gettext_lazy(
            "Everybody can read it. Please leave out order numbers, phone numbers and addresses; "
            "we hide what looks like one."
        ),
    )
    name = forms.CharField(
        label=gettext_lazy("Your name"),
        required=False,
        max_length=80,
        widget=forms.TextInput(attrs={"autocomplete": "given-name"}),
        help_text=gettext_lazy("Only your given name is shown."),
    )
    email = forms.EmailField(
        label=gettext_lazy("E-mail"),
        required=False,
        max_length=200,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        help_text=gettext_lazy("To tell you when somebody has answered. It is never shown."),
    )
    topic = forms.ChoiceField(label=gettext_lazy("Topic"), required=False)
    website = forms.CharField(required=False)
    stamp = forms.CharField(widget=forms.HiddenInput)
    sure = forms.BooleanField(required=False)

    def __init__(self, *args: Any, brand_id: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        topics = Topic.objects.filter(brand_id=brand_id).order_by("name")
        field = self.fields["topic"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", _("Something else")), *((topic.slug, topic.display_name) for topic in topics)]

    @property
    def is_bait_taken(self) -> bool:
        return bool(self.data.get("website"))

    @property
    def needs_second_look(self) -> bool:
        """The question seems to hold private data, and the asker has not said that it may go out masked."""
        return holds_private_data(self.cleaned_data["text"]) and not self.cleaned_data["sure"]
