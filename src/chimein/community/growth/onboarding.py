"""The way in for helpers: rules, a profile, a short lesson, a quiz, three practice answers; kept after each step."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from chimein.community.growth import coaches, events, practising, trust
from chimein.community.growth.lessons import quiz
from chimein.community.models import Candidate, Onboarding, Practice, QuizQuestion
from chimein.conversations.models import Conversation
from chimein.core import db
from chimein.core.actor import Role
from chimein.core.errors import NotAllowed, UserError
from chimein.core.events import Fact, emit
from chimein.people.access import actor_of
from chimein.people.models import HelperSettings, Membership
from chimein.triage.models import Topic

STEPS = ("rules", "profile", "lesson", "quiz", "practice")
LANGUAGES = ("en", "zh")


@dataclass(frozen=True, slots=True)
class Way:
    """How far somebody is. `step` is the next one, empty when all are done; `waits_for_word`: a lead has to say yes."""

    step: str
    done: tuple[str, ...]
    practised: int
    practice_wanted: int
    waits_for_word: bool
    finished: bool
    knows_risk: bool


# ------------------------------------------------------------------ the steps
def way_of(member: Membership) -> Way:
    """How far this member is on the way in."""
    row = Onboarding.objects.filter(member=member).first() or Onboarding(member=member)
    rules = HelperSettings.objects.filter(member=member, rules_accepted_at__isnull=False).exists()
    practice = Practice.objects.filter(member=member)
    practised = practice.filter(done_at__isnull=False).count()
    wanted = _practice_wanted(member, practised)
    marks = {
        "rules": rules,
        "profile": row.profile_at is not None,
        "lesson": row.lesson_at is not None,
        "quiz": row.quiz_at is not None,
        "practice": practised >= wanted,
    }
    done = tuple(step for step in STEPS if marks[step])
    step = next((step for step in STEPS if not marks[step]), "")
    return Way(
        step, done, practised, wanted, not is_vetted(member), row.finished_at is not None,
        row.risk_quiz_at is not None,
    )  # fmt: skip


def _practice_wanted(member: Membership, practised: int) -> int:
    """Three, or as many as there are past questions to practise on."""
    if practised >= practising.WANTED:
        return practising.WANTED
    begun = list(Practice.objects.filter(member=member).values_list("conversation_id", flat=True))
    open_ones = len(begun) - practised
    missing = practising.WANTED - practised - open_ones
    more = len(practising.choose(member, seen=begun, limit=missing)) if missing > 0 else 0
    return min(practising.WANTED, practised + open_ones + more)


def is_vetted(member: Membership) -> bool:
    """Colleagues need nobody's word; a customer does."""
    if member.role != Role.TRUSTED_CUSTOMER:
        return True
    return Candidate.objects.filter(member=member, state=Candidate.State.APPROVED).exists()


def accept_rules(*, member: Membership, now: datetime) -> None:
    """The rules are read and accepted."""
    HelperSettings.objects.update_or_create(member=member, defaults={"rules_accepted_at": now})
    finish_if_done(member_id=member.pk, now=now)


def choose_profile(
    *, member: Membership, public_name: str, languages: list[str], topics: list[str], on_wall: bool, now: datetime
) -> None:  # fmt: skip
    """The name under the answers, and what questions may be about. Raises UserError without a name or a language."""
    known = set(Topic.objects.filter(brand_id=member.brand_id).values_list("slug", flat=True))
    spoken = [one for one in languages if one in LANGUAGES]
    if not public_name.strip() or not spoken:
        raise UserError(_("Give a name and at least one language."))
    member.public_name, member.languages = public_name.strip()[:40], spoken
    member.topics, member.on_wall = [one for one in topics if one in known], on_wall
    with db.atomic():
        member.save(update_fields=["public_name", "languages", "topics", "on_wall"])
        _mark(member, "profile", now, profile_at=now)


def read_lesson(*, member: Membership, now: datetime) -> None:
    """The lesson is read."""
    _mark(member, "lesson", now, lesson_at=now)


def answer_quiz(*, member: Membership, part: str, chosen: dict[int, int], now: datetime) -> dict[int, bool]:
    """Which of the questions were answered rightly, by number from 0; the part is passed when all were."""
    questions = quiz(member.brand_id, part)
    right = {number: chosen.get(number) == one.right for number, one in enumerate(questions)}
    if all(right.values()):
        field = "quiz_at" if part == QuizQuestion.Part.START else "risk_quiz_at"
        _mark(member, "quiz" if field == "quiz_at" else "risk", now, **{field: now})
    else:
        row, _new = Onboarding.objects.get_or_create(member=member)
        row.quiz_tries = min(row.quiz_tries + 1, 1000)
        row.save(update_fields=["quiz_tries"])
    return right


def _mark(member: Membership, part: str, now: datetime, **fields: datetime) -> None:
    with db.atomic():
        Onboarding.objects.get_or_create(member=member)
        name = next(iter(fields))
        if Onboarding.objects.filter(member=member, **{f"{name}__isnull": True}).update(**fields):
            _tell(member, part, now)
        finish_if_done(member_id=member.pk, now=now)


def _tell(member: Membership, part: str, now: datetime) -> None:
    data: dict[str, object] = {"member": member.pk, "part": part}
    emit(Fact(events.LESSON_PASSED, now, actor_of(member).label, member.brand_id, None, None, data))


def next_practice(*, member: Membership, now: datetime) -> tuple[Practice, practising.Past] | None:
    """The practice question to go on with, begun when none is; None when there is none left."""
    for row in Practice.objects.filter(member=member, done_at=None).order_by("pk"):
        past = practising.past_of(row.conversation)
        if past is not None:
            return row, past
        row.delete()  # the question or its answer was deleted on the network
    seen = list(Practice.objects.filter(member=member).values_list("conversation_id", flat=True))
    for conversation_id in practising.choose(member, seen=seen, limit=practising.WANTED):
        past = practising.past_of(Conversation.objects.get(pk=conversation_id))
        if past is not None:
            row, _new = Practice.objects.get_or_create(
                member=member, conversation_id=conversation_id, defaults={"begun_at": now}
            )
            return row, past
    return None


def practise(
    *, member: Membership, practice_id: int, text: str, now: datetime
) -> tuple[Practice, practising.Past, practising.Feedback]:
    """Look at a practice answer; it is done when nothing stops it. Never published. Raises NotAllowed for another's."""
    row = Practice.objects.filter(pk=practice_id, member=member).first()
    past = practising.past_of(row.conversation) if row else None
    if row is None or past is None:
        raise NotAllowed(_("This practice question is gone. Take the next one."))
    found = practising.look(text, past, member, now=now)
    with db.atomic():
        row.text, row.findings, row.tries = text[:2000], [*found.stops, *found.advice], row.tries + 1
        if found.is_good and row.done_at is None:
            row.done_at = now
        row.save()
        if row.done_at == now:
            _tell(member, "practice", now)
        finish_if_done(member_id=member.pk, now=now)
    return row, past, found


def finish_if_done(*, member_id: int, now: datetime) -> bool:
    """All steps are done and, of a customer, a lead said yes: coached from now on. Whether that is new."""
    member = Membership.objects.get(pk=member_id)
    way = way_of(member)
    if way.finished or way.step or way.waits_for_word:
        return False
    with db.atomic():
        row, _new = Onboarding.objects.select_for_update().get_or_create(member=member)
        if row.finished_at is not None:
            return False
        row.finished_at = now
        row.save(update_fields=["finished_at"])
        trust.begin(member_id=member_id, now=now)
        coaches.give(member, now=now)
        _tell(member, "all", now)
    return True
