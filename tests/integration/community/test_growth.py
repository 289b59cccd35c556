"""Skill and trust follow what came of answers; leads change, explain and undo."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from chimein.answering import outcomes
from chimein.answering.models import Answer
from chimein.answering.outcomes import Found
from chimein.channels.models import ChannelAccount
from chimein.community.growth import nightly, skills, trust
from chimein.community.growth.trust import EVERYWHERE, Place
from chimein.community.models import Onboarding, TrustChange
from chimein.conversations.models import Conversation
from chimein.core import clock
from chimein.core.actor import Actor, Role
from chimein.core.errors import Conflict, NotAllowed, UserError
from chimein.core.models import Event
from chimein.people.models import Brand, Membership, Skill, Trust
from chimein.people.trust import DOUBTFUL, Level, level_of
from chimein.routing.matching import priors
from chimein.routing.models import Offer, WorkItem
from chimein.triage.models import Topic
from tests.factories import people, traffic
from tests.factories.crowd import at_once

pytestmark = pytest.mark.django_db
WIFI = Place("wifi", "en")


@pytest.fixture
def helper(brand: Brand) -> Membership:
    Topic.objects.create(brand=brand, slug="wifi", name="Wi-Fi", name_zh="无线网络")
    return people.member(brand, Role.COLLEAGUE, "Hal", trust=Level.COACHED)


@pytest.fixture
def question(account: ChannelAccount) -> Conversation:
    traffic.tell(account, traffic.post("q1"))
    Conversation.objects.update(topic="wifi")
    return traffic.conversation_of("q1")


def answers(helper: Membership, question: Conversation, *verdicts: str, days: float = 1) -> list[Answer]:
    """Published answers with these outcomes, told as the job tells them; the first is the oldest."""
    now = clock.now()
    made = []
    for number, outcome in enumerate(verdicts):
        at = now - timedelta(days=days * (len(verdicts) - number))
        made.append(
            Answer.objects.create(
                conversation=question, author=helper, text="Hold it.", state="sent", undo_until=at, created_at=at,
                sent_at=at,
            )
        )  # fmt: skip
        outcomes.record([Found(made[-1].pk, outcome, at)])
    return made


def skill(helper: Membership, language: str = "") -> Skill | None:
    return Skill.objects.filter(member=helper, topic="wifi", language=language).first()


# ------------------------------------------------------------------ skill
def test_good_outcomes_are_believed_and_said_in_words(helper: Membership, question: Conversation) -> None:
    answers(helper, question, "accepted", "thanked", "thanked")
    row = skill(helper)
    assert row is not None
    assert row.log_odds > priors.UNKNOWN + 2
    assert (round(row.good), round(row.poor)) == (3, 0)
    assert skills.explained(helper, mine=True) == ["You answered 3 questions on Wi-Fi well"]
    assert skill(helper, "en") is not None


def test_being_asked_and_having_answered_change_nothing(helper: Membership, question: Conversation) -> None:
    Offer.objects.create(conversation=question, member=helper, ring=0, offered_at=clock.now())
    Answer.objects.create(
        conversation=question, author=helper, text="x", state="sent", undo_until=clock.now()
    )
    skills.refresh([helper.pk], now=clock.now())
    assert not Skill.objects.exists()


@pytest.mark.parametrize(("reason", "counts"), [("topic", True), ("unsure", True), ("busy", False)])
def test_only_a_pass_that_says_so_is_evidence(
    helper: Membership, question: Conversation, reason: str, counts: bool
) -> None:
    Offer.objects.create(
        conversation=question,
        member=helper,
        ring=0,
        offered_at=clock.now(),
        passed_at=clock.now(),
        pass_reason=reason,
    )
    skills.refresh([helper.pk], now=clock.now())
    row = skill(helper)
    assert (row is not None) == counts
    assert row is None or (row.log_odds < priors.UNKNOWN and row.poor == 0)


def test_the_same_job_twice_leaves_the_same_figures(helper: Membership, question: Conversation) -> None:
    answers(helper, question, "accepted", "reopened", "edited")
    now = clock.now()
    skills.refresh([helper.pk], now=now)
    before = list(Skill.objects.order_by("language").values())
    skills.refresh([helper.pk], now=now)
    after = list(Skill.objects.order_by("language").values())
    assert [row | {"id": 0} for row in before] == [row | {"id": 0} for row in after]


def test_a_thank_you_and_that_it_is_solved_count_once(helper: Membership, question: Conversation) -> None:
    (one,) = answers(helper, question, "thanked")
    alone = skill(helper)
    outcomes.record([Found(one.pk, "solved", clock.now())])
    both = skill(helper)
    assert alone is not None
    assert both is not None
    assert both.log_odds == pytest.approx(alone.log_odds, abs=0.01)


def test_old_evidence_fades_towards_the_prior(helper: Membership, question: Conversation) -> None:
    answers(helper, question, "accepted", "accepted")
    fresh = skill(helper)
    skills.refresh([helper.pk], now=clock.now() + timedelta(days=180))
    faded = skill(helper)
    assert fresh is not None
    assert faded is not None
    assert faded.log_odds - priors.UNKNOWN == pytest.approx((fresh.log_odds - priors.UNKNOWN) / 2, rel=0.01)


@pytest.mark.parametrize(
    ("topics", "department", "prior"),
    [
        (["wifi"], False, priors.DECLARED),
        ([], True, priors.DEPARTMENT),
        (["router"], False, priors.NEIGHBOUR),
        ([], False, priors.UNKNOWN),
    ],
)
def test_what_is_known_from_profiles_is_the_beginning(
    brand: Brand,
    helper: Membership,
    question: Conversation,
    topics: list[str],
    department: bool,
    prior: float,
) -> None:
    owner = people.team(brand, "Networks")
    Topic.objects.create(brand=brand, slug="router", name="Router", team=owner)
    Topic.objects.filter(slug="wifi").update(team=owner)
    Membership.objects.filter(pk=helper.pk).update(topics=topics, team=owner if department else None)
    answers(helper, question, "edited")
    row = skill(helper)
    assert row is not None
    assert row.log_odds == pytest.approx(prior + 0.25, abs=0.02)


def test_another_language_says_half_as_much(helper: Membership, question: Conversation) -> None:
    answers(helper, question, "accepted", "accepted")
    Conversation.objects.update(language="zh")
    question.refresh_from_db()
    WorkItem.objects.update(language="zh")
    answers(helper, question, "edited")
    rows = {row.language: row.log_odds for row in Skill.objects.all()}
    assert rows["zh"] < rows["en"] < rows[""] + 1e-9


def test_a_lead_lets_somebody_begin_anew_and_takes_it_back(
    helper: Membership, question: Conversation, lead: Actor
) -> None:
    answers(helper, question, "rejected", "rejected")
    before = skill(helper)
    now = clock.now()
    made = skills.reset(actor=lead, member_id=helper.pk, topic="wifi", reason="was learning", now=now)
    assert skill(helper) is None
    assert Event.objects.filter(kind="skill.reset").count() == 1
    skills.undo_reset(actor=lead, reset_id=made.pk, now=now)
    after = skill(helper)
    assert before is not None
    assert after is not None
    assert after.log_odds == pytest.approx(before.log_odds, abs=0.01)
    with pytest.raises(NotAllowed):
        skills.undo_reset(actor=lead, reset_id=made.pk, now=now)


def test_only_a_lead_of_the_brand_resets(helper: Membership, agent: Actor) -> None:
    elsewhere = people.actor(people.brand("Elsewhere"), Role.LEAD)
    for who in (agent, elsewhere):
        with pytest.raises(NotAllowed):
            skills.reset(actor=who, member_id=helper.pk, topic="", reason="", now=clock.now())


# ------------------------------------------------------------------ trust by the rules
def test_five_accepted_answers_make_a_newcomer_trusted_there_and_nowhere_else(
    helper: Membership, question: Conversation
) -> None:
    answers(helper, question, *["accepted"] * 4)
    assert level_of(helper, topic="wifi", language="en") == Level.COACHED
    answers(helper, question, "accepted", days=0.1)
    assert level_of(helper, topic="wifi", language="en") == Level.TRUSTED
    assert level_of(helper, topic="wifi", language="zh") == Level.COACHED
    assert level_of(helper, topic="billing", language="en") == Level.COACHED
    told = Event.objects.filter(kind="trust.changed").get()
    assert (told.data["before"], told.data["after"], told.data["why"]) == (
        Level.COACHED, Level.TRUSTED, "earned"
    )  # fmt: skip


def test_the_nightly_job_twice_changes_nothing_more(helper: Membership, question: Conversation) -> None:
    answers(helper, question, *["accepted"] * 5)
    rows, now = TrustChange.objects.count(), clock.now()
    assert nightly.run(now=now)
    assert nightly.run(now=now)
    assert (TrustChange.objects.count(), rows) == (1, 1)


@pytest.mark.django_db(transaction=True)
def test_two_jobs_at_once_make_one_change(helper: Membership, question: Conversation) -> None:
    answers(helper, question, *["accepted"] * 5)
    Trust.objects.filter(topic="wifi").delete()
    TrustChange.objects.all().delete()
    now = clock.now()
    at_once(lambda _: trust.review([helper.pk], now=now), range(4))
    assert TrustChange.objects.count() == 1


def test_poor_answers_take_trust_away(helper: Membership, question: Conversation) -> None:
    trusted(helper)
    answers(helper, question, *["rejected"] * 9)
    assert level_of(helper, topic="wifi", language="en") == Level.TRUSTED, "nobody falls by so few"
    answers(helper, question, "rejected", days=0.1)
    assert level_of(helper, topic="wifi", language="en") == Level.COACHED
    assert level_of(helper, topic="billing") == Level.TRUSTED


def trusted(helper: Membership, since: datetime | None = None, level: int = Level.TRUSTED) -> None:
    Trust.objects.filter(member=helper).update(level=level, since=since or clock.now() - timedelta(days=60))


def test_nobody_new_and_no_staff_are_moved_by_answers(
    brand: Brand, helper: Membership, question: Conversation
) -> None:
    Trust.objects.update(level=Level.NEW)
    agent = people.member(brand, Role.AGENT)
    for one in (helper, agent):
        answers(one, question, *["accepted"] * 6)
    assert not TrustChange.objects.exists()


def test_doubtful_questions_are_earned_late_and_only_with_the_quiz(
    helper: Membership, question: Conversation
) -> None:
    trusted(helper, level=Level.TRUSTED)
    Trust.objects.filter(risk=DOUBTFUL).delete()
    answers(helper, question, *["accepted"] * 20)
    assert level_of(helper, topic="wifi", language="en", risk=DOUBTFUL) == Level.NEW
    Onboarding.objects.create(member=helper, risk_quiz_at=clock.now())
    trust.review([helper.pk], now=clock.now())
    assert level_of(helper, topic="wifi", language="en", risk=DOUBTFUL) == Level.TRUSTED


def test_trust_that_is_not_used_goes_down(helper: Membership, question: Conversation) -> None:
    now = clock.now()
    trusted(helper, since=now - timedelta(days=200))
    trust.review_all(now=now)
    assert level_of(helper) == Level.COACHED
    trusted(helper, since=now - timedelta(days=200))
    answers(helper, question, "solved")
    trust.review_all(now=now)
    assert level_of(helper) == Level.TRUSTED


# ------------------------------------------------------------------ pauses
def test_three_claims_that_ran_out_in_a_day_are_a_pause(helper: Membership, lead: Actor) -> None:
    now = clock.now()
    for number in range(2):
        assert not trust.lapse(member_id=helper.pk, conversation_id=number, now=now)
    assert not trust.lapse(member_id=helper.pk, conversation_id=1, now=now), "the same one, told twice"
    assert trust.lapse(member_id=helper.pk, conversation_id=2, now=now)
    assert level_of(helper, now=now) == Level.NEW
    assert level_of(helper, now=now + timedelta(hours=25)) == Level.COACHED
    assert trust.resume(actor=lead, member_id=helper.pk, now=now)
    assert level_of(helper, now=now) == Level.COACHED


def test_old_lapses_and_those_of_staff_do_not_count(brand: Brand, helper: Membership) -> None:
    now = clock.now()
    agent = people.member(brand, Role.AGENT)
    for number in range(5):
        assert not trust.lapse(
            member_id=helper.pk, conversation_id=number, now=now - timedelta(hours=13 * (5 - number))
        )
        assert not trust.lapse(member_id=agent.pk, conversation_id=number, now=now)


# ------------------------------------------------------------------ by a lead
def test_a_lead_sets_a_level_with_a_reason_and_undoes_it(helper: Membership, lead: Actor) -> None:
    now = clock.now()
    made = trust.set_level(
        actor=lead, member_id=helper.pk, place=WIFI, level=Level.MENTOR, reason="knows it all", now=now
    )
    assert level_of(helper, topic="wifi", language="en") == Level.MENTOR
    assert (made.before, made.why) == (None, "by_hand")
    trust.undo(actor=lead, change_id=made.pk, now=now)
    assert level_of(helper, topic="wifi", language="en") == Level.COACHED
    assert not Trust.objects.filter(topic="wifi").exists()
    with pytest.raises(Conflict):
        trust.undo(actor=lead, change_id=made.pk, now=now)


def test_an_undo_does_not_overwrite_what_came_after(helper: Membership, lead: Actor) -> None:
    now = clock.now()
    first = trust.set_level(
        actor=lead, member_id=helper.pk, place=EVERYWHERE, level=2, reason="good", now=now
    )
    trust.set_level(actor=lead, member_id=helper.pk, place=EVERYWHERE, level=0, reason="left us", now=now)
    with pytest.raises(Conflict):
        trust.undo(actor=lead, change_id=first.pk, now=now)
    assert level_of(helper) == Level.NEW


@pytest.mark.parametrize(
    ("level", "reason"), [(2, " "), (7, "why not"), (-1, "x"), (Level.COACHED, "as before")]
)
def test_nonsense_is_refused(helper: Membership, lead: Actor, level: int, reason: str) -> None:
    with pytest.raises(UserError):
        trust.set_level(
            actor=lead, member_id=helper.pk, place=EVERYWHERE, level=level, reason=reason, now=clock.now()
        )


def test_only_a_lead_of_the_brand_may(helper: Membership, agent: Actor) -> None:
    elsewhere = people.actor(people.brand("Elsewhere"), Role.LEAD)
    for who in (agent, elsewhere):
        with pytest.raises(NotAllowed):
            trust.set_level(
                actor=who, member_id=helper.pk, place=EVERYWHERE, level=2, reason="x", now=clock.now()
            )


def test_a_report_that_proved_right_takes_everything_back_to_the_coach(
    helper: Membership, lead: Actor
) -> None:
    trusted(helper, level=Level.MENTOR)
    Trust.objects.create(member=helper, topic="wifi", level=Level.TRUSTED)
    made = trust.uphold_report(actor=lead, member_id=helper.pk, reason="sold his own cables", now=clock.now())
    assert len(made) == 3
    assert set(Trust.objects.filter(member=helper).values_list("level", flat=True)) == {Level.COACHED}
    assert trust.uphold_report(actor=lead, member_id=helper.pk, reason="again", now=clock.now()) == []
