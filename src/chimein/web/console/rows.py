"""Rows of the queue, for the page and for the live stream."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.html import format_html
from django.utils.translation import gettext as _

from chimein.channels.registry import adapter_for
from chimein.core import clock
from chimein.people.models import Brand
from chimein.routing.access import HELPERS_LANES
from chimein.routing.models import Lane
from chimein.routing.selectors import Waiting, alarms, lane_counts, waiting_of
from chimein.triage import policies, policy, reasons

SOON_SHARE = 0.5
_ALWAYS = frozenset({Lane.DESK, Lane.CROWD})
_TAB_ORDER = (Lane.CRISIS, Lane.VIP, Lane.DESK, Lane.EXPERT, Lane.CROWD, Lane.THANK)


@dataclass(frozen=True, slots=True)
class Row:
    """A row as the template draws it. `url` leads to it; `soon` and `late` are seconds of waiting."""

    item: Waiting
    url: str
    network: str
    chips: list[reasons.Said]
    why: str
    soon: int
    late: int
    held: bool
    kept: bool
    sort: str

    @property
    def lateness(self) -> str:
        """How far the ladder has climbed, in words; empty while there is time."""
        return ("", _("Warned"), _("Lead told"))[min(self.item.level, 2)]

    @property
    def holder_state(self) -> str:
        """Who works on it, in words; empty when it is free."""
        if self.item.sending:
            return _("An answer is on its way")
        if self.held:
            return _("%(name)s has it") % {"name": self.item.holder}
        if self.kept:
            return _("Kept for %(name)s") % {"name": self.item.first_choice}
        if self.item.assigned_id is not None:
            return _("Brought to %(name)s") % {"name": self.item.assigned}
        return ""


def network_label(adapter: str) -> str:
    """A network's name; the adapter's own key when it is not installed any more."""
    try:
        return _(adapter_for(adapter).label)
    except LookupError:
        return adapter


def row_of(item: Waiting, *, slug: str, now: datetime) -> Row:
    """What a row shows of a conversation."""
    promised = max(60, int((item.due_at - item.waiting_since).total_seconds()))
    return Row(
        item=item,
        url=reverse("console-conversation", args=[slug, item.public_id]),
        network=network_label(item.adapter),
        chips=reasons.chips(item.reasons, followers=item.followers),
        why=lane_reason(item).why,
        soon=int(promised * SOON_SHARE),
        late=promised,
        held=item.is_held(now),
        kept=item.is_kept(now) and not item.is_held(now),
        sort=sort_key(item),
    )


def sort_key(item: Waiting) -> str:
    """A text that sorts as the queue does: priority falling, then what is due first."""
    return f"{999 - item.priority:03d}.{item.due_at.timestamp():017.6f}.{item.conversation_id:012d}"


def lane_reason(item: Waiting) -> reasons.Said:
    """Why the conversation is in this lane: a person's choice, something said earlier, or triage."""
    if item.lane_by_person:
        return reasons.say("lane.by_person")
    if item.lane != item.message_lane:
        return reasons.say("lane.earlier")
    if item.lane in HELPERS_LANES:
        return reasons.say("lane.colleagues" if item.trusted_only else f"lane.{item.lane}")
    heavy = [one for one in reasons.explain(item.reasons, followers=item.followers) if one.weight >= 50]
    return heavy[0] if heavy else reasons.say(f"lane.{item.lane}")


def render_row(conversation_id: int, language: str) -> str:
    """A row for everybody who follows the queue, with the lanes' counts; it goes away when nobody waits."""
    item = waiting_of(conversation_id)
    if item is None:
        return format_html('<article id="item-{}" data-live-remove></article>', conversation_id)
    with translation.override(language):
        slug = Brand.objects.values_list("slug", flat=True).get(pk=item.brand_id)
        counts = f"{render_counts(item.brand_id)}\n{render_alarms(item.brand_id, slug)}"
        if not item.is_open:
            gone = format_html('<article id="item-{}" data-live-remove></article>', conversation_id)
            return f"{gone}\n{counts}"
        row = row_of(item, slug=slug, now=clock.now())
        return f"{render_to_string('console/_row.html', {'row': row, 'live': True}).strip()}\n{counts}"


def render_counts(brand_id: int) -> str:
    """The numbers on the lanes' tabs."""
    drawn = '<span class="count" id="count-{}">{}</span>'
    counts = lane_counts(brand_id).items()
    return "\n".join(format_html(drawn, lane, tab_count(lane, count)) for lane, count in counts)


def render_alarms(brand_id: int, slug: str) -> str:
    """The bar that rings until somebody has taken what cannot wait."""
    context = alarm_context(brand_id, slug, clock.now())
    return render_to_string("console/_alarms.html", context).strip()


def alarm_context(brand_id: int, slug: str, now: datetime) -> dict[str, Any]:
    """How many alarms ring and where the most urgent is."""
    found = alarms(brand_id, now=now)
    url = reverse("console-conversation", args=[slug, found.first[0]]) if found.first else ""
    return {"alarm_count": found.count, "alarm_url": url}


def tab_count(lane: str, count: int) -> str:
    """The number on a lane's tab: lanes that are seldom used show no 0."""
    return count_words(count) if count or lane in _ALWAYS else ""


def count_words(count: int) -> str:
    """A count as shown: 1,000 and more are not counted further."""
    return "999+" if count >= 1000 else str(count)


def render_waiting(conversation_id: int, language: str) -> str:
    """A sign for the helpers' page that something changed in the crowd's lane; it does not tell what."""
    item = waiting_of(conversation_id)
    if item is None or (item.lane not in HELPERS_LANES and not item.lane_by_person):
        return ""
    slug = Brand.objects.values_list("slug", flat=True).get(pk=item.brand_id)
    context = {"card_url": reverse("console-card", args=[slug])}
    return render_to_string("console/_helpers_pulse.html", context).strip()


def lane_names() -> dict[str, tuple[str, str]]:
    """What each lane of the queue is called, with its icon."""
    return {
        Lane.CRISIS.value: (_("Crisis"), "flame"),
        Lane.VIP.value: (_("VIP"), "star"),
        Lane.DESK.value: (_("Desk"), "headset"),
        Lane.EXPERT.value: (_("Experts"), "lightbulb"),
        Lane.CROWD.value: (_("Crowd"), "users-round"),
        Lane.THANK.value: (_("Thank"), "heart"),
    }


def tabs(*, brand: Brand, lane: str, counts: dict[str, int], query: str) -> list[dict[str, Any]]:
    """The lanes with what waits in each. One that gets no work by the policy is seen only while it has some."""
    names, base = lane_names(), reverse("console-queue", args=[brand.slug])
    expected = {*_ALWAYS, lane, *policy.lanes_with_work(policies.current(brand.pk))} - {Lane.CRISIS}
    return [
        {
            "label": names[key][0], "icon": names[key][1], "url": f"{base}?lane={key}{query}",
            "current": key == lane, "count": tab_count(key, counts.get(key, 0)), "id": f"count-{key}",
            "only_with_count": key not in expected and key != lane, "extra": f"tab-{key}",
        }
        for key in map(str, _TAB_ORDER)
    ]  # fmt: skip
