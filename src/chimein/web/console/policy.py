"""The lane policy as a page: read by staff, changed by leads, tried on past messages before it counts."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from chimein.core import clock
from chimein.core.errors import Conflict, UserError
from chimein.core.policy import LEAD, STAFF
from chimein.triage import policies, policy, policy_words, preview
from chimein.triage.models import Topic
from chimein.web.console import frame, lanes_tabs, policy_draft, policy_preview
from chimein.web.console.policy_draft import Draft
from chimein.web.console.policy_form import RowForm
from chimein.web.guard import BrandRequest, brand_page

Toast = dict[str, object]
_NEW = 0


def _topics(request: BrandRequest) -> dict[str, str]:
    return {one.slug: one.display_name for one in Topic.objects.filter(brand=request.brand).order_by("slug")}


def _shown(rows: list[policy.Rule], topics: dict[str, str]) -> list[dict[str, Any]]:
    """The rows as the template draws them; `key` stays with a row wherever it moves."""
    return [
        {
            "number": number, "key": policy_draft.key_of(rule.name), "name": policy_words.rule_name(rule.name),
            "when": policy_words.when_words(rule.when, topics), "then": rule.then,
            "words": policy_words.then_words(rule.then),
        }
        for number, rule in enumerate(rows, 1)
    ]  # fmt: skip


def _context(
    request: BrandRequest, draft: Draft, form: RowForm | None, editing: int | None
) -> dict[str, Any]:
    topics, current = _topics(request), policies.current(request.brand.pk)
    table = draft.table
    return {
        "rows": _shown(list(table.rules), topics),
        "last": _shown([policy.LAST_RESORT], topics)[0],
        "version": current.version, "base": draft.base, "stamp": draft.stamp,
        "changed": table.rules != current.rules, "behind": draft.base != current.version,
        "changes": policy_words.changes(current, table), "can_undo": bool(draft.past),
        "holes": policy_preview.danger_names(policy.holes(table)),
        "form": form, "editing": editing, "may_edit": request.actor.is_lead,
        "versions": _versions(request, current),
        "url": reverse("console-policy", args=[request.brand.slug]),
        "tabs": lanes_tabs.tabs(request.brand.slug, "console-policy"),
    }  # fmt: skip


def _versions(request: BrandRequest, current: policy.Table) -> list[dict[str, Any]]:
    """The versions with who, when and what changed, newest first; the shipped one at the end."""
    stored = policies.history(request.brand.pk)
    tables = [policy.from_json(one.rules, version=one.version) for one in stored]
    before = policies.at(request.brand.pk, stored[-1].version - 1) if stored else None
    shown = [
        {
            "number": one.version, "by": one.created_by.public_name if one.created_by else "", "at": one.created_at,
            "note": one.note, "copy_of": one.copy_of, "current": one.version == current.version,
            "changes": policy_words.changes(older or policy.DEFAULT, table),
        }
        for one, table, older in zip(stored, tables, [*tables[1:], before], strict=False)
    ]  # fmt: skip
    if not stored or stored[-1].version == 1:
        shown.append(
            {"number": policies.SHIPPED, "current": current.version == policies.SHIPPED, "changes": []}
        )
    return shown


def _answer(
    request: BrandRequest, draft: Draft, *, form: RowForm | None = None, editing: int | None = None,
    toast: Toast | None = None, focus: str = "", status: int = 200,
) -> HttpResponseBase:  # fmt: skip
    """The table anew: as a part of the page, or without scripts as the page itself."""
    if not frame.wants_fragment(request) and form is None:
        if toast:
            level = messages.ERROR if toast.get("tone") == "late" else messages.SUCCESS
            messages.add_message(request, level, str(toast["text"]))
        return redirect("console-policy", request.brand.slug)
    context = _context(request, draft, form, editing) | {"focus": focus}
    if frame.wants_fragment(request):
        response = render(request, "console/_policy.html", context)
        if toast:
            response.headers["HX-Trigger"] = json.dumps({"toast": toast})
        return response
    return _page(request, context, status)


def _page(request: BrandRequest, context: dict[str, Any], status: int = 200) -> HttpResponse:
    return frame.page(
        request, "console/policy.html", section="console-policy", context=context, status=status
    )


def _form(request: BrandRequest, draft: Draft, number: int, data: Any = None) -> RowForm:
    """The form of a row (from 1), or of a new one (0)."""
    row = draft.rows[number - 1] if 0 < number <= len(draft.rows) else None
    others = [one["name"] for one in draft.rows if one is not row]
    return RowForm(data, row=row, topics=_topics(request), others=others)


@brand_page(STAFF)
def show(request: BrandRequest) -> HttpResponseBase:
    """The table; `?edit=3` opens its third row, `?edit=0` a new one, `?preview=1` tries the draft without scripts."""
    draft = policy_draft.load(request)
    asked = request.GET.get("edit", "")
    editing = int(asked) if request.actor.is_lead and asked.isdecimal() and len(asked) < 4 else None
    form = _form(request, draft, editing) if editing is not None else None
    if frame.wants_fragment(request):
        context = _context(request, draft, form, editing) | {"focus": "policy-editing" if form else ""}
        return render(request, "console/_policy.html", context)
    context = _context(request, draft, form, editing)
    if request.GET.get("preview") and request.actor.is_lead:
        context["preview"] = _compare(request, draft)
    return _page(request, context)


@require_POST
@brand_page(LEAD)
def change(request: BrandRequest) -> HttpResponseBase:
    """Move or delete a row of the draft, take the last change back, or drop the draft."""
    draft = policy_draft.load(request)
    act, _colon, place = request.POST.get("act", "").partition(":")
    number = int(place) - 1 if place.isdecimal() and len(place) < 4 else -1
    toast: Toast | None = None
    if act in {"up", "down"}:
        draft.move(number, -1 if act == "up" else 1)
    elif act == "delete":
        draft.delete(number)
    elif act == "undo":
        draft.step_back()
    elif act == "rebase":
        draft.base = policies.current(request.brand.pk).version
    elif act == "discard":
        policy_draft.forget(request)
        return _answer(request, policy_draft.load(request), toast={"text": _("Your changes are dropped.")})
    else:
        toast = {"text": _("There is no such act."), "tone": "late"}
    policy_draft.keep(request, draft)
    after = draft.rows[number]["name"] if act == "delete" and 0 <= number < len(draft.rows) else ""
    focus = f"delete-{policy_draft.key_of(after)}" if after else ""
    return _answer(request, draft, toast=toast, focus=focus)


@require_POST
@brand_page(LEAD)
def row(request: BrandRequest, number: int) -> HttpResponseBase:
    """Keep a row of the draft; 0 is a new one."""
    draft = policy_draft.load(request)
    form = _form(request, draft, number, request.POST)
    if not form.is_valid():
        return _answer(request, draft, form=form, editing=number, focus="policy-editing", status=422)
    kept = form.as_row()
    draft.put(number - 1 if number else None, kept)
    policy_draft.keep(request, draft)
    return _answer(request, draft, focus=f"edit-{policy_draft.key_of(kept['name'])}")


@brand_page(LEAD)
def try_out(request: BrandRequest) -> HttpResponseBase:
    """What the draft would have done with the newest messages."""
    draft = policy_draft.load(request)
    if not frame.wants_fragment(request):
        return redirect(f"{reverse('console-policy', args=[request.brand.slug])}?preview=1")
    context = {"preview": _compare(request, draft), "stamp": draft.stamp}
    return render(request, "console/_policy_preview.html", context)


def _compare(request: BrandRequest, draft: Draft) -> policy_preview.Shown:
    past = preview.newest(request.brand.pk)
    found = preview.compare(policies.current(request.brand.pk), draft.table, past)
    return policy_preview.shown(found, request.brand.slug)


@require_POST
@brand_page(LEAD)
def save(request: BrandRequest) -> HttpResponseBase:
    """Make the draft the newest version."""
    draft = policy_draft.load(request)
    try:
        made = policies.save(
            actor=request.actor, rows=draft.rows, seen=draft.base, note=request.POST.get("note", ""),
            accept_holes=bool(request.POST.get("accept_holes")), now=clock.now(),
        )  # fmt: skip
    except UserError as problem:
        return _answer(request, draft, toast={"text": str(problem), "tone": "late"})
    policy_draft.forget(request)
    told = _("Version %(number)d counts from now on, within seconds.") % {"number": made.version}
    return _answer(request, policy_draft.load(request), toast=_undoable(request, told, made.version))


@require_POST
@brand_page(LEAD)
def back(request: BrandRequest, version: int, seen: int) -> HttpResponseBase:
    """Bring an old version back; `seen` is the one in force as far as the page knows."""
    if policies.at(request.brand.pk, version) is None:
        raise Http404
    is_undo = not frame.wants_fragment(request) and not request.POST.get("from")
    try:
        made = policies.go_back(actor=request.actor, to=version, seen=seen, now=clock.now())
    except Conflict as problem:
        if is_undo:
            return HttpResponse(str(problem), status=409, content_type="text/plain; charset=utf-8")
        toast: Toast = {"text": str(problem), "tone": "late"}
        return _answer(request, policy_draft.load(request), toast=toast)
    if is_undo:
        return HttpResponse(status=204)
    shipped = _("The table ChimeIn comes with counts again, as version %(new)d.")
    told = _("The table of version %(old)d counts again, as version %(new)d.") if version else shipped
    toast = _undoable(request, told % {"old": version, "new": made.version}, made.version)
    return _answer(request, policy_draft.load(request), toast=toast)


def _undoable(request: BrandRequest, text: str, made: int) -> Toast:
    """A toast that offers the version before back."""
    return {
        "text": text, "seconds": 15,
        "undo_url": reverse("console-policy-back", args=[request.brand.slug, made - 1, made]),
    }  # fmt: skip
