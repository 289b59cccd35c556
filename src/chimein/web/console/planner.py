"""The planner's page: sliders, what came of it, beside an earlier answer, and all answers so far."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from chimein.core import clock
from chimein.core.errors import NotAllowed, UserError
from chimein.core.policy import LEAD
from chimein.insights import planning
from chimein.insights.models import PlannerRun
from chimein.planner import study
from chimein.web.console import charts, frame
from chimein.web.guard import BrandRequest, brand_page

SECTION = "console-planner"


@dataclass(frozen=True, slots=True)
class Slider:
    """An input of the form."""

    name: str
    label: str
    value: float
    least: float
    most: float
    step: float
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """A figure: this answer with its interval, the other one, the difference. `better`: 1, 0, -1."""

    name: str
    value: str
    interval: str
    other: str
    change: str
    better: int


_SHARE, _MINUTES, _NUMBER = "share", "minutes", "number"
# Key, how it is written, whether more is better (1), worse (-1) or neither (0).
_FIGURES = (
    ("answered_within_15_min", _SHARE, 1),
    ("mean_minutes", _MINUTES, -1),
    ("median_minutes", _MINUTES, -1),
    ("p90_minutes", _MINUTES, -1),
    ("answered_within_120_min", _SHARE, 1),
    ("crowd_share", _SHARE, 0),
    ("right_skill_share", _SHARE, 1),
    ("notifications_per_helper_day", _NUMBER, -1),
    ("gini_load", _NUMBER, -1),
    ("desk_utilisation", _SHARE, 0),
    ("desk_items_day", _NUMBER, 0),
    ("risky_to_crowd", _SHARE, -1),
)


def _names() -> dict[str, str]:
    return {
        "answered_within_15_min": _("Answered within 15 minutes"),
        "mean_minutes": _("Mean time to the answer"),
        "median_minutes": _("Half are answered within"),
        "p90_minutes": _("Nine in ten are answered within"),
        "answered_within_120_min": _("Answered within two hours"),
        "crowd_share": _("Answered by helpers"),
        "right_skill_share": _("Of these, by people who know the topic"),
        "notifications_per_helper_day": _("Notifications per helper and day"),
        "gini_load": _("How unevenly they are spread (Gini)"),
        "desk_utilisation": _("Time the desk is busy"),
        "desk_items_day": _("Answered by the desk, a day"),
        "risky_to_crowd": _("Risky messages shown to people not trusted with them"),
    }


def _written(value: float, kind: str) -> str:
    if kind == _SHARE:
        return f"{100 * value:.1f} %"
    return _("%(minutes)s min") % {"minutes": f"{value:.1f}"} if kind == _MINUTES else f"{value:,.2f}"


def _lines(run: PlannerRun, beside: PlannerRun | None) -> list[Line]:
    names, own, other = _names(), run.figures, beside.figures if beside else None
    made = []
    for key, kind, wanted in _FIGURES:
        low, high = own["intervals"][key]
        change, better = "", 0
        if other is not None:
            change, better = _change(own, other, key, kind, wanted)
        made.append(
            Line(
                names[key], _written(own[key], kind), f"{_written(max(low, 0), kind)} – {_written(high, kind)}",
                _written(other[key], kind) if other else "", change, better,
            )
        )  # fmt: skip
    return made


def _change(own: dict[str, Any], other: dict[str, Any], key: str, kind: str, wanted: int) -> tuple[str, int]:
    """The difference with its sign; better or worse only when the interval over the paired runs leaves no doubt."""
    gaps = [mine[key] - theirs[key] for mine, theirs in zip(own["by_seed"], other["by_seed"], strict=False)]
    low, high = study.interval(gaps)
    gap = sum(gaps) / len(gaps)
    sure = low > 0 or high < 0
    sign = "+" if gap > 0 else "−" if gap < 0 else "±"
    return sign + _written(abs(gap), kind), (wanted if gap > 0 else -wanted) if sure else 0


def _verdict(run: PlannerRun) -> tuple[str, str]:
    """Tone and sentence: whether nine in ten are answered in time, and what is short if not."""
    short = run.figures.get("short_side", "none")
    words = {
        "none": _(
            "Enough: nine in ten questions are answered within 15 minutes, and nobody is asked too often."
        ),
        "helpers": _("Helpers are short. With more of them nine in ten would be answered within 15 minutes."),
        "desk": _(
            "The desk is short. No number of helpers brings nine in ten within 15 minutes; more agents do."
        ),
        "both": _("Helpers and desk are both short of answering nine in ten within 15 minutes."),
    }
    return ("ok" if short == "none" else "soon"), words.get(short, "")


def _curve(run: PlannerRun) -> charts.Plane | None:
    points = run.figures.get("curve") or []
    if len(points) < 2 or not points[-1][0]:
        return None
    return charts.plane(
        [
            ("lane", _("answered within 15 minutes"), [(count, share) for count, share, _crowd in points]),
            ("shipped", _("answered by helpers"), [(count, crowd) for count, _share, crowd in points]),
        ]
    )


def _sliders(like: PlannerRun | None, own: planning.Own | None) -> list[Slider]:
    """Where they stand: as in the answer that is shown."""
    helpers, desk, budget = (like.helpers, like.desk, like.budget) if like else (600, 2, 6.0)
    questions = like.questions if like else own.per_year if own else 29_000
    most = planning.MOST_QUESTIONS
    at_night = _("By day and in the evening; a quarter of them at night.")
    return [
        Slider("helpers", _("Helpers"), helpers, 0, planning.MOST_HELPERS, 10),
        Slider("desk", _("Agents at the desk"), desk, 0, planning.MOST_DESK, 1, at_night),
        Slider("questions", _("Questions a year"), min(questions, most), 0, most, 1000),
        Slider("budget", _("Offers per helper and day at most"), budget, 0, planning.MOST_BUDGET, 1),
    ]


def _chosen(request: BrandRequest, name: str, runs: list[PlannerRun]) -> PlannerRun | None:
    wanted = request.GET.get(name, "")
    return next((run for run in runs if str(run.pk) == wanted), None)


def _run_context(request: BrandRequest, open_run: PlannerRun | None) -> dict[str, Any]:
    slug = request.brand.slug
    return {
        "open_run": open_run,
        "percent": round(100 * open_run.share) if open_run else 0,
        "run_url": reverse("console-planner-run", args=[slug]),
        "stop_url": reverse("console-planner-stop", args=[slug]),
    }


def _context(request: BrandRequest) -> dict[str, Any]:
    runs = planning.latest(request.brand.pk)
    done = [run for run in runs if run.stage == PlannerRun.Stage.DONE]
    shown = _chosen(request, "run", done) or (done[0] if done else None)
    beside = _chosen(request, "beside", done)
    own = planning.own_traffic(brand_id=request.brand.pk, timezone=request.brand.timezone, now=clock.now())
    newest = runs[0] if runs else None
    tone, verdict = _verdict(shown) if shown else ("", "")
    return {
        "sliders": _sliders(shown, own), "own": own,
        "own_chosen": own is not None and (shown is None or shown.traffic == "own"),
        "shown": shown, "beside": beside, "others": [run for run in done if run != shown],
        "lines": _lines(shown, beside) if shown else [], "verdict": verdict, "tone": tone,
        "curve": _curve(shown) if shown else None, "done": done,
        "failed": newest if newest and newest.stage == PlannerRun.Stage.FAILED else None,
        "url": reverse(SECTION, args=[request.brand.slug]),
        **_run_context(request, newest if newest and newest.ended_at is None else None),
    }  # fmt: skip


@brand_page(LEAD)
def page(request: BrandRequest) -> HttpResponseBase:
    """Sliders, the latest answer or the chosen one, and all answers so far."""
    return frame.page(request, "console/planner.html", section=SECTION, context=_context(request))


@brand_page(LEAD)
def run_state(request: BrandRequest) -> HttpResponseBase:
    """How far the simulation is, asked every second while it goes on; then the page comes anew."""
    rows = PlannerRun.objects.filter(brand_id=request.brand.pk, ended_at=None)
    context = _run_context(request, rows.first())
    response = render(request, "console/_planning.html", context)
    if context["open_run"] is None:
        response.headers["HX-Trigger"] = json.dumps({"planned": {}})
    return response


def _done(request: BrandRequest, do: Callable[[], str]) -> HttpResponseBase:
    try:
        messages.success(request, do())
    except NotAllowed:
        raise
    except UserError as problem:
        messages.error(request, str(problem))
    url = reverse(SECTION, args=[request.brand.slug])
    if not frame.wants_fragment(request):
        return redirect(url)
    response = HttpResponse(status=204)
    response.headers["HX-Redirect"] = url
    return response


def _number(request: BrandRequest, name: str) -> int:
    text = request.POST.get(name, "")
    if not (text.isascii() and text.isdecimal() and len(text) < 9):
        raise UserError(_("One of the numbers is out of its range."))
    return int(text)


@require_POST
@brand_page(LEAD)
def ask(request: BrandRequest) -> HttpResponseBase:
    """Ask the planner; a worker answers."""

    def do() -> str:
        planning.ask(
            actor=request.actor, helpers=_number(request, "helpers"), desk=_number(request, "desk"),
            questions=_number(request, "questions"), budget=_number(request, "budget"),
            own=request.POST.get("traffic") == "own", now=clock.now(),
        )  # fmt: skip
        return _("The simulation begins. You can leave this page.")

    return _done(request, do)


@require_POST
@brand_page(LEAD)
def stop(request: BrandRequest) -> HttpResponseBase:
    """Stop what is being simulated."""

    def do() -> str:
        run = PlannerRun.objects.filter(brand_id=request.brand.pk, ended_at=None).first()
        planning.stop(actor=request.actor, run_id=run.pk if run else 0, now=clock.now())
        return _("The simulation is stopped.")

    return _done(request, do)
