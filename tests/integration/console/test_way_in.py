"""The way in on the pages: step by step, kept, and nobody new at the questions."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from chimein.community.growth import lesson_texts, lessons, onboarding
from chimein.community.growth.lesson_texts import Question
from chimein.community.models import Candidate, Onboarding, Practice
from chimein.conversations.models import Conversation, Message
from chimein.core import clock
from chimein.core.actor import Actor, Role
from chimein.core.errors import NotAllowed, UserError
from chimein.core.models import Event
from chimein.people.access import actor_of
from chimein.people.models import Membership
from chimein.people.trust import Level, level_of
from tests.factories import people, traffic
from tests.integration.console.conftest import HTMX, Console

pytestmark = pytest.mark.django_db
SignIn = Callable[[Any], Client]
GOOD = "Hold the button for ten seconds until it blinks, then pair it again."


@pytest.fixture
def newcomer(console: Console) -> Membership:
    return people.member(console.brand, Role.COLLEAGUE, "Nia", trust=None, languages=["en"])


@pytest.fixture
def past(console: Console) -> Conversation:
    """A question that was answered, written elsewhere by the brand."""
    traffic.tell(console.account, traffic.post("p1", "How do I pair the headphones with my phone?"))
    traffic.tell(
        console.account, traffic.own("p1-a", "Hold the button for five seconds.", reply_to="p1", at=5)
    )
    return traffic.conversation_of("p1")


def answers(questions: tuple[Question, ...], *, wrong: int | None = None) -> dict[str, str]:
    right = {f"q{number}": str(one.right) for number, one in enumerate(questions)}
    return right | ({f"q{wrong}": str((questions[wrong].right + 1) % 3)} if wrong is not None else {})


def test_from_the_rules_to_the_first_question(
    console: Console, newcomer: Membership, past: Conversation, lead: Actor, signed_in: SignIn
) -> None:
    client, way = signed_in(actor_of(newcomer)), console.url("way")
    assert client.get(console.url("card"))["Location"] == way
    for step, said in (
        ("rules", "What may we ask you?"),
        ("profile", "How a good answer"),
        ("lesson", "A short quiz"),
    ):
        form = {"public_name": "Nia", "languages": "en"} if step == "profile" else {}
        assert said in client.post(console.url("way-step", step), form, follow=True).content.decode()
    quiz = console.url("way-quiz", "start")
    wrong = client.post(quiz, answers(lesson_texts.START, wrong=1))
    assert wrong.status_code == 422
    assert "Everybody can read an answer" in wrong.content.decode()
    assert "Practise" in client.post(quiz, answers(lesson_texts.START), follow=True).content.decode()
    practice = Practice.objects.get()
    assert practice.conversation == past
    url = console.url("way-practise", practice.pk)
    refused = client.post(
        url, {"text": "Write to me at nia@tamarind.example, I help you there."}, headers=HTMX
    )
    assert "mail address" in refused.content.decode()
    done = client.post(url, {"text": GOOD}, headers=HTMX).content.decode()
    assert "Hold the button for five seconds." in done, "the published answer stands beside"
    assert level_of(newcomer) == Level.COACHED
    newcomer.refresh_from_db()
    assert newcomer.coach_id == lead.membership_id
    assert client.get(console.url("card")).status_code == 200
    assert [event.data["part"] for event in Event.objects.filter(kind="lesson.passed").order_by("pk")] == [
        "profile", "lesson", "quiz", "practice", "all"
    ]  # fmt: skip
    assert not Message.objects.filter(text=GOOD).exists(), "practice is never published"


def test_progress_is_kept_and_doing_it_twice_changes_nothing(
    console: Console, newcomer: Membership, signed_in: SignIn
) -> None:
    client = signed_in(actor_of(newcomer))
    for _again in range(2):
        client.post(console.url("way-step", "rules"))
        client.post(console.url("way-step", "lesson"))
    assert onboarding.way_of(newcomer).step == "profile"
    assert Event.objects.filter(kind="lesson.passed").count() == 1


def test_a_brand_without_a_past_needs_no_practice(newcomer: Membership) -> None:
    now = clock.now()
    onboarding.accept_rules(member=newcomer, now=now)
    onboarding.choose_profile(
        member=newcomer, public_name="Nia", languages=["en"], topics=["none"], on_wall=True, now=now
    )
    onboarding.read_lesson(member=newcomer, now=now)
    right = {number: one.right for number, one in enumerate(lesson_texts.START)}
    onboarding.answer_quiz(member=newcomer, part="start", chosen=right, now=now)
    assert level_of(newcomer) == Level.COACHED
    assert newcomer.topics == [], "only the brand's own topics"


def test_a_profile_wants_a_name_and_a_language(newcomer: Membership) -> None:
    for name, languages in (("", ["en"]), ("Nia", []), ("Nia", ["xx"])):
        with pytest.raises(UserError):
            onboarding.choose_profile(
                member=newcomer,
                public_name=name,
                languages=languages,
                topics=[],
                on_wall=True,
                now=clock.now(),
            )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Ok", "Too short"),
        ("word " * 400, "Very long"),
        ("Calm down and read the manual, it is all in there.", "harsh"),
        ("How do I pair the headphones with my phone?", "repeats the question"),
        ("请冷静点，自己看说明书就知道了。", "harsh"),
    ],
)
def test_what_the_rules_object_to(newcomer: Membership, past: Conversation, text: str, said: str) -> None:
    found = onboarding.next_practice(member=newcomer, now=clock.now())
    assert found is not None
    row, _past, feedback = onboarding.practise(
        member=newcomer, practice_id=found[0].pk, text=text, now=clock.now()
    )
    assert any(said in one for one in feedback.stops)
    assert row.done_at is None


def test_practice_is_one_s_own(
    console: Console, newcomer: Membership, past: Conversation, signed_in: SignIn
) -> None:
    found = onboarding.next_practice(member=newcomer, now=clock.now())
    other = people.member(console.brand, Role.COLLEAGUE, "Other", trust=None)
    assert found is not None
    url = console.url("way-practise", found[0].pk)
    assert signed_in(actor_of(other)).post(url, {"text": GOOD}).status_code == 404
    with pytest.raises(NotAllowed):
        onboarding.practise(member=other, practice_id=found[0].pk, text=GOOD, now=clock.now())


def test_risky_and_private_questions_are_nothing_to_practise_on(
    console: Console, newcomer: Membership, past: Conversation
) -> None:
    Conversation.objects.update(visibility="private")
    assert onboarding.next_practice(member=newcomer, now=clock.now()) is None
    Conversation.objects.update(visibility="public")
    Message.objects.get(external_id="p1").triage.__class__.objects.update(lane="desk")
    assert onboarding.next_practice(member=newcomer, now=clock.now()) is None


def test_a_customer_waits_for_a_lead_s_word(console: Console, lead: Actor, signed_in: SignIn) -> None:
    member = people.member(console.brand, Role.TRUSTED_CUSTOMER, "Cleo", trust=None, languages=["en"])
    waiting = Candidate.objects.create(
        brand=console.brand, member=member, state="waiting", found_at=clock.now()
    )
    now = clock.now()
    Onboarding.objects.create(member=member, lesson_at=now, profile_at=now, quiz_at=now)
    onboarding.accept_rules(member=member, now=now)
    assert level_of(member) == Level.NEW
    page = signed_in(actor_of(member)).get(console.url("way")).content.decode()
    assert "A care lead looks at who joins" in page
    approve = console.url("candidate", waiting.pk, "approve")
    assert signed_in(lead).post(approve, headers=HTMX).status_code == 200
    assert level_of(member) == Level.COACHED


def test_the_quiz_on_doubtful_questions(console: Console, colleague: Actor, signed_in: SignIn) -> None:
    client, url = signed_in(colleague), console.url("way-quiz", "risk")
    assert "burn" in client.get(url).content.decode()
    client.post(url, answers(lesson_texts.RISK, wrong=0))
    assert not Onboarding.objects.filter(risk_quiz_at__isnull=False).exists()
    client.post(url, answers(lesson_texts.RISK))
    assert Onboarding.objects.filter(member=colleague.membership_id, risk_quiz_at__isnull=False).exists()


def test_a_helper_reads_the_own_standing_and_a_pause(
    console: Console, colleague: Actor, signed_in: SignIn
) -> None:
    Membership.objects.filter(user=colleague.user_id).update(paused_until=clock.now() + timedelta(hours=5))
    client = signed_in(colleague)
    assert client.get(console.url("card"))["Location"] == console.url("way")
    page = client.get(console.url("way")).content.decode()
    assert "Trusted" in page
    assert "nobody asks you until" in page


# ------------------------------------------------------------------ the lead's own words
def test_a_lead_writes_the_lesson_and_brings_ours_back(
    console: Console, lead: Actor, newcomer: Membership, signed_in: SignIn
) -> None:
    client = signed_in(lead)
    client.post(console.url("lesson-text", "rules"), {"english": "**Be** <b>kind</b>.", "chinese": ""})
    page = signed_in(actor_of(newcomer)).get(console.url("way")).content.decode()
    assert "<b>Be</b> &lt;b&gt;kind&lt;/b&gt;." in page
    client.post(console.url("lesson-text", "rules"), {"english": "x", "chinese": "y", "ours": "1"})
    assert lessons.text_of(console.brand.pk, "rules") == (lesson_texts.RULES, lesson_texts.RULES_ZH)


def test_a_lead_writes_the_quiz(console: Console, lead: Actor, signed_in: SignIn) -> None:
    client, url = signed_in(lead), console.url("lesson-quiz", "start")
    form = {"text0": "Which?", "choices0": "This\nThat", "right0": "2", "why0": "So."}
    assert client.post(url, form).status_code == 302
    assert [one.choices for one in lessons.quiz(console.brand.pk, "start")] == [("This", "That")]
    for wrong in ({"right0": "3"}, {"choices0": "One"}, {"right0": ""}, {"choices_zh0": "一"}):
        response = client.post(url, form | wrong)
        assert response.status_code == 422
        assert "Which?" in response.content.decode(), "what was typed stays"


# ------------------------------------------------------------------ joining and the people's page
def test_a_link_with_a_code_shows_where_it_leads_and_joins(
    console: Console, lead: Actor, signed_in: SignIn
) -> None:
    made = signed_in(lead).post(
        console.url("invite"), {"role": "colleague", "uses": "1", "days": "7"}, headers=HTMX
    )
    code = made.context["code"]
    client, join = signed_in(people.user("Nia")), reverse("console-join")
    assert f"Join {console.brand.name}" in client.get(f"{join}?code={code}").content.decode()
    assert not Membership.objects.filter(role="colleague").exists(), "looking is not joining"
    response = client.post(join, {"code": code, "accept": "1"}, follow=True)
    assert response.redirect_chain[-1][0] == console.url("way")
    again = signed_in(people.user("Late")).post(join, {"code": code, "accept": "1"})
    assert again.status_code == 422
    assert "used up" in again.content.decode()


def test_the_people_s_page_asks_the_database_as_often_for_many_as_for_few(
    console: Console, lead: Actor, signed_in: SignIn, at_most: Callable[[int], Any]
) -> None:
    for number in range(60):
        people.member(console.brand, Role.COLLEAGUE, f"P{number:02}", people.team(console.brand))
    client = signed_in(lead)
    with at_most(24):
        page = client.get(console.url("people"))
    assert page.content.decode().count("person-name card-target") == 50
    rest = client.get(page.context["next_url"]).content.decode()
    assert rest.count("person-name card-target") == 11
    found = client.get(console.url("people"), {"q": "P07"}).content.decode()
    assert found.count("person-name card-target") == 1


def test_a_level_is_set_undone_and_told_on_the_page(
    console: Console, lead: Actor, colleague: Actor, signed_in: SignIn
) -> None:
    client, member = signed_in(lead), colleague.membership_id
    form = {"topic": "", "language": "", "risk": "clean", "level": "1", "reason": "needs a hand"}
    response = client.post(console.url("person-level", member), form, headers=HTMX)
    assert "needs a hand" in response.content.decode()
    assert level_of(member) == Level.COACHED
    undo = response.headers["HX-Trigger"].split('"undo_url": "')[1].split('"')[0]
    assert client.post(undo, headers={"X-CSRFToken": "x"}).status_code == 204
    assert level_of(member) == Level.TRUSTED
    late = client.post(console.url("person-level", member), form | {"reason": ""}, headers=HTMX)
    assert "late" in late.headers["HX-Trigger"]
    foreign = client.post(console.url("person-level", member), form | {"topic": "made-up"}, headers=HTMX)
    assert "no such topic" in foreign.headers["HX-Trigger"]


def test_a_lead_sees_load_and_no_words(
    console: Console, lead: Actor, colleague: Actor, signed_in: SignIn
) -> None:
    asked = console.ask("q1")
    helper = signed_in(colleague)
    helper.post(console.of("q1", "claim"))
    helper.post(console.url("draft", asked.public_id, "reply"), {"text": "A secret beginning"})
    page = signed_in(lead).get(console.url("person", colleague.membership_id)).content.decode()
    assert "In hand now" in page
    assert "A secret beginning" not in page
