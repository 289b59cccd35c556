"""Alerts by mail: one letter a row, in the reader's language and zone, with a way out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from chimein.alerts import digest, unsubscribing
from chimein.alerts.kinds import DIGEST, KINDS
from chimein.alerts.languages import language_of
from chimein.alerts.models import Alert
from chimein.alerts.quiet import zone_of
from chimein.alerts.settling import Outcome
from chimein.alerts.words import matter_of, words_of
from chimein.people.models import HelperSettings


def zone_name(alert: Alert) -> str:
    """The member's own zone, else the brand's."""
    own = HelperSettings.objects.filter(member=alert.member_id).values_list("timezone", flat=True).first()
    return zone_of(own or "", alert.member.brand.timezone).key


def letter(alert: Alert, now: datetime) -> EmailMessage | None:
    """The mail of an alert; None when there is nothing to tell (an empty day)."""
    member, language = alert.member, language_of(alert.member)
    with translation.override(language), timezone.override(zone_name(alert)):
        if alert.kind == DIGEST.name:
            told = digest.text(member, alert.created_at, now)
            if not told:
                return None
            subject = _("%(brand)s: your day in brief") % {"brand": member.brand.display_name}
        else:
            subject, told = _one(alert, language, now)
        body = f"{told}\n\n{_foot(alert)}\n"
    host = urlsplit(settings.BASE_URL).hostname or "localhost"
    headers = {
        "Message-ID": f"<alert-{alert.pk}@{host}>", "Auto-Submitted": "auto-generated",
        **unsubscribing.headers_for(member.pk, alert.kind),
    }  # fmt: skip
    return EmailMessage(subject, body, settings.DEFAULT_FROM_EMAIL, [member.user.email], headers=headers)


def _one(alert: Alert, language: str, now: datetime) -> tuple[str, str]:
    matter = matter_of(alert.member.brand, alert.conversation)
    words = words_of(alert.kind, matter, alert.data, role=alert.member.role, language=language, now=now)
    lines = [words.title]
    if words.body:
        lines.append(words.body)
    if matter.waiting is not None and KINDS[alert.kind].about_question:
        due = date_format(timezone.localtime(matter.waiting.due_at), "DATETIME_FORMAT")
        lines.append(_("The customer expects an answer by %(time)s.") % {"time": due})
    lines.append(f"{settings.BASE_URL}{words.url}")
    return f"{alert.member.brand.display_name}: {words.title}", "\n\n".join(lines)


def _foot(alert: Alert) -> str:
    page = settings.BASE_URL + reverse("console-alerts", args=[alert.member.brand.slug])
    return _(
        "-- \nYou get this because of your choice for “%(kind)s”.\nNo more such mails: %(off)s\nAll choices: %(page)s"
    ) % {
        "kind": KINDS[alert.kind].label,
        "off": unsubscribing.address_for(alert.member_id, alert.kind),
        "page": page,
    }


def send(alerts: Sequence[Alert], now: datetime) -> dict[int, Outcome]:
    """Send these letters one after the other."""
    return {alert.pk: _send(alert, now) for alert in alerts}


def _send(alert: Alert, now: datetime) -> Outcome:
    made = letter(alert, now)
    if made is None:
        return Outcome(True, "empty")
    try:
        made.send()
    except OSError as error:  # smtplib's errors are OSErrors
        return Outcome(False, error=f"{type(error).__name__}: {error}")
    return Outcome(True)
