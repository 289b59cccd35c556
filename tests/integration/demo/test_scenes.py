"""The scenes: somebody is coached, a VIP has a manager, a ring widens, a claim goes back, the past counts."""

from __future__ import annotations

from datetime import timedelta

import pytest

from chimein.answering import checks, outcomes
from chimein.answering.models import Answer, ListedWord, Outcome, Review
from chimein.answering.outcomes import SETTLE_SECONDS
from chimein.channels import polling
from chimein.community.recognition import leagues, weeks
from chimein.community.recognition.facts import gather
from chimein.community.recognition.settle import settle_waiting
from chimein.conversations.models import Message
from chimein.core import clock
from chimein.core.models import Event
from chimein.demo.player import play_some
from chimein.demo.player.credit import Credit
from chimein.demo.scenario.model import ANSWER_STEPS
from chimein.intake import batch
from chimein.people import trust
from chimein.people.models import Calendar, Membership
from chimein.people.trust import Level
from chimein.routing import assignments, offers_router
from chimein.routing.models import Offer, WorkItem
from tests.integration.demo.conftest import NOW, Demo

real = pytest.mark.django_db(transaction=True)


def member(demo: Demo, person: str) -> Membership:
    email = demo.stage.scenario.person(person).email
    return Membership.objects.get(brand=demo.brand, user__email=email)


def take_in_the_past(demo: Demo) -> None:
    polling.poll_all()
    batch.drain()
    credit = Credit(demo.stage.scenario, demo.brand)
    for step in range(60):
        credit.run(now=clock.now() + step * timedelta(minutes=1))


def play(demo: Demo, *scenes: str, seconds: float = 60) -> dict[str, str]:
    """With the worker's routing and outcomes going on besides."""

    def work() -> None:
        demo.work()
        offers_router.run_due(now=clock.now())
        assignments.run_all(now=clock.now())
        outcomes.find(now=clock.now())

    return play_some(demo.stage, scenes, meanwhile=work, seconds=seconds)


@real
def test_the_past_counts_once_and_fills_the_first_look(demo: Demo) -> None:
    take_in_the_past(demo)
    before = Answer.objects.count()
    assert before >= 80
    assert Outcome.objects.filter(outcome="thanked").count() >= 25
    nia = member(demo, "nia")
    assert trust.level_of(nia, topic="wifi", language="en") == Level.COACHED
    read = Review.objects.filter(author=nia).order_by("decided_at")
    assert [one.verdict for one in read] == ["edited", "approved", "approved"]
    assert read[0].text != read[0].final_text
    while gather():
        pass
    settle_waiting(now=clock.now())
    week = weeks.week_of(NOW, demo.brand.timezone)
    tables = [
        leagues.people(brand=demo.brand, week=week - step * weeks.WEEK, league="colleagues")
        for step in range(3)
    ]
    assert sum(len(division.places) for table in tables for division in table) >= 10
    take_in_the_past(demo)
    assert Answer.objects.count() == before


@real
def test_somebody_coached_becomes_trusted_by_the_rule(demo: Demo) -> None:
    take_in_the_past(demo)
    nia = member(demo, "nia")
    drafts = Review.objects.filter(author=nia, kind="draft")
    with SETTLE_SECONDS.override(0):
        assert play(demo, "scene-coached-1") == {"play:0:scene-coached-1": "finished"}
        first = drafts.latest("asked_at")
        assert (first.verdict, first.reviewer) == ("edited", member(demo, "ann"))
        assert first.advice
        assert play(demo, "scene-coached-2") == {"play:0:scene-coached-2": "finished"}
        demo.work()
        outcomes.find(now=clock.now())
    second = drafts.latest("asked_at")
    assert second.verdict == "approved"
    assert second.reviewer != first.reviewer
    assert trust.level_of(nia, topic="wifi", language="en") == Level.TRUSTED
    posted = Message.objects.filter(direction="out", author=nia, delivery__isnull=False).earliest("posted_at")
    assert "with Ann" in posted.attribution


@pytest.mark.usefixtures("without_a_past")
def test_a_vip_is_answered_by_her_manager(demo: Demo) -> None:
    assert play(demo, "scene-vip-en") == {"play:0:scene-vip-en": "finished"}
    harriet = member(demo, "harriet")
    assert WorkItem.objects.get().lane == "vip"
    assert Answer.objects.get().author == harriet
    named = Event.objects.get(kind="vip.named")
    assert (named.data["manager"], named.data["stand_in"]) == (harriet.pk, member(demo, "zhiyuan").pk)


@pytest.mark.usefixtures("without_a_past")
def test_one_gives_it_back_and_another_answers(demo: Demo) -> None:
    assert play(demo, "scene-back-en") == {"play:0:scene-back-en": "finished"}
    told = Event.objects.get(kind="claim.released")
    assert "old kettle" in told.data["reason"]
    assert Answer.objects.get().author_id != told.data["member"]
    assert Offer.objects.filter(member=Answer.objects.get().author).exists(), "whoever was asked answered"


@pytest.mark.usefixtures("without_a_past")
def test_what_leads_set_up_is_there_and_objects_to_nothing_in_the_script(demo: Demo) -> None:
    assert {one for one, _label in ListedWord.Kind.choices} == set(
        ListedWord.objects.filter(brand=demo.brand).values_list("kind", flat=True)
    )
    assert Calendar.objects.filter(brand=demo.brand, teams__kind="shop").distinct().count() == 4
    scenario = demo.stage.scenario
    episodes = [*scenario.episodes, *(scene.episode for scene in scenario.scenes)]
    texts = {step.text for one in episodes for step in one.steps if step.kind in ANSWER_STEPS}
    texts |= {scene.draft for scene in scenario.scenes}
    kinds = {"taboo", "unreleased", "competitor"}
    found = {
        (text, one.code)
        for text in texts
        for one in checks.look(text, brand_id=demo.brand.pk, author_id=None, private=True, now=NOW)
    }
    assert [text for text, code in found if code in kinds] == []
