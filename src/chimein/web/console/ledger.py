"""The ledger: every message that came in is answered, needs no answer, or waits for somebody by some time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpResponseBase
from django.urls import reverse
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from chimein.core import clock
from chimein.core.policy import STAFF
from chimein.insights import ledger as insights_ledger
from chimein.routing.selectors import due_first
from chimein.triage import reasons
from chimein.web.console import frame
from chimein.web.console.rows import row_of
from chimein.web.guard import BrandRequest, brand_page

MOST_WAITING = 30


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of the chart. `width` is a share of 1,000 units."""

    key: str
    label: str
    count: int
    width: int
    share: float
    href: str = ""

    @property
    def figure(self) -> str:
        return figure(self.count)


def figure(count: int) -> str:
    """A number with its thousands apart, as the reader's language writes it."""
    return str(number_format(count, force_grouping=True))


def bars(parts: list[tuple[str, str, int, str]], total: int) -> list[Bar]:
    """The parts of a whole as bars, longest share 1,000 units wide."""
    most = max([count for _key, _label, count, _href in parts], default=0) or 1
    return [
        Bar(key, label, count, round(1000 * count / most), 100 * count / total if total else 0.0, href)
        for key, label, count, href in parts
    ]


@brand_page(STAFF)
def ledger(request: BrandRequest) -> HttpResponseBase:
    """The equation, its parts, and who has to answer what until when."""
    book = insights_ledger.ledger(request.brand.pk)
    slug = request.brand.slug
    queue_url = reverse("console-queue", args=[slug])
    answered_url = f"{reverse('public:wall', args=[slug])}?tab=answered"
    no_reply = sorted(book.no_reply.items(), key=lambda pair: -pair[1])
    whole = [
        ("answered", _("Answered in public"), book.answered, answered_url),
        ("private", _("Answered in private"), book.private, ""),
        ("no-reply", _("No reply needed"), sum(book.no_reply.values()), ""),
        ("waiting", _("Waiting"), book.waiting, queue_url),
    ]
    context = {
        "book": book, "bars": bars(whole, book.inbound),
        "queue_url": queue_url, "answered_url": answered_url,
        "reasons": bars([(key, _why_none(key), count, "") for key, count in no_reply], book.inbound),
        "figures": {
            "inbound": figure(book.inbound), "answered": figure(book.answered),
            "private": figure(book.private),
            "no_reply": figure(sum(book.no_reply.values())), "waiting": figure(book.waiting),
            "overdue": figure(book.overdue), "gap": figure(abs(book.gap)),
        },
        "aside_url": reverse("console-aside", args=[slug]) if request.actor.is_lead else "",
        "rows": _waiting(request),
        "counted_at": clock.now(),
    }  # fmt: skip
    return frame.page(request, "console/ledger.html", section="console-ledger", context=context)


def _why_none(reason: str) -> str:
    return reasons.say(f"no_reply.{reason}").label


def _waiting(request: BrandRequest) -> list[Any]:
    """Who waits, the one due first at the top."""
    now = clock.now()
    first = due_first(brand_id=request.brand.pk, limit=MOST_WAITING)
    return [row_of(item, slug=request.brand.slug, now=now) for item in first]
