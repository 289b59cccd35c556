"""What is looked at before an answer is posted, and the lists that leads keep."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from chimein.answering import checks, word_lists
from chimein.answering.models import Answer, ListedWord
from chimein.channels.models import ChannelAccount
from chimein.conversations.models import Conversation
from chimein.core import clock
from chimein.core.actor import Actor, Role
from chimein.core.errors import NotAllowed, UserError
from chimein.people.models import Brand
from tests.factories import people, traffic
from tests.factories.desk import pump, send_off
from tests.factories.network import said

pytestmark = pytest.mark.django_db


def found(brand: Brand, text: str, *, private: bool = False) -> list[str]:
    return [
        one.code
        for one in checks.look(text, brand_id=brand.pk, author_id=None, private=private, now=clock.now())
    ]


@pytest.fixture
def lists(lead: Actor) -> None:
    for kind, word in (
        ("taboo", "policy is policy"), ("taboo", "规定就是规定"), ("unreleased", "Halo Mini"),
        ("competitor", "Norbit"), ("conflict", "my cousin's firm"), ("fine", "tamarind.example"),
        ("fine", "400-800-1234"),
    ):  # fmt: skip
        word_lists.add(actor=lead, kind=kind, word=word, now=clock.now())


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("Hold the button.", []),
        ("Policy  is\u200b policy, sorry.", ["taboo"]),
        ("ｐｏｌｉｃｙ is policy", ["taboo"]),
        ("抱歉，规定就是规定。", ["taboo"]),
        ("The halo mini will do that.", ["unreleased"]),
        ("Even Norbit cannot.", ["competitor"]),
        ("Norbits are animals.", []),
        ("It is from my cousin's firm", ["conflict"]),
        ("加我微信聊吧", ["conflict"]),
        ("Write to mia@example.com", ["private"]),
        ("Call 13912345678", ["private"]),
        ("Call us: 400-800-1234", []),
        ("Your order AB1234 is there", ["code"]),
        ("See https://tamarind.example/help?id=7", []),
        ("See https://bit.ly/3xYz", ["link"]),
        ("See https://help.tamarind.example@evil.example/", ["link"]),
        ("See http://93.184.216.34/x", ["link"]),
        ("See https://elsewhere.example/help", ["link"]),
    ],
)  # fmt: skip
def test_what_is_found(brand: Brand, lists: None, text: str, codes: list[str]) -> None:
    assert found(brand, text) == codes


@pytest.mark.parametrize("text", ["Write to mia@example.com", "Call 13912345678"])
def test_private_data_is_held_back_in_public_only(brand: Brand, text: str) -> None:
    assert found(brand, text) == ["private"]
    assert found(brand, text, private=True) == []


def test_a_word_ends_with_its_last_day(brand: Brand, lead: Actor) -> None:
    today = clock.now().date()
    row = word_lists.add(actor=lead, kind="unreleased", word="Loom 4", until=today, now=clock.now())
    assert found(brand, "Loom 4 is nice") == ["unreleased"]
    word_lists.add(actor=lead, kind="unreleased", word="loom 4", until=today - timedelta(1), now=clock.now())
    assert (found(brand, "Loom 4 is nice"), ListedWord.objects.get().pk) == ([], row.pk)


def test_another_brand_s_words_do_not_count(brand: Brand, lists: None) -> None:
    assert found(people.brand("Elsewhere"), "Norbit and policy is policy") == []


def test_what_blocks_is_refused_whatever_is_said(question: Conversation, agent: Actor, lists: None) -> None:
    with pytest.raises(checks.Blocked, match="We never say: policy is policy"):
        send_off(agent, question.pk, "Policy is policy.")
    with pytest.raises(checks.Blocked, match="private message"):
        send_off(agent, question.pk, "Mail mia@example.com")
    assert not Answer.objects.exists()


def test_a_warning_wants_a_reason_which_is_kept(question: Conversation, agent: Actor, lists: None) -> None:
    from chimein.answering import services
    from chimein.routing import services as routing

    now = clock.now()
    fence = routing.claim(actor=agent, conversation_id=question.pk, now=now).fence
    given: dict[str, Any] = {
        "actor": agent,
        "conversation_id": question.pk,
        "text": "Norbit cannot.",
        "fence": fence,
        "now": now,
    }
    with pytest.raises(checks.Warned, match="Another brand is named: Norbit"):
        services.answer(**given)
    made = services.answer(**given, anyway="She asked about it.")
    assert (made.state, made.anyway) == ("held", "She asked about it.")


def test_the_third_of_nearly_the_same_is_warned_of(
    account: ChannelAccount, agent: Actor, brand: Brand
) -> None:
    text = "Hold the button on the back for ten seconds, please."
    for number in range(3):
        traffic.tell(account, said(f"s{number}", by=f"by{number}"))
    for number in range(2):
        send_off(agent, traffic.conversation_of(f"s{number}").pk, text)
        pump()
    with pytest.raises(checks.Warned, match="almost the same words"):
        send_off(agent, traffic.conversation_of("s2").pk, text)
    assert send_off(agent, traffic.conversation_of("s2").pk, "Mia, yours has a switch below.").state == "held"


# ---------------------------------------------------------------- the lists
def test_only_leads_change_them(brand: Brand, agent: Actor, lead: Actor) -> None:
    with pytest.raises(NotAllowed):
        word_lists.add(actor=agent, kind="taboo", word="x", now=clock.now())
    row = word_lists.add(actor=lead, kind="taboo", word="x", now=clock.now())
    elsewhere = people.actor(people.brand("Elsewhere"), Role.LEAD, "Otto")
    with pytest.raises(UserError):
        word_lists.remove(actor=elsewhere, word_id=row.pk, now=clock.now())
    assert ListedWord.objects.count() == 1


def test_a_table_goes_out_and_comes_back(brand: Brand, lead: Actor, lists: None) -> None:
    table = word_lists.export_csv(brand.pk)
    before = set(ListedWord.objects.values_list("kind", "word"))
    ListedWord.objects.all().delete()
    assert word_lists.import_csv(actor=lead, text="\ufeff" + table, now=clock.now()) == len(before)
    assert set(ListedWord.objects.values_list("kind", "word")) == before


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ("", "columns"),
        ("a,b\n1,2\n", "columns"),
        ("kind,word\ntaboo,fine\nnowhere,x\n", "Line 3"),
        ("kind,word,note,until\ntaboo,x,,tomorrow\n", "Line 2"),
        (f"kind,word\ntaboo,{'x' * 81}\n", "Line 2"),
    ],
)
def test_a_table_that_cannot_be_read_changes_nothing(
    brand: Brand, lead: Actor, table: str, said: str
) -> None:
    with pytest.raises(UserError, match=said):
        word_lists.import_csv(actor=lead, text=table, now=clock.now())
    assert not ListedWord.objects.exists()
