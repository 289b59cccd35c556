"""What is heard, and who is told of it: through the event log and the wiring, as in life."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from chimein.alerts import claims, kinds
from chimein.alerts.kinds import KINDS, WAYS, Way
from chimein.alerts.models import Alert
from chimein.alerts.writing import News, forget, tell
from chimein.answering import events as answering
from chimein.community import events as community
from chimein.conversations import events as conversations
from chimein.conversations.models import Conversation
from chimein.core import clock, db
from chimein.core.actor import Actor, Role
from chimein.core.events import Fact, Kind, emit
from chimein.people.models import Brand
from chimein.routing import events as routing
from chimein.routing import services
from chimein.routing.models import WorkItem
from chimein.web.console import alert_toasts
from tests.factories import people
from tests.factories.crowd import at_once
from tests.factories.crowd import kinds as results
from tests.factories.desk import send_off
from tests.integration.alerts import conftest
from tests.integration.alerts.conftest import MINUTE, member_of, offer, run, states
from tests.integration.console.conftest import at_most

pytestmark = pytest.mark.django_db
__all__ = ["at_most"]


def say(kind: Kind, question: Conversation, /, **data: object) -> None:
    with db.atomic():
        emit(Fact(kind, clock.now(), "system:test", question.brand_id, question.pk, None, data))


def told(member: Actor) -> set[str]:
    return set(Alert.objects.filter(member=member.membership_id).values_list("kind", flat=True))


def test_the_router_s_offers_are_heard(question: Conversation, colleague: Actor) -> None:
    until = (clock.now() + 9 * MINUTE).isoformat()
    say(routing.OFFERED, question, members=[colleague.membership_id], ring=0, why={}, until=until)
    assert told(colleague) == {"offer"}
    assert Alert.objects.first().until.isoformat() == until  # type: ignore[union-attr]


def test_passing_it_on_ends_it_without_a_word(
    question: Conversation, colleague: Actor, trusted: Actor
) -> None:
    offer(question, [colleague, trusted])
    run(ways=("page",))
    say(routing.PASSED, question, member=colleague.membership_id, reason="")
    assert set(states(colleague).values()) == {"withdrawn"}
    assert states(trusted)["page"] == "sent"


@pytest.mark.parametrize(
    ("outcome", "kind"),
    [("thanked", "thanks"), ("solved", "thanks"), ("reopened", "comeback"), ("accepted", "")],
)
def test_outcomes_reach_the_author(question: Conversation, colleague: Actor, outcome: str, kind: str) -> None:
    answer = send_off(colleague, question.pk)
    Alert.objects.all().delete()
    data = {
        "answer": answer.pk,
        "member": colleague.membership_id,
        "outcome": outcome,
        "topic": "",
        "language": "",
    }
    say(answering.OUTCOME, question, **data)
    assert told(colleague) == ({kind} if kind else set())


def test_thanks_reach_the_author_by_a_toast_and_the_lead_in_the_list(
    question: Conversation, colleague: Actor, lead: Actor
) -> None:
    say(community.THANKED, question, member=colleague.membership_id, leads=[lead.membership_id], answer=5)
    run(ways=("page",))
    assert "A customer thanks you" in alert_toasts.render(member_of(colleague), "en")
    drawn = alert_toasts.render(member_of(lead), "en")
    assert "toast" not in drawn
    assert ">1<" in drawn, "on the bell"


def test_a_draft_calls_its_readers_and_lets_the_others_off(
    question: Conversation, colleague: Actor, agent: Actor, lead: Actor
) -> None:
    answer = send_off(colleague, question.pk)
    asked = {
        "review": 7,
        "answer": answer.pk,
        "author": colleague.membership_id,
        "kind": "draft",
        "stage": "pool",
    }
    say(
        answering.REVIEW_ASKED,
        question,
        **asked,
        reviewers=[agent.membership_id, lead.membership_id],
        until=None,
    )
    assert "review" in told(agent)
    run(ways=("page",))
    given = {"review": 7, "answer": answer.pk, "author": colleague.membership_id, "kind": "draft"}
    say(answering.REVIEW_GIVEN, question, **given, reviewer=agent.membership_id, verdict="edited")
    assert states(lead, "review")["page"] == "withdrawn"
    row = Alert.objects.filter(kind="reviewed", member=colleague.membership_id, way="page").get()
    assert row.data["outcome"] == "edited"
    assert row.data["by"] == "Ann"


def test_the_ladder_tells_whom_it_names(question: Conversation, agent: Actor, lead: Actor) -> None:
    say(
        routing.WARNED,
        question,
        percent=80,
        lane="desk",
        to="desk",
        members=[agent.membership_id],
        due="",
        alarm=False,
    )
    say(
        routing.ESCALATED,
        question,
        percent=100,
        lane="desk",
        to="lead",
        members=[lead.membership_id],
        due="",
        alarm=False,
    )
    assert (told(agent), told(lead)) == ({"warning"}, {"breach"})
    services.claim(actor=agent, conversation_id=question.pk, now=clock.now())
    assert set(states(lead, "breach").values()) == {"withdrawn"}


def test_a_crisis_tells_the_staff_once_in_ten_minutes(
    brand: Brand, question: Conversation, agent: Actor, lead: Actor, colleague: Actor
) -> None:
    for _ in range(5):
        say(conversations.RECEIVED, question, lane="crisis", disposition="waiting")
    say(routing.FROZEN, question, reason="")
    assert told(agent) == told(lead) == {"crisis"}
    assert told(colleague) == set()
    pages = Alert.objects.filter(kind="crisis", way="page", member=agent.membership_id).count()
    assert 1 <= pages <= 2, "two when the clock has just begun another ten minutes"


def test_a_claim_that_runs_out_is_announced_once(question: Conversation, colleague: Actor) -> None:
    now = clock.now()
    services.claim(actor=colleague, conversation_id=question.pk, now=now)
    assert claims.warn(now=now) == 0
    assert claims.warn(now=now + timedelta(seconds=200)) == 1
    assert claims.warn(now=now + timedelta(seconds=205)) == 0
    assert states(colleague, "claim") == {"page": "waiting"}


def test_a_conversation_that_waits_again_may_be_told_again(question: Conversation, colleague: Actor) -> None:
    offer(question, [colleague])
    offer(question, [colleague])
    assert Alert.objects.filter(way="page").count() == 1
    WorkItem.objects.filter(pk=question.pk).update(waiting_since=clock.now() + timedelta(days=3))
    offer(question, [colleague])
    assert Alert.objects.filter(way="page").count() == 2


def test_who_left_or_belongs_elsewhere_is_not_told(question: Conversation, brand: Brand) -> None:
    gone = people.member(brand, Role.COLLEAGUE, "Gone", is_active=False)
    other = people.member(people.brand("Other"), Role.COLLEAGUE, "Other")
    news = News(kinds.OFFER, brand.pk, "c1@1", clock.now(), question.pk)
    assert tell(news, [gone.pk, other.pk, 10**9]) == 0


def test_telling_costs_the_same_for_three_and_for_thirty(
    question: Conversation, brand: Brand, at_most: Callable[[int], object]
) -> None:
    crowd = [people.actor(brand, Role.COLLEAGUE, f"C{number}") for number in range(30)]
    with at_most(9):  # type: ignore[attr-defined]
        offer(question, crowd)
    assert Alert.objects.count() == 60


def test_old_alerts_are_forgotten(question: Conversation, colleague: Actor) -> None:
    offer(question, [colleague])
    assert forget(now=clock.now() + timedelta(days=29)) == 0
    assert forget(now=clock.now() + timedelta(days=31)) == 2


def test_the_defaults_fit_the_roles() -> None:
    for kind in KINDS.values():
        for role in Role:
            assert kind.default(role) <= kind.ways_for(role) <= set(WAYS)
    assert all(Way.BRIDGE not in kind.ways_for(Role.TRUSTED_CUSTOMER) for kind in KINDS.values())
    assert not kinds.CRISIS.ways_for(Role.COLLEAGUE)


# ---------------------------------------------------------------- at the same moment
@pytest.mark.django_db(transaction=True)
def test_ten_rings_at_once_tell_once(question: Conversation, colleague: Actor) -> None:
    done = at_once(lambda _: offer(question, [colleague]), range(8))
    assert results(done) == {"NoneType": 8}
    assert Alert.objects.filter(way="page").count() == 1


@pytest.mark.django_db(transaction=True)
def test_four_workers_push_once(question: Conversation, colleague: Actor) -> None:
    from tests.factories.push import push_service

    with push_service() as service:
        service.browser_of(colleague)
        offer(question, [colleague])
        at_once(lambda _: conftest.run(ways=("page", "push")), range(4))
        assert len(service.got) == 1


@pytest.mark.django_db(transaction=True)
def test_a_claim_does_not_wait_for_a_push_service(
    question: Conversation, colleague: Actor, agent: Actor
) -> None:
    """While a push is on its way no lock is held: whoever claims goes on at once."""
    from tests.factories.push import push_service

    with push_service() as service:
        service.browser_of(colleague)
        offer(question, [colleague])
        now = clock.now()

        def act(which: int) -> None:
            if which:
                services.claim(actor=agent, conversation_id=question.pk, now=now)
            else:
                conftest.run(ways=("page", "push"))

        assert results(at_once(act, [0, 1])) == {"NoneType": 2}
        conftest.run(timedelta(seconds=61), ("page", "push"))
        loud = [one for one in service.got if not one.news["silent"]]
        assert len(loud) <= 1
        assert service.got == [] or service.titles[-1] == "Already taken by Ann"
