"""The wall, its questions, its people and its topics."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse, HttpResponsePermanentRedirect
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from chimein.core import clock
from chimein.core.text.redact import redact
from chimein.insights import metrics
from chimein.people.models import Brand
from chimein.triage.models import Topic
from chimein.wall import lists, thread
from chimein.wall import people as wall_people
from chimein.wall.public import cut
from chimein.wall.selectors import Card
from chimein.wall.thread import Elsewhere, Question
from chimein.web.guard import PublicRequest, public_brand_page
from chimein.web.live import live_url
from chimein.web.public.filters import Wanted
from chimein.web.public.frame import absolute, draw
from chimein.web.public.structured import qa_page


@public_brand_page
def wall(request: PublicRequest) -> HttpResponse:
    """Everything asked and answered, newest first."""
    return _wall(request, None)


@public_brand_page
def topic(request: PublicRequest, topic_slug: str) -> HttpResponse:
    """The wall of one topic."""
    found = Topic.objects.filter(brand=request.brand, slug=topic_slug).first()
    if found is None:
        raise Http404
    return _wall(request, found)


def _wall(request: PublicRequest, chosen: Topic | None) -> HttpResponse:
    brand, wanted = request.brand, Wanted.read(request.GET)
    if chosen is not None:
        wanted = Wanted(tab=wanted.tab, topic=chosen.slug, after=wanted.after)
    page = lists.listing(brand.pk, wanted.filters(brand), after=wanted.after)
    here = request.path
    context: dict[str, Any] = {
        "wanted": wanted,
        "chosen_topic": chosen,
        "listing": page,
        "query": wanted.q,
        "tabs": _tabs(here, wanted, chosen),
        "topics": list(Topic.objects.filter(brand=brand).order_by("name")),
        "people": wall_people.people(brand.pk),
        "older_url": _with_place(here, wanted, chosen, page.older) if page.older else "",
        "newer_url": f"{here}{_query(wanted, chosen)}" if wanted.after else "",
        "sort_links": _sort_links(here, wanted) if wanted.q else [],
        "live_url": live_url(f"wall:{brand.pk}"),
        "canonical": absolute(here),
    }
    if chosen is None:
        context["headline"] = metrics.headline(brand.pk, clock.now())
    return draw(request, "public/wall.html", context, current="" if chosen else "wall")


def _query(wanted: Wanted, chosen: Topic | None, **changes: str) -> str:
    return wanted.query(**({"topic": ""} if chosen else {}), **changes)


def _with_place(here: str, wanted: Wanted, chosen: Topic | None, place: str) -> str:
    query = _query(wanted, chosen)
    return f"{here}{query}{'&' if query else '?'}after={place}"


def _tabs(here: str, wanted: Wanted, chosen: Topic | None) -> list[dict[str, Any]]:
    tabs = (
        ("all", _("All"), "layers"),
        ("waiting", _("Waiting"), "hourglass"),
        ("answered", _("Answered"), "circle-check"),
    )
    return [
        {
            "label": label,
            "url": f"{here}{_query(wanted, chosen, tab=tab)}",
            "current": tab == wanted.tab,
            "icon": icon,
        }
        for tab, label, icon in tabs
    ]


def _sort_links(here: str, wanted: Wanted) -> list[dict[str, Any]]:
    sorts = (("newest", _("Newest first")), ("relevance", _("Best match first")))
    return [
        {"label": label, "url": f"{here}{wanted.query(sort=sort)}", "current": sort == wanted.sort}
        for sort, label in sorts
    ]


def address_of(card: Card) -> str:
    """The path of a question's page in the language of the reader."""
    kwargs = {"brand_slug": card.brand_slug, "public_id": card.public_id, "slug": card.slug}
    return reverse("public:question", kwargs=kwargs)


def canonical_of(card: Card) -> str:
    """The one address of a question that search engines should know: in the question's own language."""
    with translation.override("zh-hans" if card.language.startswith("zh") else "en"):
        return absolute(address_of(card))


@public_brand_page
def question(request: PublicRequest, public_id: str, slug: str) -> HttpResponse:
    """The stable page of a question: moved ones lead on, deleted ones are gone."""
    found = thread.question(request.brand.pk, public_id)
    if found is None:
        raise Http404
    if isinstance(found, Elsewhere):
        if found.moved_to:
            kwargs = {"brand_slug": request.brand.slug, "public_id": found.moved_to}
            return HttpResponsePermanentRedirect(reverse("public:question_by_id", kwargs=kwargs))
        return draw(request, "public/gone.html", {}, status=410)
    if slug != found.card.slug:
        asked = "?asked=1" if request.GET.get("asked") == "1" else ""
        return HttpResponsePermanentRedirect(f"{address_of(found.card)}{asked}")
    return draw(request, "public/question.html", _question_context(request, found))


def _question_context(request: PublicRequest, found: Question) -> dict[str, Any]:
    card, canonical = found.card, canonical_of(found.card)
    answer = found.answers[0].text if found.answers else _("Waiting for an answer.")
    return {
        "question": found,
        "card": card,
        "canonical": canonical,
        "description": cut(f"{card.text} – {answer}", 200),
        "json_ld": qa_page(found, canonical),
        "live_url": live_url(f"question:{card.id}"),
        "just_asked": request.GET.get("asked") == "1",
    }


@public_brand_page
def people(request: PublicRequest) -> HttpResponse:
    """Everybody who answers and agreed to be shown."""
    context = {"people": wall_people.people(request.brand.pk), "canonical": absolute(request.path)}
    return draw(request, "public/people.html", context, current="people")


@public_brand_page
def person(request: PublicRequest, public_id: str) -> HttpResponse:
    """What somebody has answered; there is no page without their consent."""
    found = wall_people.person(request.brand.pk, public_id)
    if found is None:
        raise Http404
    wanted = Wanted.read(request.GET)
    page = lists.answers_of(request.brand.pk, found.id, after=wanted.after)
    context = {
        "person": found,
        "listing": page,
        "older_url": f"{request.path}?after={page.older}" if page.older else "",
        "newer_url": request.path if wanted.after else "",
        "canonical": absolute(request.path),
    }
    return draw(request, "public/person.html", context, current="people")


def brand_title(brand: Brand) -> str:
    """The wall's name."""
    return redact(_("%(brand)s answers") % {"brand": brand.display_name})
