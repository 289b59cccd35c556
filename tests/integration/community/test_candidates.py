"""Customers who help others are found by what the askers say."""

from __future__ import annotations

from datetime import timedelta

import pytest

from chimein.channels.models import ChannelAccount
from chimein.community.growth import candidates
from chimein.community.models import Candidate
from chimein.core import clock
from chimein.triage.models import Triage
from tests.factories import traffic
from tests.factories.traffic import own, post, tell

pytestmark = pytest.mark.django_db
THANKS = "Thank you so much, that worked!"


def helped(account: ChannelAccount, number: int, *, by: str = "noa", thanks: str = THANKS) -> None:
    """Somebody asks, another customer replies, the asker answers that."""
    asked, at = f"q{number}", number * 10.0
    tell(
        account,
        post(asked, "How do I pair the headphones?", by=f"asker{number}", at=at),
        post(f"{asked}-r", "Hold the button for five seconds.", by=by, at=at + 1, reply_to=asked),
        post(f"{asked}-t", thanks, by=f"asker{number}", at=at + 2, reply_to=f"{asked}-r"),
    )
    Triage.objects.filter(message__external_id=f"{asked}-t", message__text=THANKS).update(intent="praise")


def found() -> list[tuple[str, int, str]]:
    candidates.find(now=clock.now())
    rows = Candidate.objects.order_by("contact__name")
    return [(one.contact.name if one.contact else "", one.thanked, one.state) for one in rows]


def test_who_was_thanked_often_enough_is_found_once(account: ChannelAccount) -> None:
    for number in range(candidates.LEAST_THANKED.get() - 1):
        helped(account, number)
    assert found() == []
    helped(account, 7)
    assert found() == [("Noa", candidates.LEAST_THANKED.get(), "found")]
    helped(account, 8)
    assert found() == [("Noa", candidates.LEAST_THANKED.get() + 1, "found")]


def test_thanking_oneself_or_the_brand_makes_nobody_a_helper(account: ChannelAccount) -> None:
    with candidates.LEAST_THANKED.override(1):
        helped(account, 1, by="asker1")
        tell(account, post("q2", by="mia", at=50), own("a2", reply_to="q2", at=51))
        tell(account, post("t2", THANKS, by="mia", at=52, reply_to="a2"))
        helped(account, 3, thanks="That does not work at all, how else?")
        assert found() == []


def test_what_is_long_ago_and_what_was_deleted_do_not_count(account: ChannelAccount) -> None:
    with candidates.LEAST_THANKED.override(1):
        helped(account, 1)
        later = clock.now() + timedelta(days=candidates.WINDOW_DAYS.get() + 1)
        assert candidates.find(now=later) == 0
        tell(account, traffic.gone("q1-t"))
        assert found() == []


def test_a_decision_is_kept_when_the_list_is_brought_up_to_date(account: ChannelAccount) -> None:
    with candidates.LEAST_THANKED.override(1):
        helped(account, 1)
        assert found() == [("Noa", 1, "found")]
        Candidate.objects.update(state="declined")
        helped(account, 2)
        assert found() == [("Noa", 2, "declined")]
