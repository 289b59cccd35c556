"""Two who are not in the scenario: one whose answers a coach reads first, one who has just joined."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password

from chimein.community.growth import coaches
from chimein.core.actor import Role
from chimein.core.ids import public_id
from chimein.people.models import Brand, MailDomain, Membership, Team, Trust, User

DOMAIN = "tamarind.example"


@dataclass(frozen=True, slots=True)
class Newcomer:
    """Somebody new. `level`: how far trusted, None for not at all."""

    name: str
    sign: str
    email: str
    language: str
    topics: tuple[str, ...]
    level: int | None


COACHED = Newcomer("Nia Calder", "Nia", f"nia.calder@{DOMAIN}", "en", (), Trust.Level.COACHED)
NEW = Newcomer("Rory Quill", "Rory", f"rory.quill@{DOMAIN}", "en", (), None)


def make_newcomers(brand: Brand, *, password: str, now: datetime) -> None:
    """Nobody of the day's script, so that a visitor can play them. Nia has a coach; Rory sees the way in."""
    team = Team.objects.filter(brand=brand, kind=Team.Kind.SHOP).order_by("slug").first()
    hashed = make_password(password)
    MailDomain.objects.create(brand=brand, domain=DOMAIN, created_at=now)
    for one in (COACHED, NEW):
        user = User.objects.create(email=one.email, name=one.name, language=one.language, password=hashed)
        EmailAddress.objects.create(user=user, email=one.email, verified=True, primary=True)
        member = Membership.objects.create(
            user=user, brand=brand, role=Role.COLLEAGUE.value, team=team, public_id=public_id(),
            public_name=one.sign, on_wall=True, languages=[one.language], topics=list(one.topics),
        )  # fmt: skip
        if one.level is not None:
            Trust.objects.create(
                member=member, level=one.level, since=now, reason="did the lesson and the practice"
            )
            coaches.give(member, now=now)
