"""What the demo's leads have set up: mentors, VIP managers, working time, word lists, goals, as on their pages."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, time

from chimein.answering import word_lists
from chimein.answering.models import ListedWord
from chimein.community.growth import trust
from chimein.community.recognition.choosing import Wanted, recognise
from chimein.core.actor import Actor
from chimein.demo.scenario import Scenario
from chimein.demo.seeding.people import Cast
from chimein.people import calendar_writing
from chimein.people.access import actor_of
from chimein.people.calendar_writing import Exceptional, Values
from chimein.people.helping import Wishes, change_wishes, wishes_of
from chimein.people.models import Team, Trust
from chimein.routing import lane_setups, lanes

MENTORS = ("ann", "iain", "wren", "zixuan", "weiguo", "lijuan")
VIP_MANAGER, VIP_STAND_IN = "harriet", "zhiyuan"
_DAY = ((10 * 60, 21 * 60),)
_SHORT_DAY = ((10 * 60, 18 * 60),)
_EVES = (("12-24", ((600, 960),), "Christmas Eve"), ("12-25", (), "Christmas Day"))
_SHOPS = (
    ("Shops in China", "Asia/Shanghai", "CN", ("s03", "s07", "s09"), ()),
    ("Shop in Bristol", "Europe/London", "GB", ("s12",), _EVES),
    ("Shop in Duluth", "America/Chicago", "US", ("s15",), _EVES),
    ("Shop in Geelong", "Australia/Melbourne", "AU", ("s21",), _EVES),
)
"""Name, time zone, country of the holidays, the teams, and dates of their own."""
_WORDS = (
    (ListedWord.Kind.TABOO, "never breaks", "Nothing never breaks. Say how long the warranty is."),
    (ListedWord.Kind.TABOO, "your own fault", "Say what to do now instead."),
    (ListedWord.Kind.TABOO, "绝对不会坏", "没有绝对，说保修几年。"),
    (ListedWord.Kind.TABOO, "怪您自己", "说现在怎么办。"),
    (ListedWord.Kind.COMPETITOR, "Quincebyte", ""),
    (ListedWord.Kind.COMPETITOR, "Medlar & Sons", ""),
    (ListedWord.Kind.COMPETITOR, "榅桲数码", "不评论别家。"),
    (ListedWord.Kind.CONFLICT, "my own shop", ""),
    (ListedWord.Kind.FINE, "192.168.8.1", "The routers' own page."),
    (ListedWord.Kind.FINE, "tamarind.example", ""),
)
_QUIET = Wishes(quiet_from=time(22), quiet_until=time(7), timezone="Asia/Shanghai")
_WISHES = {
    "aiping": _QUIET,
    "t_maomao": _QUIET,
    "weiguo": Wishes(paid_hours_only=True, daily_limit=12),
    "iain": Wishes(paid_hours_only=True, daily_limit=12),
    "t_marge": Wishes(daily_limit=6),
}


def furnish(scenario: Scenario, cast: Cast, *, now: datetime) -> None:
    """Everything a lead sets up before the first day."""
    lead = actor_of(cast.members[VIP_MANAGER])
    _name_mentors(cast, lead, now)
    _look_after_vips(cast, lead, now)
    _keep_hours(cast, lead, now)
    _list_words(scenario, lead, now)
    _say_wishes(cast, now)
    wanted = Wanted(
        weekly_goal=3, reward_every=250, hook_url="", pledge_url="",
        pledge="For each solved question, a refurbished phone's worth of minutes to the night shelter",
    )  # fmt: skip
    recognise(actor=lead, wanted=wanted, now=now)


def _name_mentors(cast: Cast, lead: Actor, now: datetime) -> None:
    for person in MENTORS:
        trust.set_level(
            actor=lead, member_id=cast.members[person].pk, place=trust.EVERYWHERE, level=Trust.Level.MENTOR,
            reason="Others learn from these answers", now=now,
        )  # fmt: skip


def _look_after_vips(cast: Cast, lead: Actor, now: datetime) -> None:
    """For whom nobody is named; the named ones get theirs once they have written (`player.leads`)."""
    before = lane_setups.current(lead.brand_id)
    table = lanes.to_json(before)
    people = {"manager": cast.members[VIP_MANAGER].pk, "stand_in": cast.members[VIP_STAND_IN].pk}
    table["vip"] |= people
    lane_setups.save(actor=lead, table=table, seen=before.version, note="Who looks after VIPs", now=now)


def _keep_hours(cast: Cast, lead: Actor, now: datetime) -> None:
    teams = {team.slug: team.pk for team in Team.objects.filter(brand=cast.brand)}
    year = now.year
    for name, zone, country, shops, dates in _SHOPS:
        exceptions = [Exceptional(f"{year}-{day}", shifts, note) for day, shifts, note in dates]
        week = (*[_DAY] * 6, _SHORT_DAY)
        values = Values(name, zone, week, country=country, exceptions=exceptions)
        made = calendar_writing.save_calendar(actor=lead, calendar_id=None, values=values, now=now)
        for shop in shops:
            calendar_writing.set_team_calendar(actor=lead, team_id=teams[shop], calendar_id=made.pk, now=now)


def _list_words(scenario: Scenario, lead: Actor, now: datetime) -> None:
    for kind, word, note in _WORDS:
        word_lists.add(actor=lead, kind=kind, word=word, note=note, now=now)
    for word in scenario.brand.unreleased:
        word_lists.add(actor=lead, kind=ListedWord.Kind.UNRELEASED, word=word, now=now)


def _say_wishes(cast: Cast, now: datetime) -> None:
    """A few have quiet hours, paid hours, or a limit for the day."""
    for person, wanted in _WISHES.items():
        member = cast.members[person]
        own = wishes_of(member)
        kept = replace(wanted, topics=own.topics, languages=own.languages)
        change_wishes(actor=actor_of(member), wishes=kept, now=now)
