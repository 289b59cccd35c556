"""The brand of the demo with its shops, topics and everybody who answers for it."""

from __future__ import annotations

from dataclasses import dataclass

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password

from chimein.core.actor import Role
from chimein.core.ids import public_id
from chimein.demo.scenario import Colleague, Scenario, TrustedCustomer
from chimein.people.models import Brand, Membership, Team, Trust, User
from chimein.triage.models import Topic

SLUG = "tamarind"
PASSWORD = "chimein-demo"  # noqa: S105 - the demo's people are nobody; the banner shows it
# A few keep off the wall, so that one sees how their answers are shown.
_OFF_THE_WALL = 12
LANGUAGES = {"zh": "zh-hans"}


@dataclass(frozen=True, slots=True)
class Cast:
    """The brand and, by the scenario's ids, its people."""

    brand: Brand
    members: dict[str, Membership]


def make_people(scenario: Scenario) -> Cast:
    """Write brand, teams, topics, users and memberships, inside the caller's transaction."""
    brand = _brand(scenario)
    teams = _teams(scenario, brand)
    _topics(scenario, brand, teams)
    return Cast(brand, _members(scenario, brand, teams))


def _brand(scenario: Scenario) -> Brand:
    given = scenario.brand
    return Brand.objects.create(
        slug=SLUG,
        name=given.name_en,
        name_zh=given.name_zh,
        tagline=given.bio_en[:160],
        tagline_zh=given.bio_zh[:160],
        listening_words=list(given.listening),
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


def _members(scenario: Scenario, brand: Brand, teams: dict[str, Team]) -> dict[str, Membership]:
    password = make_password(PASSWORD)
    users = User.objects.bulk_create(_user(person, password) for person in scenario.helpers)
    EmailAddress.objects.bulk_create(
        EmailAddress(user=user, email=user.email, verified=True, primary=True) for user in users
    )
    members = Membership.objects.bulk_create(
        _membership(person, user, brand, teams, number)
        for number, (person, user) in enumerate(zip(scenario.helpers, users, strict=True), 1)
    )
    Trust.objects.bulk_create(
        Trust(member=member, level=Trust.Level.TRUSTED, risk=risk, reason="the demo's old hands")
        for member in members
        for risk in Trust.Risk.values
    )
    return {person.id: member for person, member in zip(scenario.helpers, members, strict=True)}


def _user(person: Colleague | TrustedCustomer, password: str) -> User:
    language = LANGUAGES.get(person.languages[0], "en")
    return User(email=person.email, name=person.name, language=language, password=password)


def _membership(
    person: Colleague | TrustedCustomer, user: User, brand: Brand, teams: dict[str, Team], number: int
) -> Membership:
    colleague = isinstance(person, Colleague)
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
    )
