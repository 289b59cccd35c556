"""Versions of the lane policy: one after the other, nobody's work lost, the way back, and what a preview sees."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection

from chimein.channels.models import ChannelAccount
from chimein.core import clock
from chimein.core.actor import Actor
from chimein.core.errors import Conflict, NotAllowed, UserError
from chimein.core.models import Event
from chimein.people.models import Brand
from chimein.triage import policies, policy, preview
from chimein.triage.models import LanePolicy, Triage
from chimein.triage.policy import DEFAULT, Rule, Table, Then
from tests.factories import people
from tests.factories.traffic import message, post, tell

pytestmark = pytest.mark.django_db

ROWS = policy.to_json(DEFAULT)
WITHOUT_REACH = [row for row in ROWS if row["name"] != "wide_reach"]
UNSAFE = [row for row in ROWS if row["name"] != "private_data"]


def save(actor: Actor, rows: Any = WITHOUT_REACH, seen: int = 0, **more: Any) -> LanePolicy:
    return policies.save(actor=actor, rows=rows, seen=seen, now=clock.now(), **more)


def test_until_a_brand_saves_its_own_the_shipped_table_counts(brand: Brand, lead: Actor) -> None:
    assert policies.current(brand.pk) is DEFAULT
    made = save(lead, note=" Reach does not matter ")
    assert (made.version, made.note, made.created_by_id) == (1, "Reach does not matter", lead.membership_id)
    assert policies.current(brand.pk).version == 1
    assert [rule.name for rule in policies.current(brand.pk).rules] == [row["name"] for row in WITHOUT_REACH]
    assert policies.current(people.brand("Other").pk) is DEFAULT


def test_saving_is_told(brand: Brand, lead: Actor) -> None:
    save(lead, note="why")
    told = Event.objects.get(kind="lane_policy.saved")
    assert (told.brand_id, told.actor) == (brand.pk, lead.label)
    assert told.data == {"version": 1, "before": 0, "copy_of": None, "note": "why"}


@pytest.mark.parametrize("who", ["agent", "colleague", "trusted"])
def test_only_leads_change_it(who: str, request: pytest.FixtureRequest, brand: Brand) -> None:
    actor = request.getfixturevalue(who)
    with pytest.raises(NotAllowed):
        save(actor)
    with pytest.raises(NotAllowed):
        policies.go_back(actor=actor, to=0, seen=0, now=clock.now())
    assert not LanePolicy.objects.exists()


def test_who_saw_an_older_version_is_told_and_nothing_is_lost(brand: Brand, lead: Actor) -> None:
    save(lead)
    for seen in (0, 2, 7):
        with pytest.raises(Conflict):
            save(lead, ROWS[:3], seen=seen, accept_holes=True)
    assert LanePolicy.objects.count() == 1
    assert save(lead, ROWS, seen=1).version == 2


@pytest.mark.django_db(transaction=True)
def test_of_two_at_the_same_moment_one_wins(brand: Brand, lead: Actor) -> None:
    def one(number: int) -> bool:
        rows = [{**ROWS[0], "name": f"mine {number}"}, *ROWS]
        try:
            save(lead, rows)
        except Conflict:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(one, range(4))) == [False, False, False, True]
    assert LanePolicy.objects.count() == 1


def test_no_change_is_no_version(lead: Actor) -> None:
    with pytest.raises(UserError, match="Nothing has changed"):
        save(lead, ROWS)
    save(lead)
    with pytest.raises(UserError, match="Nothing has changed"):
        save(lead, seen=1)


def test_danger_before_the_crowd_is_saved_only_on_purpose(brand: Brand, lead: Actor) -> None:
    with pytest.raises(UserError, match="risky"):
        save(lead, UNSAFE)
    assert save(lead, UNSAFE, accept_holes=True).version == 1


def test_a_row_that_makes_no_sense_is_refused(lead: Actor) -> None:
    with pytest.raises(ValueError, match="row 1: "):
        save(lead, [{"name": "x", "when": {"moon": 1}, "then": {"lane": "desk"}}])


def test_the_way_back_and_its_undo(brand: Brand, lead: Actor) -> None:
    save(lead)
    save(lead, [ROWS[-1], *ROWS[:-1]], seen=1, accept_holes=True)
    back = policies.go_back(actor=lead, to=1, seen=2, now=clock.now())
    assert (back.version, back.copy_of) == (3, 1)
    assert policies.current(brand.pk).rules == policies.at(brand.pk, 1).rules  # type: ignore[union-attr]
    with pytest.raises(Conflict):
        policies.go_back(actor=lead, to=2, seen=2, now=clock.now())
    assert policies.go_back(actor=lead, to=2, seen=3, now=clock.now()).version == 4
    assert policies.go_back(actor=lead, to=0, seen=4, now=clock.now()).version == 5
    assert policies.current(brand.pk).rules == DEFAULT.rules
    assert [one.version for one in policies.history(brand.pk)] == [5, 4, 3, 2, 1]


def test_other_brands_versions_do_not_exist(lead: Actor) -> None:
    other = people.brand("Other")
    LanePolicy.objects.create(brand=other, version=1, rules=ROWS)
    with pytest.raises(NotAllowed):
        policies.go_back(actor=lead, to=1, seen=0, now=clock.now())


def test_intake_decides_by_the_newest_version(account: ChannelAccount, lead: Actor) -> None:
    everything = Table((Rule("all to the experts", {}, Then("expert", 2, 7)),))
    save(lead, policy.to_json(everything))
    tell(account, post("q"))
    found = message("q").triage
    assert (found.lane, found.rule, found.priority, found.sla_minutes) == (
        "expert", "all to the experts", 2, 7,
    )  # fmt: skip


def _all_sorts(account: ChannelAccount) -> None:
    tell(
        account,
        post("calm", by="a"),
        post("law", "My lawyer will call you", by="b"),
        post("money", "I want my refund now", by="c"),
        post("angry", "WHY DOES NOBODY ANSWER, IT IS BROKEN!!!!", by="d"),
        post("thanks", "I love my Tamarind headphones, great job", by="e"),
        post("vip", "How do I pair it?", by="f", followers=300_000),
        post("dm", "How do I pair it?", by="g", private=True),
    )


def test_a_preview_sees_what_intake_saw(account: ChannelAccount, brand: Brand) -> None:
    _all_sorts(account)
    past = preview.newest(brand.pk)
    assert len(past) == 7
    stored = dict(Triage.objects.values_list("message__text", "rule"))
    for one in past:
        if one.text != "How do I pair it?":
            assert DEFAULT.rule_for(one.labels, one.given).name == stored[one.text]
    rules = {DEFAULT.rule_for(one.labels, one.given).name for one in past if one.text == "How do I pair it?"}
    assert rules == {"vip", "private_message"}
    same = preview.compare(DEFAULT, DEFAULT, past)
    assert (same.count, same.moved_count, same.dangers) == (7, 0, [])


def test_a_preview_says_what_moves_and_what_must_not(account: ChannelAccount, brand: Brand) -> None:
    _all_sorts(account)
    past = preview.newest(brand.pk)
    found = preview.compare(DEFAULT, Table((Rule("all", {}, Then("crowd")),)), past)
    assert found.pairs[("crowd", "crowd")] == 1
    assert found.pairs[("desk", "crowd")] == 4
    assert found.pairs[("vip", "crowd")] == 1
    assert found.of_lane("crowd") == (1, 7)
    assert {one.message.text.split()[0] for one in found.dangers} == {"My", "I", "WHY"}
    assert all(one.after.name == "all" for one in found.moved)


def test_a_preview_remembers_why_nobody_had_to_reply(
    account: ChannelAccount, brand: Brand, lead: Actor
) -> None:
    """Praise that a policy sends to the desk is praise all the same for the next one."""
    save(lead, [{"name": "praise us", "when": {"no_reply": ["praise"]}, "then": {"lane": "desk"}}, *ROWS])
    tell(account, post("kind", "I love my Tamarind headphones, great job"))
    assert message("kind").triage.lane == "desk"
    found = preview.compare(policies.current(brand.pk), DEFAULT, preview.newest(brand.pk))
    assert found.pairs == {("desk", "thank"): 1}


def test_a_preview_is_one_statement_over_the_newest_of_one_brand(
    account: ChannelAccount, brand: Brand, django_assert_num_queries: Any
) -> None:
    for batch in (range(20), range(20, 30)):
        tell(account, *(post(f"q{n}", f"How do I open box {n}?", by=f"c{n}", at=n) for n in batch))
    with django_assert_num_queries(1):
        past = preview.newest(brand.pk, limit=10)
    assert {one.text for one in past} == {f"How do I open box {n}?" for n in range(20, 30)}
    assert preview.newest(people.brand("Other").pk) == []
