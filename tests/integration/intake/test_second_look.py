"""What waits is read a second time, carefully, and moves where the two readings disagree."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from unittest import mock

import pytest

from chimein.channels.models import ChannelAccount
from chimein.core.actor import Role
from chimein.core.models import Event
from chimein.intake import batch, second_look
from chimein.people.access import actor_of
from chimein.routing import services
from chimein.routing.correcting import correct
from chimein.routing.models import WorkItem
from chimein.triage import registry
from chimein.triage.models import Triage
from chimein.triage.port import Labels, TriageInput
from tests.factories import people
from tests.factories.traffic import conversation_of, message, minutes, post, tell

pytestmark = pytest.mark.django_db

CLEAN = "How do I pair the headphones?"
RISKY = "My order never came, I want my money back, order 88231177"
NOW = minutes(3)


class Careful:
    """A second reader who sees what it is told to see; `while_reading` happens before it has finished."""

    name = "careful-double"

    def __init__(
        self, lane: str, while_reading: Callable[[], object] = lambda: None, no_reply: str = ""
    ) -> None:
        self.lane, self.while_reading, self.no_reply = lane, while_reading, no_reply
        self.read: list[str] = []

    def classify(self, inputs: Sequence[TriageInput]) -> list[Labels]:
        self.read += [item.text for item in inputs]
        self.while_reading()
        risks = ["account_data"] if self.lane == "desk" else []
        gate = "sure" if self.lane == "desk" else "clean"
        return [
            Labels(
                "en", "question", "neutral", anger=False, risks=list(risks), topic="", influence=0.0, fit=self.lane,
                gate=gate, no_reply_reason=self.no_reply,
            )
            for _ in inputs
        ]  # fmt: skip


@pytest.fixture
def look() -> Callable[..., int]:
    real = registry.named

    def with_reader(reader: Careful, now: datetime = NOW) -> int:
        with mock.patch.object(registry, "named", lambda name: reader if name == "careful" else real(name)):
            return second_look.look_again(now=now)

    return with_reader


def lane(external_id: str) -> str:
    return WorkItem.objects.get(conversation=conversation_of(external_id)).lane


def test_a_stricter_lane_is_taken_and_told(account: ChannelAccount, look: Callable[..., int]) -> None:
    tell(account, post("q1", CLEAN))
    assert lane("q1") == "crowd"
    assert look(Careful("desk")) == 1
    assert lane("q1") == "desk"
    told = Event.objects.get(kind="message.read_again")
    assert (told.data["before"], told.data["after"]) == ("crowd", "desk")
    assert Triage.objects.get(message=message("q1")).classifier == "careful-double"


def test_nothing_is_read_twice(account: ChannelAccount, look: Callable[..., int]) -> None:
    tell(account, post("q1", CLEAN))
    reader = Careful("crowd")
    assert (look(reader), look(reader)) == (1, 0)
    assert reader.read == [CLEAN]
    assert not Event.objects.filter(kind="message.read_again").exists()


def test_a_more_open_lane_is_taken_while_nobody_has_touched_it(
    account: ChannelAccount, look: Callable[..., int]
) -> None:
    tell(account, post("q1", RISKY))
    assert lane("q1") == "desk"
    look(Careful("crowd"))
    assert lane("q1") == "crowd"


def test_a_claimed_conversation_is_not_opened(account: ChannelAccount, look: Callable[..., int]) -> None:
    tell(account, post("q1", RISKY))
    agent = actor_of(people.member(account.brand, Role.AGENT))
    services.claim(actor=agent, conversation_id=conversation_of("q1").pk, now=minutes(1))
    look(Careful("crowd"))
    assert lane("q1") == "desk"


def test_what_a_person_corrected_is_left_alone(account: ChannelAccount, look: Callable[..., int]) -> None:
    tell(account, post("q1", CLEAN))
    agent = actor_of(people.member(account.brand, Role.AGENT))
    correct(actor=agent, message_id=message("q1").pk, values={"intent": "request"}, why="", now=minutes(1))
    assert look(Careful("desk")) == 0


def test_what_is_edited_while_it_is_read_is_read_again(
    account: ChannelAccount, look: Callable[..., int]
) -> None:
    tell(account, post("q1", CLEAN))
    edit = post("q1", "How do I pair the old headphones?", edited=2)
    look(Careful("desk", while_reading=lambda: tell(account, edit)))
    assert lane("q1") == "crowd"
    again = Careful("crowd")
    look(again)
    assert again.read == ["How do I pair the old headphones?"]


def test_a_question_is_not_put_aside_by_the_second_reading(
    account: ChannelAccount, look: Callable[..., int]
) -> None:
    tell(account, post("q1", CLEAN))
    look(Careful("none", no_reply="chatter"))
    assert (lane("q1"), message("q1").disposition) == ("crowd", "waiting")


def test_old_messages_and_waiting_intake_are_left_alone(
    account: ChannelAccount, look: Callable[..., int]
) -> None:
    tell(account, post("q1", CLEAN))
    assert look(Careful("desk"), minutes(0) + timedelta(hours=2)) == 0
    with mock.patch.object(batch, "pending_shards", return_value=[1]):
        assert look(Careful("desk")) == 0
    with second_look.SECOND_LOOK.override(False):
        assert look(Careful("desk")) == 0


def test_the_real_careful_reading_runs(account: ChannelAccount) -> None:
    tell(account, post("q1", CLEAN), post("q2", RISKY, by="joe"))
    assert second_look.look_again(now=NOW) == 2
    assert (lane("q1"), lane("q2")) == ("crowd", "desk")
    assert set(Triage.objects.values_list("classifier", flat=True)) == {"careful-1"}
