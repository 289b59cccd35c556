"""Near copies travel as one: one helper gets them together, and one answer goes to all."""

from __future__ import annotations

import pytest

from chimein.answering import copies as answering_copies
from chimein.answering.models import Answer
from chimein.channels.models import ChannelAccount
from chimein.core.errors import NotAllowed
from chimein.people.access import actor_of
from chimein.people.models import Brand
from chimein.routing import offers_copies, services
from chimein.routing.models import CopyMark, Offer, WorkItem
from chimein.routing.selectors import offered_count
from tests.factories.desk import pump, send_off
from tests.factories.traffic import own, tell
from tests.integration.routing.conftest import NOON, Ask, Look, at, helpers, offered

pytestmark = pytest.mark.django_db
ASKED = "How do I pair the Halo headphones with my phone?"


def _three(new_question: Ask) -> list[WorkItem]:
    return [
        new_question("a", ASKED),
        new_question("b", f"@tamarind {ASKED.lower()}", waiting_since=at(0.1)),
        new_question("c", f"{ASKED}!! https://pic.example/1", waiting_since=at(0.2)),
    ]


def _leaders() -> list[int | None]:
    return list(WorkItem.objects.order_by("pk").values_list("copy_of_id", flat=True))


def test_copies_are_brought_together(brand: Brand, new_question: Ask, look: Look) -> None:
    helpers(brand, 12)
    first, *others = _three(new_question)
    look(0.5)
    assert _leaders() == [None, first.pk, first.pk]
    assert [len(offered(one)) for one in (first, *others)] == [3, 0, 0]
    assert Offer.objects.first().why["copies"] == 2  # type: ignore[union-attr]
    helper = actor_of(Offer.objects.first().member)  # type: ignore[union-attr]
    assert offered_count(actor=helper, now=at(12)) == 1
    marks = CopyMark.objects.count()
    look(3)
    assert CopyMark.objects.count() == marks


def test_one_answer_goes_to_all(brand: Brand, new_question: Ask, look: Look) -> None:
    actor = actor_of(helpers(brand, 1)[0])
    first, *others = _three(new_question)
    look(0.5)
    made = send_off(actor, first.pk, "Hold the button for five seconds.")
    assert answering_copies.answer_copies(actor=actor, answer_id=made.pk, now=made.created_at) == 2
    texts = dict(Answer.objects.values_list("conversation_id", "text"))
    assert texts[others[0].pk] == "@by-b Hold the button for five seconds."
    held = list(Answer.objects.order_by("pk").values_list("undo_until", flat=True))
    assert [(one - held[0]).total_seconds() for one in held] == [0, 0, 0.5]
    assert answering_copies.answer_copies(actor=actor, answer_id=made.pk, now=made.created_at) == 0
    with pytest.raises(NotAllowed):
        answering_copies.answer_copies(
            actor=actor_of(helpers(brand, 1)[0]), answer_id=made.pk, now=made.created_at
        )


def test_what_another_has_taken_is_left_alone(brand: Brand, new_question: Ask, look: Look) -> None:
    actor, other = (actor_of(one) for one in helpers(brand, 2))
    first, second, _ = _three(new_question)
    look(0.5)
    made = send_off(actor, first.pk)
    services.claim(actor=other, conversation_id=second.pk, now=made.created_at)
    assert answering_copies.answer_copies(actor=actor, answer_id=made.pk, now=made.created_at) == 1


def test_after_the_answer_the_others_are_asked_for_themselves(
    brand: Brand, account: ChannelAccount, new_question: Ask, look: Look
) -> None:
    helpers(brand, 12)
    first, second, third = _three(new_question)
    look(0.5)
    tell(account, own("o1", "Hold it.", reply_to="a"))
    WorkItem.objects.filter(pk=first.pk).update(next_ring_at=at(1))
    look(1)
    assert offered(second) == []
    look(1 + offers_copies.PATIENCE.total_seconds() / 60)
    assert _leaders() == [None, None, None] or len(offered(second)) == 3
    assert len(offered(second)) + len(offered(third)) >= 3


def test_they_go_to_the_desk_together(brand: Brand, new_question: Ask, look: Look) -> None:
    helpers(brand, 12)
    _three(new_question)
    look(0.5)
    WorkItem.objects.filter(copy_of=None).update(desk_at=at(1), desk_reason="an order", next_ring_at=at(1))
    look(1)
    assert set(WorkItem.objects.values_list("lane", flat=True)) == {"desk"}
    assert _leaders() == [None, None, None]


def test_old_prints_are_forgotten(brand: Brand, new_question: Ask, look: Look) -> None:
    helpers(brand, 3)
    new_question("a", ASKED)
    look(0)
    assert CopyMark.objects.exists()
    offers_copies.forget(now=NOON + offers_copies.KEEP / 2)
    assert CopyMark.objects.exists()
    offers_copies.forget(now=NOON + 2 * offers_copies.KEEP)
    assert not CopyMark.objects.exists()
    assert pump() == 0
