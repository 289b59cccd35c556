"""Every view says who may come in. A view without a policy fails a test.

`@page(POLICY)` guards a page that belongs to no brand; `@brand_page(POLICY)` one whose address begins with a brand's
slug, and gives the view ``request.brand``, ``request.membership`` and ``request.actor``.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, cast

from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils import translation
from django.utils.translation import gettext as _

from chimein.core.actor import Actor
from chimein.core.errors import NotAllowed
from chimein.core.policy import ANYONE, SIGNED, NamedPolicy
from chimein.people.access import actor_of, membership_of
from chimein.people.models import Brand, Membership
from chimein.web.live import note_place

P = ParamSpec("P")


class BrandRequest(HttpRequest):
    """A request to a page of a brand, by a member of it."""

    brand: Brand
    membership: Membership
    actor: Actor


class PublicRequest(HttpRequest):
    """A request to a public page of a brand."""

    brand: Brand


View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


def page(policy: NamedPolicy) -> Callable[[View[P]], View[P]]:
    """Guard a page outside any brand: public, proven by its own signature, or for anybody who has signed in."""

    def guard(view: View[P]) -> View[P]:
        @wraps(view)
        def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            if policy not in {ANYONE, SIGNED} and not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            return view(request, *args, **kwargs)

        guarded.chimein_policy = policy  # type: ignore[attr-defined]
        return guarded

    return guard


def public_brand_page(
    view: Callable[Concatenate[PublicRequest, P], HttpResponseBase],
) -> Callable[..., HttpResponseBase]:
    """A page that everybody may read; the brand's slug is the first part of its address."""

    @wraps(view)
    def guarded(request: HttpRequest, /, brand_slug: str, *args: Any, **kwargs: Any) -> HttpResponseBase:
        _note_place(request)
        request.brand = get_object_or_404(Brand, slug=brand_slug)  # type: ignore[attr-defined]
        return view(cast(PublicRequest, request), *args, **kwargs)

    guarded.chimein_policy = ANYONE  # type: ignore[attr-defined]
    return guarded


def brand_page(
    policy: NamedPolicy,
) -> Callable[[Callable[Concatenate[BrandRequest, P], HttpResponseBase]], Callable[..., HttpResponseBase]]:
    """Guard a page of a brand.

    Somebody not signed in is sent to the login; a stranger to the brand does not learn that it exists (404); a member
    without the right is told so (403).
    """

    def guard(
        view: Callable[Concatenate[BrandRequest, P], HttpResponseBase],
    ) -> Callable[..., HttpResponseBase]:
        @wraps(view)
        def guarded(request: HttpRequest, /, brand_slug: str, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return _to_login(request)
            _note_place(request)
            brand = Brand.objects.filter(slug=brand_slug).first()
            membership = membership_of(request.user, brand) if brand else None
            if brand is None or membership is None:
                raise Http404
            actor = actor_of(membership)
            if not policy.allows(actor):
                raise NotAllowed(_("Your role does not open this page."))
            known = cast(BrandRequest, request)
            known.brand, known.membership, known.actor = brand, membership, actor
            return view(known, *args, **kwargs)

        guarded.chimein_policy = policy  # type: ignore[attr-defined]
        return guarded

    return guard


def _note_place(request: HttpRequest) -> None:
    # Only whole pages open a stream.
    if request.method == "GET" and not request.headers.get("HX-Request"):
        note_place()


def _to_login(request: HttpRequest) -> HttpResponseBase:
    if request.headers.get("HX-Request"):
        response = HttpResponse(status=401)
        response.headers["HX-Redirect"] = f"/accounts/login/?next={request.path}"
        return response
    return redirect_to_login(request.get_full_path())


def language_of(request: HttpRequest) -> str:
    """The language a page is shown in."""
    return translation.get_language_from_request(request)
