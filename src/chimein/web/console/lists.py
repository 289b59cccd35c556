"""The lists that are looked at before an answer is posted: what never to say, what is not out yet, what is fine."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from chimein.answering import checks, word_lists
from chimein.answering.models import ListedWord
from chimein.core import clock
from chimein.core.errors import UserError
from chimein.core.policy import LEAD
from chimein.web.console import frame
from chimein.web.guard import BrandRequest, brand_page

Toast = dict[str, object]


def _kinds() -> list[tuple[str, str, str]]:
    """The lists in the order of the page: key, name, what happens."""
    return [
        ("taboo", _("Never say"), _("Holds an answer back until it is put in other words.")),
        ("unreleased", _("Not announced yet"), _("Warns. With a last day it ends by itself when the product is out.")),
        ("competitor", _("Other brands"), _("Warns whoever names them.")),
        ("conflict", _("Own interests"), _("Warns, besides the phrases ChimeIn knows, such as “my own shop”.")),
        ("fine", _("Always fine"), _("Our own phone numbers and addresses: no private data, no odd links.")),
    ]  # fmt: skip


def _context(request: BrandRequest, typed: dict[str, str] | None = None) -> dict[str, Any]:
    rows = list(ListedWord.objects.filter(brand=request.brand).select_related("by").order_by("word"))
    today = clock.now().date()
    lists = [
        {
            "key": key, "name": name, "help": said,
            "words": [{"row": row, "over": bool(row.until and row.until < today)} for row in rows if row.kind == key],
        }
        for key, name, said in _kinds()
    ]  # fmt: skip
    return {"lists": lists, "typed": typed or {}, "count": len(rows), **_trial(request)}


def _trial(request: BrandRequest) -> dict[str, Any]:
    """A text to try, with what is found in it."""
    text = request.GET.get("try", "")[:2000]
    found = checks.look(text, brand_id=request.brand.pk, author_id=None, private=False, now=clock.now())
    return {"trial": text, "findings": found}


@brand_page(LEAD)
def page(request: BrandRequest) -> HttpResponseBase:
    """All lists of the brand."""
    context = _context(request)
    if frame.wants_fragment(request):
        return render(request, "console/_lists.html", context)
    return frame.page(request, "console/lists.html", section="console-lists", context=context)


def _respond(request: BrandRequest, toast: Toast, typed: dict[str, str] | None = None) -> HttpResponseBase:
    if not frame.wants_fragment(request):
        level = messages.ERROR if toast.get("tone") == "late" else messages.SUCCESS
        messages.add_message(request, level, str(toast["text"]))
        return redirect("console-lists", request.brand.slug)
    response = render(request, "console/_lists.html", _context(request, typed))
    response.headers["HX-Trigger"] = json.dumps({"toast": toast})
    return response


@require_POST
@brand_page(LEAD)
def add(request: BrandRequest) -> HttpResponseBase:
    """Put a word on a list, or back on it."""
    given = request.POST
    try:
        row = word_lists.add(
            actor=request.actor, kind=given.get("kind", ""), word=given.get("word", ""), note=given.get("note", ""),
            until=_day(given.get("until", "")), now=clock.now(),
        )  # fmt: skip
    except UserError as problem:
        return _respond(request, {"text": str(problem), "tone": "late"}, typed=given.dict())
    back = reverse("console-list-remove", args=[request.brand.slug, row.pk])
    return _respond(request, {"text": _("%(word)s is on the list") % {"word": row.word}, "undo_url": back})


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as problem:
        raise UserError(_("This is not a date: %(text)s") % {"text": text[:20]}) from problem


@require_POST
@brand_page(LEAD)
def remove(request: BrandRequest, word_id: int) -> HttpResponseBase:
    """Take a word off its list; the toast puts it back."""
    try:
        row = word_lists.remove(actor=request.actor, word_id=word_id, now=clock.now())
    except UserError as problem:
        return _respond(request, {"text": str(problem), "tone": "late"})
    request.session[f"list_removed_{request.brand.pk}"] = {
        "kind": row.kind, "word": row.word, "note": row.note, "until": row.until.isoformat() if row.until else "",
    }  # fmt: skip
    back = reverse("console-list-restore", args=[request.brand.slug])
    return _respond(request, {"text": _("%(word)s is off the list") % {"word": row.word}, "undo_url": back})


@require_POST
@brand_page(LEAD)
def restore(request: BrandRequest) -> HttpResponseBase:
    """Put the word back that was taken off last."""
    gone = request.session.pop(f"list_removed_{request.brand.pk}", None)
    if gone is None:
        return JsonResponse({"message": _("There is nothing to bring back.")}, status=409)
    word_lists.add(
        actor=request.actor,
        kind=gone["kind"],
        word=gone["word"],
        note=gone["note"],
        until=_day(gone["until"]),
        now=clock.now(),
    )
    return HttpResponse(status=204)


@brand_page(LEAD)
def export(request: BrandRequest) -> HttpResponseBase:
    """All words as a table."""
    response = HttpResponse(word_lists.export_csv(request.brand.pk), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="lists-{request.brand.slug}.csv"'
    return response


@require_POST
@brand_page(LEAD)
def bring_in(request: BrandRequest) -> HttpResponseBase:
    """Add the words of a table."""
    file = request.FILES.get("file")
    try:
        if file is None or (file.size or 0) > word_lists.MOST_BYTES:
            raise UserError(_("Choose a CSV file of at most one megabyte."))
        try:
            text = file.read().decode("utf-8-sig")
        except UnicodeDecodeError as problem:
            raise UserError(_("The file is not in UTF-8.")) from problem
        count = word_lists.import_csv(actor=request.actor, text=text, now=clock.now())
    except UserError as problem:
        return _respond(request, {"text": str(problem), "tone": "late"})
    said = ngettext("%(count)d word brought in", "%(count)d words brought in", count) % {"count": count}
    return _respond(request, {"text": said})
