"""What came of an answer is found by a job, and told once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from chimein.answering import outcomes
from chimein.answering.models import Answer, Outcome, Review
from chimein.channels.models import ChannelAccount
from chimein.conversations.models import Conversation
from chimein.core import clock
from chimein.core.actor import Actor
from chimein.core.models import Event
from chimein.people.models import Membership
from chimein.routing.models import WorkItem
from tests.factories import traffic
from tests.factories.crowd import at_once
from tests.factories.desk import pump, send_off
from tests.factories.network import said

# The cursor stops before transactions that still run: each test's own must have ended.
pytestmark = pytest.mark.django_db(transaction=True)
AGO = timedelta(minutes=5)


@pytest.fixture
def answered(question: Conversation, colleague: Actor) -> Answer:
    """An answer that stands on the network for five minutes."""
    made = send_off(colleague, question.pk)
    pump()
    Answer.objects.filter(pk=made.pk).update(sent_at=clock.now() - AGO)
    made.refresh_from_db()
    assert made.state == "sent"
    return made


def say(account: ChannelAccount, key: str, text: str, *, by: str = "mia") -> None:
    """A customer's next message in the thread, just now."""
    late = (clock.now() - traffic.START).total_seconds() / 60
    traffic.tell(account, said(key, text, by=by, parent_external_id="q1", at=late))


def author_of(answer: Answer) -> Membership:
    assert answer.author is not None
    return answer.author


def found(days: float = 0) -> list[str]:
    """What the job finds so many days from now, and everything there is."""
    outcomes.find(now=clock.now() + timedelta(days=days))
    return list(Outcome.objects.order_by("outcome").values_list("outcome", flat=True))


def test_a_thank_you_counts_once_however_often_the_job_runs(
    account: ChannelAccount, answered: Answer, colleague: Actor
) -> None:
    assert found() == []
    say(account, "thanks", "Thank you, that worked!")
    assert found() == ["solved", "thanked"]
    assert found() == ["solved", "thanked"]
    told = Event.objects.filter(kind="answer.outcome").order_by("pk")
    assert [event.data["outcome"] for event in told] == ["solved", "thanked"]
    assert {event.data["member"] for event in told} == {colleague.membership_id}
    assert {event.brand_id for event in told} == {account.brand_id}


def test_a_thank_you_after_another_question_is_not_for_the_first_answer_alone(
    account: ChannelAccount, answered: Answer
) -> None:
    say(account, "more", "It still does not work, how do I reset the headphones?")
    say(account, "thanks", "Thank you, that worked!")
    assert found() == ["reopened"]


def test_somebody_else_s_question_is_not_a_comeback(account: ChannelAccount, answered: Answer) -> None:
    say(account, "other", "How do I reset the headphones?", by="noa")
    assert found() == []


def test_a_late_comeback_is_a_new_matter(account: ChannelAccount, answered: Answer) -> None:
    Answer.objects.update(sent_at=clock.now() - timedelta(days=outcomes.REOPEN_DAYS.get(), minutes=1))
    say(account, "more", "How do I reset the headphones?")
    assert found() == []


def test_silence_for_days_counts_as_solved(account: ChannelAccount, answered: Answer) -> None:
    assert found(outcomes.SOLVED_DAYS.get() - 0.1) == []
    assert found(outcomes.SOLVED_DAYS.get()) == ["solved"]


def test_who_came_back_was_not_silent(account: ChannelAccount, answered: Answer) -> None:
    say(account, "more", "How do I reset the headphones?")
    assert found(outcomes.SOLVED_DAYS.get()) == ["reopened"]


@pytest.mark.parametrize(
    ("kind", "verdict", "expected"),
    [
        ("draft", "approved", "accepted"),
        ("draft", "edited", "edited"),
        ("draft", "rejected", "rejected"),
        ("sample", "good", "accepted"),
        ("sample", "poor", "rejected"),
        ("draft", "returned", None),
        ("draft", "moot", None),
        ("again", "poor", None),
    ],
)
def test_a_verdict_counts_when_it_can_be_taken_back_no_more(
    answered: Answer, kind: str, verdict: str, expected: str | None
) -> None:
    now = clock.now()
    Review.objects.create(
        brand_id=answered.conversation.brand_id, answer=answered, kind=kind, verdict=verdict,
        author=author_of(answered), text=answered.text, asked_at=now, decided_at=now,
    )  # fmt: skip
    assert found() == []
    assert found(0.01) == ([expected] if expected else [])


def test_an_approved_draft_counts_when_it_is_published(answered: Answer) -> None:
    now = clock.now()
    Review.objects.create(
        brand_id=answered.conversation.brand_id, answer=answered, verdict="approved",
        author=author_of(answered), text=answered.text, asked_at=now, decided_at=now,
    )  # fmt: skip
    Answer.objects.update(state="held")
    assert found(0.01) == []
    Answer.objects.update(state="sent")
    assert found(0.01) == ["accepted"]


def test_what_was_kept_to_the_trusted_is_remembered_as_doubtful(
    account: ChannelAccount, answered: Answer
) -> None:
    WorkItem.objects.update(trusted_only=True)
    say(account, "thanks", "Thank you, that worked!")
    found()
    kept = Outcome.objects.first()
    assert kept is not None
    assert (kept.risk, kept.language) == ("doubtful", "en")


def test_many_jobs_at_once_tell_it_once(account: ChannelAccount, answered: Answer) -> None:
    say(account, "thanks", "Thank you, that worked!")
    now = clock.now()
    results = at_once(lambda _: outcomes.find(now=now), range(4))
    assert sum(one for one in results if isinstance(one, int)) == 2
    assert Event.objects.filter(kind="answer.outcome").count() == 2


def test_who_left_is_nobody_and_their_answers_stay(answered: Answer) -> None:
    Answer.objects.update(author=None)
    assert outcomes.record([outcomes.Found(answered.pk, "reused", clock.now())]) == 1
