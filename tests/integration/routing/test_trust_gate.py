"""Nobody takes a question they are not trusted with, whatever way they come."""

from __future__ import annotations

from datetime import timedelta

import pytest

from chimein.answering import services as answering
from chimein.channels.models import ChannelAccount
from chimein.core import clock
from chimein.core.actor import Role
from chimein.core.errors import NotAllowed
from chimein.core.models import Event
from chimein.people.access import actor_of
from chimein.people.models import Brand, Membership, Trust
from chimein.people.trust import CLEAN, DOUBTFUL, Level
from chimein.routing import services
from chimein.routing.models import WorkItem
from tests.factories import people, traffic
from tests.factories.crowd import at_once, kinds
from tests.factories.traffic import post, tell

pytestmark = pytest.mark.django_db


@pytest.fixture
def pk(account: ChannelAccount) -> int:
    """A question in the crowd's lane."""
    tell(account, post("q1"))
    return traffic.conversation_of("q1").pk


@pytest.mark.parametrize("role", [Role.COLLEAGUE, Role.TRUSTED_CUSTOMER])
def test_somebody_new_cannot_claim_and_leaves_no_trace(brand: Brand, pk: int, role: Role) -> None:
    new = actor_of(people.member(brand, role, trust=None))
    before = WorkItem.objects.values().get(pk=pk)
    with pytest.raises(NotAllowed):
        services.claim(actor=new, conversation_id=pk, now=clock.now())
    assert WorkItem.objects.values().get(pk=pk) == before
    assert not Event.objects.filter(kind="claim.taken").exists()


def test_somebody_coached_can(brand: Brand, pk: int) -> None:
    coached = actor_of(people.member(brand, Role.COLLEAGUE, trust=Level.COACHED))
    assert services.claim(actor=coached, conversation_id=pk, now=clock.now()).fence


def test_doubtful_questions_want_trust_of_their_own(brand: Brand, pk: int) -> None:
    member = people.member(brand, Role.COLLEAGUE, trust=None)
    Trust.objects.create(member=member, risk=CLEAN, level=Level.MENTOR)
    WorkItem.objects.update(trusted_only=True)
    with pytest.raises(NotAllowed):
        services.claim(actor=actor_of(member), conversation_id=pk, now=clock.now())
    Trust.objects.create(member=member, risk=DOUBTFUL, level=Level.TRUSTED)
    assert services.claim(actor=actor_of(member), conversation_id=pk, now=clock.now()).fence


def test_trust_withdrawn_while_writing_keeps_the_answer_back(brand: Brand, pk: int) -> None:
    member = people.member(brand, Role.COLLEAGUE)
    now = clock.now()
    fence = services.claim(actor=actor_of(member), conversation_id=pk, now=now).fence
    Trust.objects.update(level=Level.NEW)
    with pytest.raises(NotAllowed):
        answering.answer(
            actor=actor_of(member), conversation_id=pk, text="Hold the button.", fence=fence, now=now
        )


def test_who_is_paused_cannot_claim_until_the_pause_ends(brand: Brand, pk: int) -> None:
    member, now = people.member(brand, Role.COLLEAGUE), clock.now()
    Membership.objects.filter(pk=member.pk).update(paused_until=now + timedelta(hours=2))
    with pytest.raises(NotAllowed):
        services.claim(actor=actor_of(member), conversation_id=pk, now=now)
    assert services.claim(actor=actor_of(member), conversation_id=pk, now=now + timedelta(hours=3)).fence


@pytest.mark.django_db(transaction=True)
def test_in_a_rush_only_one_of_the_trusted_wins_and_nobody_new(brand: Brand, pk: int) -> None:
    levels = [Level.NEW, Level.TRUSTED] * 4
    actors = [actor_of(people.member(brand, Role.COLLEAGUE, trust=level)) for level in levels]
    found = at_once(lambda who: services.claim(actor=who, conversation_id=pk, now=clock.now()), actors)
    assert kinds(found)["Claim"] == 1
    assert all(isinstance(one, Exception) for one, level in zip(found, levels, strict=True) if not level)
