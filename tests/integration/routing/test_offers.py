"""Rings: few people first, more on silence, nobody once it is taken."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from chimein.channels.models import ChannelAccount
from chimein.core import events
from chimein.core.actor import Role
from chimein.core.models import Event
from chimein.people.access import actor_of
from chimein.people.models import Brand, HelperSettings, Membership, Skill, Trust
from chimein.routing import offers, offers_router, presence, services
from chimein.routing.models import HelperLoad, Offer, WorkItem
from chimein.routing.selectors import next_offer, offered_count
from chimein.triage.models import Topic
from tests.factories import people, traffic
from tests.factories.traffic import own, post, tell
from tests.integration.routing.conftest import NOON, Ask, Look, at, helpers, offered

pytestmark = pytest.mark.django_db


def test_the_first_ring_is_small_and_widens_on_silence(brand: Brand, new_question: Ask, look: Look) -> None:
    helpers(brand, 20)
    item = new_question()
    sizes = []
    for minute in (0, 1, 3, 7):
        look(minute)
        sizes.append(len(offered(item)))
    assert sizes == [3, 3, 7, 13]
    made = Event.objects.filter(kind="offer.made").order_by("id")
    assert [(one.data["ring"], len(one.data["members"])) for one in made] == [(0, 3), (1, 4), (2, 6)]
    assert HelperLoad.objects.filter(offered_today=1).count() == 13


def test_a_late_look_does_not_ask_all_rings_at_once(brand: Brand, new_question: Ask, look: Look) -> None:
    helpers(brand, 40)
    item = new_question(due_at=at(200))
    look(20)
    assert len(offered(item)) == 3
    look(21)
    assert len(offered(item)) == 3
    look(23)
    assert len(offered(item)) == 7


def test_a_claim_withdraws_the_other_offers(brand: Brand, new_question: Ask, look: Look) -> None:
    those = {one.pk: one for one in helpers(brand, 5)}
    item = new_question()
    look(0)
    first, *others = offered(item)
    services.claim(actor=actor_of(those[first]), conversation_id=item.pk, now=at(1))
    assert offered(item, live=True) == [first]
    told = Event.objects.get(kind="offer.withdrawn")
    assert (told.data["members"], told.data["reason"]) == (sorted(others), "taken")
    assert look(3) == 0, "nobody else is asked while it is held"
    assert HelperLoad.objects.get(member_id=first).opened == 1


def test_a_claim_given_back_brings_the_next_ring_and_the_old_offers(
    brand: Brand, new_question: Ask, look: Look
) -> None:
    those = {one.pk: one for one in helpers(brand, 20)}
    item = new_question()
    look(0)
    first, *others = offered(item)
    actor = actor_of(those[first])
    services.claim(actor=actor, conversation_id=item.pk, now=at(1))
    services.release(actor=actor, conversation_id=item.pk, reason="lunch", now=at(2))
    look(2)
    assert len(offered(item)) == 7
    assert set(others) < set(offered(item, live=True))
    assert first not in offered(item, live=True)


def test_a_lease_that_ran_out_brings_the_next_ring(brand: Brand, new_question: Ask, look: Look) -> None:
    those = {one.pk: one for one in helpers(brand, 20)}
    item = new_question()
    look(0)
    first = offered(item)[0]
    services.claim(actor=actor_of(those[first]), conversation_id=item.pk, now=at(0.5))
    assert services.sweep_expired(now=at(5)) == 1
    look(5)
    assert len(offered(item)) == 7
    assert Offer.objects.get(conversation_id=item.pk, member_id=first).pass_reason == "silent"


def test_who_passes_is_replaced_at_once(brand: Brand, new_question: Ask, look: Look) -> None:
    those = {one.pk: one for one in helpers(brand, 20)}
    item = new_question()
    look(0)
    first = offered(item)[0]
    actor = actor_of(those[first])
    assert offers.pass_on(actor=actor, conversation_id=item.pk, reason="topic", now=at(1))
    assert not offers.pass_on(actor=actor, conversation_id=item.pk, reason="topic", now=at(1))
    look(1)
    assert (len(offered(item)), len(offered(item, live=True))) == (4, 3)
    assert Event.objects.get(kind="offer.passed").data == {"member": first, "reason": "topic"}
    look(3)
    assert len(offered(item)) == 8, "a pass does not hold up the next ring"


def test_a_pass_can_be_taken_back(brand: Brand, new_question: Ask, look: Look) -> None:
    those = {one.pk: one for one in helpers(brand, 4)}
    item = new_question()
    look(0)
    actor = actor_of(those[offered(item)[0]])
    offers.pass_on(actor=actor, conversation_id=item.pk, reason="busy", now=at(1))
    assert offers.take_pass_back(actor=actor, conversation_id=item.pk, now=at(1.5))
    look(1.6)
    assert len(offered(item)) == 3
    offers.pass_on(actor=actor, conversation_id=item.pk, reason="busy", now=at(2))
    assert not offers.take_pass_back(actor=actor, conversation_id=item.pk, now=at(3.5)), (
        "after a minute it stands"
    )


@pytest.mark.parametrize(
    "change",
    [
        {"is_open": False}, {"lane": "desk"}, {"sending": True}, {"lane": "expert"},
    ],
    ids=["closed", "desk", "sending", "expert"],
)  # fmt: skip
def test_what_needs_nobody_takes_its_offers_along(
    brand: Brand, new_question: Ask, look: Look, change: dict[str, object]
) -> None:
    helpers(brand, 5)
    item = new_question()
    look(0)
    WorkItem.objects.filter(pk=item.pk).update(next_ring_at=at(1), **change)
    look(1)
    assert offered(item, live=True) == []
    assert WorkItem.objects.get(pk=item.pk).next_ring_at is None
    assert Event.objects.filter(kind="offer.withdrawn").count() == 1


def test_an_answer_elsewhere_withdraws(
    brand: Brand, account: ChannelAccount, new_question: Ask, look: Look
) -> None:
    helpers(brand, 5)
    item = new_question()
    look(0)
    tell(account, own("o1", reply_to="q1"))
    WorkItem.objects.filter(pk=item.pk).update(next_ring_at=at(1))
    look(1)
    assert offered(item, live=True) == []
    assert Event.objects.get(kind="offer.withdrawn").data["reason"] == "answered"


def test_a_new_question_in_an_old_conversation_may_go_to_the_same_people(
    brand: Brand, account: ChannelAccount, new_question: Ask, look: Look
) -> None:
    helpers(brand, 3)
    item = new_question()
    look(0)
    tell(account, own("o1", "Hold it.", reply_to="q1"))
    offers_router.run_due(now=at(60 * 24))
    tell(account, post("q2", "And how do I reset it?", reply_to="o1", at=9))
    found = WorkItem.objects.get(pk=item.pk)
    assert (found.is_open, found.ring) == (True, 0)
    WorkItem.objects.filter(pk=item.pk).update(
        next_ring_at=NOON, waiting_since=NOON, due_at=at(15), first_choice_until=None
    )
    look(0.1)
    assert Offer.objects.filter(conversation_id=item.pk, offered_at=at(0.1)).count() == 3


def test_who_answered_before_is_asked_alone_first(brand: Brand, new_question: Ask, look: Look) -> None:
    those = helpers(brand, 6)
    item = new_question(first_choice_id=those[4].pk, first_choice_until=at(5))
    look(0)
    assert offered(item) == [those[4].pk]
    look(5)
    assert len(offered(item)) == 5


def test_nobody_waits_for_who_cannot_be_asked(brand: Brand, new_question: Ask, look: Look) -> None:
    those = helpers(brand, 6)
    HelperSettings.objects.create(member=those[4], muted_until=at(60))
    item = new_question(first_choice_id=those[4].pk, first_choice_until=at(5))
    look(0)
    assert len(offered(item)) == 3
    assert those[4].pk not in offered(item)
    assert WorkItem.objects.get(pk=item.pk).first_choice_until is None


# ---------------------------------------------------------------- who may be asked
def _only(brand: Brand, new_question: Ask, look: Look, **item: object) -> list[int]:
    made = new_question(**item)
    look(0)
    return offered(made)


@pytest.mark.parametrize(
    "wish",
    [
        {"takes_offers": False},
        {"muted_until": NOON + timedelta(hours=1)},
        {"quiet_from": "11:00", "quiet_until": "13:00"},
        {"quiet_from": "22:00", "quiet_until": "13:00"},
        {"quiet_from": "19:30", "quiet_until": "20:30", "timezone": "Asia/Shanghai"},
        {"daily_limit": 0},
    ],
    ids=["consent", "muted", "quiet", "over-midnight", "their-zone", "limit"],
)
def test_wishes_count_at_once(brand: Brand, new_question: Ask, look: Look, wish: dict[str, object]) -> None:
    asked, spared = helpers(brand, 2)
    HelperSettings.objects.create(member=spared, **wish)
    assert _only(brand, new_question, look) == [asked.pk]


def test_quiet_hours_elsewhere_do_not_matter(brand: Brand, new_question: Ask, look: Look) -> None:
    (one,) = helpers(brand, 1)
    HelperSettings.objects.create(
        member=one, quiet_from="11:30", quiet_until="12:30", timezone="Asia/Shanghai"
    )
    assert _only(brand, new_question, look) == [one.pk]


@pytest.mark.parametrize("level", [None, Trust.Level.NEW])
def test_somebody_new_is_not_asked(brand: Brand, new_question: Ask, look: Look, level: int | None) -> None:
    people.member(brand, Role.COLLEAGUE, trust=level)
    coached = people.member(brand, Role.COLLEAGUE, trust=Trust.Level.COACHED)
    assert _only(brand, new_question, look) == [coached.pk]


def test_doubtful_ones_go_to_trusted_people_of_the_brand(brand: Brand, new_question: Ask, look: Look) -> None:
    harmless_only, inside = helpers(brand, 2)
    people.member(brand, Role.TRUSTED_CUSTOMER)
    Trust.objects.filter(member=harmless_only, risk=Trust.Risk.DOUBTFUL).delete()
    assert _only(brand, new_question, look, trusted_only=True) == [inside.pk]


def test_what_becomes_doubtful_is_taken_from_outsiders(brand: Brand, new_question: Ask, look: Look) -> None:
    outside = people.member(brand, Role.TRUSTED_CUSTOMER)
    item = new_question()
    look(0)
    assert offered(item, live=True) == [outside.pk]
    WorkItem.objects.filter(pk=item.pk).update(trusted_only=True, next_ring_at=at(1))
    look(1)
    look(2)
    assert offered(item, live=True) == []
    assert Event.objects.filter(kind="offer.withdrawn").count() == 1


def test_a_language_nobody_shares_is_not_brought(brand: Brand, new_question: Ask, look: Look) -> None:
    english, chinese = helpers(brand, 2)
    Membership.objects.filter(pk=english.pk).update(languages=["en"])
    Membership.objects.filter(pk=chinese.pk).update(languages=["zh"])
    assert _only(brand, new_question, look, language="zh") == [chinese.pk]


def test_nobody_is_asked_who_has_a_question_in_hand(brand: Brand, new_question: Ask, look: Look) -> None:
    busy, free = helpers(brand, 2)
    first = new_question("a", "Where do I find the serial number of it?")
    services.claim(actor=actor_of(busy), conversation_id=first.pk, now=NOON)
    second = new_question("b")
    look(0)
    assert offered(second) == [free.pk]


def test_members_of_other_brands_and_staff_are_not_asked(brand: Brand, new_question: Ask, look: Look) -> None:
    people.member(people.brand("Elsewhere"), Role.COLLEAGUE)
    people.member(brand, Role.AGENT)
    left = people.member(brand, Role.COLLEAGUE)
    Membership.objects.filter(pk=left.pk).update(is_active=False)
    assert _only(brand, new_question, look) == []


def test_the_fit_come_first_and_hear_why(brand: Brand, new_question: Ask, look: Look) -> None:
    Topic.objects.create(brand=brand, slug="sound", name="Sound", keywords=["pair"])
    those = helpers(brand, 12)
    Membership.objects.filter(pk__in=[those[3].pk, those[7].pk]).update(topics=["sound"])
    Skill.objects.create(member=those[7], topic="sound", log_odds=4, updated_at=NOON)
    presence.seen_here([those[3].pk], now=at(-1))
    item = new_question()
    assert item.conversation.topic == "sound"
    look(0)
    why = dict(Offer.objects.filter(conversation_id=item.pk).values_list("member_id", "why"))
    assert {those[3].pk, those[7].pk} < set(why)
    assert why[those[3].pk]["reasons"] == ["topic", "here"]
    assert why[those[7].pk]["reasons"] == ["proven"]
    assert why[those[7].pk]["c"] > why[those[3].pk]["c"] > 0.8


# ---------------------------------------------------------------- the card's choice
def test_what_was_brought_comes_first_on_the_card(brand: Brand, new_question: Ask, look: Look) -> None:
    helper = helpers(brand, 1)[0]
    urgent = new_question("a", "Is there a charger for it?", due_at=at(5), next_ring_at=None)
    brought = new_question("b")
    look(0)
    found = next_offer(actor=actor_of(helper), languages=[], skipped=[], now=at(1))
    assert found is not None
    assert found.conversation_id == brought.pk
    found = next_offer(actor=actor_of(helper), languages=[], skipped=[brought.pk], now=at(1))
    assert found is not None
    assert found.conversation_id == urgent.pk, "the pool stays open"


def test_a_fresh_question_is_first_shown_to_whom_its_topic_fits(brand: Brand, new_question: Ask) -> None:
    Topic.objects.create(brand=brand, slug="sound", name="Sound", keywords=["pair"])
    knows, other, newcomer = (
        actor_of(one) for one in (*helpers(brand, 2), people.member(brand, Role.COLLEAGUE, trust=None))
    )
    Membership.objects.filter(public_name="Helper 0").update(topics=["sound"])
    new_question(next_ring_at=None)
    seen = {
        minute: [offered_count(actor=who, now=at(minute)) for who in (knows, other, newcomer)]
        for minute in (1, 11)
    }
    assert seen == {1: [1, 0, 0], 11: [1, 1, 0]}


# ---------------------------------------------------------------- cost
def test_a_look_costs_the_same_number_of_statements_for_many(
    brand: Brand, account: ChannelAccount, look: Look, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "_HANDLERS", {})  # what others do about an offer is theirs to count
    helpers(brand, 30)
    words = [
        "battery",
        "charger",
        "strap",
        "cable",
        "manual",
        "colour",
        "warranty",
        "sleeve",
        "stand",
        "button",
    ]
    tell(
        account,
        *(
            post(f"n{n}", f"Where do I find the {word}, number {n} of mine?", by=f"c{n}")
            for n, word in enumerate(words)
        ),
    )
    WorkItem.objects.update(
        next_ring_at=NOON, waiting_since=NOON, due_at=at(15), lane="crowd", trusted_only=False
    )
    with CaptureQueriesContext(connection) as many:
        assert look(0) == 10
    one = traffic.conversation_of("n0").pk
    WorkItem.objects.filter(pk=one).update(next_ring_at=at(3))
    offers_router.forget_pools()
    with CaptureQueriesContext(connection) as single:
        look(3)
    assert len(many) <= 26
    assert len(many) - len(single) <= 2
