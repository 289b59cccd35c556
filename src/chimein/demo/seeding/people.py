"""The brand of the demo with its shops, topics and everybody who answers for it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password

from chimein.core.actor import Role
from chimein.core.ids import public_id
from chimein.demo.scenario import Colleague, Newcomer, Scenario, TrustedCustomer
from chimein.people.models import Brand, Membership, Team, Trust, User
from chimein.triage.models import Topic

SLUG = "tamarind"
PASSWORD = "chimein-demo"  # noqa: S105 - the demo's people are nobody; the banner shows it
# A few keep off the wall, so that one sees how their answers are shown.
_OFF_THE_WALL = 12
LANGUAGES = {"zh": "zh-hans"}
_JOINED = timedelta(days=84)
_JOINED_LATELY = timedelta(days=9)


@dataclass(frozen=True, slots=True)
class Cast:
    """The brand and, by the scenario's ids, its people."""

    brand: Brand
    members: dict[str, Membership]


def make_people(scenario: Scenario, *, now: datetime) -> Cast:
    """Write brand, teams, topics, users and memberships, inside the caller's transaction."""
    brand = _brand(scenario, now)
    teams = _teams(scenario, brand)
    _topics(scenario, brand, teams)
    return Cast(brand, _members(scenario, brand, teams, now))


def _brand(scenario: Scenario, now: datetime) -> Brand:
    given = scenario.brand
    return Brand.objects.create(
        slug=SLUG,
        name=given.name_en,
        name_zh=given.name_zh,
        tagline=given.bio_en[:160],
        tagline_zh=given.bio_zh[:160],
        listening_words=list(given.listening),
        created_at=now,
    )


def _teams(scenario: Scenario, brand: Brand) -> dict[str, Team]:
    made = [
        Team(brand=brand, kind=site.kind, slug=site.id, name=site.label("en"), name_zh=site.label("zh"))
        for site in scenario.sites
    ]
    return {team.slug: team for team in Team.objects.bulk_create(made)}


def _topics(scenario: Scenario, brand: Brand, teams: dict[str, Team]) -> None:
    Topic.objects.bulk_create(
        Topic(
            brand=brand,
            slug=topic.key,
            name=topic.name_en,
            name_zh=topic.name_zh,
            keywords=list(topic.keywords),
            team=teams[topic.department],
        )
        for topic in scenario.brand.topics
    )


def _members(
    scenario: Scenario, brand: Brand, teams: dict[str, Team], now: datetime
) -> dict[str, Membership]:
    password = make_password(PASSWORD)
    everybody = (*scenario.helpers, *scenario.newcomers)
    users = User.objects.bulk_create(_user(person, password) for person in everybody)
    EmailAddress.objects.bulk_create(
        EmailAddress(user=user, email=user.email, verified=True, primary=True) for user in users
    )
    members = Membership.objects.bulk_create(
        _membership(person, user, brand, teams, number, now)
        for number, (person, user) in enumerate(zip(everybody, users, strict=True), 1)
    )
    Trust.objects.bulk_create(
        Trust(
            member=member, level=Trust.Level.TRUSTED, risk=risk, since=member.created_at,
            reason="the demo's old hands",
        )
        for member in members[: len(scenario.helpers)]
        for risk in Trust.Risk.values
    )  # fmt: skip
    return {person.id: member for person, member in zip(everybody, members, strict=True)}


def _user(person: Colleague | TrustedCustomer, password: str) -> User:
    language = LANGUAGES.get(person.languages[0], "en")
    return User(email=person.email, name=person.name, language=language, password=password)


def _membership(
    person: Colleague | TrustedCustomer, user: User, brand: Brand, teams: dict[str, Team], number: int,
    now: datetime,
) -> Membership:  # fmt: skip
    colleague = isinstance(person, Colleague)
    since = _JOINED_LATELY if isinstance(person, Newcomer) else _JOINED
    return Membership(
        user=user,
        brand=brand,
        role=Role(person.role) if isinstance(person, Colleague) else Role.TRUSTED_CUSTOMER,
        team=teams[person.site] if isinstance(person, Colleague) else None,
        public_id=public_id(),
        public_name=person.sign,
        on_wall=not colleague or number % _OFF_THE_WALL != 0,
        languages=list(person.languages),
        topics=[topic for topic, _level in person.topics],
        created_at=now - since,
    )
