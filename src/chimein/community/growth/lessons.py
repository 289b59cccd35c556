"""What helpers read and are asked on their way in: the brand's own words, or ours."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from chimein.community.growth import events, lesson_texts
from chimein.community.models import Lesson, QuizQuestion
from chimein.core import db
from chimein.core.actor import Actor
from chimein.core.errors import NotAllowed, UserError
from chimein.core.events import Fact, emit

_DEFAULTS = {
    Lesson.Part.LESSON.value: (lesson_texts.LESSON, lesson_texts.LESSON_ZH),
    Lesson.Part.RULES.value: (lesson_texts.RULES, lesson_texts.RULES_ZH),
}
_QUIZZES = {
    QuizQuestion.Part.START.value: lesson_texts.START,
    QuizQuestion.Part.RISK.value: lesson_texts.RISK,
}


def chinese() -> bool:
    return (get_language() or "").startswith("zh")


def text_of(brand_id: int, part: str) -> tuple[str, str]:
    """The brand's own lesson or rules, or ours, in English and Chinese."""
    row = Lesson.objects.filter(brand_id=brand_id, part=part).first()
    return (row.text, row.text_zh) if row else _DEFAULTS[part]


def shown_text(brand_id: int, part: str) -> str:
    english, chinese_text = text_of(brand_id, part)
    return (chinese_text or english) if chinese() else (english or chinese_text)


def quiz(brand_id: int, part: str) -> list[lesson_texts.Question]:
    """The brand's own questions, or ours."""
    own = QuizQuestion.objects.filter(brand_id=brand_id, part=part).order_by("position")
    rows = [
        lesson_texts.Question(
            one.text, one.text_zh, tuple(one.choices), tuple(one.choices_zh), one.right, one.why, one.why_zh
        )
        for one in own
    ]
    return rows or list(_QUIZZES[part])


def save_text(*, actor: Actor, part: str, english: str, chinese_text: str, now: datetime) -> None:
    """A lead writes the brand's own words; both empty brings ours back. Raises NotAllowed for who is no lead."""
    _only_leads(actor)
    if part not in _DEFAULTS:
        raise UserError(_("There is no such part."))
    with db.atomic():
        if not english.strip() and not chinese_text.strip():
            Lesson.objects.filter(brand_id=actor.brand_id, part=part).delete()
        else:
            values = {
                "text": english.strip(), "text_zh": chinese_text.strip(), "by_id": actor.membership_id,
                "updated_at": now,
            }  # fmt: skip
            Lesson.objects.update_or_create(brand_id=actor.brand_id, part=part, defaults=values)
        emit(Fact(events.LESSONS_CHANGED, now, actor.label, actor.brand_id, None, None, {"part": part}))


def save_quiz(*, actor: Actor, part: str, questions: list[lesson_texts.Question], now: datetime) -> None:
    """A lead writes the brand's own quiz; none brings ours back.

    Raises UserError for a question without words, with fewer than two choices, or without a right one.
    """
    _only_leads(actor)
    if part not in _QUIZZES:
        raise UserError(_("There is no such part."))
    for one in questions:
        _check(one)
    with db.atomic():
        QuizQuestion.objects.filter(brand_id=actor.brand_id, part=part).delete()
        QuizQuestion.objects.bulk_create(
            QuizQuestion(
                brand_id=actor.brand_id, part=part, position=number, text=one.text[:300], text_zh=one.text_zh[:300],
                choices=list(one.choices), choices_zh=list(one.choices_zh), right=one.right,
                why=one.why[:300], why_zh=one.why_zh[:300],
            )
            for number, one in enumerate(questions)
        )  # fmt: skip
        emit(Fact(events.LESSONS_CHANGED, now, actor.label, actor.brand_id, None, None, {"part": part}))


def _check(one: lesson_texts.Question) -> None:
    if not (one.text.strip() or one.text_zh.strip()):
        raise UserError(_("A question needs words."))
    for choices in (one.choices, one.choices_zh):
        if choices and (len(choices) < 2 or not all(choice.strip() for choice in choices)):
            raise UserError(_("A question needs at least two choices."))
    if not one.choices and not one.choices_zh:
        raise UserError(_("A question needs at least two choices."))
    sizes = {len(choices) for choices in (one.choices, one.choices_zh) if choices}
    if len(sizes) > 1 or not 0 <= one.right < min(sizes):
        raise UserError(_("Say which choice is right; both languages have the same choices."))


def _only_leads(actor: Actor) -> None:
    if not actor.is_lead:
        raise NotAllowed(_("Only a lead of the brand may do this."))
