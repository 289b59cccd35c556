"""The table of lanes as a page: who answers how fast, what happens as time runs out; tried out, in versions."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from chimein.channels.models import ChannelAccount
from chimein.core import clock
from chimein.core.errors import Conflict, UserError
from chimein.core.policy import LEAD, STAFF
from chimein.routing import freezing, lane_preview, lane_setups, lanes
from chimein.triage.models import Topic
from chimein.web.console import frame, lanes_draft, lanes_preview, lanes_tabs, lanes_words
from chimein.web.console.lanes_draft import Draft
from chimein.web.console.lanes_form import LaneForm
from chimein.web.console.lanes_words import Names
from chimein.web.console.rows import lane_names, network_label
from chimein.web.guard import BrandRequest, brand_page

Toast = dict[str, object]


def _channels(request: BrandRequest) -> dict[str, str]:
    """Keys of weights with names: private messages, and the networks of the brand's accounts."""
    adapters = ChannelAccount.objects.filter(brand=request.brand).values_list("adapter", flat=True)
    return {"private": _("Private messages"), **{one: network_label(one) for one in sorted(set(adapters))}}


def _rows(setup: lanes.Setup, names: Names, channels: dict[str, str]) -> list[dict[str, Any]]:
    """The lanes as the template draws them."""
    icons = lane_names()
    extra = {
        "vip": lanes_words.vip_words(setup, names),
        "desk": lanes_words.weight_words(setup, channels),
        "crisis": [_("A release lasts %(number)d h") % {"number": setup.release_hours}],
    }
    return [
        {
            "lane": row.lane, "name": icons[row.lane][0], "who": lanes_words.who(row, names),
            "time": lanes_words.time_words(row, names), "desk": lanes_words.desk_words(row),
            "steps": [{"words": lanes_words.step_words(one), "late": one.is_late, "alarm": one.alarm}
                      for one in row.ladder],
            "extra": extra.get(row.lane, []),
        }
        for row in setup.rows
    ]  # fmt: skip


def _frozen(request: BrandRequest) -> dict[str, Any]:
    """What nobody may answer, by topic, and what is let through just now."""
    topics = {one.slug: one.display_name for one in Topic.objects.filter(brand=request.brand)}
    found = freezing.frozen_topics(request.brand.pk)
    return {
        "frozen": [{"topic": one, "name": topics.get(one.topic, one.topic) or _("No topic")} for one in found],
        "frozen_count": sum(one.count for one in found),
        "releases": [
            {"name": _("Everything") if one.topic is None else topics.get(one.topic, one.topic) or _("No topic"),
             "row": one}
            for one in freezing.releases(request.brand.pk, now=clock.now())
        ],
    }  # fmt: skip


def _context(request: BrandRequest, draft: Draft, form: LaneForm | None) -> dict[str, Any]:
    names, channels = Names.of(request.brand), _channels(request)
    current, setup = lane_setups.current(request.brand.pk), draft.setup
    return {
        "rows": _rows(setup, names, channels), "version": current.version, "base": draft.base,
        "stamp": draft.stamp, "changed": lanes.to_json(setup) != lanes.to_json(current),
        "behind": draft.base != current.version, "changes": lanes_words.changes(current, setup),
        "can_undo": bool(draft.past), "form": form, "editing": form.lane if form else "",
        "may_edit": request.actor.is_lead, "versions": _versions(request, current),
        "url": reverse("console-lanes", args=[request.brand.slug]),
        "tabs": lanes_tabs.tabs(request.brand.slug, "console-lanes"), **_frozen(request),
    }  # fmt: skip


def _versions(request: BrandRequest, current: lanes.Setup) -> list[dict[str, Any]]:
    """The versions with who, when and what changed, newest first; the shipped one at the end."""
    stored = lane_setups.history(request.brand.pk)
    tables = [lanes.from_json(one.table, version=one.version) for one in stored]
    first = lane_setups.at(request.brand.pk, stored[-1].version - 1) if stored else None
    shown = [
        {
            "number": one.version, "by": one.created_by.public_name if one.created_by else "", "at": one.created_at,
            "note": one.note, "copy_of": one.copy_of, "current": one.version == current.version,
            "changes": lanes_words.changes(older or lanes.DEFAULT, table),
        }
        for one, table, older in zip(stored, tables, [*tables[1:], first], strict=False)
    ]  # fmt: skip
    if not stored or stored[-1].version == 1:
        is_current = current.version == lane_setups.SHIPPED
        shown.append({"number": lane_setups.SHIPPED, "current": is_current, "changes": []})
    return shown


def _form(request: BrandRequest, draft: Draft, lane: str, data: Any = None) -> LaneForm:
    """The form of a lane; raises Http404 for a lane there is none of."""
    if lane not in lanes.LANES:
        raise Http404
    return LaneForm(
        data, lane=lane, setup=draft.setup, names=Names.of(request.brand), channels=_channels(request)
    )


def _page(request: BrandRequest, context: dict[str, Any], status: int = 200) -> HttpResponse:
    return frame.page(
        request, "console/lanes.html", section="console-policy", context=context, status=status,
        topics=[f"queue:{request.brand.pk}"],
    )  # fmt: skip


def _answer(
    request: BrandRequest, draft: Draft, *, form: LaneForm | None = None, toast: Toast | None = None,
    focus: str = "", status: int = 200,
) -> HttpResponseBase:  # fmt: skip
    """The table anew: as a part of the page, or without scripts as the page itself."""
    if not frame.wants_fragment(request) and form is None:
        if toast:
            level = messages.ERROR if toast.get("tone") == "late" else messages.SUCCESS
            messages.add_message(request, level, str(toast["text"]))
        return redirect("console-lanes", request.brand.slug)
    context = _context(request, draft, form) | {"focus": focus}
    if not frame.wants_fragment(request):
        return _page(request, context, status)
    response = render(request, "console/_lanes.html", context)
    if toast:
        response.headers["HX-Trigger"] = json.dumps({"toast": toast})
    return response


@brand_page(STAFF)
def show(request: BrandRequest) -> HttpResponseBase:
    """The table; `?edit=desk` opens a lane, `?preview=1` tries the draft without scripts."""
    draft, lane = lanes_draft.load(request), request.GET.get("edit", "")
    form = _form(request, draft, lane) if lane and request.actor.is_lead else None
    context = _context(request, draft, form) | {"focus": "lane-editing" if form else ""}
    if frame.wants_fragment(request):
        return render(request, "console/_lanes.html", context)
    if request.GET.get("preview") and request.actor.is_lead:
        context["preview"] = _compare(request, draft)
    return _page(request, context)


@require_POST
@brand_page(LEAD)
def change(request: BrandRequest) -> HttpResponseBase:
    """Take the last change back, put the draft on top of a newer version, or drop it."""
    draft, act = lanes_draft.load(request), request.POST.get("act", "")
    toast: Toast | None = None
    if act == "undo":
        draft.step_back()
    elif act == "rebase":
        draft.base = lane_setups.current(request.brand.pk).version
    elif act == "discard":
        lanes_draft.forget(request)
        return _answer(request, lanes_draft.load(request), toast={"text": _("Your changes are dropped.")})
    else:
        toast = {"text": _("There is no such act."), "tone": "late"}
    lanes_draft.keep(request, draft)
    return _answer(request, draft, toast=toast)


@require_POST
@brand_page(LEAD)
def row(request: BrandRequest, lane: str) -> HttpResponseBase:
    """Keep a lane of the draft."""
    draft = lanes_draft.load(request)
    form = _form(request, draft, lane, request.POST)
    if not form.is_valid():
        return _answer(request, draft, form=form, focus="lane-editing", status=422)
    draft.put(form.as_setup())
    lanes_draft.keep(request, draft)
    return _answer(request, draft, focus=f"edit-{lane}")


@brand_page(LEAD)
def try_out(request: BrandRequest) -> HttpResponseBase:
    """What the draft would have done in the last days."""
    draft = lanes_draft.load(request)
    if not frame.wants_fragment(request):
        return redirect(f"{reverse('console-lanes', args=[request.brand.slug])}?preview=1")
    context = {"preview": _compare(request, draft), "stamp": draft.stamp}
    return render(request, "console/_lanes_preview.html", context)


def _compare(request: BrandRequest, draft: Draft) -> lanes_preview.Shown:
    brand_id = request.brand.pk
    past = lane_preview.newest(brand_id)
    current = lane_setups.current(brand_id)
    found = lane_preview.compare(current, draft.setup, past, brand_id=brand_id, now=clock.now())
    return lanes_preview.shown(found, request.brand.slug)


@require_POST
@brand_page(LEAD)
def save(request: BrandRequest) -> HttpResponseBase:
    """Make the draft the newest version."""
    draft = lanes_draft.load(request)
    note = request.POST.get("note", "")
    try:
        made = lane_setups.save(
            actor=request.actor, table=draft.table, seen=draft.base, note=note, now=clock.now()
        )
    except UserError as problem:
        return _answer(request, draft, toast={"text": str(problem), "tone": "late"})
    lanes_draft.forget(request)
    told = _("Version %(number)d counts from now on, within seconds.") % {"number": made.version}
    return _answer(request, lanes_draft.load(request), toast=_undoable(request, told, made.version))


@require_POST
@brand_page(LEAD)
def back(request: BrandRequest, version: int, seen: int) -> HttpResponseBase:
    """Bring an old version back; `seen` is the one in force as far as the page knows."""
    if lane_setups.at(request.brand.pk, version) is None:
        raise Http404
    is_undo = not frame.wants_fragment(request) and not request.POST.get("from")
    try:
        made = lane_setups.go_back(actor=request.actor, to=version, seen=seen, now=clock.now())
    except Conflict as problem:
        if is_undo:
            return HttpResponse(str(problem), status=409, content_type="text/plain; charset=utf-8")
        toast: Toast = {"text": str(problem), "tone": "late"}
        return _answer(request, lanes_draft.load(request), toast=toast)
    if is_undo:
        return HttpResponse(status=204)
    shipped = _("The table ChimeIn comes with counts again, as version %(new)d.")
    told = _("The table of version %(old)d counts again, as version %(new)d.") if version else shipped
    toast = _undoable(request, told % {"old": version, "new": made.version}, made.version)
    return _answer(request, lanes_draft.load(request), toast=toast)


def _undoable(request: BrandRequest, text: str, made: int) -> Toast:
    """A toast that offers the version before back."""
    url = reverse("console-lanes-back", args=[request.brand.slug, made - 1, made])
    return {"text": text, "seconds": 15, "undo_url": url}
