"""What the reader asked to see, from the address to the selectors and back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import cast
from urllib.parse import urlencode
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.http import QueryDict

from chimein.people.models import Brand
from chimein.wall.lists import Filters, Sort, Tab
from chimein.wall.people import person as find_person

_TABS = ("all", "waiting", "answered")
_MAX = 200


@dataclass(frozen=True, slots=True)
class Wanted:
    """The reader's words, cleaned. What makes no sense is left out instead of refused."""

    tab: str = "all"
    q: str = ""
    topic: str = ""
    person: str = ""
    since: str = ""
    until: str = ""
    sort: str = "newest"
    after: str = ""

    @classmethod
    def read(cls, given: QueryDict) -> Wanted:
        def text(name: str) -> str:
            return given.get(name, "").replace("\x00", "").strip()[:_MAX]

        return cls(
            tab=text("tab") if text("tab") in _TABS else "all",
            q=text("q"),
            topic=text("topic"),
            person=text("person"),
            since=text("since") if _day(text("since")) else "",
            until=text("until") if _day(text("until")) else "",
            sort="relevance" if text("sort") == "relevance" else "newest",
            after=text("after"),
        )

    @property
    def narrowed(self) -> bool:
        """Whether something but the tab is chosen."""
        return any((self.q, self.topic, self.person, self.since, self.until))

    @property
    def plain(self) -> bool:
        """The first page of everything: the one that grows by itself."""
        return not self.narrowed and self.tab == "all" and not self.after

    def query(self, **changes: str) -> str:
        """The part of the address behind the path; choosing anything new goes back to the first page."""
        values = {
            name: getattr(self, name) for name in self.__dataclass_fields__ if name != "after"
        } | changes
        kept = {k: v for k, v in values.items() if v and (k, v) not in {("tab", "all"), ("sort", "newest")}}
        return f"?{urlencode(kept)}" if kept else ""

    def filters(self, brand: Brand) -> Filters:
        """For the selectors. A person without consent is nobody: the list stays empty."""
        found = find_person(brand.pk, self.person) if self.person else None
        since, until = _day(self.since), _day(self.until)
        return Filters(
            tab=cast(Tab, self.tab),
            query=self.q,
            topic=self.topic,
            person_id=(found.id if found else -1) if self.person else None,
            since=_midnight(since, brand) if since else None,
            until=_midnight(until + timedelta(days=1), brand) if until else None,
            sort=cast(Sort, self.sort),
        )


def _day(text: str) -> date | None:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if 2000 <= found.year <= 2200 else None


def _midnight(day: date, brand: Brand) -> datetime:
    try:
        zone = ZoneInfo(brand.timezone)
    except (ZoneInfoNotFoundError, ValueError):
        return datetime.combine(day, time(), UTC)
    return datetime.combine(day, time(), zone)
