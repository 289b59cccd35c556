"""The wall for feed readers: Atom (RFC 4287) and JSON Feed 1.1."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse, JsonResponse
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from chimein.wall import lists
from chimein.wall.lists import Filters
from chimein.wall.selectors import Card
from chimein.web.guard import PublicRequest, public_brand_page
from chimein.web.public.frame import absolute
from chimein.web.public.pages import brand_title, canonical_of

_SIZE = 40


def _title(card: Card) -> str:
    return card.title or _("A question")


def _text(card: Card) -> str:
    if card.answer is None:
        return card.text
    by = card.answer.by.signature or card.brand_name
    return f"{card.text}\n\n{by}: {card.answer.text}"


def _cards(request: PublicRequest) -> list[Card]:
    return list(lists.listing(request.brand.pk, Filters(), size=_SIZE).cards)


@public_brand_page
def atom(request: PublicRequest) -> HttpResponse:
    """The newest questions and answers as Atom."""
    brand = request.brand
    wall = absolute(reverse("public:wall", kwargs={"brand_slug": brand.slug}))
    feed = Atom1Feed(
        title=brand_title(brand),
        link=wall,
        description="",
        feed_url=absolute(request.path),
        language=get_language(),
    )
    for card in _cards(request):
        feed.add_item(
            title=_title(card),
            link=canonical_of(card),
            unique_id=f"urn:chimein:{card.public_id}",
            description=_text(card),
            author_name=card.asker or _("Somebody"),
            pubdate=card.asked_at,
            updateddate=card.last_at,
            categories=(card.topic_name,) if card.topic_name else (),
        )
    return HttpResponse(feed.writeString("utf-8"), content_type="application/atom+xml; charset=utf-8")


def _item(card: Card) -> dict[str, Any]:
    return {
        "id": f"urn:chimein:{card.public_id}",
        "url": canonical_of(card),
        "title": _title(card),
        "content_text": _text(card),
        "language": card.language or "en",
        "date_published": card.asked_at.isoformat(),
        "date_modified": card.last_at.isoformat(),
        "authors": [{"name": card.asker or _("Somebody")}],
        "tags": [card.topic_name] if card.topic_name else [],
        "_state": {"about": "https://schema.org/QAPage", "state": card.state},
    }


@public_brand_page
def json_feed(request: PublicRequest) -> HttpResponse:
    """The newest questions and answers as a JSON Feed."""
    data = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": brand_title(request.brand),
        "home_page_url": absolute(reverse("public:wall", kwargs={"brand_slug": request.brand.slug})),
        "feed_url": absolute(request.path),
        "items": [_item(card) for card in _cards(request)],
    }
    return JsonResponse(data, content_type="application/feed+json", json_dumps_params={"ensure_ascii": False})
