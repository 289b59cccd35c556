"""A draft of somebody coached: who reads it, what they may decide, what everybody sees of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from itertools import pairwise

import pytest

from chimein.answering import merging, pending, reviewing, services
from chimein.answering.models import Answer, Draft, Review
from chimein.channels.models import ChannelAccount, Delivery
from chimein.conversations import threading
from chimein.conversations.models import Conversation
from chimein.core import clock, db
from chimein.core.actor import Actor, Role
from chimein.core.errors import Conflict, NotAllowed, UserError
from chimein.core.models import Event
from chimein.people.models import Brand, HelperSettings, Membership
from chimein.routing import dismissing
from chimein.routing import services as routing
from chimein.routing.models import WorkItem
from tests.factories import people, traffic
from tests.factories.crowd import at_once, kinds
from tests.factories.desk import pump, send_off
from tests.factories.network import ScriptedNetwork, said
from tests.factories.reviews import GOOD, NOT_PERSONAL, coached, draft, mentor

pytestmark = pytest.mark.django_db


@pytest.fixture
def question(account: ChannelAccount) -> Conversation:
    """Asked two minutes ago: there is time for a coach."""
    traffic.tell(account, said("q1", at=358))
    return traffic.conversation_of("q1")


@pytest.fixture
def nora(brand: Brand) -> Actor:
    return coached(brand, "Nora", people.team(brand, "Store 3", "三店"))


@pytest.fixture
def lee(brand: Brand) -> Actor:
    return mentor(brand, "Lee")


def item(of: Conversation) -> WorkItem:
    return WorkItem.objects.get(conversation=of)


def told(kind: str) -> list[dict[str, object]]:
    return list(Event.objects.filter(kind=kind).order_by("pk").values_list("data", flat=True))


# ---------------------------------------------------------------- asking
def test_a_draft_waits_for_the_mentor_and_nothing_leaves(
    question: Conversation, nora: Actor, lee: Actor, agent: Actor
) -> None:
    review = draft(nora, question.pk)
    assert (review.stage, review.reviewer_id) == (Review.Stage.COACH, lee.membership_id)
    assert not Delivery.objects.exists()
    assert pump() == 0
    with pytest.raises(Conflict):
        routing.claim(actor=agent, conversation_id=question.pk, now=clock.now())
    asked = told("review.asked")
    assert asked[0]["reviewers"] == [lee.membership_id]
    assert not Draft.objects.exists()


def test_the_named_coach_is_asked_before_any_mentor(question: Conversation, brand: Brand, lee: Actor) -> None:
    coach = people.member(brand, Role.COLLEAGUE, "Cora")
    review = draft(coached(brand, coach=coach), question.pk)
    assert review.reviewer_id == coach.pk
    assert lee.membership_id != coach.pk


def test_trusted_people_and_staff_are_not_reviewed(
    question: Conversation, colleague: Actor, lee: Actor
) -> None:
    assert send_off(colleague, question.pk).state == Answer.State.HELD
    assert not Review.objects.exists()


def test_with_the_deadline_near_nobody_waits_for_one_reader(
    account: ChannelAccount, nora: Actor, lee: Actor
) -> None:
    traffic.tell(account, said("late", at=0))
    review = draft(nora, traffic.conversation_of("late").pk)
    assert (review.stage, review.reviewer_id) == (Review.Stage.POOL, None)


def test_not_the_same_pair_twice_in_a_row(
    account: ChannelAccount, brand: Brand, nora: Actor, lee: Actor
) -> None:
    other = mentor(brand, "Mo")
    readers = []
    for number in range(4):
        traffic.tell(account, said(f"r{number}", at=358, by=f"by{number}"))
        review = draft(nora, traffic.conversation_of(f"r{number}").pk)
        readers.append(review.reviewer_id)
        reviewing.approve(
            actor=lee if review.reviewer_id == lee.membership_id else other, review_id=review.pk, criteria=GOOD,
            now=clock.now(),
        )  # fmt: skip
    assert all(a != b for a, b in pairwise(readers))


def test_quiet_hours_mute_and_pause_keep_a_reader_out(
    question: Conversation, nora: Actor, lee: Actor, brand: Brand
) -> None:
    HelperSettings.objects.create(
        member_id=lee.membership_id or 0, muted_until=clock.now() + timedelta(hours=1)
    )
    second = mentor(brand, "Mo")
    assert draft(nora, question.pk).reviewer_id == second.membership_id


# ---------------------------------------------------------------- deciding
def test_an_approved_draft_is_posted_with_both_names(
    question: Conversation, nora: Actor, lee: Actor, scripted: ScriptedNetwork
) -> None:
    review = draft(nora, question.pk)
    made = reviewing.approve(actor=lee, review_id=review.pk, criteria=GOOD, now=clock.now())
    assert (made.state, made.signature) == ("held", "Nora, Store 3 · with Lee")
    assert pump(timedelta()) == 0, "it is held like every answer"
    assert pump() == 1
    assert [one["text"] for one in scripted.posted()] == ["Hold the button. ^Nora, Store 3 · with Lee"]
    made.refresh_from_db()
    assert (made.state, item(question).is_open, made.author_id) == ("sent", False, nora.membership_id)
    given = told("review.given")[0]
    assert given["verdict"] == "approved"
    assert given["criteria"] == {"tone": True, "solves": True, "personal": True}
    assert (given["author"], given["reviewer"]) == (nora.membership_id, lee.membership_id)


def test_approved_with_changes_keeps_both_texts(
    question: Conversation, nora: Actor, lee: Actor, scripted: ScriptedNetwork
) -> None:
    review = draft(nora, question.pk)
    reviewing.approve(
        actor=lee, review_id=review.pk, criteria=NOT_PERSONAL, advice="Say her name.",
        text="Mia, hold the button.", now=clock.now(),
    )  # fmt: skip
    pump()
    review.refresh_from_db()
    assert (review.verdict, review.text, review.final_text) == (
        "edited", "Hold the button.", "Mia, hold the button."
    )  # fmt: skip
    assert scripted.posted()[0]["text"].startswith("Mia, hold the button.")


def test_a_no_without_a_change_is_not_approved(question: Conversation, nora: Actor, lee: Actor) -> None:
    review = draft(nora, question.pk)
    with pytest.raises(UserError, match="You said no"):
        reviewing.approve(actor=lee, review_id=review.pk, criteria=NOT_PERSONAL, now=clock.now())
    review.refresh_from_db()
    assert review.verdict == ""


def test_sent_back_the_author_keeps_the_claim_mends_and_the_same_reader_looks_first(
    question: Conversation, nora: Actor, lee: Actor, agent: Actor, brand: Brand
) -> None:
    mentor(brand, "Mo")
    review = draft(nora, question.pk)
    with pytest.raises(UserError, match="advice"):
        reviewing.send_back(
            actor=lee, review_id=review.pk, criteria=NOT_PERSONAL, advice=" ", now=clock.now()
        )
    reviewing.send_back(
        actor=lee, review_id=review.pk, criteria=NOT_PERSONAL, advice="Say her name.", now=clock.now()
    )
    held = item(question)
    assert (held.holder_id, held.sending) == (nora.membership_id, False)
    assert Draft.objects.get().text == "Hold the button."
    with pytest.raises(Conflict):
        routing.claim(actor=agent, conversation_id=question.pk, now=clock.now())
    again = draft(nora, question.pk, "Mia, hold the button.")
    assert (again.pk != review.pk, again.reviewer_id) == (True, lee.membership_id)
    assert Answer.objects.count() == 1


@pytest.mark.parametrize(("to_desk", "lane"), [(False, "crowd"), (True, "desk")])
def test_turned_down_the_question_goes_on(
    question: Conversation, nora: Actor, lee: Actor, colleague: Actor, *, to_desk: bool, lane: str
) -> None:
    review = draft(nora, question.pk)
    reviewing.reject(
        actor=lee, review_id=review.pk, criteria=NOT_PERSONAL, reason="Wrong device.", to_desk=to_desk,
        now=clock.now(),
    )  # fmt: skip
    found = item(question)
    assert (found.lane, found.holder_id, found.sending, found.is_open) == (lane, None, False, True)
    assert Answer.objects.get().state == Answer.State.REJECTED
    assert pump() == 0


def test_only_who_may_decides(
    question: Conversation, brand: Brand, nora: Actor, lee: Actor, lead: Actor
) -> None:
    shop = Membership.objects.get(pk=nora.membership_id or 0).team
    mate = people.actor(brand, Role.COLLEAGUE, "Mate", shop)
    novice = coached(brand, "Ned")
    other = people.actor(people.brand("Elsewhere"), Role.OWNER, "Otto")
    review = draft(nora, question.pk)
    for actor in (nora, mate, novice, other):
        with pytest.raises(NotAllowed):
            reviewing.approve(actor=actor, review_id=review.pk, criteria=GOOD, now=clock.now())
    someone = people.actor(brand, Role.COLLEAGUE, "Some")
    with pytest.raises(Conflict, match="It is with Lee"):
        reviewing.approve(actor=someone, review_id=review.pk, criteria=GOOD, now=clock.now())
    assert reviewing.approve(actor=lead, review_id=review.pk, criteria=GOOD, now=clock.now()).state == "held"


def test_those_who_wave_each_other_through_do_not_review_each_other(
    brand: Brand, account: ChannelAccount, question: Conversation, nora: Actor, lee: Actor
) -> None:
    other = mentor(brand, "Mo")
    answer = Answer.objects.create(
        conversation=question, author_id=other.membership_id, text="x", signature="x", undo_until=clock.now()
    )
    for author, reader in ((nora, lee), (lee, nora)):
        for _ in range(4):
            Review.objects.create(
                brand=brand, answer=answer, author_id=author.membership_id or 0, reviewer_id=reader.membership_id,
                text="x", verdict="approved", asked_at=clock.now(), decided_at=clock.now(),
            )  # fmt: skip
    review = draft(nora, question.pk)
    assert review.reviewer_id == other.membership_id
    with pytest.raises(NotAllowed):
        reviewing.approve(actor=lee, review_id=review.pk, criteria=GOOD, now=clock.now())


# ---------------------------------------------------------------- time and others
def test_after_three_minutes_all_who_may_are_asked_later_the_question_is_free(
    question: Conversation, nora: Actor, lee: Actor, agent: Actor
) -> None:
    now = clock.now()
    review = draft(nora, question.pk)
    pending.turn(now=now + timedelta(minutes=2))
    review.refresh_from_db()
    assert review.stage == Review.Stage.COACH
    pending.turn(now=now + timedelta(minutes=4))
    review.refresh_from_db()
    assert (review.stage, review.reviewer_id, item(question).sending) == (Review.Stage.POOL, None, True)
    later = now + timedelta(minutes=15)
    assert pending.turn(now=later) == 1
    review.refresh_from_db()
    assert (review.stage, item(question).sending, item(question).holder_id) == (
        Review.Stage.FREE,
        False,
        None,
    )
    assert told("claim.released")[-1]["reason"] == "review_overdue"
    routing.claim(actor=agent, conversation_id=question.pk, now=later)
    with pytest.raises(Conflict, match="Ann is answering this"):
        reviewing.approve(actor=lee, review_id=review.pk, criteria=GOOD, now=later)
    made = reviewing.approve(actor=agent, review_id=review.pk, criteria=GOOD, now=later)
    assert (made.state, made.author_id) == ("held", nora.membership_id)


def test_of_two_drafts_one_is_published_and_the_other_released_kindly(
    question: Conversation, brand: Brand, nora: Actor, lee: Actor, scripted: ScriptedNetwork
) -> None:
    first = draft(nora, question.pk, "Nora's text.")
    pending.turn(now=clock.now() + timedelta(minutes=4))
    pending.turn(now=clock.now() + timedelta(minutes=20))
    second = draft(coached(brand, "Nick"), question.pk, "Nick's text.")
    reviewing.approve(actor=lee, review_id=second.pk, criteria=GOOD, now=clock.now() + timedelta(minutes=5))
    with pytest.raises(Conflict, match="on its way"):
        reviewing.approve(actor=lee, review_id=first.pk, criteria=GOOD, now=clock.now())
    pump(timedelta(minutes=10))
    first.refresh_from_db()
    assert (first.verdict, first.answer.state, first.answer.text) == ("moot", "released", "Nora's text.")
    assert told("draft.released") == [
        {"answer": first.answer_id, "author": nora.membership_id, "reason": "another"}
    ]
    assert len(scripted.posted()) == 1


def test_a_question_that_is_closed_releases_its_draft(
    question: Conversation, nora: Actor, lee: Actor, agent: Actor
) -> None:
    review = draft(nora, question.pk)
    WorkItem.objects.filter(conversation=question).update(sending=False)
    dismissing.dismiss(actor=agent, conversation_id=question.pk, reason="settled", now=clock.now())
    review.refresh_from_db()
    assert (review.verdict, review.answer.state) == ("moot", "released")


def test_the_author_takes_the_draft_out_of_review(question: Conversation, nora: Actor, lee: Actor) -> None:
    review = draft(nora, question.pk)
    services.undo(actor=nora, answer_id=review.answer_id, now=clock.now())
    review.refresh_from_db()
    assert (review.verdict, item(question).sending, item(question).holder_id) == (
        "moot",
        False,
        nora.membership_id,
    )
    assert Draft.objects.get().text == "Hold the button."
    with pytest.raises(Conflict):
        reviewing.approve(actor=lee, review_id=review.pk, criteria=GOOD, now=clock.now())


# ---------------------------------------------------------------- thinking again
Decide = Callable[[Actor, int], object]
DECISIONS: dict[str, Decide] = {
    "approve": lambda lee, pk: reviewing.approve(actor=lee, review_id=pk, criteria=GOOD, now=clock.now()),
    "edit": lambda lee, pk: reviewing.approve(
        actor=lee, review_id=pk, criteria=GOOD, text="Other words.", now=clock.now()
    ),
    "back": lambda lee, pk: reviewing.send_back(
        actor=lee, review_id=pk, criteria=GOOD, advice="Hm.", now=clock.now()
    ),
    "reject": lambda lee, pk: reviewing.reject(
        actor=lee, review_id=pk, criteria=GOOD, reason="Hm.", to_desk=False, now=clock.now()
    ),
    "desk": lambda lee, pk: reviewing.reject(
        actor=lee, review_id=pk, criteria=GOOD, reason="Hm.", to_desk=True, now=clock.now()
    ),
}


@pytest.mark.parametrize("name", DECISIONS)
def test_every_decision_can_be_taken_back(
    question: Conversation, nora: Actor, lee: Actor, scripted: ScriptedNetwork, name: str
) -> None:
    review = draft(nora, question.pk)
    DECISIONS[name](lee, review.pk)
    reviewing.take_back(actor=lee, review_id=review.pk, now=clock.now())
    review.refresh_from_db()
    assert (review.verdict, review.answer.state, review.answer.text) == ("", "review", "Hold the button.")
    assert (item(question).sending, item(question).lane) == (True, "crowd")
    assert (Draft.objects.count(), pump()) == (0, 0)
    reviewing.approve(actor=lee, review_id=review.pk, criteria=GOOD, now=clock.now())
    assert pump() == 1
    assert len(scripted.posted()) == 1


def test_what_is_on_its_way_is_not_taken_back(question: Conversation, nora: Actor, lee: Actor) -> None:
    review = draft(nora, question.pk)
    reviewing.approve(actor=lee, review_id=review.pk, criteria=GOOD, now=clock.now())
    pump()
    with pytest.raises(Conflict, match="too late"):
        reviewing.take_back(actor=lee, review_id=review.pk, now=clock.now() + timedelta(minutes=1))


def test_a_text_that_does_not_fit_with_both_names_says_so(
    question: Conversation, nora: Actor, lee: Actor
) -> None:
    text = "x" * (140 - len(" ^Nora, Store 3"))
    review = draft(nora, question.pk, text)
    with pytest.raises(UserError, match="over the limit"):
        reviewing.approve(actor=lee, review_id=review.pk, criteria=GOOD, now=clock.now())


# ---------------------------------------------------------------- at once
@pytest.mark.django_db(transaction=True)
def test_of_reviewers_who_decide_at_once_one_counts(
    question: Conversation, brand: Brand, nora: Actor, scripted: ScriptedNetwork
) -> None:
    leads = [people.actor(brand, Role.LEAD, f"Lead {n}") for n in range(6)]
    review = draft(nora, question.pk)

    def decide(number: int) -> object:
        actor, now = leads[number], clock.now()
        if number % 3 == 0:
            return reviewing.approve(actor=actor, review_id=review.pk, criteria=GOOD, now=now)
        if number % 3 == 1:
            return reviewing.send_back(actor=actor, review_id=review.pk, criteria=GOOD, advice="Hm.", now=now)
        return reviewing.reject(
            actor=actor, review_id=review.pk, criteria=GOOD, reason="Hm.", to_desk=False, now=now
        )

    assert kinds(at_once(decide, range(6))) == {"Answer": 1, "Conflict": 5}
    assert len(told("review.given")) == 1
    pump()
    verdict = Review.objects.get(pk=review.pk).verdict
    assert len(scripted.posted()) == (1 if verdict == "approved" else 0)


def test_killed_in_between_nothing_is_lost_or_doubled(
    question: Conversation,
    nora: Actor,
    lee: Actor,
    scripted: ScriptedNetwork,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    review = draft(nora, question.pk)

    def die(*_given: object, **_named: object) -> None:
        raise SystemExit

    with monkeypatch.context() as patch:
        patch.setattr("chimein.answering.readings.follow", die)
        with pytest.raises(SystemExit):
            reviewing.approve(actor=lee, review_id=review.pk, criteria=GOOD, now=clock.now())
    with monkeypatch.context() as patch:
        patch.setattr("chimein.answering.pending.tell_asked", die)
        with pytest.raises(SystemExit):
            pending.turn(now=clock.now() + timedelta(minutes=4))
    review.refresh_from_db()
    assert (review.stage, review.verdict, review.answer.state) == (Review.Stage.COACH, "", "review")
    assert (Delivery.objects.count(), item(question).sending) == (0, True)
    assert pending.turn(now=clock.now() + timedelta(minutes=4)) == 1
    reviewing.approve(actor=lee, review_id=review.pk, criteria=GOOD, now=clock.now() + timedelta(minutes=4))
    pump(timedelta(minutes=9))
    assert len(scripted.posted()) == 1
    assert len(told("review.given")) == 1


def test_a_draft_goes_along_when_two_conversations_turn_out_to_be_one(
    account: ChannelAccount, question: Conversation, nora: Actor, lee: Actor, scripted: ScriptedNetwork
) -> None:
    review = draft(nora, question.pk)
    traffic.tell(account, said("older", at=350, by="otto"))
    older = traffic.conversation_of("older")
    with db.atomic():
        ids = sorted(threading.lock({older.pk, question.pk}))
        merging.merge(ids, brand_id=question.brand_id, actor="test", now=clock.now())
    assert pending.turn(now=clock.now() + timedelta(minutes=4)) == 1
    made = reviewing.approve(actor=lee, review_id=review.pk, criteria=GOOD, now=clock.now())
    assert made.state == Answer.State.HELD
    assert pump() == 1
    assert len(scripted.posted()) == 1
