"""The ledger of points: written once, worked out anew with the same sum, whatever happens twice or late."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction

from chimein.answering.models import Answer, Review
from chimein.channels.models import ChannelAccount
from chimein.community.points_models import PointsFact, PointsRow
from chimein.community.recognition import audit, facts, settle
from chimein.core import clock
from chimein.core.actor import Actor, Role
from chimein.core.events import Fact, emit
from chimein.people.models import Brand, Membership
from chimein.routing import events as routing_events
from tests.factories import people, recognised
from tests.factories.crowd import at_once

pytestmark = pytest.mark.django_db
# The reader of the log stops before transactions that still run: a test of it must have ended its own.
real = pytest.mark.django_db(transaction=True)
NOW = clock.now()


Step = tuple[Answer, tuple[str, ...], int, Membership | None]


@pytest.fixture
def ann(brand: Brand) -> Membership:
    return people.member(brand, Role.COLLEAGUE, "Ann")


def rows(member: Membership) -> list[tuple[str, int]]:
    return list(PointsRow.objects.filter(member=member).order_by("pk").values_list("reason", "points"))


def total(member: Membership) -> int:
    return settle.total_of(member.pk)


def test_solved_by_the_customer_s_word(account: ChannelAccount, ann: Membership) -> None:
    made = recognised.answer(account, ann)
    recognised.came_of(made, "thanked", "solved")
    recognised.settle()
    assert rows(ann) == [("solved", 20)]
    row = PointsRow.objects.get()
    assert row.parts["difficulty"] == 0.5
    assert (row.answer_id, row.share, row.parts["quality"]) == (made.pk, "answer", 1.0)
    assert recognised.told("points.changed") == [{"member": ann.pk, "points": 20, "total": 20}]


def test_silence_is_worth_less_than_a_word(account: ChannelAccount, ann: Membership) -> None:
    recognised.came_of(recognised.answer(account, ann), "solved")
    recognised.settle()
    assert rows(ann) == [("quiet", 5)]


def test_accepted_then_solved_adds_the_difference(
    account: ChannelAccount, ann: Membership, lead: Actor
) -> None:
    made = recognised.answer(account, ann)
    reader = Membership.objects.get(user=lead.user_id)
    recognised.came_of(made, "accepted", by=reader)
    recognised.settle()
    recognised.came_of(made, "thanked", "solved")
    recognised.settle()
    assert rows(ann) == [("accepted", 10), ("solved", 10)]


def test_a_reopened_question_takes_the_points_back_with_the_row_it_reverses(
    account: ChannelAccount, ann: Membership
) -> None:
    made = recognised.answer(account, ann)
    recognised.came_of(made, "thanked", "solved")
    recognised.settle()
    recognised.came_of(made, "reopened")
    recognised.settle()
    assert rows(ann) == [("solved", 20), ("reopened", -20)]
    won, lost = PointsRow.objects.order_by("pk")
    assert lost.reverses == won
    assert list(won.reversed_by.all()) == [lost]
    assert lost.day == won.day, "the week that had them loses them"


def test_settling_again_writes_nothing(account: ChannelAccount, ann: Membership) -> None:
    for _ in range(3):
        recognised.came_of(recognised.answer(account, ann), "thanked", "solved")
    recognised.settle()
    before = rows(ann)
    settle.settle(ann.pk, now=clock.now())
    assert rows(ann) == before


@real
def test_each_event_is_read_once(account: ChannelAccount, ann: Membership) -> None:
    recognised.came_of(recognised.answer(account, ann), "thanked", "solved")
    recognised.work()
    recognised.came_of(recognised.answer(account, ann), "thanked", "solved")
    recognised.work()
    recognised.work()
    assert rows(ann) == [("solved", 20)] * 2
    assert len(recognised.told("helper.thanked")) == 2


@real
def test_many_workers_at_once_write_once(account: ChannelAccount, ann: Membership) -> None:
    for _ in range(4):
        recognised.came_of(recognised.answer(account, ann), "thanked", "solved")
    at_once(lambda _n: (facts.gather(), settle.settle_waiting(now=clock.now())), range(6))
    recognised.work()
    assert rows(ann) == [("solved", 20)] * 4


def test_nothing_for_one_s_own_question_nor_one_s_own_vote(account: ChannelAccount, ann: Membership) -> None:
    own = recognised.answer(account, ann)
    contact = own.reply_to.contact if own.reply_to else None
    assert contact is not None
    contact.private = {"email": ann.user.email.upper()}
    contact.save()
    recognised.came_of(own, "thanked", "solved")
    recognised.came_of(recognised.answer(account, ann), "accepted", by=ann)
    recognised.settle()
    assert rows(ann) == []


def test_a_near_copy_of_one_s_own_answer_counts_a_fifth(account: ChannelAccount, ann: Membership) -> None:
    text = "Hold the power button for ten seconds until the light blinks twice, then let go."
    for words in (text, f"{text} !", "Please send us a picture of the label on the back."):
        recognised.came_of(recognised.answer(account, ann, words), "thanked", "solved")
    recognised.settle()
    assert rows(ann) == [("solved", 20), ("solved", 4), ("solved", 20)]


def test_the_coach_has_a_share_in_what_was_solved(
    account: ChannelAccount, ann: Membership, brand: Brand
) -> None:
    coach = people.member(brand, Role.COLLEAGUE, "Cora")
    made = recognised.answer(account, ann)
    Review.objects.create(
        brand=brand, answer=made, author=ann, reviewer=coach, text=made.text, verdict="approved",
        asked_at=NOW, decided_at=NOW,
    )  # fmt: skip
    recognised.came_of(made, "thanked", "solved")
    recognised.settle()
    assert rows(coach) == [("coached", 5)]
    recognised.came_of(made, "reopened")
    recognised.settle()
    assert total(coach) == 0


def test_over_the_day_s_limit_it_says_so_and_a_loss_restores(
    account: ChannelAccount, ann: Membership
) -> None:
    made = [recognised.answer(account, ann) for _ in range(27)]
    for number, one in enumerate(made):
        recognised.came_of(one, "thanked", "solved", at=NOW + timedelta(seconds=number))
    recognised.settle()
    assert total(ann) == 25 * 20
    assert rows(ann).count(("capped", 0)) == 2
    recognised.came_of(made[3], "reopened", at=NOW + timedelta(minutes=1))
    recognised.settle()
    assert total(ann) == 25 * 20
    assert rows(ann)[-2:] == [("restored", 20), ("reopened", -20)] or rows(ann)[-2:] == [
        ("reopened", -20),
        ("restored", 20),
    ]


def test_passing_a_question_on_costs_nothing(account: ChannelAccount, ann: Membership, brand: Brand) -> None:
    recognised.came_of(recognised.answer(account, ann), "thanked", "solved")
    recognised.settle()
    for _ in range(30):
        data: dict[str, object] = {"member": ann.pk, "reason": "not mine"}
        emit(Fact(routing_events.PASSED, clock.now(), f"user:{ann.user_id}", brand.pk, None, None, data))
    recognised.settle()
    assert rows(ann) == [("solved", 20)]


def test_the_database_refuses_to_change_a_row(account: ChannelAccount, ann: Membership) -> None:
    recognised.came_of(recognised.answer(account, ann), "thanked", "solved")
    recognised.settle()
    with pytest.raises(DatabaseError), transaction.atomic():
        PointsRow.objects.update(points=1000)


def test_in_any_order_the_sum_is_that_of_the_audit(
    account: ChannelAccount, ann: Membership, brand: Brand
) -> None:
    """A story with everything in it, told in four orders, settled at odd moments."""
    readers = [people.member(brand, Role.COLLEAGUE, f"R{number}") for number in range(2)]
    sums = set()
    for seed in range(4):
        dice = random.Random(seed)
        who = people.member(brand, Role.COLLEAGUE, f"W{seed}")
        made = [recognised.answer(account, who) for _ in range(9)]
        steps: list[Step] = [(made[n], ("thanked", "solved"), n, None) for n in range(6)]
        steps += [(made[n], ("accepted",), 20 + n, readers[n % 2]) for n in range(3, 9)]
        steps += [(made[n], ("reopened",), 40 + n, None) for n in (1, 4)]
        dice.shuffle(steps)
        for answer, outcomes, minute, by in steps:
            recognised.came_of(answer, *outcomes, at=NOW + timedelta(minutes=minute), by=by)
            if dice.random() < 0.4:
                recognised.settle()
        recognised.settle()
        sums.add(total(who))
    assert len(sums) == 1, sums
    night = audit.audit(brand=brand, now=clock.now())
    assert (night.differing, night.differences) == (0, [])
    assert night.points == sum(PointsRow.objects.values_list("points", flat=True)) > 0


def test_the_audit_sees_a_row_too_many_and_a_fact_too_few(
    account: ChannelAccount, ann: Membership, brand: Brand
) -> None:
    made = recognised.answer(account, ann)
    recognised.came_of(made, "thanked", "solved")
    recognised.settle()
    PointsRow.objects.create(
        brand=brand,
        member=ann,
        answer=made,
        share="answer",
        reason="solved",
        points=7,
        day=NOW.date(),
        at=NOW,
    )
    PointsFact.objects.filter(kind="thanked").delete()
    night = audit.audit(brand=brand, now=clock.now())
    assert [one["what"] for one in night.differences] == ["not_kept", "points"]
    assert (night.differences[1]["before"], night.differences[1]["after"]) == (27, 20)
    settle.settle(ann.pk, now=clock.now())
    assert total(ann) == 20, "the worker sets it right by another row"
    assert rows(ann)[-1] == ("corrected", -7)


def test_who_has_gone_does_not_stop_the_others(
    account: ChannelAccount, ann: Membership, brand: Brand
) -> None:
    gone = people.member(brand, Role.COLLEAGUE, "Gone")
    recognised.came_of(recognised.answer(account, gone), "thanked", "solved")
    recognised.came_of(recognised.answer(account, ann), "thanked", "solved")
    gone.delete()
    recognised.settle()
    assert total(ann) == 20
