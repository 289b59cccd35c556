"""The week's leagues: people in divisions, shops with their goals; nobody who does not want to be named."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django.http import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from chimein.community.recognition import leagues
from chimein.community.recognition.rewards import recognition_of
from chimein.community.recognition.weeks import WEEK, parse_week, week_of
from chimein.core import clock
from chimein.core.actor import Role
from chimein.core.policy import MEMBER
from chimein.people.models import HelperSettings, Team
from chimein.web.console import frame
from chimein.web.console.points import WEEKS, tabs, week_columns
from chimein.web.guard import BrandRequest, brand_page

SECTION = "console-leagues"
TEAMS = "teams"
DAY = timedelta(days=1)


def _division_words() -> dict[str, tuple[str, str]]:
    return {
        leagues.FIRST: (_("First division"), _("The half that won most in the four weeks before.")),
        leagues.SECOND: (_("Second division"), _("The other half of those who won something before.")),
        leagues.NEWCOMERS: (_("Newcomers"), _("Nobody here won anything in the four weeks before.")),
    }


def _league_tabs(url: str, league: str, week: str) -> list[dict[str, Any]]:
    names = ((leagues.COLLEAGUES, _("Colleagues")), (leagues.CUSTOMERS, _("Customers")), (TEAMS, _("Teams")))
    return [
        {"label": name, "url": f"{url}?league={key}{week}", "current": key == league} for key, name in names
    ]


def _context(request: BrandRequest) -> dict[str, Any]:
    brand, member = request.brand, request.membership
    latest = week_of(clock.now(), brand.timezone)
    week = parse_week(request.GET.get("week", ""), latest)
    url = reverse(SECTION, args=[brand.slug])
    own = leagues.CUSTOMERS if member.role == Role.TRUSTED_CUSTOMER else leagues.COLLEAGUES
    asked = request.GET.get("league", own)
    league = asked if asked in {leagues.COLLEAGUES, leagues.CUSTOMERS, TEAMS} else own
    at = f"&week={week}" if week != latest else ""
    context: dict[str, Any] = {
        "tabs": tabs(brand.slug, request.actor, SECTION), "league_tabs": _league_tabs(url, league, at),
        "league": league, "week": week, "week_end": week + WEEK - DAY, "is_now": week == latest,
        "earlier_url": f"{url}?league={league}&week={week - WEEK}",
        "later_url": f"{url}?league={league}&week={week + WEEK}" if week < latest else "",
        "url": f"{url}?league={league}{at}", "me": member.pk, "named": _is_named(member.pk),
        "chosen": recognition_of(brand.pk),
        "weeks": week_columns(leagues.weeks_of(week=week, count=WEEKS, brand_id=brand.pk)),
    }  # fmt: skip
    return context | (_teams(request, week) if league == TEAMS else _people(request, week, league))


def _is_named(member_id: int) -> bool:
    return not HelperSettings.objects.filter(member_id=member_id, in_leagues=False).exists()


def _people(request: BrandRequest, week: date, league: str) -> dict[str, Any]:
    found = leagues.people(brand=request.brand, week=week, league=league, me=request.membership.pk)
    words = _division_words()
    shown = [
        {
            "name": words[one.key][0],
            "text": words[one.key][1],
            "rows": _bars(one.places),
            "others": one.people - len(one.places),
        }
        for one in found
        if one.people
    ]
    return {"divisions": shown}


def _bars(places: Sequence[leagues.Place]) -> list[dict[str, Any]]:
    """Each place with the width of its bar, the longest 1,000 units."""
    most = max((one.points for one in places), default=0) or 1
    return [{"one": one, "width": round(1000 * max(0, one.points) / most)} for one in places]


def _teams(request: BrandRequest, week: date) -> dict[str, Any]:
    kinds = ((Team.Kind.SHOP, _("Shops")), (Team.Kind.DEPARTMENT, _("Departments")))
    lists = [
        {"name": name, "rows": leagues.teams(brand=request.brand, week=week, kinds=[kind.value])}
        for kind, name in kinds
    ]
    return {"team_lists": [one for one in lists if one["rows"]], "my_team": request.membership.team_id}


@brand_page(MEMBER)
def page(request: BrandRequest) -> HttpResponseBase:
    """The leagues of a week; this one where none is asked for."""
    if frame.wants_fragment(request):
        return render(request, "console/_leagues.html", _context(request))
    return frame.page(request, "console/leagues.html", section="console-points", context=_context(request))
