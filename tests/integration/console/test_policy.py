"""The page of the lane policy: read, edit, try on past messages, save, go back; with and without scripts."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from chimein.core import clock
from chimein.core.actor import Actor
from chimein.triage import policies, policy, policy_words
from chimein.triage.models import LanePolicy
from chimein.web.console import policy_form
from tests.integration.console.conftest import HTMX, Console

SignIn = Callable[[Actor], Client]
Read = Callable[[Client, str], str]
NAMES = [rule.name for rule in policy.DEFAULT.rules]
ROWS = policy.to_json(policy.DEFAULT)


def place(name: str) -> int:
    return NAMES.index(name) + 1


def filled(row: dict[str, Any], **more: Any) -> dict[str, Any]:
    """What a browser would send for a row, with some of it changed."""
    form = policy_form.RowForm(row=row, topics={}, others=[])
    sent = {name: form[name].value() for name in form.fields}
    return {key: value for key, value in (sent | more).items() if value not in (None, "", [], False)}


class Page:
    """The page in one browser."""

    def __init__(self, console: Console, client: Client) -> None:
        self.console, self.client = console, client

    def act(self, act: str) -> str:
        response = self.client.post(self.console.url("policy-change"), {"act": act}, headers=HTMX)
        assert response.status_code == 200
        return response.content.decode()

    def keep(self, number: int, values: dict[str, Any]) -> Any:
        return self.client.post(self.console.url("policy-row", number), values, headers=HTMX)

    def save(self, **values: Any) -> Any:
        return self.client.post(self.console.url("policy-save"), values, headers=HTMX)

    def preview(self) -> str:
        response = self.client.get(self.console.url("policy-preview"), headers=HTMX)
        assert response.status_code == 200
        return str(response.content.decode())


@pytest.fixture
def page(console: Console, lead: Actor, signed_in: SignIn) -> Page:
    return Page(console, signed_in(lead))


def toast_of(response: Any) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(response.headers["HX-Trigger"])["toast"]
    return found


def order(html: str) -> list[str]:
    return re.findall(r'<li class="policy-row[^"]*" id="row-([0-9a-f]+)"', html)


def test_agents_read_every_row_and_change_none(
    console: Console, agent: Actor, signed_in: SignIn, page_of: Read
) -> None:
    html = page_of(signed_in(agent), console.url("policy"))
    for name in NAMES:
        assert policy_words.rule_name(name) in html
    assert "Own order or account / Money / Privacy" in html
    assert "At least 100,000 followers" in html
    assert "If no row fits" in html
    assert "Add a row" not in html
    assert "policy-tools" not in html


def test_nobody_else_gets_in(
    console: Console, colleague: Actor, agent: Actor, lead: Actor, stranger: Any, signed_in: SignIn
) -> None:
    posts = [
        console.url("policy-change"), console.url("policy-row", 1), console.url("policy-save"),
        console.url("policy-back", 0, 0),
    ]  # fmt: skip
    for url in posts:
        assert Client().post(url).status_code == 302
        assert signed_in(stranger).post(url).status_code == 404
        for who in (agent, colleague):
            assert signed_in(who).post(url, {"act": "undo"}).status_code == 403
    assert signed_in(agent).get(console.url("policy-preview")).status_code == 403
    assert signed_in(colleague).get(console.url("policy")).status_code == 403
    assert not LanePolicy.objects.exists()


def test_rows_move_and_the_last_change_is_taken_back(page: Page) -> None:
    before = order(page.act("up:1"))
    moved = order(page.act("down:1"))
    assert moved == [before[1], before[0], *before[2:]]
    assert order(page.act("undo")) == before
    assert len(order(page.act("delete:3"))) == len(before) - 1
    assert order(page.act("undo")) == before
    assert order(page.act("up:99")) == before
    assert "There is no such act" in toast_of(
        page.client.post(page.console.url("policy-change"), {"act": "explode"}, headers=HTMX)
    )["text"]  # fmt: skip


def test_every_row_survives_its_form(page: Page) -> None:
    """Open and keep, nothing changed: the form says all that a row can say, in both languages."""
    for language in ("en", "zh-hans"):
        with translation.override(language):
            for row in ROWS:
                form = policy_form.RowForm(filled(row), row=row, topics={}, others=[])
                assert form.is_valid(), (row, form.errors)
                assert form.as_row() == row


def test_every_condition_has_a_control_and_a_name() -> None:
    shown = [name for _title, names in policy_form.GROUPS for name in names]
    assert sorted(shown) == sorted(policy.CONDITIONS)
    assert set(policy_words.CONDITIONS) == set(policy.CONDITIONS)
    with translation.override("zh-hans"):
        for words in (*policy_words.CONDITIONS.values(), *map(policy_words.rule_name, NAMES)):
            assert re.search(r"[\u4e00-\u9fff]", str(words)), words


def test_a_row_is_edited_by_its_form(page: Page, page_of: Read) -> None:
    number = place("doubtful")
    html = page_of(page.client, page.console.url("policy") + f"?edit={number}")
    assert 'value="Perhaps risky"' in html
    kept = page.keep(number, filled(ROWS[number - 1], lane="crowd", trusted_only="on", sla_minutes="20"))
    html = kept.content.decode()
    assert "Colleagues only" in html
    assert "Within 20 min" in html
    assert "Changed: Perhaps risky" in html


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"name": "Spam", "lane": "none"}, "Say why nobody has to reply."),
        ({"name": "A", "lane": "desk", "no_reply": "spam"}, "In this lane somebody replies."),
        ({"name": "A", "lane": "desk", "trusted_only": "on"}, "This belongs to the crowd lane."),
        ({"name": "anger", "lane": "desk"}, "Another row has this name already."),
        ({"name": "A", "lane": "desk", "priority": "12"}, "less than or equal to 9"),
        ({"name": "A", "lane": "desk", "if_followers_at_least": "many"}, "Enter a whole number."),
        ({"name": "A", "lane": "desk", "if_risk_score_at_least": "3"}, "less than or equal to 1"),
        ({"name": "A", "lane": "moon"}, "Select a valid choice."),
        ({"name": "", "lane": "desk"}, "This field is required."),
    ],
    ids=str,
)
def test_what_is_wrong_is_said_beside_the_field(page: Page, values: dict[str, str], told: str) -> None:
    response = page.keep(0, values)
    html = response.content.decode()
    assert told in html
    assert "field-error" in html
    assert "Changed, not saved" not in html
    plain = page.client.post(page.console.url("policy-row", 0), values)
    assert plain.status_code == 422
    assert told in plain.content.decode()


def test_a_new_row_goes_to_the_top_with_all_its_conditions(page: Page, console: Console) -> None:
    console.brand.topics.create(slug="sound", name="Sound", keywords=["speaker"])
    values = {
        "name": "Loud", "lane": "expert", "priority": "2", "alarm": "on", "advice": "friendly",
        "if_topic": ["sound"], "if_anger": "no", "if_verified": "yes", "if_followers_at_least": "50",
        "if_language": ["en", "zh"],
    }  # fmt: skip
    html = page.keep(0, values).content.decode()
    for words in ("Sound", "Not angry", "Verified account", "At least 50 followers", "English"):
        assert words in html
    page.save(note="loud ones")
    rule = policies.current(console.brand.pk).rules[0]
    assert rule.when == {
        "anger": False, "topic": ["sound"], "language": ["en", "zh"], "followers_at_least": 50, "verified": True,
    }  # fmt: skip
    assert (rule.then.lane, rule.then.priority, rule.then.alarm, rule.then.advice) == (
        "expert", 2, True, "friendly",
    )  # fmt: skip


def test_the_preview_shows_who_moves_and_warns(page: Page, console: Console) -> None:
    console.ask("calm", at=100)
    console.ask("law", "My lawyer will call you", at=120)
    page.keep(0, {"name": "All of it", "lane": "crowd"})
    html = page.preview()
    assert "1 of the newest 2 messages would change its lane." in html
    assert "1 risky or angry message would reach the crowd." in html
    assert "My lawyer will call you" in html
    assert console.of("law") in html
    assert "From which lane to which" in html
    whole = page.client.get(console.url("policy") + "?preview=1").content.decode()
    assert "1 risky or angry message would reach the crowd." in whole
    assert "Legal" in whole


def test_without_messages_the_preview_says_so(page: Page) -> None:
    page.act("down:1")
    assert "No messages to try it on yet" in page.preview()


def test_the_preview_costs_the_same_however_many(
    page: Page, console: Console, at_most: Callable[[int], Any]
) -> None:
    for number in range(5):
        console.ask(f"q{number}", at=number)
    page.act("down:1")
    with at_most(9):
        page.preview()


def test_saving_needs_a_word_when_something_risky_could_reach_the_crowd(page: Page, console: Console) -> None:
    page.act(f"delete:{place('private_data')}")
    told = toast_of(page.save())
    assert (told["tone"], "risky" in told["text"]) == ("late", True)
    assert not LanePolicy.objects.exists()
    assert "Version 1 counts" in toast_of(page.save(accept_holes="1"))["text"]


def test_saved_listed_brought_back_and_undone(page: Page, console: Console, page_of: Read) -> None:
    page.act(f"delete:{place('wide_reach')}")
    saved = page.save(note="Reach does not matter")
    toast = toast_of(saved)
    html = page_of(page.client, console.url("policy"))
    assert "Reach does not matter" in html
    assert "Lena" in html
    assert "Gone: Questions many will read" in html
    assert "Changed, not saved" not in html
    assert toast["undo_url"] == console.url("policy-back", 0, 1)
    assert page.client.post(toast["undo_url"]).status_code == 204
    assert policies.current(console.brand.pk).rules == policy.DEFAULT.rules
    assert page.client.post(toast["undo_url"]).status_code == 409, "the world has moved on"
    back = page.client.post(console.url("policy-back", 1, 2), {"from": "page"}, headers=HTMX)
    assert "Brought back from version 1" in back.content.decode()
    again = toast_of(back)["undo_url"]
    assert page.client.post(again).status_code == 204
    assert policies.current(console.brand.pk).version == 4


def test_a_conflict_is_told_and_the_draft_kept(page: Page, console: Console, lead: Actor) -> None:
    page.act("down:1")
    others = [row for row in ROWS if row["name"] != "wide_reach"]
    policies.save(actor=lead, rows=others, seen=0, now=clock.now())
    told = toast_of(page.save())
    assert "Somebody saved another version" in told["text"]
    html = page.client.get(console.url("policy")).content.decode()
    assert "Somebody saved version 1 while you were editing." in html
    assert "New: Questions many will read" in html
    page.act("rebase")
    assert "Version 2 counts" in toast_of(page.save())["text"]


def test_dropping_the_changes_shows_the_table_in_force(page: Page) -> None:
    page.act("delete:1")
    html = page.act("discard")
    assert "Changed, not saved" not in html
    assert len(order(html)) == len(NAMES)


def test_it_works_without_scripts(page: Page, console: Console, page_of: Read) -> None:
    client = page.client
    response = client.post(console.url("policy-change"), {"act": "down:1"})
    assert response["Location"] == console.url("policy")
    assert "Changed, not saved" in page_of(client, console.url("policy"))
    assert client.get(console.url("policy-preview"))["Location"].endswith("?preview=1")
    response = client.post(console.url("policy-save"), {"note": "order"}, follow=True)
    assert "Version 1 counts" in response.content.decode()
    response = client.post(console.url("policy-back", 0, 1), {"from": "page"}, follow=True)
    assert "Back to the table ChimeIn comes with" in response.content.decode()


def test_a_draft_of_an_older_release_is_dropped(page: Page, console: Console, page_of: Read) -> None:
    session = page.client.session
    rows = [{"name": "x", "when": {"moon": ["full"]}, "then": {"lane": "desk"}}]
    session["lane_policy"] = {console.brand.slug: {"base": 0, "rows": rows, "past": []}}
    session.save()
    assert "Changed, not saved" not in page_of(page.client, console.url("policy"))


def test_the_address_is_in_the_menu_of_staff_only(
    console: Console, agent: Actor, colleague: Actor, signed_in: SignIn, page_of: Read
) -> None:
    url = reverse("console-policy", args=[console.brand.slug])
    assert url in page_of(signed_in(agent), console.url("queue"))
    assert url not in page_of(signed_in(colleague), console.url("card"))
