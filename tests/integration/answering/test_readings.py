"""Reviewers are reviewed: samples, second and third readings, known cases, agreement; and no draft slips through."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chimein.answering import agreement, pending, review_lists, reviewing, services
from chimein.answering.models import Answer, Review
from chimein.answering.reviewing import Criteria
from chimein.channels.models import ChannelAccount, Delivery
from chimein.conversations.models import Conversation
from chimein.core import clock, db
from chimein.core.actor import Actor, Role
from chimein.core.errors import NotAllowed, UserError
from chimein.people import trust
from chimein.people.models import Brand, Membership
from chimein.routing import services as routing
from tests.factories import people, traffic
from tests.factories.desk import pump, send_off
from tests.factories.network import said
from tests.factories.reviews import GOOD, NOT_PERSONAL, coached, draft, mentor

pytestmark = pytest.mark.django_db


@pytest.fixture
def nora(brand: Brand) -> Actor:
    return coached(brand, "Nora")


def question(account: ChannelAccount, name: str) -> Conversation:
    traffic.tell(account, said(name, at=358, by=f"by-{name}"))
    return traffic.conversation_of(name)


def read(of: Review | None, author: Actor, reader: Actor, criteria: Criteria, answer: Answer) -> Review:
    """A reading that was made, without the way to it."""
    return Review.objects.create(
        brand_id=author.brand_id, answer=answer, author_id=author.membership_id or 0, reviewer_id=reader.membership_id,
        kind="again" if of else "draft", of=of, text="x", verdict="good", asked_at=clock.now(),
        decided_at=clock.now(), tone=criteria.tone, solves=criteria.solves, personal=criteria.personal,
    )  # fmt: skip


@pytest.fixture
def answer(account: ChannelAccount, nora: Actor) -> Answer:
    return Answer.objects.create(
        conversation=question(account, "old"), author_id=nora.membership_id, text="x", signature="x",
        undo_until=clock.now(),
    )  # fmt: skip


# ---------------------------------------------------------------- agreement
def test_the_third_reading_decides_and_two_who_agree_are_not_overruled(
    brand: Brand, nora: Actor, answer: Answer
) -> None:
    one, two, three = (mentor(brand, name) for name in ("One", "Two", "Three"))
    root = read(None, nora, one, NOT_PERSONAL, answer)
    read(root, nora, two, GOOD, answer)
    assert agreement.is_disputed(root.pk)
    found = agreement.agreements(brand.pk, now=clock.now())
    assert found[one.membership_id or 0].percent == 100, "where two differ nothing is settled"
    read(root, nora, three, GOOD, answer)
    assert not agreement.is_disputed(root.pk)
    found = agreement.agreements(brand.pk, now=clock.now())
    percents = [round(found[who.membership_id or 0].percent) for who in (one, two, three)]
    assert percents == [67, 100, 100]


def test_who_differs_too_often_reviews_no_more_but_a_lead_does(
    account: ChannelAccount, brand: Brand, nora: Actor, answer: Answer, lead: Actor
) -> None:
    lee, other, third = (mentor(brand, name) for name in ("Lee", "Other", "Third"))
    bad = Criteria(tone=False, solves=False, personal=True)
    for _ in range(agreement.LEAST_COMPARED):
        for reader in (lee, lead):
            root = read(None, nora, reader, bad, answer)
            read(root, nora, other, GOOD, answer)
            read(root, nora, third, GOOD, answer)
    out = agreement.without_right(brand.pk, now=clock.now())
    assert out == {lee.membership_id, lead.membership_id}
    assert not agreement.without_right(brand.pk, now=clock.now() + timedelta(days=61)), "it comes back"
    review = draft(nora, question(account, "q").pk)
    assert review.reviewer_id != lee.membership_id
    with pytest.raises(NotAllowed):
        reviewing.approve(actor=lee, review_id=review.pk, criteria=GOOD, now=clock.now())
    assert reviewing.approve(actor=lead, review_id=review.pk, criteria=GOOD, now=clock.now()).state == "held"


def test_known_cases_are_settled_and_new_to_their_reader(brand: Brand, nora: Actor, answer: Answer) -> None:
    one, two, new = (mentor(brand, name) for name in ("One", "Two", "New"))
    root = read(None, nora, one, NOT_PERSONAL, answer)
    assert agreement.known_case(brand.pk, new.membership_id or 0, seed=7, now=clock.now()) is None
    read(root, nora, two, NOT_PERSONAL, answer)
    known = [
        agreement.known_case(brand.pk, who.membership_id or 0, seed=7, now=clock.now())
        for who in (new, one, two, nora)
    ]
    assert known == [root.pk, None, None, None]


def test_one_in_twenty_is_drawn() -> None:
    drawn = sum(agreement.is_drawn("audit", number, 5) for number in range(20_000))
    assert 900 < drawn < 1100


def test_after_a_verdict_a_second_reader_and_a_known_case_follow(
    account: ChannelAccount, brand: Brand, nora: Actor, answer: Answer
) -> None:
    lee, other, third = (mentor(brand, name) for name in ("Lee", "Other", "Third"))
    root = read(None, nora, other, NOT_PERSONAL, answer)
    read(root, nora, third, NOT_PERSONAL, answer)
    with agreement.AGAIN_PERCENT.override(100), agreement.AUDIT_PERCENT.override(100):
        review = draft(nora, question(account, "q").pk)
        reader = next(one for one in (lee, other, third) if one.membership_id == review.reviewer_id)
        reviewing.approve(actor=reader, review_id=review.pk, criteria=GOOD, now=clock.now())
    again = Review.objects.get(kind="again", of=review, verdict="")
    with pytest.raises(NotAllowed):
        reviewing.judge(actor=reader, review_id=again.pk, criteria=GOOD, now=clock.now())
    second = next(one for one in (lee, other, third) if one is not reader)
    reviewing.judge(actor=second, review_id=again.pk, criteria=NOT_PERSONAL, now=clock.now())
    assert Review.objects.filter(kind="again", of=review, verdict="").count() == 1, (
        "in dispute: a third reads it"
    )
    audits = Review.objects.filter(kind="again", of=root, verdict="")
    assert [one.reviewer_id for one in audits] == ([lee.membership_id] if reader is lee else [])


# ---------------------------------------------------------------- after the fact
def test_a_sample_of_what_the_trusted_publish_is_read_afterwards(
    account: ChannelAccount, brand: Brand, colleague: Actor, agent: Actor
) -> None:
    lee = mentor(brand, "Lee")
    with trust.SAMPLE_PERCENT.override(100):
        send_off(colleague, question(account, "q").pk)
        send_off(agent, question(account, "staff").pk)
        pump()
    review = Review.objects.get()
    assert (review.kind, review.author_id) == ("sample", colleague.membership_id)
    assert [one.review.pk for one in review_lists.to_read(_member(lee), now=clock.now())] == [review.pk]
    assert review_lists.to_read(_member(colleague), now=clock.now()) == []
    reviewing.judge(
        actor=lee, review_id=review.pk, criteria=NOT_PERSONAL, advice="Say hello.", now=clock.now()
    )
    review.refresh_from_db()
    assert (review.verdict, review.answer.state) == ("poor", "sent")


def _member(actor: Actor) -> Membership:
    return Membership.objects.select_related("team").get(pk=actor.membership_id or 0)


def test_what_an_author_should_work_on(brand: Brand, nora: Actor, answer: Answer) -> None:
    lee = mentor(brand, "Lee")
    for criteria in (GOOD, NOT_PERSONAL, NOT_PERSONAL):
        read(None, nora, lee, criteria, answer)
    assert review_lists.weak_spot(nora.membership_id or 0) == review_lists.WeakSpot("personal", 1, 3)
    assert review_lists.weak_spot(lee.membership_id or 0) is None


# ---------------------------------------------------------------- whatever people do
STEPS = st.lists(
    st.tuples(
        st.sampled_from(
            ["write", "undo", "approve", "edit", "back", "reject", "take back", "time", "post", "claim"]
        ),
        st.integers(0, 4),
    ),
    max_size=14,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_nothing_of_the_coached_is_published_unread_or_read_by_its_author(
    brand: Brand, account: ChannelAccount, steps: list[tuple[str, int]]
) -> None:
    with db.atomic():
        crew = [
            coached(brand, "Nora"), coached(brand, "Nick"), mentor(brand, "Lee"), mentor(brand, "Mo"),
            people.actor(brand, Role.AGENT, "Ann"),
        ]  # fmt: skip
        name = f"p{Conversation.objects.count()}-{clock.now().timestamp()}"
        asked, now = question(account, name), clock.now()
        for act, who in [("write", 0), *steps]:
            now += timedelta(seconds=30)
            now = _step(act, crew[who], asked, now)
        _check(crew)
        transaction.set_rollback(True)


def _write(actor: Actor, conversation_id: int, now: datetime) -> None:
    fence = routing.claim(actor=actor, conversation_id=conversation_id, now=now).fence
    services.answer(actor=actor, conversation_id=conversation_id, text="Hold it.", fence=fence, now=now)


def _step(act: str, actor: Actor, asked: Conversation, now: datetime) -> datetime:
    """Try something; what is refused changes nothing."""
    review = Review.objects.filter(answer__conversation=asked).order_by("pk").last()
    given: dict[str, Any] = {"actor": actor, "review_id": review.pk if review else 0, "now": now}
    later = now + timedelta(minutes=4) if act == "time" else now
    acts: dict[str, Callable[[], object]] = {
        "write": lambda: _write(actor, asked.pk, now),
        "claim": lambda: routing.claim(actor=actor, conversation_id=asked.pk, now=now),
        "undo": lambda: services.undo(actor=actor, answer_id=review.answer_id if review else 0, now=now),
        "approve": lambda: reviewing.approve(**given, criteria=GOOD),
        "edit": lambda: reviewing.approve(**given, criteria=GOOD, text="Other."),
        "back": lambda: reviewing.send_back(**given, criteria=GOOD, advice="Hm."),
        "reject": lambda: reviewing.reject(**given, criteria=GOOD, reason="Hm.", to_desk=False),
        "take back": lambda: reviewing.take_back(**given),
        "time": lambda: pending.turn(now=later),
        "post": lambda: pump(now - clock.now() + timedelta(seconds=20)),
    }
    with suppress(UserError), db.atomic():
        acts[act]()
    return later


def _check(crew: list[Actor]) -> None:
    """Each post of somebody coached has a verdict that let it out, by another person; never two of one answer."""
    coached_ids = {crew[0].membership_id, crew[1].membership_id}
    for made in Answer.objects.filter(author_id__in=coached_ids, state__in=("held", "sending", "sent")):
        review = made.reviews.filter(kind="draft").latest("pk")
        assert review.verdict in {"approved", "edited"}
        assert review.reviewer_id not in {None, made.author_id, *coached_ids}
        assert made.text == (review.final_text or review.text)
    waiting = Delivery.objects.exclude(state="cancelled").filter(message__author_id__in=coached_ids)
    assert (
        waiting.count()
        == Answer.objects.filter(author_id__in=coached_ids, state__in=("held", "sending", "sent")).count()
    )
    assert (
        not Delivery.objects.exclude(state="cancelled").filter(message__answer_parts__state="review").exists()
    )
