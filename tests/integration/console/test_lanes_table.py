"""The table of lanes, VIPs, working time and frozen conversations as pages; with and without scripts."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from chimein.core import clock
from chimein.core.actor import Actor, Role
from chimein.people.models import Calendar, Membership, Team
from chimein.routing import assignments, escalation, lane_setups
from chimein.routing.lane_models import LaneSetup, VipManager
from chimein.routing.models import WorkItem
from chimein.triage import policies
from chimein.web.console.lanes_form import LaneForm
from chimein.web.console.lanes_words import Names
from tests.factories import people
from tests.factories import queue as waiting
from tests.integration.console.conftest import HTMX, Console

pytestmark = pytest.mark.django_db
SignIn = Callable[[Actor], Client]


def filled(console: Console, lane: str, **more: Any) -> dict[str, Any]:
    """What a browser would send for a lane, with some of it changed."""
    form = LaneForm(
        lane=lane, setup=lane_setups.current(console.brand.pk), names=Names.of(console.brand),
        channels={"private": "Private", "webhook": "Webhook"},
    )  # fmt: skip
    sent = {name: form[name].value() for name in form.fields}
    return {key: value for key, value in (sent | more).items() if value not in (None, "", [], False)}


def toast(response: Any) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(response.headers["HX-Trigger"])["toast"]
    return found


@pytest.fixture
def page(signed_in: SignIn, lead: Actor) -> Client:
    return signed_in(lead)


def test_staff_read_it_leads_edit_it(console: Console, signed_in: SignIn, agent: Actor, page: Client) -> None:
    html = signed_in(agent).get(console.url("lanes")).content.decode()
    assert "Agents" in html
    assert "From 100,000 followers" in html
    assert "80 %: whoever has it, the desk" in html
    assert "?edit=desk" not in html
    assert "?edit=desk" in page.get(console.url("lanes")).content.decode()


@pytest.mark.parametrize("lane", ["crisis", "vip", "desk", "expert", "crowd", "thank"])
def test_each_lane_kept_as_it_is_changes_nothing(console: Console, page: Client, lane: str) -> None:
    assert page.get(f"{console.url('lanes')}?edit={lane}", headers=HTMX).status_code == 200
    response = page.post(console.url("lanes-row", lane), filled(console, lane), headers=HTMX)
    assert response.status_code == 200
    assert "Changed, not saved" not in response.content.decode()


def test_edited_tried_saved_and_taken_back(console: Console, page: Client, account: Any) -> None:
    past = clock.now() - timedelta(hours=3)
    item = waiting.item(account, "desk", at=past)
    console.ask("q1")
    item.conversation.messages.update(disposition="answered", disposed_at=past + timedelta(minutes=20))
    values = filled(console, "desk", minutes=10, seats=5, at_0=50, weight_private=2)
    html = page.post(console.url("lanes-row", "desk"), values, headers=HTMX).content.decode()
    assert "Changed: Desk" in html
    assert not LaneSetup.objects.exists()
    preview = page.get(console.url("lanes-preview"), headers=HTMX).content.decode()
    assert "0 → <b>1</b>" in preview  # answered after 20 minutes, it would have been late
    assert "would be late" in preview

    saved = page.post(console.url("lanes-save"), {"note": "faster"}, headers=HTMX)
    assert "Version 1" in toast(saved)["text"]
    setup = lane_setups.current(console.brand.pk)
    assert (setup.lanes["desk"].minutes, setup.lanes["desk"].seats, setup.weights) == (
        10,
        5,
        {"private": 2.0},
    )
    fresh = waiting.item(account, "desk")
    assert fresh.due_at - fresh.waiting_since == timedelta(minutes=10)
    assert fresh.step_at == fresh.waiting_since + timedelta(minutes=5)

    assert page.post(toast(saved)["undo_url"]).status_code == 204
    assert lane_setups.current(console.brand.pk).lanes["desk"].minutes is None
    assert LaneSetup.objects.count() == 2
    assert page.post(toast(saved)["undo_url"]).status_code == 409


def test_the_threshold_is_the_lane_policys(console: Console, page: Client) -> None:
    page.post(console.url("lanes-row", "vip"), filled(console, "vip", followers=5000), headers=HTMX)
    saved = page.post(console.url("lanes-save"), {}, headers=HTMX)
    rules = {rule.name: rule for rule in policies.current(console.brand.pk).rules}
    assert rules["vip"].when == {"followers_at_least": 5000}
    page.post(toast(saved)["undo_url"])
    rules = {rule.name: rule for rule in policies.current(console.brand.pk).rules}
    assert rules["vip"].when == {"followers_at_least": 100_000}


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"at_0": 90, "at_1": 50}, "Each step comes after the one before."),
        ({"to_0": []}, "Say who is told."),
        ({"seats": 0}, "greater than or equal to 1"),
        ({"minutes": 10**7}, "less than or equal to"),
        ({"members": ["999999"]}, "Select a valid choice"),
        ({"calendar": "7"}, "Select a valid choice"),
    ],
)
def test_what_makes_no_sense_is_said(
    console: Console, page: Client, wrong: dict[str, Any], words: str
) -> None:
    values = filled(console, "desk") | wrong
    assert words in page.post(console.url("lanes-row", "desk"), values, headers=HTMX).content.decode()
    plain = page.post(console.url("lanes-row", "desk"), values)
    assert plain.status_code == 422
    assert words in plain.content.decode()


def test_a_lane_there_is_none_of(console: Console, page: Client) -> None:
    assert page.get(f"{console.url('lanes')}?edit=sky").status_code == 404
    assert page.post(console.url("lanes-row", "sky"), {}).status_code == 404


def test_somebody_saved_in_between(console: Console, page: Client, lead: Actor, brand: Any) -> None:
    page.post(console.url("lanes-row", "desk"), filled(console, "desk", minutes=10), headers=HTMX)
    from chimein.routing import lanes

    table = lanes.to_json(lane_setups.current(brand.pk))
    table["lanes"]["crowd"]["minutes"] = 44
    lane_setups.save(actor=lead, table=table, seen=0, now=clock.now())
    html = page.get(console.url("lanes"), headers=HTMX).content.decode()
    assert "Somebody saved version 1 while you were editing." in html
    assert "in the meantime" in toast(page.post(console.url("lanes-save"), {}, headers=HTMX))["text"]
    page.post(console.url("lanes-change"), {"act": "rebase"}, headers=HTMX)
    assert "Version 2" in toast(page.post(console.url("lanes-save"), {}, headers=HTMX))["text"]
    page.post(console.url("lanes-row", "desk"), filled(console, "desk", minutes=11), headers=HTMX)
    page.post(console.url("lanes-change"), {"act": "undo"}, headers=HTMX)
    assert "Changed, not saved" not in page.get(console.url("lanes")).content.decode()


def test_without_scripts(console: Console, page: Client) -> None:
    response = page.post(console.url("lanes-row", "desk"), filled(console, "desk", minutes=10), follow=True)
    assert "Changed, not saved" in response.content.decode()
    assert "policy-sum" not in page.get(console.url("lanes-preview"), follow=True).content.decode()
    assert "counts from now on" in page.post(console.url("lanes-save"), {}, follow=True).content.decode()


# ------------------------------------------------------------ frozen
def frozen(item: WorkItem) -> bool:
    return WorkItem.objects.get(pk=item.pk).frozen_at is not None


def test_frozen_is_seen_and_released_by_a_lead(
    console: Console, account: Any, page: Client, signed_in: SignIn, agent: Actor
) -> None:
    item = waiting.item(account, "crisis")
    url = console.url("conversation", item.conversation.public_id)
    mine, theirs = signed_in(agent).get(url).content.decode(), page.get(url).content.decode()
    assert "Nobody answers until a lead releases it" in mine
    assert "release-crisis/" not in mine
    assert "move-menu" not in mine
    assert "release-crisis/" in theirs
    assert "Frozen" in signed_in(agent).get(f"{console.url('queue')}?lane=crisis").content.decode()

    response = page.post(f"{url}release-crisis/", headers=HTMX)
    assert "Released" in toast(response)["text"]
    assert not frozen(item)
    assert page.post(toast(response)["undo_url"]).status_code == 204
    assert frozen(item)
    assert page.post(toast(response)["undo_url"]).status_code == 409


def test_a_topic_is_released_from_the_table(console: Console, account: Any, page: Client) -> None:
    for topic in ("battery", "battery", ""):
        waiting.item(account, "crisis", topic=topic)
    html = page.get(console.url("lanes")).content.decode()
    assert "3 conversations are frozen" in html
    response = page.post(console.url("crisis-topic"), {"topic": "battery"}, headers=HTMX)
    assert "2 conversations released" in toast(response)["text"]
    html = page.get(console.url("lanes")).content.decode()
    assert "1 conversation is frozen" in html
    assert "released by Lena" in html
    assert page.post(console.url("crisis-topic"), {"topic": "*"}, follow=True).status_code == 200
    assert "frozen-title" not in page.get(console.url("lanes")).content.decode()


# ------------------------------------------------------------ queue and conversation
def test_brought_to_somebody_and_late_are_seen(
    console: Console, account: Any, signed_in: SignIn, agent: Actor
) -> None:
    item = waiting.item(account, "desk", minutes=10)
    assignments.run(brand_id=console.brand.pk, now=clock.now())
    escalation.fire(now=waiting.after(item, 1.0))
    client, url = signed_in(agent), console.url("conversation", item.conversation.public_id)
    row = client.get(f"{console.url('queue')}?whose=mine&lane=desk").content.decode()
    assert "Brought to Ann" in row
    assert "Lead told" in row
    html = client.get(url).content.decode()
    assert "Brought to you" in html
    assert "The time is over (100 %); told: the leads" in html
    assert "goes to the next" in toast(client.post(f"{url}pass-on/", headers=HTMX))["text"]
    assert "not with you" in toast(client.post(f"{url}pass-on/", headers=HTMX))["text"]


# ------------------------------------------------------------ VIPs
def test_a_manager_is_named_and_taken_back(console: Console, account: Any, page: Client, brand: Any) -> None:
    mona, sten = (people.member(brand, Role.AGENT, name) for name in ("Mona", "Sten"))
    known = waiting.contact(account, "Blogger", followers=210_000)
    item = waiting.item(account, "crowd", of=known)
    html = page.get(f"{console.url('vips')}?q=blogger").content.decode()
    assert "Above the threshold, without a manager" in html
    url = console.url("vip-name", known.pk)
    response = page.post(url, {"manager": mona.pk, "stand_in": sten.pk}, headers=HTMX)
    assert VipManager.objects.get().manager_id == mona.pk
    assert WorkItem.objects.get(pk=item.pk).lane == "vip"
    seen = page.get(console.url("conversation", item.conversation.public_id)).content.decode()
    assert "Stand-in: Sten" in seen
    same = page.post(url, {"manager": mona.pk, "stand_in": mona.pk}, headers=HTMX)
    assert "somebody else" in toast(same)["text"]
    assert page.post(toast(response)["undo_url"]).status_code == 204
    assert not VipManager.objects.exists()
    assert page.post(toast(response)["undo_url"]).status_code == 409


def test_a_manager_is_of_the_staff_and_the_person_ours(
    console: Console, account: Any, page: Client, colleague: Actor
) -> None:
    known = waiting.contact(account)
    response = page.post(
        console.url("vip-name", known.pk), {"manager": colleague.membership_id}, headers=HTMX
    )
    assert "one of the staff" in toast(response)["text"]
    elsewhere = people.brand("Elsewhere")
    from chimein.contacts.models import Contact

    foreign = Contact.objects.create(brand=elsewhere, name="Foreign")
    response = page.post(console.url("vip-name", foreign.pk), {"manager": ""}, headers=HTMX)
    assert "no such person" in toast(response)["text"]


# ------------------------------------------------------------ working time
def calendar_of(team: Team) -> int | None:
    return Team.objects.get(pk=team.pk).calendar_id


WEEK = {f"day_{number}": "09:00-18:00" for number in range(5)}


def test_a_calendar_is_made_used_and_taken_back(
    console: Console, page: Client, agent: Actor, brand: Any
) -> None:
    values = {"name": "Shanghai", "timezone": "Asia/Shanghai", "country": "cn", **WEEK}
    values |= {"exceptions": "2026-12-25 closed Christmas\n2026-12-24 09:00-12:00"}
    made = page.post(console.url("calendar-save", 0), values, headers=HTMX)
    assert made.status_code == 200
    row = Calendar.objects.get()
    assert (row.country, row.weekly[0], row.weekly[6]) == ("CN", [[540, 1080]], [])
    assert row.exceptions[1] == {"date": "2026-12-25", "shifts": [], "note": "Christmas"}
    assert (
        "2026-12-25 closed Christmas"
        in page.get(f"{console.url('calendars')}?edit={row.pk}").content.decode()
    )

    team = people.team(brand)
    response = page.post(console.url("calendar-team", team.pk), {"calendar": row.pk}, headers=HTMX)
    assert calendar_of(team) == row.pk
    assert page.post(toast(response)["undo_url"]).status_code == 204
    assert calendar_of(team) is None

    key = f"m{agent.membership_id}"
    hours = {f"{key}-calendar": row.pk, f"{key}-seats": 5, f"{key}-away_from": "2026-12-01",
             f"{key}-away_until": "2026-12-02"}  # fmt: skip
    kept = page.post(console.url("calendar-person", agent.membership_id), hours, headers=HTMX)
    ann = Membership.objects.get(pk=agent.membership_id or 0)
    assert (ann.calendar_id, ann.seats) == (row.pk, 5)
    assert ann.away_until is not None
    assert ann.away_until.isoformat().startswith("2026-12-03T00:00")
    gone = page.post(console.url("calendar-delete", row.pk), headers=HTMX)
    assert not Calendar.objects.exists()
    assert page.post(toast(gone)["undo_url"]).status_code == 204
    assert Membership.objects.get(pk=ann.pk).calendar_id == row.pk
    assert page.post(toast(kept)["undo_url"]).status_code == 204
    assert Membership.objects.get(pk=ann.pk).seats is None
    assert page.post(toast(kept)["undo_url"]).status_code == 409


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"day_0": "nine to five"}, "Write it like"),
        ({"exceptions": "2026-12-24 noon"}, "This line is not understood: 2026-12-24 noon"),
        ({"exceptions": "2026-13-40 closed"}, "This line is not understood"),
        ({"timezone": "Mars/Olympus"}, "Select a valid choice"),
        ({"name": ""}, "This field is required"),
    ],
)
def test_a_calendar_that_makes_no_sense(
    console: Console, page: Client, wrong: dict[str, str], words: str
) -> None:
    values = {"name": "Office", "timezone": "UTC", **WEEK} | wrong
    assert words in page.post(console.url("calendar-save", 0), values, headers=HTMX).content.decode()
    response = page.post(console.url("calendar-save", 0), values)
    assert response.status_code == 422
    assert words in response.content.decode()


def test_an_unknown_country_and_a_name_twice(console: Console, page: Client) -> None:
    values = {"name": "Office", "timezone": "UTC", **WEEK}
    country = page.post(console.url("calendar-save", 0), values | {"country": "ZZ"}, headers=HTMX)
    assert "not known" in toast(country)["text"]
    page.post(console.url("calendar-save", 0), values, headers=HTMX)
    assert "already" in toast(page.post(console.url("calendar-save", 0), values, headers=HTMX))["text"]
    assert page.get(f"{console.url('calendars')}?edit=999999").status_code == 404


def test_absence_the_wrong_way_round(console: Console, page: Client, agent: Actor) -> None:
    key = f"m{agent.membership_id}"
    hours = {f"{key}-away_from": "2026-12-05", f"{key}-away_until": "2026-12-02"}
    response = page.post(console.url("calendar-person", agent.membership_id), hours)
    assert response.status_code == 422
    assert "before the first day" in response.content.decode()


@pytest.mark.parametrize("name", ["lanes", "vips", "calendars"])
def test_pages_cost_the_same_for_few_and_many(
    console: Console, account: Any, page: Client, brand: Any, name: str, django_assert_max_num_queries: Any
) -> None:
    for number in range(8):
        made = people.member(brand, Role.AGENT, f"A{number}")
        Calendar.objects.create(brand=brand, name=f"C{number}", timezone="UTC", weekly=[[[0, 1440]]] * 7)
        VipManager.objects.create(contact=waiting.contact(account, f"V{number}"), manager=made)
        waiting.item(account, "crisis", topic=f"t{number}")
    with django_assert_max_num_queries(30):
        assert page.get(console.url(name)).status_code == 200
