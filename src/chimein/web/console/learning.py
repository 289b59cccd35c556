"""The learning page: what corrections have taught, the candidate beside the model in use, and the buttons."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from chimein.conversations.models import Message
from chimein.core import clock
from chimein.core.errors import NotAllowed, UserError
from chimein.core.policy import LEAD, STAFF
from chimein.triage import labels, learning, progress
from chimein.triage.models import TrainedModel, TrainingRun
from chimein.web.console import charts, frame
from chimein.web.console.ledger import Bar
from chimein.web.guard import BrandRequest, brand_page

MOST_MOVES = 20
State = TrainedModel.State


@dataclass(frozen=True, slots=True)
class Measure:
    """One line of the comparison: model in use and candidate; `better`: 1, 0 or -1."""

    name: str
    rows: int
    old: str
    new: str
    better: int


@dataclass(frozen=True, slots=True)
class Move:
    """A message that the candidate would give to another lane."""

    message: Message
    before: str
    after: str
    right: str
    good: bool | None
    url: str


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of the confusion matrix. `heat`: 0 to 5."""

    count: int
    heat: int
    right: bool
    words: str


@dataclass(frozen=True, slots=True)
class Shown:
    """A model in the list: what it is, why it stands where it does, whether one can take it into use."""

    model: TrainedModel
    reason: str
    lane: str
    can_use: bool


def reason_words(code: str) -> str:
    """Why a model went live, waits or was not taken, in words."""
    known = {
        "better": _("It is better by the margin, and no risk is seen less."),
        "few": _("There are too few held-back messages with a corrected lane to decide by rule."),
        "leaks": _("More risky messages would reach the crowd."),
        "not_better": _("It is not better by the margin."),
        "superseded": _("A newer training took its place."),
        "by_person": _("A lead decided."),
        "back": _("A lead went back to it."),
    }
    if code.startswith("risk."):
        risk = labels.VALUES["risks"].get(code[5:], code[5:])
        return _("It sees less of this risk: %(risk)s.") % {"risk": risk}
    return known.get(code, code)


def _score(share: float) -> str:
    return f"{share:.2f}"


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"


def _measure(
    name: str, found: Mapping[str, Any], words: Callable[[float], str], *, more: bool = True
) -> Measure:
    old, new = found["old"], found["new"]
    sign = (new > old) - (new < old) if words(old) != words(new) else 0
    return Measure(name, found["rows"], words(old), words(new), sign if more else -sign)


def _measures(comparison: Mapping[str, Any]) -> list[Measure]:
    """The scores of old and new, lane first, then what must not get worse."""
    heads = comparison.get("heads", {})
    made = [
        _measure(str(labels.NAMES[head]), heads[head], _score)
        for head in ("lane", "intent", "sentiment", "anger", "vague_abuse", "topic")
        if head in heads
    ]
    leaks = comparison.get("leaks")
    if leaks and leaks["rows"]:
        made.append(_measure(_("Risky messages that reach the crowd"), leaks, _percent, more=False))
    for risk, seen in comparison.get("risks", {}).items():
        name = _("Risk seen: %(risk)s") % {"risk": labels.VALUES["risks"][risk]}
        made.append(_measure(name, seen, _percent))
    return made


def _moves(request: BrandRequest, comparison: Mapping[str, Any]) -> list[Move]:
    found = comparison.get("moves", [])[:MOST_MOVES]
    rows = Message.objects.filter(
        pk__in=[one["message"] for one in found], brand=request.brand, deleted_at=None
    )
    known = {row.pk: row for row in rows.select_related("conversation").defer("search")}
    lanes = labels.values_of("lane", ())
    made = []
    for one in found:
        if message := known.get(one["message"]):
            right = one["right"]
            url = reverse("console-conversation", args=[request.brand.slug, message.conversation.public_id])
            made.append(
                Move(
                    message, lanes.get(one["before"], one["before"]), lanes.get(one["after"], one["after"]),
                    lanes.get(right, ""), one["after"] == right if right else None, url,
                )
            )  # fmt: skip
    return made


def _confusion(comparison: Mapping[str, Any], name: str) -> dict[str, Any] | None:
    """Who should answer (rows) against who the model lets answer (columns); None when nothing was measured."""
    lanes = comparison.get("lanes", {})
    matrix: Sequence[Sequence[int]] = lanes.get(name, ())
    if not any(map(any, matrix)):
        return None
    words = labels.values_of("lane", ())
    names = [words.get(one, one) for one in lanes["labels"]]
    rows = []
    for number, counts in enumerate(matrix):
        cells = [
            Cell(
                count,
                charts.heat(count, sum(counts)),
                number == at,
                f"{names[number]} → {names[at]}: {count}",
            )
            for at, count in enumerate(counts)
        ]
        rows.append((names[number], cells))
    return {"names": names, "rows": rows}


def _weak_bars(comparison: Mapping[str, Any], name: str) -> list[Bar]:
    bars = []
    for one in progress.weak(comparison, name):
        value = labels.VALUES[one.head].get(one.label, one.label)
        label = f"{labels.NAMES[one.head]}: {value}"
        key = "late" if one.score < 0.5 else "waiting" if one.score < 0.7 else "answered"
        bars.append(Bar(key, label, one.rows, round(1000 * one.score), 100 * one.score))
    return bars


def _days(request: BrandRequest) -> charts.Columns:
    found = progress.by_day(request.brand, clock.now())
    return charts.columns([(date_format(day, "MONTH_DAY_FORMAT"), count) for day, count in found])


def _curve(found: Sequence[TrainedModel]) -> charts.Plane | None:
    lines = [
        ("new", _("trained on your corrections"), progress.curve(found, "new")),
        ("shipped", _("as shipped"), progress.curve(found, "shipped")),
    ]
    return charts.plane(lines) if lines[0][2] else None


def run_context(request: BrandRequest) -> dict[str, Any]:
    """The newest training, and whether it goes on."""
    run = progress.last_run(request.brand.pk)
    return {
        "run": run,
        "running": run is not None and run.ended_at is None,
        "run_url": reverse("console-learning-run", args=[request.brand.slug]),
        "stages": _stages(run) if run is not None and run.ended_at is None else [],
    }


def _stages(run: TrainingRun) -> list[dict[str, Any]]:
    order = [TrainingRun.Stage.WAITING, TrainingRun.Stage.LEARNING, TrainingRun.Stage.MEASURING]
    at = order.index(TrainingRun.Stage(run.stage))
    return [
        {"label": stage.label, "done": number < at, "current": number == at}
        for number, stage in enumerate(order)
    ]


def page_context(request: BrandRequest) -> dict[str, Any]:
    """Everything on the page."""
    brand_id = request.brand.pk
    found = progress.models(brand_id)
    kept = progress.kept(brand_id)
    live = next((one for one in found if one.state == State.LIVE), None)
    candidate = next((one for one in reversed(found) if one.state == State.CANDIDATE), None)
    told = found[-1] if found else None
    comparison = told.comparison if told else {}
    name = progress.measured_as(comparison, live.pk if live else 0, told.pk if told else -1)
    can_decide = request.actor.is_lead
    return {
        "standing": progress.standing(brand_id),
        "live": live, "candidate": candidate, "told": told, "comparison": comparison,
        "measures": _measures(comparison), "moves": _moves(request, comparison),
        "curve": _curve(found), "days": _days(request),
        "confusion": _confusion(comparison, name) if name else None,
        "weak": _weak_bars(comparison, name) if name else [],
        "models": [_shown(one, kept, can_decide=can_decide) for one in reversed(found)],
        "candidate_reason": reason_words(candidate.reason) if candidate else "",
        "needed": progress.needed(comparison if told else None),
        "previous": learning.previous_of(live) if live else None,
        "can_decide": can_decide, "night": f"{learning.HOUR.get():02d}:00",
        "game_url": reverse("console-game", args=[request.brand.slug]),
        **run_context(request),
    }  # fmt: skip


def _shown(model: TrainedModel, kept: set[int], *, can_decide: bool) -> Shown:
    lane = model.comparison.get("heads", {}).get("lane")
    return Shown(
        model,
        reason_words(model.reason),
        _score(lane["new"]) if lane else "–",
        can_decide and model.pk in kept and model.state in {State.RETIRED, State.REJECTED},
    )


@brand_page(STAFF)
def page(request: BrandRequest) -> HttpResponseBase:
    """The page; agents read it, leads decide."""
    return frame.page(
        request, "console/learning.html", section="console-learning", context=page_context(request)
    )


@brand_page(STAFF)
def run_state(request: BrandRequest) -> HttpResponseBase:
    """How far the training is, asked every second while it goes on; then the page comes anew."""
    context = run_context(request)
    response = render(request, "console/_training.html", context)
    if not context["running"]:
        response.headers["HX-Trigger"] = json.dumps({"trained": {}})
    return response


def _done(request: BrandRequest, text: str, *, late: bool = False) -> HttpResponseBase:
    """Back to the page with a word about it."""
    messages.add_message(request, messages.ERROR if late else messages.SUCCESS, text)
    url = reverse("console-learning", args=[request.brand.slug])
    if not frame.wants_fragment(request):
        return redirect(url)
    response = HttpResponse(status=204)
    response.headers["HX-Redirect"] = url
    return response


def _decide(request: BrandRequest, do: Callable[[], str]) -> HttpResponseBase:
    try:
        return _done(request, do())
    except NotAllowed:
        raise
    except UserError as problem:
        return _done(request, str(problem), late=True)


def _model_id(request: BrandRequest) -> int:
    text = request.POST.get("model", "")
    return int(text) if text.isdecimal() and len(text) < 19 else -1


@require_POST
@brand_page(LEAD)
def train(request: BrandRequest) -> HttpResponseBase:
    """Ask for a training now; a worker does it."""

    def do() -> str:
        learning.ask(actor=request.actor, now=clock.now())
        return _("The training begins. You can leave this page.")

    return _decide(request, do)


@require_POST
@brand_page(LEAD)
def use(request: BrandRequest) -> HttpResponseBase:
    """Take a model into use."""

    def do() -> str:
        learning.go_live(actor=request.actor, model_id=_model_id(request), now=clock.now())
        return _("From now on this model labels new messages.")

    return _decide(request, do)


@require_POST
@brand_page(LEAD)
def back(request: BrandRequest) -> HttpResponseBase:
    """Back to the model before."""

    def do() -> str:
        learning.go_back(actor=request.actor, live_id=_model_id(request), now=clock.now())
        return _("The model before is in use again.")

    return _decide(request, do)


@require_POST
@brand_page(LEAD)
def turn_down(request: BrandRequest) -> HttpResponseBase:
    """Do not take the candidate."""

    def do() -> str:
        learning.turn_down(actor=request.actor, model_id=_model_id(request), now=clock.now())
        return _("The candidate is not taken. You find it in the list below.")

    return _decide(request, do)
