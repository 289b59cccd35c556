"""One bad row never stops a batch: it is set aside with its reason, shown, and can be put back."""

from __future__ import annotations

from typing import Any

import pytest

from chimein.channels import journal
from chimein.channels.models import ChannelAccount, InboundEntry
from chimein.channels.port import Envelope
from chimein.conversations.models import Message
from chimein.core import clock
from chimein.core.actor import Actor
from chimein.core.models import Event
from chimein.insights.ledger import ledger
from chimein.intake import batch
from chimein.intake.reading import MAX_TEXT
from tests.factories import people, traffic
from tests.factories.network import ScriptedNetwork
from tests.factories.traffic import envelopes, minutes, post, raw_entry, record, tell

pytestmark = pytest.mark.django_db

GARBAGE: dict[str, tuple[Any, str]] = {
    "not an event": ({"hello": "world"}, "type: field required"),
    "no data": ({"type": "message.created"}, "data: field required"),
    "a list": ([1, 2, 3], "valid dictionary"),
    "a number": (7, "valid dictionary"),
    "no author": (
        {"type": "message.created", "data": {"id": "x", "text": "?", "created_at": "2026-01-01T00:00:00Z"}},
        "author",
    ),
    "no zone": (post("x") | {"data": post("x")["data"] | {"created_at": "2026-01-01T00:00:00"}}, "timezone"),
    "not a time": (post("x") | {"data": post("x")["data"] | {"created_at": "yesterday"}}, "created_at"),
    "huge text": (post("x", "long " * MAX_TEXT), "characters"),
    "huge id": (post("y" * 500), "id"),
}


@pytest.mark.parametrize("what", GARBAGE)
def test_garbage_is_set_aside_with_the_reason(account: ChannelAccount, what: str) -> None:
    payload, said = GARBAGE[what]
    bad = raw_entry(account, payload)
    outcome = batch.drain()
    bad.refresh_from_db()
    assert (outcome.aside, bad.state, said in bad.reason) == (1, "aside", True), bad.reason
    told = Event.objects.get(kind="inbound.set_aside")
    assert (told.brand_id, told.data["entry"]) == (account.brand_id, bad.pk)
    assert ledger(account.brand_id).set_aside == 1


def test_the_other_499_go_on(account: ChannelAccount) -> None:
    envelope_list = envelopes(account, [post(f"q{n}", by=f"c{n}") for n in range(499)])
    same_shard = [Envelope(one.dedup_key, "same", one.payload) for one in envelope_list]
    journal.record(account.pk, same_shard[:250], source="hook", now=clock.now())
    raw_entry(account, {"hello": "world"}, key="same")
    journal.record(account.pk, same_shard[250:], source="hook", now=clock.now())
    outcome = batch.drain()
    assert (outcome.entries, outcome.taken, outcome.aside) == (500, 499, 1)
    assert Message.objects.count() == 499


def test_a_row_the_database_refuses_is_found_by_halving(
    account: ChannelAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What no check foresaw: the adapter lets something through that no column takes."""
    from chimein.channels.adapters.webhook.shapes import Sender
    from chimein.channels.port import Author

    real = Sender.author
    monkeypatch.setattr(
        Sender, "author", lambda self: Author("n" * 900) if self.id == "too-long" else real(self)
    )
    posts = [post(f"q{n}", by="too-long" if n == 33 else f"c{n}", thread="same") for n in range(60)]
    outcome = tell(account, *posts)
    assert (outcome.taken, outcome.aside) == (59, 1)
    bad = InboundEntry.objects.get(state="aside")
    assert (bad.dedup_key, "too long" in bad.reason) == ("msg:q33:1", True)
    assert ledger(account.brand_id).gap == 0


def test_an_unknown_adapter_is_a_reason(brand: Any) -> None:
    lost = traffic.account(brand, "carrier-pigeon")
    raw_entry(lost, post("q1"))
    assert batch.drain().aside == 1
    assert "carrier-pigeon" in InboundEntry.objects.get().reason


def test_times_without_a_zone_and_missing_authors_of_any_network(
    brand: Any, scripted: ScriptedNetwork
) -> None:
    account = traffic.account(brand, "scripted")
    good = {"external_id": "good", "author": "mia", "text": "How?", "posted_at": minutes(0).isoformat()}
    raw_entry(account, good, "good")
    raw_entry(account, good | {"external_id": "naive", "posted_at": "2026-01-01T00:00:00"}, "naive")
    raw_entry(account, good | {"external_id": "nobody", "author": ""}, "nobody")
    raw_entry(account, good | {"external_id": ""}, "no-id")
    assert batch.drain().aside == 3
    reasons = dict(InboundEntry.objects.filter(state="aside").values_list("dedup_key", "reason"))
    assert reasons == {
        "naive": "the time has no zone",
        "nobody": "the message has no author",
        "no-id": "the message has no usable id",
    }


@pytest.mark.parametrize("text", ["a\x00b how?", "how? \\u0000", "\\\\u0000 how? \x00", "how? \ud83d", "\\"])
def test_characters_no_database_stores_do_not_stop_a_question(account: ChannelAccount, text: str) -> None:
    (one,) = envelopes(account, [post("q1", "placeholder")])
    data = dict(one.payload["data"]) | {"text": text}
    journal.record(
        account.pk, [Envelope("k", "k", one.payload | {"data": data})], source="poll", now=clock.now()
    )
    assert batch.drain().taken == 1
    expected = text.replace("\x00", "").encode("utf-8", "replace").decode()
    assert Message.objects.get().text == expected


def test_put_back_gives_another_chance(
    account: ChannelAccount, agent: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad = raw_entry(account, post("q1") | {"type": "message.made"} | {"data": {}})
    InboundEntry.objects.filter(pk=bad.pk).update(
        state="aside", reason="an older version could not read this"
    )
    InboundEntry.objects.filter(pk=bad.pk).update(payload=post("q1"))
    assert journal.put_back(actor=agent, entry_ids=[bad.pk], now=clock.now()) == 1
    assert batch.drain().taken == 1
    bad.refresh_from_db()
    assert (bad.state, bad.attempts, bad.reason) == ("done", 1, "")
    assert Event.objects.get(kind="inbound.replayed").actor == agent.label


def test_put_back_of_a_body_unpacks_it_again(account: ChannelAccount, agent: Actor) -> None:
    import orjson

    row = journal.aside_row(
        account.pk, orjson.dumps(post("q1")), "was not understood", source="hook", now=clock.now()
    )
    journal.write([row])
    entry = InboundEntry.objects.get()
    assert journal.put_back(actor=agent, entry_ids=[entry.pk], now=clock.now()) == 1
    assert batch.drain().taken == 1
    assert Message.objects.get().external_id == "q1"
    assert set(InboundEntry.objects.values_list("state", flat=True)) == {"done"}


def test_put_back_of_a_body_that_is_still_nonsense(account: ChannelAccount, agent: Actor) -> None:
    journal.write([journal.aside_row(account.pk, b"\xff\x00{", "no", source="hook", now=clock.now())])
    entry = InboundEntry.objects.get()
    journal.put_back(actor=agent, entry_ids=[entry.pk], now=clock.now())
    batch.drain()
    entry.refresh_from_db()
    assert (entry.state, "JSON" in entry.reason) == ("aside", True)


def test_put_back_touches_only_the_own_brand(account: ChannelAccount) -> None:
    bad = raw_entry(account, {})
    batch.drain()
    other = people.actor(people.brand("Elsewhere"))
    assert journal.put_back(actor=other, entry_ids=[bad.pk], now=clock.now()) == 0
    bad.refresh_from_db()
    assert bad.state == "aside"


def test_recording_says_how_many_were_new(account: ChannelAccount) -> None:
    assert record(account, post("a"), post("b"), post("a")) == 2
