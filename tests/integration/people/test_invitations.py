"""Coming in by a code or by a mail domain: what works, what does not, and never twice."""

from __future__ import annotations

from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress

from chimein.community.growth import candidates
from chimein.community.models import Candidate
from chimein.contacts.models import Contact
from chimein.core import clock
from chimein.core.actor import Actor, Role
from chimein.core.errors import Conflict, NotAllowed, UserError
from chimein.core.models import Event
from chimein.people import invitations
from chimein.people.models import Brand, Invitation, Membership, User
from chimein.people.trust import Level, level_of
from tests.factories import people
from tests.factories.crowd import at_once

pytestmark = pytest.mark.django_db
NOW = clock.now()


def code_for(lead: Actor, role: Role = Role.COLLEAGUE, **more: object) -> str:
    return invitations.make(actor=lead, role=role, now=NOW, **more)[1]  # type: ignore[arg-type]


def with_address(address: str, *, verified: bool = True) -> User:
    user = people.user("Newcomer")
    EmailAddress.objects.create(user=user, email=address, verified=verified)
    return user


def test_a_code_makes_a_member_who_may_not_answer_yet(brand: Brand, lead: Actor) -> None:
    team = people.team(brand)
    code = code_for(lead, team_id=team.pk)
    made = invitations.accept(user=people.user("Nia"), code=code.lower().replace("-", " "), now=NOW)
    assert (made.role, made.team, made.public_name) == ("colleague", team, "Nia")
    assert level_of(made) == Level.NEW
    assert Event.objects.get(kind="member.joined").data["way"] == "code"


def test_only_the_hash_of_a_code_is_kept(lead: Actor) -> None:
    code = code_for(lead)
    stored = Invitation.objects.get()
    assert code.encode() not in bytes(stored.code_hash)
    assert stored.hint == code[:4]


@pytest.mark.parametrize("change", [{"uses": 1}, {"revoked_at": NOW}, {"expires_at": NOW}])
def test_a_code_that_is_used_up_withdrawn_or_old_lets_nobody_in(
    lead: Actor, change: dict[str, object]
) -> None:
    code = code_for(lead)
    Invitation.objects.update(**change)
    with pytest.raises(UserError):
        invitations.accept(user=people.user(), code=code, now=NOW)
    assert Membership.objects.filter(role="colleague").count() == 0


def test_a_code_nobody_made(lead: Actor) -> None:
    code_for(lead)
    with pytest.raises(UserError):
        invitations.look("AAAA-BBBB-CCCC-DDDD", now=NOW)


def test_a_code_for_one_address_wants_that_address_confirmed(lead: Actor) -> None:
    code = code_for(lead, email="Nia@tamarind.example")
    for user in (people.user(), with_address("nia@tamarind.example", verified=False)):
        with pytest.raises(UserError):
            invitations.accept(user=user, code=code, now=NOW)
    assert (
        invitations.accept(user=with_address("nia@tamarind.example"), code=code, now=NOW).role == "colleague"
    )


def test_who_is_a_member_keeps_role_and_leaves_the_code_its_use(brand: Brand, lead: Actor) -> None:
    agent = people.member(brand, Role.AGENT)
    assert invitations.accept(user=agent.user, code=code_for(lead), now=NOW).role == "agent"
    assert Invitation.objects.get().uses == 0


def test_who_was_let_go_does_not_come_back_by_a_code(brand: Brand, lead: Actor) -> None:
    gone = people.member(brand, Role.COLLEAGUE, is_active=False)
    with pytest.raises(NotAllowed):
        invitations.accept(user=gone.user, code=code_for(lead), now=NOW)
    assert Invitation.objects.get().uses == 0


@pytest.mark.django_db(transaction=True)
def test_a_code_for_three_lets_three_of_ten_in(lead: Actor) -> None:
    code = code_for(lead, uses=3)
    users = [people.user(f"P{number}") for number in range(10)]
    found = at_once(lambda user: invitations.accept(user=user, code=code, now=NOW), users)
    assert sum(isinstance(one, Membership) for one in found) == 3
    assert Invitation.objects.get().uses == 3


@pytest.mark.parametrize(
    "wrong",
    [
        {"uses": 0},
        {"uses": 99999},
        {"days": 0},
        {"days": 400},
        {"role": Role.OWNER},
        {"role": Role.AGENT, "uses": 2},
    ],
)
def test_codes_that_make_no_sense_are_not_made(lead: Actor, wrong: dict[str, object]) -> None:
    with pytest.raises(UserError):
        code_for(lead, **wrong)  # type: ignore[arg-type]


def test_a_withdrawn_code_can_be_allowed_again(lead: Actor) -> None:
    made, code = invitations.make(actor=lead, role=Role.COLLEAGUE, now=NOW)
    invitations.revoke(actor=lead, invitation_id=made.pk, now=NOW)
    with pytest.raises(Conflict):
        invitations.revoke(actor=lead, invitation_id=made.pk, now=NOW)
    invitations.allow_again(actor=lead, invitation_id=made.pk, now=NOW)
    assert invitations.look(code, now=NOW) == made


# ------------------------------------------------------------------ mail domains
def test_a_confirmed_address_of_the_domain_is_enough(brand: Brand, lead: Actor) -> None:
    invitations.add_domain(actor=lead, domain="@Tamarind.example", now=NOW)
    user = with_address("nia@tamarind.example")
    made = invitations.join_by_domain(user=user, brand_slug=brand.slug, now=NOW)
    assert (made.role, level_of(made)) == ("colleague", Level.NEW)
    assert invitations.domains_for(user, proven=True) == []


@pytest.mark.parametrize(
    ("address", "verified"),
    [("nia@tamarind.example", False), ("nia@elsewhere.example", True), ("nia@sub.tamarind.example", True),
     ("nia@eviltamarind.example", True)],
)  # fmt: skip
def test_another_domain_or_an_unconfirmed_address_is_not(
    brand: Brand, lead: Actor, address: str, verified: bool
) -> None:
    invitations.add_domain(actor=lead, domain="tamarind.example", now=NOW)
    with pytest.raises(NotAllowed):
        invitations.join_by_domain(
            user=with_address(address, verified=verified), brand_slug=brand.slug, now=NOW
        )


@pytest.mark.parametrize(
    "domain", ["gmail.com", "QQ.com", "x", "a b.com", "tamarind", "http://x.example", ""]
)
def test_domains_that_anybody_has_or_that_are_none(lead: Actor, domain: str) -> None:
    with pytest.raises(UserError):
        invitations.add_domain(actor=lead, domain=domain, now=NOW)


def test_nobody_but_a_lead_invites(agent: Actor, colleague: Actor) -> None:
    for who in (agent, colleague):
        with pytest.raises(NotAllowed):
            code_for(who)
        with pytest.raises(NotAllowed):
            invitations.add_domain(actor=who, domain="tamarind.example", now=NOW)


# ------------------------------------------------------------------ customers are vetted
def test_a_customer_who_came_by_a_code_waits_for_a_word(brand: Brand, lead: Actor) -> None:
    made = invitations.accept(user=people.user("Cleo"), code=code_for(lead, Role.TRUSTED_CUSTOMER), now=NOW)
    waiting = Candidate.objects.get(member=made)
    assert (waiting.state, waiting.brand) == ("waiting", brand)
    candidates.decline(actor=lead, candidate_id=waiting.pk, reason="not yet", now=NOW)
    assert Membership.objects.filter(pk=made.pk, is_active=False).exists()
    candidates.take_back(actor=lead, candidate_id=waiting.pk, now=NOW)
    candidates.approve(actor=lead, candidate_id=waiting.pk, now=NOW)
    made.refresh_from_db()
    waiting.refresh_from_db()
    assert made.is_active
    assert waiting.state == "approved"
    assert level_of(made) == Level.NEW, "the lesson comes first"
    with pytest.raises(Conflict):
        candidates.approve(actor=lead, candidate_id=waiting.pk, now=NOW)


def test_nobody_is_let_in_who_has_not_accepted(brand: Brand, lead: Actor) -> None:
    found = Candidate.objects.create(brand=brand, contact=Contact.objects.create(brand=brand), found_at=NOW)
    with pytest.raises(Conflict):
        candidates.approve(actor=lead, candidate_id=found.pk, now=NOW)
    first = candidates.invite(actor=lead, candidate_id=found.pk, now=NOW)
    second = candidates.invite(actor=lead, candidate_id=found.pk, now=NOW + timedelta(minutes=1))
    later = NOW + timedelta(minutes=2)
    with pytest.raises(UserError):
        invitations.accept(user=people.user(), code=first, now=later)
    assert invitations.accept(user=people.user(), code=second, now=later).role == "trusted_customer"
    found.refresh_from_db()
    assert found.state == "waiting"
