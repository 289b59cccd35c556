"""Asking on the wall, without an account and without JavaScript."""

from __future__ import annotations

import time

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from chimein.core import clock
from chimein.core.errors import UserError
from chimein.wall import asking
from chimein.web.guard import PublicRequest, public_brand_page
from chimein.web.public.forms import AskForm, new_stamp, read_stamp
from chimein.web.public.frame import absolute, draw

_WAIT_S = 1.5
_LOOK_EVERY_S = 0.1


@public_brand_page
def ask(request: PublicRequest) -> HttpResponse:
    """The form."""
    if asking.account_of(request.brand.pk) is None:
        raise Http404
    if request.method != "POST":
        form = AskForm(
            initial={"stamp": new_stamp(), "topic": request.GET.get("topic", "")}, brand_id=request.brand.pk
        )
        return _show(request, form)
    form = AskForm(request.POST, brand_id=request.brand.pk)
    if form.is_bait_taken:
        return HttpResponseRedirect(reverse("public:wall", kwargs={"brand_slug": request.brand.slug}))
    if not form.is_valid():
        return _show(request, form, status=422)
    if form.needs_second_look:
        return _show(request, form, second_look=True)
    return _take(request, form)


def _show(
    request: PublicRequest, form: AskForm, *, status: int = 200, second_look: bool = False
) -> HttpResponse:
    context = {"form": form, "second_look": second_look, "canonical": absolute(request.path)}
    return draw(request, "public/ask.html", context, status=status)


def _take(request: PublicRequest, form: AskForm) -> HttpResponse:
    given = form.cleaned_data
    ask_id = read_stamp(given["stamp"])
    if ask_id is None:
        return _again(request, form, _("That was very fast, or very long ago. Please send it once more."))
    try:
        asking.ask(
            brand_id=request.brand.pk, ask_id=ask_id, text=given["text"], name=given["name"],
            email=given["email"],
            topic=given["topic"], address=request.META.get("REMOTE_ADDR", ""), now=clock.now(),
        )  # fmt: skip
    except UserError as error:
        form.add_error(None, str(error))
        return _show(request, form, status=429)
    return HttpResponseRedirect(
        reverse("public:asked", kwargs={"brand_slug": request.brand.slug, "ask_id": ask_id})
    )


def _again(request: PublicRequest, form: AskForm, words: str) -> HttpResponse:
    """The form with what was typed and a fresh stamp."""
    data = request.POST.copy()
    data["stamp"] = new_stamp()
    again = AskForm(data, brand_id=request.brand.pk)
    again.add_error(None, words)
    return _show(request, again, status=422)


@public_brand_page
def asked(request: PublicRequest, ask_id: str) -> HttpResponse:
    """We have it. Intake needs a moment; then the question's own page takes over, which is live."""
    deadline = time.monotonic() + _WAIT_S
    while True:
        found = asking.find(request.brand.pk, ask_id)
        if found is not None and found[1]:
            kwargs = {"brand_slug": request.brand.slug, "public_id": found[0]}
            return HttpResponseRedirect(f"{reverse('public:question_by_id', kwargs=kwargs)}?asked=1")
        if found is not None or time.monotonic() > deadline:
            return draw(request, "public/asked.html", {"taken_in": found is not None})
        time.sleep(_LOOK_EVERY_S)
