"""The day in one mail: what waits, what came of one's answers, what one did not see. An empty day makes no mail."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.conf import settings
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from chimein.alerts.kinds import DIGEST, Way, default_table
from chimein.alerts.languages import language_of
from chimein.alerts.models import Alert
from chimein.alerts.quiet import zone_of
from chimein.alerts.words import matter_of, words_of
from chimein.alerts.writing import ALERT_CHANNEL
from chimein.answering.models import Answer
from chimein.core import db
from chimein.core.options import option
from chimein.people.access import actor_of
from chimein.people.models import Brand, HelperSettings, Membership
from chimein.routing.selectors import due_first, lane_counts, offered_count

DIGEST_HOUR = option("DIGEST_HOUR", 8, "The hour, in the reader's own zone, at which the daily mail is sent.")
_WINDOW_H = 3
_MOST_LINES = 5
_DAY = timedelta(days=1)

_PLAN = """
INSERT INTO alerts_alert (member_id, kind, way, subject, data, created_at, due_at, until, state, why, attempts, reached,
                          error)
SELECT m.id, g.kind, 'mail', z.subject, '{}', g.now, g.now, g.until, 'waiting', '', 0, '{}', ''
FROM (SELECT %(kind)s::text AS kind, %(now)s::timestamptz AS now, %(until)s::timestamptz AS until) g
CROSS JOIN people_membership m
JOIN people_brand b ON b.id = m.brand_id
JOIN people_user u ON u.id = m.user_id AND u.is_active
LEFT JOIN people_helpersettings h ON h.member_id = m.id
JOIN unnest(%(zones)b::text[], %(subjects)b::text[]) AS z(zone, subject)
     ON z.zone = coalesce(nullif(h.timezone, ''), b.timezone)
JOIN unnest(%(roles)b::text[], %(on)b::bool[]) AS d(role, wanted) ON d.role = m.role
LEFT JOIN alerts_choice c ON c.member_id = m.id AND c.kind = g.kind AND c.way = 'mail'
WHERE m.is_active AND coalesce(c.wanted, d.wanted)
ON CONFLICT DO NOTHING
"""


def plan(*, now: datetime) -> int:
    """Note a mail for everybody for whom the hour has come today; how many. Doing it twice is once."""
    zones = _zones(now)
    if not zones:
        return 0
    table = [row for row in default_table([DIGEST]) if row[2] == Way.MAIL]
    params = {
        "kind": DIGEST.name, "now": now, "until": now + DIGEST.lasts, "zones": list(zones),
        "subjects": [f"day:{day.isoformat()}" for day in zones.values()],
        "roles": [row[1] for row in table], "on": [row[3] for row in table],
    }  # fmt: skip
    with db.atomic():
        planned = db.execute(_PLAN, params)
        if planned:
            db.notify(ALERT_CHANNEL)
    return planned


def _zones(now: datetime) -> dict[str, date]:
    """The zones in which the hour has come, each with the day there. A name that is no zone counts as UTC."""
    names = set(Brand.objects.values_list("timezone", flat=True).distinct())
    names |= set(HelperSettings.objects.exclude(timezone="").values_list("timezone", flat=True).distinct())
    local = {name: now.astimezone(zone_of(name)) for name in names}
    hour = DIGEST_HOUR.get()
    return {name: here.date() for name, here in local.items() if hour <= here.hour < hour + _WINDOW_H}


def text(member: Membership, planned_at: datetime, now: datetime) -> str:
    """The mail's text, in the language and zone that are active; empty when there is nothing to tell."""
    parts = [*_done(member, planned_at), *_waiting(member, now), *_unseen(member, planned_at, now)]
    if not parts:
        return ""
    day = date_format(timezone.localtime(planned_at), "DATE_FORMAT")
    greeting = _("Good morning, %(name)s. This is %(date)s.") % {"name": member.public_name, "date": day}
    return "\n\n".join([greeting, *parts])


def _done(member: Membership, at: datetime) -> list[str]:
    """What came of the last day's answers."""
    answers = Answer.objects.filter(
        author=member, state=Answer.State.SENT, sent_at__gt=at - _DAY, sent_at__lte=at
    )
    count = answers.count()
    thanks = Alert.objects.filter(
        member=member, kind="thanks", way=Way.PAGE, created_at__gt=at - _DAY
    ).count()
    lines = []
    if count:
        lines.append(
            ngettext("You answered %(count)d customer.", "You answered %(count)d customers.", count)
            % {"count": count}
        )
    if thanks:
        lines.append(
            ngettext("%(count)d word of thanks came back.", "%(count)d words of thanks came back.", thanks)
            % {"count": thanks}
        )
    return [" ".join(lines)] if lines else []


def _waiting(member: Membership, now: datetime) -> list[str]:
    """What waits now: the queue for staff, what one could take for helpers."""
    actor, slug = actor_of(member), member.brand.slug
    if not actor.is_staff:
        count = offered_count(actor=actor, now=now)
        if not count:
            return []
        words = ngettext(
            "%(count)d question waits that you may answer:",
            "%(count)d questions wait that you may answer:",
            count,
        )
        return [f"{words % {'count': count}}\n{settings.BASE_URL}{reverse('console-card', args=[slug])}"]
    total = sum(lane_counts(member.brand_id).values())
    if not total:
        return []
    words = ngettext("%(count)d conversation waits.", "%(count)d conversations wait.", total) % {
        "count": total
    }
    late = [one for one in due_first(brand_id=member.brand_id, limit=_MOST_LINES) if one.due_at < now]
    lines = [f"· {_cut(one.text if one.visibility == 'public' else _('A private message'))}" for one in late]
    head = [words, _("Overdue:")] if lines else [words]
    return ["\n".join([*head, *lines, settings.BASE_URL + reverse("console-queue", args=[slug])])]


def _unseen(member: Membership, at: datetime, now: datetime) -> list[str]:
    """What one was told on the page and did not look at."""
    rows = Alert.objects.filter(
        member=member, way=Way.PAGE, created_at__gt=at - _DAY, seen_at=None, state="sent"
    )
    rows = rows.filter(~Q(kind__in=["thanks", "offer", "claim"])).select_related("conversation__merged_into")
    found = list(rows.order_by("-pk")[:_MOST_LINES])
    if not found:
        return []
    lines = [f"· {_line(alert, member, now)}" for alert in found]
    news = settings.BASE_URL + reverse("console-news", args=[member.brand.slug])
    return ["\n".join([_("Not seen yet:"), *lines, news])]


def _line(alert: Alert, member: Membership, now: datetime) -> str:
    matter = matter_of(member.brand, alert.conversation)
    words = words_of(alert.kind, matter, alert.data, role=member.role, language=language_of(member), now=now)
    return _cut(f"{words.title}: {words.body}" if words.body else words.title)


def _cut(text: str, most: int = 90) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= most else f"{flat[: most - 1].rstrip()}…"
