"""The way in for helpers, a few taps at a time; afterwards how far they are trusted, and why."""

from __future__ import annotations

import json
import re
from typing import Any

from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from chimein.community.growth import lessons, onboarding, skills
from chimein.community.growth.onboarding import Way
from chimein.community.models import Practice, QuizQuestion
from chimein.core import clock
from chimein.core.errors import UserError
from chimein.core.policy import MEMBER
from chimein.people import trust
from chimein.people.models import Membership
from chimein.triage.models import Topic
from chimein.web.console import frame
from chimein.web.console.standing import changes_of, levels_of
from chimein.web.guard import BrandRequest, brand_page

_BOLD = re.compile(r"\*\*(.+?)\*\*")
_MOST = 2000
_RISK = QuizQuestion.Part.RISK.value
_START = QuizQuestion.Part.START.value


def paragraphs(text: str) -> list[list[tuple[bool, str]]]:
    """A text of ours or of a lead as paragraphs of (bold, words); it knows `**bold**` and nothing else."""
    found = []
    for block in filter(None, (part.strip() for part in re.split(r"\n\s*\n|\n(?=\d+\.)", text))):
        parts = _BOLD.split(block)
        found.append([(bool(place % 2), words) for place, words in enumerate(parts) if words])
    return found


def step_names() -> dict[str, str]:
    return {
        "rules": _("Rules"),
        "profile": _("About you"),
        "lesson": _("Lesson"),
        "quiz": _("Quiz"),
        "practice": _("Practice"),
    }


def _rail(way: Way) -> list[dict[str, Any]]:
    names = step_names()
    return [
        {"label": names[step], "done": step in way.done, "current": step == way.step}
        for step in onboarding.STEPS
    ]


def _context(request: BrandRequest, **more: Any) -> dict[str, Any]:
    """The step this member is at, or where they stand when all are done."""
    member = request.membership
    if request.actor.is_staff or trust.has_begun(member):
        return _standing(member) | more
    way = onboarding.way_of(member)
    context: dict[str, Any] = {
        "way": way,
        "rail": _rail(way),
        "step": more.get("step", way.step),
    }
    made = {"rules": _text, "profile": _profile, "lesson": _text, "quiz": _quiz, "practice": _practice}
    step = context["step"]
    if step in made:
        context |= made[step](request, step) if "past" not in more else {}
    return context | more


def _text(request: BrandRequest, part: str) -> dict[str, Any]:
    return {"text": paragraphs(lessons.shown_text(request.brand.pk, part))}


def _profile(request: BrandRequest, _step: str) -> dict[str, Any]:
    topics = Topic.objects.filter(brand=request.brand).order_by("slug")
    return {
        "topics": [(one.slug, one.display_name, one.slug in request.membership.topics) for one in topics],
        "languages": [
            ("en", "English", "en" in request.membership.languages),
            ("zh", "中文", "zh" in request.membership.languages),
        ],
    }


def _quiz(request: BrandRequest, _step: str) -> dict[str, Any]:
    return {"questions": _questions(request, _START), "part": _START}


def _questions(
    request: BrandRequest, part: str, chosen: dict[int, int] | None = None, right: dict[int, bool] | None = None
) -> list[dict[str, Any]]:  # fmt: skip
    """The quiz as the template draws it; after an attempt with what was wrong and why."""
    zh = lessons.chinese()
    shown = []
    for number, one in enumerate(lessons.quiz(request.brand.pk, part)):
        choices = (one.choices_zh or one.choices) if zh else (one.choices or one.choices_zh)
        wrong = right is not None and not right[number]
        shown.append(
            {
                "number": number, "text": (one.text_zh or one.text) if zh else (one.text or one.text_zh),
                "choices": list(enumerate(choices)), "chosen": (chosen or {}).get(number), "wrong": wrong,
                "right": right is not None and right[number],
                "why": ((one.why_zh or one.why) if zh else (one.why or one.why_zh)) if right is not None else "",
            }
        )  # fmt: skip
    return shown


def _practice(request: BrandRequest, _step: str) -> dict[str, Any]:
    found = onboarding.next_practice(member=request.membership, now=clock.now())
    return {"practice": found[0], "past": found[1], "typed": found[0].text} if found else {"past": None}


def _standing(member: Membership) -> dict[str, Any]:
    way = onboarding.way_of(member)
    return {
        "standing": levels_of(member), "coach": member.coach, "skills": skills.explained(member, mine=True),
        "changes": changes_of(member), "knows_risk": way.knows_risk, "step": "",
        "paused_until": member.paused_until if (member.paused_until or clock.now()) > clock.now() else None,
    }  # fmt: skip


def _answer(request: BrandRequest, *, status: int = 200, toast: str = "", **more: Any) -> HttpResponseBase:
    """The step anew: as a part of the page, or without scripts as the page itself."""
    context = _context(request, **more)
    if frame.wants_fragment(request):
        response = render(request, "console/_way.html", context)
        if toast:
            response.headers["HX-Trigger"] = json.dumps({"toast": {"text": toast, "tone": "late"}})
        return response
    if not more and not toast:
        return redirect("console-way", request.brand.slug)
    return _page(request, context | {"problem": toast}, status)


def _page(request: BrandRequest, context: dict[str, Any], status: int = 200) -> HttpResponse:
    return frame.page(request, "console/way.html", section="console-way", context=context, status=status)


@brand_page(MEMBER)
def show(request: BrandRequest) -> HttpResponseBase:
    """The next step of the way in, or one's standing."""
    if frame.wants_fragment(request):
        return _answer(request)
    return _page(request, _context(request))


@require_POST
@brand_page(MEMBER)
def step(request: BrandRequest, kind: str) -> HttpResponseBase:
    """The rules are accepted, the profile is chosen, or the lesson is read."""
    now, member, form = clock.now(), request.membership, request.POST
    try:
        if kind == "rules":
            onboarding.accept_rules(member=member, now=now)
        elif kind == "profile":
            onboarding.choose_profile(
                member=member, public_name=form.get("public_name", ""), languages=form.getlist("languages"),
                topics=form.getlist("topics"), on_wall=bool(form.get("on_wall")), now=now,
            )  # fmt: skip
        elif kind == "lesson":
            onboarding.read_lesson(member=member, now=now)
        else:
            raise Http404
    except UserError as problem:
        return _answer(request, status=422, toast=str(problem))
    return _answer(request)


def _chosen(request: BrandRequest) -> dict[int, int]:
    found = {}
    for key in request.POST:
        number, value = key.removeprefix("q"), request.POST.get(key, "")
        if key.startswith("q") and number.isdecimal() and value.isdecimal() and len(number + value) < 8:
            found[int(number)] = int(value)
    return found


@brand_page(MEMBER)
def quiz(request: BrandRequest, kind: str) -> HttpResponseBase:
    """Answer a quiz: the one to begin, or that on doubtful questions, which is a page of its own."""
    if kind not in QuizQuestion.Part.values:
        raise Http404
    if request.method != "POST":
        if kind != _RISK:
            return redirect("console-way", request.brand.slug)
        return _page(request, {"step": "risk", "part": _RISK, "questions": _questions(request, _RISK)})
    chosen = _chosen(request)
    right = onboarding.answer_quiz(member=request.membership, part=kind, chosen=chosen, now=clock.now())
    if all(right.values()):
        return _answer(request)
    wrong = sum(not one for one in right.values())
    more: dict[str, Any] = {
        "questions": _questions(request, kind, chosen, right), "part": kind, "wrong": wrong,
        "step": "risk" if kind == _RISK else "quiz",
    }  # fmt: skip
    return _answer(request, status=422, **more)


@require_POST
@brand_page(MEMBER)
def practise(request: BrandRequest, practice_id: int) -> HttpResponseBase:
    """Look at a practice answer. It is never published."""
    get_object_or_404(Practice, pk=practice_id, member=request.membership)
    text = request.POST.get("text", "")[:_MOST]
    row, past, feedback = onboarding.practise(
        member=request.membership, practice_id=practice_id, text=text, now=clock.now()
    )
    more: dict[str, Any] = {
        "practice": row,
        "past": past,
        "feedback": feedback,
        "typed": text,
        "step": "practice",
    }
    if feedback.is_good:
        way = onboarding.way_of(request.membership)
        more |= {"way": way, "rail": _rail(way)}
    return _answer(request, status=200 if feedback.is_good else 422, **more)
