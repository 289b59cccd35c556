"""What all public pages have around them."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse, translate_url
from django.utils.translation import get_language, get_language_info
from django.utils.translation import gettext as _

from chimein.people.models import Brand
from chimein.wall import asking
from chimein.web.guard import PublicRequest


def absolute(path: str) -> str:
    """A path of ours as a complete address."""
    return f"{settings.BASE_URL}{path}"


def _language_links(request: PublicRequest) -> list[dict[str, Any]]:
    here = get_language()
    return [
        {
            "code": code,
            "name": get_language_info(code)["name_local"],
            "url": translate_url(request.get_full_path(), code),
            "current": code == here,
        }
        for code, _name in settings.LANGUAGES
    ]


def _entrance() -> str:
    try:
        return reverse("home")
    except NoReverseMatch:
        return reverse("account_login")


def _nav(brand: Brand, current: str) -> list[dict[str, Any]]:
    pages = (("wall", _("Questions and answers")), ("people", _("Who answers")))
    return [
        {
            "label": label,
            "url": reverse(f"public:{name}", kwargs={"brand_slug": brand.slug}),
            "current": name == current,
        }
        for name, label in pages
    ]


def frame(request: PublicRequest, *, current: str = "") -> dict[str, Any]:
    """The context of the header and the footer."""
    brand = request.brand
    wall = reverse("public:wall", kwargs={"brand_slug": brand.slug})
    return {
        "brand": {"name": brand.display_name, "slug": brand.slug},
        "site_name": brand.display_name,
        "home_url": wall,
        "search_url": wall,
        "ask_url": reverse("public:ask", kwargs={"brand_slug": brand.slug})
        if asking.account_of(brand.pk)
        else "",
        "public_nav": _nav(brand, current),
        "language_links": _language_links(request),
        "staff_url": _entrance(),
        "atom_url": reverse("public:atom", kwargs={"brand_slug": brand.slug}),
        "json_feed_url": reverse("public:json_feed", kwargs={"brand_slug": brand.slug}),
    }


def draw(
    request: PublicRequest, template: str, context: dict[str, Any], *, current: str = "", status: int = 200
) -> HttpResponse:
    """A public page in its frame."""
    return render(request, template, {**frame(request, current=current), **context}, status=status)
