"""Posts of a thread come in any order, in any batches, to any number of workers: the threads are the same."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chimein.channels.models import ChannelAccount
from chimein.conversations.models import Conversation, Message, ThreadRef
from chimein.core.actor import Role
from chimein.insights.ledger import ledger
from chimein.intake import batch
from chimein.routing.models import WorkItem
from tests.factories import people, traffic, workers
from tests.factories.traffic import post, record

pytestmark = pytest.mark.django_db(transaction=True)

Forest = list[int | None]
"""For each post the number of the earlier post it replies to."""


@st.composite
def forests(draw: st.DrawFn) -> Forest:
    size = draw(st.integers(1, 14))
    return [draw(st.one_of(st.none(), st.integers(0, n - 1))) if n else None for n in range(size)]


def _roots(forest: Forest) -> list[int]:
    found: list[int] = []
    for number, parent in enumerate(forest):
        found.append(number if parent is None else found[parent])
    return found


def _post(forest: Forest, number: int) -> dict[str, object]:
    parent = forest[number]
    return post(
        f"p{number}", by=f"customer{number % 4}", at=number, reply_to="" if parent is None else f"p{parent}"
    )


def _chunks(order: list[int], size: int) -> Iterator[list[int]]:
    rest = iter(order)
    while chunk := list(itertools.islice(rest, size)):
        yield chunk


def _check(account: ChannelAccount, forest: Forest) -> None:
    messages = {m.external_id: m for m in Message.objects.filter(account=account)}
    assert len(messages) == Message.objects.filter(account=account).count() == len(forest)
    threads: dict[int, set[int]] = {}
    for number, root in enumerate(_roots(forest)):
        threads.setdefault(root, set()).add(messages[f"p{number}"].conversation_id)
    assert all(len(places) == 1 for places in threads.values()), "a thread is torn apart"
    homes = {place for places in threads.values() for place in places}
    assert len(homes) == len(threads), "two threads are one conversation"
    alive = Conversation.objects.filter(account=account, merged_into=None)
    assert {one.pk for one in alive} == homes
    for one in alive:
        size = sum(1 for m in messages.values() if m.conversation_id == one.pk)
        assert (one.message_count, one.waiting_count) == (size, size)
        assert WorkItem.objects.filter(conversation=one, is_open=True).count() == 1
    assert WorkItem.objects.filter(brand=account.brand).count() == len(homes)
    for ref in ThreadRef.objects.filter(account=account):
        assert ref.message_id == messages[ref.external_id].pk
        assert ref.conversation_id == messages[ref.external_id].conversation_id
    sums = ledger(account.brand_id)
    assert (sums.inbound, sums.waiting, sums.gap) == (len(forest), len(forest), 0)


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data(), forest=forests(), size=st.integers(1, 5), crew=st.integers(1, 3))
def test_any_order_any_batches_any_workers(data: st.DataObject, forest: Forest, size: int, crew: int) -> None:
    account = traffic.account(people.brand())
    order = data.draw(st.permutations(range(len(forest))))
    for chunk in _chunks(order, size):
        record(account, *(_post(forest, number) for number in chunk))
        if data.draw(st.booleans()):
            batch.drain(limit=3)
    workers.drain(crew, limit=2)
    _check(account, forest)


@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data(), forest=forests())
def test_the_leftmost_way_and_any_other_give_the_same_threads(data: st.DataObject, forest: Forest) -> None:
    """Grand-parents last: each post joins what came of its replies."""
    account = traffic.account(people.brand())
    for number in reversed(range(len(forest))):
        traffic.tell(account, _post(forest, number))
    _check(account, forest)


def test_a_merge_keeps_drafts_notes_and_answers_on_their_way() -> None:
    from chimein.answering import services as answering
    from chimein.answering.models import Answer, Draft
    from chimein.core import clock
    from chimein.routing import services as routing

    account = traffic.account(people.brand())
    ann, bob = (people.actor(account.brand, Role.AGENT, name) for name in ("Ann", "Bob"))
    now = clock.now()
    traffic.tell(
        account,
        post("left", reply_to="top", by="ben", at=2),
        post("right", reply_to="middle", by="cleo", at=3),
    )
    left, right = traffic.conversation_of("left").pk, traffic.conversation_of("right").pk
    for actor, place in ((ann, left), (bob, right), (ann, right)):
        answering.save_draft(
            actor=actor, conversation_id=place, kind="note", text=f"note at {place}", now=clock.now()
        )
    answering.add_note(actor=bob, conversation_id=right, text="Seen at the counter.", now=now)
    fence = routing.claim(actor=bob, conversation_id=right, now=now).fence
    made = answering.answer(actor=bob, conversation_id=right, text="Hold the button.", fence=fence, now=now)
    traffic.tell(account, post("middle", "Same here, how?", reply_to="top", by="dora", at=1))

    home = traffic.conversation_of("middle").pk
    assert (home, {left, right}) == (min(left, right), {left, right})
    drafts = dict(Draft.objects.filter(conversation=home).values_list("author_id", "text"))
    assert drafts == {ann.membership_id: f"note at {right}"}, (
        "of two drafts of one person the newer one stays"
    )
    assert Answer.objects.get(pk=made.pk).conversation_id == home
    thread = Conversation.objects.get(pk=home)
    assert thread.notes.get().text == "Seen at the counter."
    item = WorkItem.objects.get(conversation=home)
    assert (item.sending, item.holder_id) == (True, bob.membership_id), "nobody else may answer meanwhile"
    assert made.messages.get().delivery.order_key == home  # type: ignore[union-attr]
