"""The planner's page: asked by leads, answered by a worker, compared; and what happens when something goes wrong."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from chimein.config import planning as work
from chimein.core import clock
from chimein.core.actor import Actor
from chimein.core.errors import Conflict, NotAllowed, UserError
from chimein.insights import planning
from chimein.insights.models import PlannerRun, Tally
from chimein.planner import child
from tests.factories.crowd import at_once
from tests.integration.console.conftest import HTMX, Console

SignIn = Callable[[Actor], Client]
Read = Callable[[Client, str], str]
FORM = {"helpers": "40", "desk": "1", "questions": "3000", "budget": "6"}


def ask(lead: Actor, **more: Any) -> PlannerRun:
    given: dict[str, Any] = {"helpers": 40, "desk": 1, "questions": 3000, "budget": 6, "own": False} | more
    return planning.ask(actor=lead, now=clock.now(), **given)


def quick(what: dict[str, Any], tell: work.Tell) -> dict[str, Any] | None:
    """The real simulation, of one day, in this process."""
    what["traffic"]["days"] = 1
    assert tell(0.5)
    return child.answer(what, lambda share: None)


def answer() -> None:
    assert work.run_waiting(now=clock.now, simulate=quick) == 1


def test_asked_watched_and_answered(
    console: Console, lead: Actor, signed_in: SignIn, page_of: Read, at_most: Callable[[int], Any]
) -> None:
    client = signed_in(lead)
    assert "Nothing simulated yet" in page_of(client, console.url("planner"))
    assert client.post(console.url("planner-ask"), FORM).status_code == 302
    assert "Waiting for a worker" in page_of(client, console.url("planner"))
    assert client.get(console.url("planner-run"), headers=HTMX).headers.get("HX-Trigger") is None
    answer()
    assert "planned" in client.get(console.url("planner-run"), headers=HTMX).headers["HX-Trigger"]
    with at_most(24):
        html = page_of(client, console.url("planner"))
    assert "Answered within 15 minutes" in html
    assert "chart-curve" in html
    assert 'value="40"' in html


def test_two_answers_side_by_side(console: Console, lead: Actor, signed_in: SignIn, page_of: Read) -> None:
    small = ask(lead, questions=200_000, desk=2)
    answer()
    large = ask(lead, questions=200_000, desk=2, helpers=400)
    answer()
    url = f"{console.url('planner')}?run={small.pk}&beside={large.pk}"
    html = page_of(signed_in(lead), url)
    assert "Difference" in html
    assert "400 helpers, desk 2" in html
    assert "is-worse" in html


@pytest.mark.django_db(transaction=True)
def test_only_one_question_at_a_time(lead: Actor) -> None:
    found = at_once(lambda helpers: ask(lead, helpers=helpers), [10, 20, 30, 40])
    assert sum(isinstance(one, Conflict) for one in found) == 3
    assert PlannerRun.objects.count() == 1


def test_a_lead_stops_it_and_the_worker_lets_go(console: Console, lead: Actor, signed_in: SignIn) -> None:
    run = ask(lead)

    def stopped_meanwhile(what: dict[str, Any], tell: work.Tell) -> dict[str, Any] | None:
        assert tell(0.2)
        signed_in(lead).post(console.url("planner-stop"))
        return None if not tell(0.3) else {}

    work.run_waiting(now=clock.now, simulate=stopped_meanwhile)
    run.refresh_from_db()
    assert (run.stage, run.figures) == ("stopped", {})
    with pytest.raises(Conflict):
        planning.stop(actor=lead, run_id=run.pk, now=clock.now())


def test_a_failure_is_told(console: Console, lead: Actor, signed_in: SignIn, page_of: Read) -> None:
    ask(lead)

    def broken(what: dict[str, Any], tell: work.Tell) -> dict[str, Any] | None:
        raise RuntimeError("no room left")

    work.run_waiting(now=clock.now, simulate=broken)
    assert "no room left" in page_of(signed_in(lead), console.url("planner"))


def test_agents_may_not_ask(agent: Actor, lead: Actor) -> None:
    with pytest.raises(NotAllowed):
        ask(agent)
    with pytest.raises(NotAllowed):
        planning.stop(actor=agent, run_id=ask(lead).pk, now=clock.now())


@pytest.mark.parametrize("field", list(FORM))
@pytest.mark.parametrize("value", ["", "-1", "many", "99999999", "٣"])
def test_wrong_numbers_are_told(
    console: Console, lead: Actor, signed_in: SignIn, field: str, value: str
) -> None:
    client = signed_in(lead)
    response = client.post(console.url("planner-ask"), FORM | {field: value}, follow=True)
    assert "out of its range" in response.content.decode()
    assert not PlannerRun.objects.exists()


def test_out_of_range(lead: Actor) -> None:
    with pytest.raises(UserError):
        ask(lead, helpers=planning.MOST_HELPERS + 1)


def test_own_traffic_needs_messages(console: Console, lead: Actor) -> None:
    now = clock.now()
    assert planning.own_traffic(brand_id=console.brand.pk, timezone="UTC", now=now) is None
    ask(lead, own=True)
    work.run_waiting(now=clock.now)
    assert PlannerRun.objects.get().error.startswith("RuntimeError: too few")


def test_own_traffic_is_what_wanted_an_answer(console: Console) -> None:
    monday = datetime(2026, 3, 2, 9, tzinfo=UTC)
    rows = [(monday, "received", 70), (monday, "no_reply", 10), (monday + timedelta(days=1), "received", 40)]
    Tally.objects.bulk_create(
        Tally(brand_id=console.brand.pk, hour=hour, metric=metric, count=count)
        for hour, metric, count in rows
    )
    own = planning.own_traffic(
        brand_id=console.brand.pk, timezone="Asia/Shanghai", now=monday + timedelta(days=20)
    )
    assert own is not None
    assert (own.messages, own.hours[17], own.week[:2]) == (100, 100, [60, 40])
    assert own.per_day == pytest.approx(5)


def test_old_answers_are_forgotten(lead: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(planning, "KEPT", 2)
    for _ in range(4):
        run = ask(lead)
        planning.end(run.pk, brand_id=run.brand_id, stage="done", now=clock.now())
    assert PlannerRun.objects.count() == 2


def test_the_process_answers_and_ends_when_nobody_waits() -> None:
    what = {"helpers": 20, "desk": 1, "budget": 6, "traffic": {"per_day": 5, "days": 1}}
    figures = work.in_a_process(dict(what), lambda share: share >= 0)
    assert figures is not None
    assert figures["helpers"] == 20
    busy = {**what, "helpers": 2000, "traffic": {"per_day": 3000, "days": 7}}
    assert work.in_a_process(busy, lambda share: False) is None
    with pytest.raises(RuntimeError, match="without an answer"):
        work.in_a_process({}, lambda share: True)
