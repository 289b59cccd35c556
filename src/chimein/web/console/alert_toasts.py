"""One's own alerts on every page of the console: the bell with its number, and a toast for each that is new."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.template.loader import render_to_string
from django.utils import translation
from django.utils.html import format_html

from chimein.alerts import selectors
from chimein.alerts.kinds import KINDS
from chimein.alerts.models import Alert
from chimein.alerts.words import Matter, Words, matter_of, withdrawn_words, words_of
from chimein.core import clock
from chimein.people.models import Membership

FRESH = timedelta(minutes=3)
MOST = 3


@dataclass(frozen=True, slots=True)
class Shown:
    """An alert as a page draws it. `over`: in words why it is needed no more."""

    alert: Alert
    icon: str
    words: Words
    over: str


def shown_of(alert: Alert, member: Membership, language: str) -> Shown:
    """What a page says of one alert."""
    matter: Matter = matter_of(member.brand, alert.conversation)
    words = words_of(alert.kind, matter, alert.data, role=member.role, language=language, now=clock.now())
    over = ""
    if alert.state == Alert.State.WITHDRAWN:
        over = withdrawn_words(alert.why, str(alert.data.get("by", "")), language)[0]
    return Shown(alert, KINDS[alert.kind].icon, words, over)


def count_words(member_id: int) -> str:
    """The number on the bell; nothing for none."""
    count = selectors.unseen_count(member_id)
    return "99+" if count > 99 else str(count or "")


def render(member_id: int, language: str) -> str:
    """The bell and the toasts of a member, for the live stream."""
    member = Membership.objects.select_related("brand").filter(pk=member_id).first()
    if member is None:
        return ""
    now = clock.now()
    fresh = selectors.recent(member_id, since=now - FRESH)
    new = [one for one in fresh if one.state == Alert.State.SENT and one.seen_at is None and _rings(one)][
        -MOST:
    ]
    gone = [one for one in fresh if one.state == Alert.State.WITHDRAWN]
    with translation.override(language):
        parts: list[str] = [format_html('<div id="alert-{}" data-live-remove></div>', one.pk) for one in gone]
        parts += [_toast(shown_of(one, member, language)) for one in new]
        return "\n".join([*bells(count_words(member_id)), *parts])


def _rings(alert: Alert) -> bool:
    """Whether a toast tells of it: thanks to somebody else of the team wait in the list."""
    return bool(alert.data.get("outcome") != "praise")


def bells(count: str) -> list[str]:
    """The number on both bells, the rail's and the phone's."""
    drawn = '<span class="count count-strong bell-count" id="{}">{}</span>'
    return [format_html(drawn, name, count) for name in ("bell-count", "phone-bell-count")]


def _toast(shown: Shown) -> str:
    context: dict[str, Any] = {"one": shown, "seconds": int(FRESH.total_seconds() // 9)}
    return render_to_string("console/_alert_toast.html", context).strip()
