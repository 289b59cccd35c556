"""A lead writes the lesson, the rules and the quizzes that helpers begin with."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponseBase, QueryDict
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from chimein.community.growth import lessons
from chimein.community.growth.lesson_texts import Question
from chimein.community.models import Lesson, QuizQuestion
from chimein.core import clock
from chimein.core.errors import UserError
from chimein.core.policy import LEAD
from chimein.web.console import frame
from chimein.web.guard import BrandRequest, brand_page

_MOST_TEXT = 8000
_MOST_QUESTIONS = 12


def _shown(one: Question, number: int) -> dict[str, Any]:
    return {
        "number": number, "question": one, "choices": "\n".join(one.choices),
        "choices_zh": "\n".join(one.choices_zh), "right": one.right + 1,
    }  # fmt: skip


def _context(request: BrandRequest, typed: dict[str, list[Question]] | None = None) -> dict[str, Any]:
    brand, parts = request.brand.pk, []
    for part, label in QuizQuestion.Part.choices:
        questions = (typed or {}).get(part) or lessons.quiz(brand, part)
        blank = Question("", "", (), (), 0, "", "")
        parts.append(
            {
                "part": part, "label": label,
                "questions": [_shown(one, number) for number, one in enumerate([*questions, blank])],
                "own": QuizQuestion.objects.filter(brand=brand, part=part).exists(),
            }
        )  # fmt: skip
    texts = []
    for part, label in Lesson.Part.choices:
        english, chinese = lessons.text_of(brand, part)
        own = Lesson.objects.filter(brand=brand, part=part).exists()
        texts.append({"part": part, "label": label, "english": english, "chinese": chinese, "own": own})
    return {"texts": texts, "quizzes": parts}


@brand_page(LEAD)
def page(request: BrandRequest) -> HttpResponseBase:
    """The texts and quizzes as they are now."""
    return frame.page(request, "console/lessons.html", section="console-people", context=_context(request))


@require_POST
@brand_page(LEAD)
def text(request: BrandRequest, kind: str) -> HttpResponseBase:
    """Keep the brand's own words; two empty boxes, or the button for it, bring ours back."""
    if kind not in Lesson.Part.values:
        raise Http404
    form = {} if request.POST.get("ours") else request.POST
    lessons.save_text(
        actor=request.actor, part=kind, english=str(form.get("english", ""))[:_MOST_TEXT],
        chinese_text=str(form.get("chinese", ""))[:_MOST_TEXT], now=clock.now(),
    )  # fmt: skip
    messages.success(request, _("Kept. Whoever begins now reads it."))
    return redirect("console-lessons", request.brand.slug)


def _questions(form: QueryDict) -> list[Question]:
    """The questions of the form; those without any words are left out."""
    found = []
    for number in range(_MOST_QUESTIONS):

        def given(name: str, number: int = number) -> str:
            return form.get(f"{name}{number}", "").strip()

        def lines(name: str, number: int = number) -> tuple[str, ...]:
            rows = form.get(f"{name}{number}", "").splitlines()
            return tuple(row.strip()[:200] for row in rows if row.strip())[:6]

        right = given("right")
        one = Question(
            given("text"), given("text_zh"), lines("choices"), lines("choices_zh"),
            int(right) - 1 if right.isdecimal() and len(right) < 3 else -1, given("why"), given("why_zh"),
        )  # fmt: skip
        if one.text or one.text_zh or one.choices or one.choices_zh:
            found.append(one)
    return found


@require_POST
@brand_page(LEAD)
def quiz(request: BrandRequest, kind: str) -> HttpResponseBase:
    """Keep the brand's own quiz; the button for it brings ours back."""
    if kind not in QuizQuestion.Part.values:
        raise Http404
    questions = [] if request.POST.get("ours") else _questions(request.POST)
    try:
        lessons.save_quiz(actor=request.actor, part=kind, questions=questions, now=clock.now())
    except UserError as problem:
        messages.error(request, str(problem))
        context = _context(request, {kind: questions})
        return frame.page(
            request, "console/lessons.html", section="console-people", context=context, status=422
        )
    messages.success(request, _("Kept. Whoever begins now is asked it."))
    return redirect("console-lessons", request.brand.slug)
