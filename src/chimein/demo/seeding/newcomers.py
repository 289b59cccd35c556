"""Those who are still growing: one whose answers a coach reads first, one who has just joined."""

from __future__ import annotations

from datetime import datetime

from chimein.community.growth import coaches
from chimein.demo.scenario import Scenario
from chimein.demo.seeding.people import Cast
from chimein.people.access import actor_of
from chimein.people.models import MailDomain, Trust

DOMAIN = "tamarind.example"


def welcome_newcomers(scenario: Scenario, cast: Cast, *, now: datetime) -> None:
    """Who did the lesson gets trust and a coach; who has just joined sees the way in."""
    MailDomain.objects.create(brand=cast.brand, domain=DOMAIN, created_at=now)
    lead = actor_of(cast.members["harriet"])
    for one in scenario.newcomers:
        member = cast.members[one.id]
        if one.level == "coached":
            Trust.objects.create(
                member=member, level=Trust.Level.COACHED, since=member.created_at, reason="lesson and practice done"
            )  # fmt: skip
        if one.coach:
            coaches.choose(actor=lead, member_id=member.pk, coach_id=cast.members[one.coach].pk, now=now)
