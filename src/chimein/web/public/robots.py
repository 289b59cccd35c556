"""What search engines should read: robots.txt and a site map by brand and month."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from xml.sax.saxutils import escape

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse

from chimein.core.policy import ANYONE
from chimein.people.models import Brand
from chimein.wall import sitemap as months
from chimein.web.guard import PublicRequest, page, public_brand_page
from chimein.web.public.frame import absolute
from chimein.web.public.pages import canonical_of

_NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"
_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'


@page(ANYONE)
def robots_txt(request: HttpRequest) -> HttpResponse:
    """Everything public may be read; the console and the sign-in pages need not be."""
    closed = ("/console/", "/accounts/", "/api/", "/live", "/hooks/", "/net/")
    lines = [
        "User-agent: *",
        *(f"Disallow: {path}" for path in closed),
        f"Sitemap: {absolute(reverse('sitemap'))}",
    ]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")


def _xml(root: str, entry: str, items: Iterable[tuple[str, datetime]]) -> HttpResponse:
    rows = "".join(
        f"<{entry}><loc>{escape(url)}</loc><lastmod>{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}</lastmod></{entry}>\n"
        for url, at in items
    )
    text = f'{_HEAD}<{root} xmlns="{_NAMESPACE}">\n{rows}</{root}>\n'
    return HttpResponse(text, content_type="application/xml; charset=utf-8")


@page(ANYONE)
def sitemap_index(request: HttpRequest) -> HttpResponse:
    """One map for each brand and month in which something was said."""
    items = []
    for brand in Brand.objects.order_by("slug"):
        for month, last_at in months.months(brand.pk):
            kwargs = {"brand_slug": brand.slug, "year": month.year, "month": month.month}
            items.append((absolute(reverse("sitemap_month", kwargs=kwargs)), last_at))
    return _xml("sitemapindex", "sitemap", items)


@public_brand_page
def sitemap(request: PublicRequest, year: int, month: int) -> HttpResponse:
    """The questions of one month, the latest first."""
    if not (2000 <= year <= 2200 and 1 <= month <= 12):
        raise Http404
    found = months.questions(request.brand.pk, datetime(year, month, 1, tzinfo=UTC))
    return _xml("urlset", "url", ((canonical_of(card), card.last_at) for card in found))
