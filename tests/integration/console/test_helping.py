"""How I am asked: saved as one goes, taken back with one press, counted at once."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import time

import pytest
from django.test import Client

from chimein.core import clock
from chimein.core.actor import Actor
from chimein.core.errors import UserError
from chimein.core.models import Event
from chimein.people.helping import Wishes, change_wishes, wishes_of
from chimein.people.models import Brand, HelperSettings, Membership
from chimein.routing import candidates
from chimein.routing.matching.facts import Why
from chimein.triage.models import Topic
from tests.integration.console.conftest import HTMX, Console

SignIn = Callable[[Actor], Client]
FORM = {"takes_offers": "1", "daily_limit": "", "quiet_from": "", "quiet_until": "", "timezone": ""}


def _wishes(actor: Actor) -> Wishes:
    assert actor.membership_id is not None
    return wishes_of(Membership.objects.get(pk=actor.membership_id))


def test_what_is_ticked_is_kept_and_can_be_taken_back(
    console: Console, brand: Brand, colleague: Actor, signed_in: SignIn
) -> None:
    Topic.objects.create(brand=brand, slug="sound", name="Sound")
    client = signed_in(colleague)
    values = FORM | {
        "topics": ["sound"], "languages": ["zh", "en"], "daily_limit": "3", "quiet_from": "22:00",
        "quiet_until": "07:30", "timezone": "Asia/Shanghai",
    }  # fmt: skip
    response = client.post(console.url("helping-change"), values, headers=HTMX)
    made = _wishes(colleague)
    assert (made.topics, made.languages, made.daily_limit) == (("sound",), ("en", "zh"), 3)
    assert (made.quiet_from, made.quiet_until, made.timezone) == (time(22), time(7, 30), "Asia/Shanghai")
    assert 'value="sound" checked' in response.content.decode()
    assert Event.objects.get(kind="helping.changed").data["member"] == colleague.membership_id
    toast = json.loads(response["HX-Trigger"])["toast"]
    assert client.post(toast["undo_url"]).status_code == 204
    assert _wishes(colleague) == Wishes()


def test_somebody_else_cannot_take_it_back(
    console: Console, colleague: Actor, trusted: Actor, signed_in: SignIn
) -> None:
    response = signed_in(colleague).post(
        console.url("helping-change"), FORM | {"daily_limit": "2"}, headers=HTMX
    )
    back = json.loads(response["HX-Trigger"])["toast"]["undo_url"]
    assert signed_in(trusted).post(back).status_code == 409
    assert signed_in(colleague).post(console.url("helping-undo", "nonsense")).status_code == 409
    assert _wishes(colleague).daily_limit == 2


def test_no_more_for_today_and_back(
    console: Console, brand: Brand, colleague: Actor, signed_in: SignIn
) -> None:
    client, now = signed_in(colleague), clock.now()
    client.post(console.url("helping-change"), FORM | {"mute": "today"}, headers=HTMX)
    assert _blocked(brand) == Why.MUTED
    until = _wishes(colleague).muted_until
    assert until is not None
    assert until > now
    html = client.get(console.url("helping")).content.decode()
    assert "Ask me again" in html
    client.post(console.url("helping-change"), FORM | {"mute": "end"}, headers=HTMX)
    assert _blocked(brand) == Why.NOTHING


def _blocked(brand: Brand) -> int:
    return int(candidates.load(brand.pk, now=clock.now()).helpers.blocked[0])


def test_leaving_the_tick_out_means_no(
    console: Console, brand: Brand, colleague: Actor, signed_in: SignIn
) -> None:
    values = {key: value for key, value in FORM.items() if key != "takes_offers"}
    signed_in(colleague).post(console.url("helping-change"), values, headers=HTMX)
    assert not HelperSettings.objects.get(member=colleague.membership_id).takes_offers
    assert _blocked(brand) == Why.NO_CONSENT


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"quiet_from": "22:00"}, "Quiet hours need a beginning and an end."),
        ({"timezone": "Mars/Base"}, "There is no time zone of this name."),
        ({"daily_limit": "900"}, "Between 0 and 50 questions a day."),
        ({"daily_limit": "many"}, "This cannot be read."),
        ({"quiet_from": "25:00", "quiet_until": "26:00"}, "This cannot be read."),
    ],
)
def test_wrong_input_is_told_and_nothing_is_kept(
    console: Console, colleague: Actor, signed_in: SignIn, wrong: dict[str, str], words: str
) -> None:
    client = signed_in(colleague)
    assert words in client.post(console.url("helping-change"), FORM | wrong, headers=HTMX).content.decode()
    assert client.post(console.url("helping-change"), FORM | wrong).status_code == 400
    assert _wishes(colleague) == Wishes()
    assert not Event.objects.filter(kind="helping.changed").exists()


def test_without_scripts_the_page_comes_back(console: Console, colleague: Actor, signed_in: SignIn) -> None:
    client = signed_in(colleague)
    assert client.post(console.url("helping-change"), FORM | {"daily_limit": "5"}).status_code == 302
    html = client.get(console.url("helping")).content.decode()
    assert '<option value="5" selected>' in html


def test_saying_the_same_again_is_no_event(colleague: Actor) -> None:
    for _ in range(2):
        change_wishes(actor=colleague, wishes=Wishes(daily_limit=4), now=clock.now())
    assert Event.objects.filter(kind="helping.changed").count() == 1
    with pytest.raises(UserError):
        change_wishes(actor=colleague, wishes=Wishes(topics=tuple("abc" * 40)), now=clock.now())


def test_wishes_survive_the_way_through_an_address() -> None:
    wishes = Wishes(
        quiet_from=time(22), quiet_until=time(6), muted_until=clock.now(), topics=("a",), daily_limit=0
    )
    assert Wishes.from_json(json.loads(json.dumps(wishes.as_json()))) == wishes
