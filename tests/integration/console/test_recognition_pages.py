"""Statement, leagues, what a lead sets and judges, fairness: what each shows, to whom, and at what price."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from chimein.community.points_models import PointsRow, Recognition, VoteFlag
from chimein.community.recognition import collusion, nightly
from chimein.core import clock
from chimein.core.actor import Actor, Role
from chimein.people.models import HelperSettings, Membership
from chimein.routing.models import HelperLoad, Offer
from tests.factories import people, recognised
from tests.integration.console.conftest import HTMX, Console

pytestmark = pytest.mark.django_db
SignIn = Callable[[Actor], Client]
Read = Callable[[Client, str], str]
AtMost = Callable[[int], Any]


def member_of(actor: Actor) -> Membership:
    return Membership.objects.get(user=actor.user_id)


def solve(console: Console, author: Membership, times: int = 1, days_ago: float = 0) -> None:
    for _ in range(times):
        at = clock.now() - timedelta(days=days_ago)
        recognised.came_of(recognised.answer(console.account, author, at=at), "thanked", "solved", at=at)
    recognised.settle()


def test_the_statement_explains_each_line(
    console: Console, colleague: Actor, signed_in: SignIn, page_of: Read
) -> None:
    solve(console, member_of(colleague))
    html = page_of(signed_in(colleague), console.url("points"))
    assert "10 × (1 + 2 × 0.5) × 1 = 20" in html
    assert "First one solved" in html
    assert "2 more good answers to Helper" in html


def test_a_new_helper_is_told_what_to_do(
    console: Console, colleague: Actor, signed_in: SignIn, page_of: Read
) -> None:
    html = page_of(signed_in(colleague), console.url("points"))
    assert "No points yet" in html
    assert console.url("card") in html


def test_nobody_sees_another_s_statement(
    console: Console, colleague: Actor, trusted: Actor, signed_in: SignIn, page_of: Read
) -> None:
    solve(console, member_of(colleague))
    assert "= 20" not in page_of(signed_in(trusted), console.url("points"))
    table = b"".join(signed_in(trusted).get(console.url("points-export")).streaming_content)  # type: ignore[attr-defined]
    assert table.count(b"\n") == 1


def test_the_table_of_a_period(console: Console, colleague: Actor, signed_in: SignIn) -> None:
    member = member_of(colleague)
    member.public_name = "=cmd()"
    member.save()
    solve(console, member)
    PointsRow.objects.bulk_create(
        [PointsRow(
            brand=console.brand, member=member, answer_id=PointsRow.objects.get().answer_id, share="answer",
            reason="solved", points=1, day=clock.now().date() - timedelta(days=90), at=clock.now(),
        )]
    )  # fmt: skip
    response = signed_in(colleague).get(console.url("points-export"))
    lines = b"".join(response.streaming_content).decode().splitlines()  # type: ignore[attr-defined]
    assert len(lines) == 2
    assert ",'=cmd(),solved,answer," in lines[1]
    odd = signed_in(colleague).get(console.url("points-export") + "?since=yesterday&until=1")
    assert odd.status_code == 200


def test_leagues_name_only_who_wants_it(
    console: Console, colleague: Actor, agent: Actor, signed_in: SignIn, page_of: Read
) -> None:
    solve(console, member_of(colleague))
    viewer, own = signed_in(agent), signed_in(colleague)
    assert "Cai" in page_of(viewer, console.url("leagues"))
    html = own.post(console.url("points-named"), {"shown": "0"}, headers=HTMX).content.decode()
    assert "Leagues do not name you" in html
    assert not HelperSettings.objects.get(member_id=colleague.membership_id).in_leagues
    assert "Cai" not in page_of(viewer, console.url("leagues"))
    teams = page_of(viewer, console.url("leagues") + "?league=teams")
    assert "1 of 2 solved" in teams, "the team keeps what its people did"
    own.post(console.url("points-named"), {"shown": "1"})
    assert "Cai" in page_of(viewer, console.url("leagues"))


def test_newcomers_play_among_newcomers(
    console: Console, colleague: Actor, agent: Actor, signed_in: SignIn, page_of: Read
) -> None:
    strong = people.member(console.brand, Role.COLLEAGUE, "Strong")
    weak = people.member(console.brand, Role.COLLEAGUE, "Weak")
    solve(console, strong, 4, days_ago=10)
    solve(console, strong, 3)
    solve(console, weak, 1, days_ago=10)
    solve(console, weak, 1)
    solve(console, member_of(colleague), 1)
    html = page_of(signed_in(agent), console.url("leagues"))
    first, rest = html.split("First division")[1].split("Second division")
    second, newcomers = rest.split("Newcomers")
    assert "Strong" in first
    assert "Weak" in second
    assert "Cai" in newcomers
    assert 'league-place is-podium">1<' in newcomers


def test_customers_have_a_league_of_their_own(
    console: Console, colleague: Actor, trusted: Actor, signed_in: SignIn, page_of: Read
) -> None:
    solve(console, member_of(trusted))
    assert "Theo" in page_of(signed_in(trusted), console.url("leagues"))
    assert "Theo" not in page_of(signed_in(colleague), console.url("leagues"))
    assert "Theo" in page_of(signed_in(colleague), console.url("leagues") + "?league=customers")


@pytest.mark.parametrize("query", ["?week=2199-01-01", "?week=x", "?league=nothing", "?week=2020-01-08"])
def test_odd_weeks_and_leagues(
    console: Console, colleague: Actor, signed_in: SignIn, page_of: Read, query: str
) -> None:
    assert "Nobody here this week" in page_of(signed_in(colleague), console.url("leagues") + query)


def test_a_lead_sets_goal_and_hook_and_sees_the_secret(
    console: Console, lead: Actor, signed_in: SignIn, page_of: Read
) -> None:
    client = signed_in(lead)
    wanted = {
        "weekly_goal": "5", "reward_every": "200", "hook_url": "https://rewards.example/in",
        "pledge": "A meal for each", "pledge_url": "https://food.example/",
    }  # fmt: skip
    assert client.post(console.url("recognition-save"), wanted).status_code == 302
    chosen = Recognition.objects.get()
    assert chosen.hook_secret["secret"] in page_of(client, console.url("recognition"))
    assert "A meal for each" in page_of(client, console.url("leagues"))
    again = client.post(console.url("recognition-save"), wanted | {"weekly_goal": "6"})
    assert again.status_code == 302
    assert Recognition.objects.get().hook_secret == chosen.hook_secret


@pytest.mark.parametrize(
    ("field", "value"),
    [("weekly_goal", "0"), ("weekly_goal", "many"), ("reward_every", "1"), ("hook_url", "ftp://x"),
     ("hook_url", "https://"), ("pledge", "x" * 201)],
)  # fmt: skip
def test_what_does_not_fit_is_said_and_kept_on_the_page(
    console: Console, lead: Actor, signed_in: SignIn, field: str, value: str
) -> None:
    wanted = {"weekly_goal": "5", "reward_every": "200", "hook_url": "", "pledge": "", "pledge_url": ""}
    response = signed_in(lead).post(console.url("recognition-save"), wanted | {field: value})
    assert response.status_code == 422
    assert value in response.content.decode()
    assert not Recognition.objects.exists()


def test_a_lead_judges_arranged_votes_and_takes_it_back(
    console: Console, lead: Actor, colleague: Actor, signed_in: SignIn, page_of: Read
) -> None:
    one, other = member_of(colleague), people.member(console.brand, Role.COLLEAGUE, "Dora")
    for _ in range(6):
        recognised.came_of(recognised.answer(console.account, one), "accepted", by=other)
        recognised.came_of(recognised.answer(console.account, other), "accepted", by=one)
    recognised.settle()
    before = PointsRow.objects.filter(member=one).count()
    assert collusion.look(brand_id=console.brand.pk, now=clock.now()) >= 1
    assert collusion.look(brand_id=console.brand.pk, now=clock.now()) == 0, "the same is not shown twice"
    flag = VoteFlag.objects.get(kind="pair")
    client = signed_in(lead)
    assert "about as often each way" in page_of(client, console.url("recognition"))
    assert PointsRow.objects.filter(member=one).count() == before, "no points move before a person judged"
    client.post(console.url("flag", flag.pk), {"state": "confirmed"}, headers=HTMX)
    recognised.settle()
    assert sum(PointsRow.objects.filter(member=one).values_list("points", flat=True)) == 0
    assert PointsRow.objects.filter(member=one).order_by("pk").last().reason == "void"  # type: ignore[union-attr]
    client.post(console.url("flag", flag.pk), {"state": "open"}, headers=HTMX)
    recognised.settle()
    assert sum(PointsRow.objects.filter(member=one).values_list("points", flat=True)) > 0
    assert [one["state"] for one in recognised.told("votes.judged")] == ["confirmed", "open"]


def test_nobody_judges_their_own_votes(console: Console, lead: Actor, signed_in: SignIn) -> None:
    now = clock.now()
    flag = VoteFlag.objects.create(
        brand=console.brand, kind="fan", key="k", pairs=["a+b"], members=[lead.membership_id], votes=12, share=0.9,
        since=now, until=now, found_at=now,
    )  # fmt: skip
    response = signed_in(lead).post(console.url("flag", flag.pk), {"state": "dismissed"}, headers=HTMX)
    assert "another lead has to judge" in response.headers["HX-Trigger"]
    flag.refresh_from_db()
    assert flag.state == "open"
    assert signed_in(lead).post(console.url("flag", 10**6), {"state": "dismissed"}).status_code == 302


def test_thanks_are_shown_in_public_words_only(
    console: Console, colleague: Actor, lead: Actor, signed_in: SignIn, page_of: Read
) -> None:
    from tests.factories import traffic

    made = recognised.answer(console.account, member_of(colleague))
    question = made.reply_to
    assert question is not None
    late = (clock.now() - traffic.START).total_seconds() / 60
    for key, private in (("open", False), ("secret", True)):
        words = f"Thank you, {key} words!"
        traffic.tell(
            console.account,
            traffic.post(
                f"thx-{key}", words, by="pat", reply_to=question.external_id or "", at=late, private=private
            ),
        )
        said = traffic.message(f"thx-{key}")
        said.conversation_id = made.conversation_id
        said.save()
        recognised.came_of(made, "thanked", at=said.posted_at)
        recognised.settle()
        made = recognised.answer(console.account, member_of(colleague))
    html = page_of(signed_in(colleague), console.url("points"))
    assert "Thank you, open words!" in html
    assert "Thank you, secret words!" not in html
    told = recognised.told("helper.thanked")
    assert told[0]["leads"] == [lead.membership_id]
    assert "Thank you, open words!" in page_of(signed_in(lead), console.url("recognition"))


def test_the_lead_sees_load_and_not_drafts(
    console: Console, colleague: Actor, lead: Actor, signed_in: SignIn, page_of: Read
) -> None:
    member, now = member_of(colleague), clock.now()
    idle = people.member(console.brand, Role.COLLEAGUE, "Idle")
    for member_ in (member, idle):
        member_.created_at = now - timedelta(days=90)
        member_.save()
    HelperSettings.objects.create(
        member=member, daily_limit=4, quiet_from="00:00", quiet_until="23:59:59", paid_hours_only=True
    )
    HelperLoad.objects.create(member=member, day=now.date(), offered_today=4, claimed=10, dropped=3)
    for number in range(3):
        conversation = console.ask(f"q{number}")
        Offer.objects.create(conversation=conversation, member=member, ring=0, offered_at=now)
    solve(console, member, 1)
    html = page_of(signed_in(lead), console.url("fairness"))
    assert "Near their limit today:" in html
    assert "4/4" in html
    assert "often leaves what was taken" in html
    assert "0.50" in html, "two people, one has all: Gini 1/2"
    assert ">3\n" in html.replace(" ", "") or "of 3" in html
    assert recognised.WORDS[0][:20] not in html


def test_the_night_runs_once_and_again(console: Console, colleague: Actor) -> None:
    solve(console, member_of(colleague))
    now = clock.now()
    assert nightly.run_due(now=now) >= 1
    assert nightly.run_due(now=now) == 0
    night = nightly.run(brand=console.brand, now=now)
    assert night is not None
    assert (night.differing, night.points) == (0, 20)


def test_pages_are_cheap(
    console: Console, colleague: Actor, lead: Actor, signed_in: SignIn, at_most: AtMost
) -> None:
    solve(console, member_of(colleague), 6)
    own, boss = signed_in(colleague), signed_in(lead)
    for client, name, most in (
        (own, "points", 26),
        (own, "leagues", 16),
        (boss, "recognition", 20),
        (boss, "fairness", 16),
    ):
        with at_most(most):
            assert client.get(console.url(name)).status_code == 200
